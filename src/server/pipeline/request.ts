import type { ApiRequest } from "#client/transport.ts";

/** Who asks. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What is known of the connection that a request came on; absent for in-process requests. */
export interface Connection {
  readonly remoteAddress?: string;
  /** The verified client certificate's subject: common name and organizations, and its id. */
  readonly clientCertificate?: {
    readonly commonName: string;
    readonly organizations: readonly string[];
    /** Hex SHA-256 of the certificate: "X509SHA256=…" in the credential-id extra. */
    readonly fingerprint: string;
  };
  /** The same of a certificate by which a proxy may say who asks, in headers. */
  readonly proxyCertificate?: { readonly commonName: string };
  /** Set by an in-process component: it is who it says. */
  readonly user?: UserInfo;
  /** Its program, where one acts as several users: the manager of the fields that it writes. */
  readonly program?: string;
  /**
   * Takes over the connection (exec, attach, port-forward, proxy upgrades): hands the raw socket
   * to a `node/` handler. Missing where the request did not ask for an upgrade.
   */
  readonly upgrade?: Upgrade;
}

/** The raw connection of an upgrade request; opaque to neutral code. */
export interface Upgrade {
  readonly request: unknown;
  readonly socket: unknown;
  readonly head: Uint8Array;
}

/** What a path and method mean, as upstream's RequestInfo has it. */
export interface RequestInfo {
  readonly isResource: boolean;
  /** get, list, watch, create, update, patch, delete, deletecollection; else the method in lower case. */
  readonly verb: string;
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** What follows the subresource: the path behind `/proxy/`. */
  readonly rest: string;
}

/** Everything later steps of the pipeline know of a request. */
export interface RequestContext {
  readonly request: ApiRequest;
  readonly connection: Connection;
  readonly info: RequestInfo;
  readonly user: UserInfo;
  /** Warnings go to the client as `Warning: 299 - "…"` headers, each once. */
  warn(message: string): void;
  /** Adds to the request's audit event; missing where nothing is audited. */
  annotate?(key: string, value: string, level?: "Metadata" | "Request"): void;
  /** What the request brings, for its audit event; missing where nothing is audited. */
  recordObject?(object: unknown): void;
  readonly signal: AbortSignal;
}
