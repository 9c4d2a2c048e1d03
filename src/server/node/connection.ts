import { X509Certificate } from "node:crypto";
import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import type { Connection } from "../pipeline/request.ts";

/** PEM of those whose certificates mean something; a connection is asked with the same ones. */
export interface TrustedAuthorities {
  /** Their client certificates say who somebody is. */
  readonly client: string;
  /** Their client certificates belong to proxies, which say in headers who somebody is. */
  readonly requestHeader?: string;
}

const known = new WeakMap<TLSSocket, Connection>();

/** What the handshake proved; found out once per connection. */
export function connectionOf(socket: TLSSocket, trusted: TrustedAuthorities): Connection {
  let connection = known.get(socket);
  if (!connection) {
    connection = {
      ...(socket.remoteAddress !== undefined && { remoteAddress: socket.remoteAddress }),
      ...certificatesOf(socket, trusted),
    };
    known.set(socket, connection);
  }
  return connection;
}

function certificatesOf(
  socket: TLSSocket,
  { client, requestHeader }: TrustedAuthorities,
): Pick<Connection, "clientCertificate" | "proxyCertificate"> {
  const certificate = clientCertificateOf(socket);
  if (!certificate) return {};
  if (requestHeader === undefined) return { clientCertificate: certificate };
  const isProxy = isIssuedBy(socket, requestHeader);
  const isClient = isIssuedBy(socket, client);
  return {
    ...(isClient && { clientCertificate: certificate }),
    ...(isProxy && { proxyCertificate: { commonName: certificate.commonName } }),
  };
}

/** Directly, or by way of authorities in between. A resumed session knows only the first. */
function isIssuedBy(socket: TLSSocket, authorities: string): boolean {
  const roots = certificatesIn(authorities);
  const seen = new Set<string>();
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (next?.raw && !seen.has(next.fingerprint256)) {
    seen.add(next.fingerprint256);
    const certificate = new X509Certificate(next.raw);
    for (const root of roots) {
      if (certificate.fingerprint256 === root.fingerprint256) return true;
      if (certificate.checkIssued(root) && certificate.verify(root.publicKey)) return true;
    }
    next = next.issuerCertificate;
  }
  return false;
}

function certificatesIn(pem: string): readonly X509Certificate[] {
  const known = parsed.get(pem);
  if (known) return known;
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const certificates = blocks.map((block) => new X509Certificate(block));
  if (parsed.size === parsedMax) parsed.clear();
  parsed.set(pem, certificates);
  return certificates;
}

/** Authorities are the same for every connection, until they are renewed. */
const parsed = new Map<string, readonly X509Certificate[]>();
const parsedMax = 8;

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
