import { http1Transport } from "#client/node/http1/transport.ts";
import type { Http1Transport } from "#client/node/http1/transport.ts";
import type { Dial, HeaderValues } from "#client/node/https-transport.ts";
import type { ApiRequest, ApiResponse } from "#client/transport.ts";
import { toBase64, utf8 } from "#base/bytes.ts";
import type { ClusterAccess } from "../config/cluster-access.ts";
import type { ConnectOptions, Connection } from "../config/connection.ts";
import type {
  CredentialHost,
  ExecCredentials,
  GivenCredential,
} from "../config/exec-credential.ts";
import { CommandError, ConnectionError } from "../errors.ts";
import type { FailedRequest } from "../errors.ts";
import type { Host } from "../host.ts";
import { trustNobody, trustThisMachine } from "./trust.ts";

/** Speaks HTTPS to the server that a context names. */
export async function connect(
  access: ClusterAccess,
  host: Pick<Host, "environment"> & CredentialHost,
  { onUpgrade }: ConnectOptions = {},
): Promise<Connection> {
  const { certificateAuthority, clientCertificate, bearerToken, exec } = access;
  const server = new URL(access.server);
  if (certificateAuthority || access.insecureSkipTlsVerify) trustNobody();
  else if (server.protocol === "https:") trustThisMachine();
  const dial = await dialOf(server, access.proxyUrl, host.environment);
  const transport = http1Transport({
    server: access.server,
    userAgent: "kubectl/v1.36.0 (kijabi)",
    headers: headersOf(access),
    ...(certificateAuthority && { certificateAuthority }),
    ...(clientCertificate && { clientCertificate }),
    ...(bearerToken && { bearerToken }),
    ...(access.insecureSkipTlsVerify && { insecureSkipTlsVerify: true }),
    ...(access.tlsServerName && { tlsServerName: access.tlsServerName }),
    ...(dial && { dial }),
  });
  // Whoever has other proofs needs no program to give some.
  const asks = exec && !clientCertificate && !bearerToken && !access.basic;
  const programs = asks
    ? (await import("../config/exec-credential.ts")).execCredentials(host, access, exec)
    : undefined;
  const credentials = programs && withPrograms(transport, programs, certificateAuthority);
  const told = (error: unknown, failed: Omit<Failed, "server"> = {}) =>
    connectionError(error, { server, ...failed });
  const headers = async () => ({
    ...(await transport.headers()),
    ...(credentials && (await credentials.headers())),
  });
  const streams = async () => {
    const { createStreams } = await import("./streams.ts");
    return createStreams({
      transport,
      environment: host.environment,
      headers,
      failure: (error) => told(error),
      ...(dial && { dial }),
      ...(onUpgrade && { onUpgrade }),
    });
  };
  return {
    close: () => transport.close(),
    headers,
    openCommand: async (request, signal) => (await streams()).openCommand(request, signal),
    async serveProxy(options, signal) {
      const [{ serveProxy }, { targetOf }] = await Promise.all([
        import("./api-proxy.ts"),
        import("./streams.ts"),
      ]);
      const target = (path: string) =>
        targetOf({ transport, headers, ...(dial && { dial }) }, path);
      return await serveProxy({ ...options, transport, headers, target, dial }, signal);
    },
    openForwarder: async (path, signal) => (await streams()).openForwarder(path, signal),
    transport: {
      async send(request, signal) {
        const query = new URLSearchParams(request.query);
        const timeout = access.requestTimeoutMs;
        if (timeout > 0 && !query.has("timeout")) query.set("timeout", `${timeout / 1000}s`);
        const prepared: ApiRequest = { ...request, query };
        const limit = timeout > 0 ? AbortSignal.timeout(timeout) : undefined;
        const signals = [signal, limit].filter((one) => one !== undefined);
        try {
          const sender = credentials ?? transport;
          return await sender.send(prepared, AbortSignal.any(signals));
        } catch (error) {
          if (signal?.aborted) throw error;
          const url = urlOf(access.server, prepared);
          const asked = { method: request.method, url };
          throw told(error, { request: asked, timedOut: limit?.aborted ?? false });
        }
      },
    },
  };
}

/** By way of the proxy, where there is one; whether there may be is seen without what does it. */
async function dialOf(
  server: URL,
  proxyUrl: string | undefined,
  environment: Host["environment"],
): Promise<Dial | undefined> {
  if (!proxyUrl && !Object.keys(environment).some((name) => /^https?_proxy$/i.test(name))) {
    return undefined;
  }
  const { dialThrough, proxyOf } = await import("./proxy-dial.ts");
  const proxy = proxyOf(server, proxyUrl, environment);
  return proxy && ((signal) => dialThrough(proxy, server, signal));
}

