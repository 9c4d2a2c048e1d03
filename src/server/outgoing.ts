import type { Transport } from "#client/transport.ts";

/** Another server that this one asks. */
export interface OutgoingTarget {
  /** "https://login.example.com:8443" */
  readonly server: string;
  /** PEM; the system's authorities when missing. */
  readonly certificateAuthority?: string;
}

/** Ways from this server to others; each is opened once and kept. */
export interface Outgoing {
  to(target: OutgoingTarget): Transport;
}
