import type { KeyUsage, Purpose } from "#pki/usages.ts";

/** The API's words for what a key may do. */
const keyUsages: Readonly<Record<string, KeyUsage>> = {
  signing: "digitalSignature",
  "digital signature": "digitalSignature",
  "content commitment": "contentCommitment",
  "key encipherment": "keyEncipherment",
  "key agreement": "keyAgreement",
  "data encipherment": "dataEncipherment",
  "cert sign": "certSign",
  "crl sign": "crlSign",
  "encipher only": "encipherOnly",
  "decipher only": "decipherOnly",
};

/** The API's words for what a certificate may be shown for. */
const purposes: Readonly<Record<string, Purpose>> = {
  any: "any",
  "server auth": "server",
  "client auth": "client",
  "code signing": "codeSigning",
  "email protection": "emailProtection",
  "s/mime": "emailProtection",
  "ipsec end system": "ipsecEndSystem",
  "ipsec tunnel": "ipsecTunnel",
  "ipsec user": "ipsecUser",
  timestamping: "timestamping",
  "ocsp signing": "ocspSigning",
  "microsoft sgc": "microsoftServerGatedCrypto",
  "netscape sgc": "netscapeServerGatedCrypto",
};

/** Throws when a word is unknown. */
export function toX509(usages: readonly string[]): {
  readonly keyUsages: readonly KeyUsage[];
  readonly purposes: readonly Purpose[];
} {
  const unknown = usages.filter((usage) => !keyUsages[usage] && !purposes[usage]);
  if (unknown.length > 0) {
    const list = unknown.map((usage) => JSON.stringify(usage)).join(" ");
    throw new Error(`unrecognized usage values: [${list}]`);
  }
  const mapped = <T>(words: Readonly<Record<string, T>>) => [
    ...new Set(usages.map((usage) => words[usage]).filter((usage) => usage !== undefined)),
  ];
  return { keyUsages: mapped(keyUsages), purposes: mapped(purposes) };
}
