import { fromBase64, toBase64 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";

export type PemLabel =
  | "CERTIFICATE"
  | "CERTIFICATE REQUEST"
  | "PRIVATE KEY"
  | "PUBLIC KEY"
  | "EC PRIVATE KEY"
  | "RSA PRIVATE KEY";

export function encodePem(label: PemLabel, der: Uint8Array): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** Every block of the text, in order. */
export function decodePem(text: string): { label: string; der: Bytes }[] {
  const blocks: { label: string; der: Bytes }[] = [];
  for (const match of text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([^-]+)-----END \1-----/g)) {
    const [, label = "", body = ""] = match;
    blocks.push({ label, der: fromBase64(body.replace(/\s+/g, "")) });
  }
  return blocks;
}

/** The first block with this label. Throws when there is none. */
export function decodePemBlock(text: string, label: PemLabel): Bytes {
  const block = decodePem(text).find((candidate) => candidate.label === label);
  if (!block) throw new Error(`no "${label}" block in the PEM data`);
  return block.der;
}
