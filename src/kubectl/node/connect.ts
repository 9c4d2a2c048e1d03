import { httpsTransport } from "#client/node/https-transport.ts";
import type { ApiRequest } from "#client/transport.ts";
import { toBase64, utf8 } from "#base/bytes.ts";
import type { ClusterAccess } from "../config/cluster-access.ts";
import type { Connection } from "../config/connection.ts";
import { CommandError, ConnectionError } from "../errors.ts";

/** Speaks HTTPS to the server that a context names. */
export async function connect(
  access: ClusterAccess,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Connection> {
  if (access.exec) throw new CommandError("credential programs are not run yet");
  if (access.proxyUrl || environment.HTTPS_PROXY) {
    throw new CommandError("proxies are not spoken to yet");
  }
  const { certificateAuthority, clientCertificate, bearerToken } = access;
  const transport = httpsTransport({
    server: access.server,
    userAgent: "kubectl/v1.36.0 (kijabi)",
    ...(certificateAuthority && { certificateAuthority }),
    ...(clientCertificate && { clientCertificate }),
    ...(bearerToken && { bearerToken }),
    ...(access.insecureSkipTlsVerify && { insecureSkipTlsVerify: true }),
    ...(access.tlsServerName && { tlsServerName: access.tlsServerName }),
  });
  const extra = headersOf(access);
  const { host, hostname } = new URL(access.server);
  return {
    close: () => transport.close(),
    transport: {
      async send(request, signal) {
        const query = new URLSearchParams(request.query);
        const timeout = access.requestTimeoutMs;
        if (timeout > 0 && !query.has("timeout")) query.set("timeout", `${timeout / 1000}s`);
        const prepared: ApiRequest = {
          ...request,
          query,
          headers: { ...extra, ...request.headers },
        };
        const limit = timeout > 0 ? AbortSignal.timeout(timeout) : undefined;
        const signals = [signal, limit].filter((one) => one !== undefined);
        try {
          return await transport.send(prepared, AbortSignal.any(signals));
        } catch (error) {
          if (signal?.aborted) throw error;
          throw connectionError(error, { host, hostname, timedOut: limit?.aborted ?? false });
        }
      },
    },
  };
}

function headersOf({ impersonate, basic }: ClusterAccess): ApiRequest["headers"] {
  const headers: Record<string, string> = {};
  if (basic)
    headers.authorization = `Basic ${toBase64(utf8(`${basic.username}:${basic.password}`))}`;
  if (impersonate) {
    headers["impersonate-user"] = impersonate.user;
    if (impersonate.uid) headers["impersonate-uid"] = impersonate.uid;
  }
  return headers;
}

/** In the words of Go's net package, which people search for. */
function connectionError(
  error: unknown,
  { host, hostname, timedOut }: { host: string; hostname: string; timedOut: boolean },
): Error {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const told = (message: string) =>
    new ConnectionError(message, { code, server: host, cause: error });
  if (timedOut) {
    return told(
      "net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)",
    );
  }
  const known = meanings[code];
  if (known) return told(known(hostname));
  return error instanceof Error && code ? told(error.message) : (error as Error);
}

const untrusted = () =>
  "tls: failed to verify certificate: x509: certificate signed by unknown authority";

const meanings: Readonly<Record<string, (host: string) => string>> = {
  ECONNREFUSED: (host) => `dial tcp ${host}: connect: connection refused`,
  ENOTFOUND: (host) => `dial tcp: lookup ${host}: no such host`,
  EAI_AGAIN: (host) => `dial tcp: lookup ${host}: server misbehaving`,
  ETIMEDOUT: (host) => `dial tcp ${host}: i/o timeout`,
  EHOSTUNREACH: (host) => `dial tcp ${host}: connect: no route to host`,
  ENETUNREACH: (host) => `dial tcp ${host}: connect: network is unreachable`,
  ECONNRESET: () => "EOF",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  CERT_HAS_EXPIRED: () =>
    "tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
};
