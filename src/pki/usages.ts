import { bitString, objectId, sequence } from "./der.ts";
import type { Bytes } from "#base/bytes.ts";

/** What a key may do, in the order of X.509's bits. */
const keyUsages = [
  "digitalSignature",
  "contentCommitment",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "certSign",
  "crlSign",
  "encipherOnly",
  "decipherOnly",
] as const;

/** What a certificate may be shown for, in the order in which others list them. */
const purposes = {
  any: "2.5.29.37.0",
  server: "1.3.6.1.5.5.7.3.1",
  client: "1.3.6.1.5.5.7.3.2",
  codeSigning: "1.3.6.1.5.5.7.3.3",
  emailProtection: "1.3.6.1.5.5.7.3.4",
  ipsecEndSystem: "1.3.6.1.5.5.7.3.5",
  ipsecTunnel: "1.3.6.1.5.5.7.3.6",
  ipsecUser: "1.3.6.1.5.5.7.3.7",
  timestamping: "1.3.6.1.5.5.7.3.8",
  ocspSigning: "1.3.6.1.5.5.7.3.9",
  microsoftServerGatedCrypto: "1.3.6.1.4.1.311.10.3.3",
  netscapeServerGatedCrypto: "2.16.840.1.113730.4.1",
} as const;

export type KeyUsage = (typeof keyUsages)[number];
export type Purpose = keyof typeof purposes;

/** The bits, without the zeros behind the last one. */
export function encodeKeyUsages(usages: readonly KeyUsage[]): Bytes {
  const bits = usages.map((usage) => keyUsages.indexOf(usage));
  const last = Math.max(...bits);
  const bytes = new Uint8Array((last >> 3) + 1);
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return bitString(bytes, 7 - (last & 7));
}

export function encodePurposes(wanted: readonly Purpose[]): Bytes {
  const names = Object.keys(purposes).filter((name) => wanted.includes(name as Purpose));
  return sequence(...names.map((name) => objectId(purposes[name as Purpose])));
}

/** Undefined when it is one that nobody here asks for. */
export function purposeOf(oid: string): Purpose | undefined {
  return Object.keys(purposes).find((name) => purposes[name as Purpose] === oid) as
    | Purpose
    | undefined;
}