/** Requests with what a program gives: a token, or a certificate for new connections. */
function withPrograms(
  transport: Http1Transport,
  programs: ExecCredentials,
  certificateAuthority: string | undefined,
) {
  let shown: GivenCredential | undefined;
  const use = (given: GivenCredential): Record<string, string> => {
    if (shown !== given && (given.clientCertificate || shown?.clientCertificate)) {
      transport.renew({
        ...(certificateAuthority && { certificateAuthority }),
        ...(given.clientCertificate && { clientCertificate: given.clientCertificate }),
      });
    }
    shown = given;
    return given.token ? { authorization: `Bearer ${given.token}` } : {};
  };
  const send = (request: ApiRequest, given: GivenCredential, signal: AbortSignal | undefined) =>
    transport.send({ ...request, headers: { ...request.headers, ...use(given) } }, signal);
  return {
    headers: async () => use(await programs.current()),
    async send(request: ApiRequest, signal?: AbortSignal): Promise<ApiResponse> {
      const given = await programs.current();
      const response = await send(request, given, signal);
      if (response.status !== 401) return response;
      // It may have been withdrawn before it expired.
      return await send(request, await programs.renew(given), signal);
    },
  };
}

function headersOf({ impersonate, basic }: ClusterAccess): HeaderValues {
  const headers: Record<string, string | string[]> = {};
  if (basic) {
    headers.authorization = `Basic ${toBase64(utf8(`${basic.username}:${basic.password}`))}`;
  }
  if (!impersonate) return headers;
  headers["impersonate-user"] = impersonate.user;
  if (impersonate.uid) headers["impersonate-uid"] = impersonate.uid;
  if (impersonate.groups?.length) headers["impersonate-group"] = [...impersonate.groups];
  for (const [key, values] of Object.entries(impersonate.extra ?? {})) {
    headers[`impersonate-extra-${escapeHeaderKey(key)}`] = [...values];
  }
  return headers;
}

/** What a header's name cannot have is written as in a URL. */
function escapeHeaderKey(key: string): string {
  return key.replace(/[^\w!#$&'*+.^`|~-]/g, encodeURIComponent);
}

/** As Go's url package writes it, whose values are in the order of their names. */
function urlOf(server: string, { path, query }: ApiRequest): string {
  const sorted = new URLSearchParams(query);
  sorted.sort();
  const search = sorted.toString();
  return `${server.replace(/\/+$/, "")}${path}${search && `?${search}`}`;
}

interface Failed {
  readonly server: URL;
  readonly request?: FailedRequest;
  readonly timedOut?: boolean;
}

/** In the words of Go's net package, which people search for. */
function connectionError(error: unknown, { server, request, timedOut }: Failed): Error {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const { host } = server;
  const told = (reason: string) =>
    new ConnectionError(reason, { code, server: host, request, cause: error });
  if (timedOut) {
    return told(
      "net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)",
    );
  }
  if (error instanceof CommandError || error instanceof ConnectionError) return error;
  const known = meanings[code];
  if (known) return told(known({ name: server.hostname, address: addressOf(error) ?? host }));
  return error instanceof Error && code ? told(error.message) : (error as Error);
}

/** What was dialled; of several addresses, the last. */
function addressOf(error: unknown): string | undefined {
  const last: unknown = error instanceof AggregateError ? error.errors.at(-1) : error;
  if (!(last instanceof Error && "address" in last && "port" in last)) return undefined;
  const address = String(last.address);
  return `${address.includes(":") ? `[${address}]` : address}:${String(last.port)}`;
}

interface Dialled {
  readonly name: string;
  /** host:port */
  readonly address: string;
}

const untrusted = () =>
  "tls: failed to verify certificate: x509: certificate signed by unknown authority";

const meanings: Readonly<Record<string, (dialled: Dialled) => string>> = {
  ECONNREFUSED: ({ address }) => `dial tcp ${address}: connect: connection refused`,
  ENOTFOUND: ({ name }) => `dial tcp: lookup ${name}: no such host`,
  EAI_AGAIN: ({ name }) => `dial tcp: lookup ${name}: server misbehaving`,
  ETIMEDOUT: ({ address }) => `dial tcp ${address}: i/o timeout`,
  EHOSTUNREACH: ({ address }) => `dial tcp ${address}: connect: no route to host`,
  ENETUNREACH: ({ address }) => `dial tcp ${address}: connect: network is unreachable`,
  ECONNRESET: () => "EOF",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  CERT_HAS_EXPIRED: () =>
    "tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
};
