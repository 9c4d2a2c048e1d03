import type { TLSSocket } from "node:tls";
import type { Connection } from "../pipeline/request.ts";

const known = new WeakMap<TLSSocket, Connection>();

/** What the handshake proved; found out once per connection. */
export function connectionOf(socket: TLSSocket): Connection {
  let connection = known.get(socket);
  if (!connection) {
    const certificate = clientCertificateOf(socket);
    connection = {
      ...(socket.remoteAddress !== undefined && { remoteAddress: socket.remoteAddress }),
      ...(certificate && { clientCertificate: certificate }),
    };
    known.set(socket, connection);
  }
  return connection;
}

/** The client showed a certificate, but of a CA that is not ours, or not valid now. */
export function isForeignCertificate(socket: TLSSocket): boolean {
  return !socket.authorized && Object.keys(socket.getPeerCertificate()).length > 0;
}

function clientCertificateOf(socket: TLSSocket): Connection["clientCertificate"] {
  if (!socket.authorized) return undefined;
  const { subject, fingerprint256 } = socket.getPeerCertificate();
  if (!subject) return undefined;
  return {
    commonName: listOf(subject.CN)[0] ?? "",
    organizations: listOf(subject.O),
    fingerprint: fingerprint256.replace(/:/g, "").toLowerCase(),
  };
}

/** A name that stands several times in a subject arrives as a list, others as a text. */
function listOf(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
