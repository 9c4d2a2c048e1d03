import type { Transport } from "#client/transport.ts";

/** What a server is spoken to through. */
export interface Connection {
  readonly transport: Transport;
  close(): void;
}
