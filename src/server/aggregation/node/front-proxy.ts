import { Agent } from "node:https";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { upgradeTarget } from "#streaming/node/target.ts";
import { tunnelUpgrade } from "#streaming/node/tunnel.ts";
import { forward, forwardedPath } from "../../node/forward.ts";
import { reasonOf } from "../../node/network-reason.ts";
import { shownAddress } from "../remote.ts";
import type { RemoteRequest, RemoteServer, RemoteServers } from "../remote.ts";

export interface FrontProxyOptions {
  /** PEM: by this, other servers believe what this one says of who asks. Read as it is needed. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
}

/** Reaches servers behind APIServices over HTTPS, on connections that are kept until `close`. */
export function frontProxy(options: FrontProxyOptions): RemoteServers & {
  close(): void;
} {
  // The authorities and names are part of what a kept connection is found by.
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 16 });
  const tlsOf = ({ name, certificateAuthority, insecureSkipTlsVerify }: RemoteServer) => {
    const { clientCertificate } = options;
    return {
      ...(clientCertificate && { cert: clientCertificate.certificate, key: clientCertificate.key }),
      ...(certificateAuthority && { ca: certificateAuthority }),
      servername: name,
      rejectUnauthorized: !insecureSkipTlsVerify,
    };
  };
  return {
    async fetch(server, request, signal) {
      const { host, port } = server.address;
      const options = {
        ...tlsOf(server),
        agent,
        method: request.method,
        host,
        port,
        path: forwardedPath(request),
        headers: headersOf(server, request),
        signal,
      };
      try {
        return await forward("https", options, request.body);
      } catch (error) {
        throw new Error(reasonOf(error, shownAddress(server)), { cause: error });
      }
    },
    async tunnel(upgrade, server, request) {
      const url = `https://${shownAddress(server)}${forwardedPath(request)}`;
      const headers = headersOf(server, request);
      await tunnelUpgrade(
        upgrade.request as IncomingMessage,
        upgrade.socket as Duplex,
        upgrade.head as Buffer,
        upgradeTarget(url, { tls: tlsOf(server), headers }),
      );
    },
    close: () => agent.destroy(),
  };
}

function headersOf(server: RemoteServer, { headers, body }: RemoteRequest) {
  const sent: Record<string, string | string[]> = { host: shownAddress(server) };
  for (const [name, value] of Object.entries(headers)) {
    sent[name] = typeof value === "string" ? value : [...value];
  }
  if (body) sent["content-length"] = String(body.length);
  return sent;
}
