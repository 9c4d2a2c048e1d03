import { utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { ApiRequest } from "../transport.ts";
import type { BearerToken, HttpsTransportOptions } from "./https-transport.ts";

/** What TLS is given. */
export interface ServerTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized: boolean;
  readonly servername?: string;
}

/** As it is sent: below the server's own path, with the query. */
export function requestTarget(server: URL, request: ApiRequest): string {
  const prefix = server.pathname.replace(/\/+$/, "");
  const path = request.path.split("/").map(encodeURIComponent).join("/");
  const query = request.query.toString();
  return prefix + path + (query && `?${query}`);
}

/** Watches and logs; everything else is read to its end. */
export function streams({ path, query }: ApiRequest): boolean {
  if (path.endsWith("/log")) return true;
  return ["watch", "follow"].some((name) => ["true", "1"].includes(query.get(name) ?? ""));
}

export async function bodyBytes({ body }: ApiRequest): Promise<Bytes | undefined> {
  switch (body.kind) {
    case "none":
      return undefined;
    case "object":
      return utf8(JSON.stringify(body.object));
    case "bytes":
      return body.read();
    default:
      return body satisfies never;
  }
}

export function tlsOf(options: HttpsTransportOptions): ServerTls {
  const { certificateAuthority, clientCertificate, tlsServerName } = options;
  return {
    ...(certificateAuthority && { ca: certificateAuthority }),
    ...(clientCertificate && { cert: clientCertificate.certificate, key: clientCertificate.key }),
    ...(tlsServerName && { servername: tlsServerName }),
    rejectUnauthorized: !options.insecureSkipTlsVerify,
  };
}

/** The headers of every request, with the token as it is when one is sent. */
export function headersOf(
  options: HttpsTransportOptions,
): () => Promise<Record<string, string | string[]>> {
  const token = bearerTokens(options.bearerToken);
  return async () => {
    const bearer = await token();
    return {
      ...options.headers,
      "user-agent": options.userAgent ?? "kijabi",
      ...(bearer && { authorization: `Bearer ${bearer}` }),
    };
  };
}

/** A token's file is read again when it has changed. */
function bearerTokens(token: BearerToken | undefined): () => Promise<string | undefined> {
  if (token === undefined || typeof token === "string") return () => Promise.resolve(token);
  let cached: { changed: number; token: string } | undefined;
  return async () => {
    const { readFile, stat } = await import("node:fs/promises");
    const changed = (await stat(token.file)).mtimeMs;
    if (cached?.changed !== changed) {
      cached = { changed, token: (await readFile(token.file, "utf8")).trim() };
    }
    return cached.token;
  };
}
