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

/** Every block of the text, in order. One whose content is no base64 is none, as upstream has it. */
export function decodePem(text: string): { label: string; der: Bytes }[] {
  const blocks: { label: string; der: Bytes }[] = [];
  for (const match of text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([^-]+)-----END \1-----/g)) {
    const [, label = "", body = ""] = match;
    const content = body.replace(/\s+/g, "");
    if (isBase64(content)) blocks.push({ label, der: fromBase64(content) });
  }
  return blocks;
}

const isBase64 = (content: string) =>
  content.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(content);

/** The first block with this label. Throws when there is none. */
export function decodePemBlock(text: string, label: PemLabel): Bytes {
  const block = decodePem(text).find((candidate) => candidate.label === label);
  if (!block) throw new Error(`no "${label}" block in the PEM data`);
  return block.der;
}

export interface PemBlock {
  readonly label: string;
  readonly hasHeaders: boolean;
  readonly der: Bytes;
}

/** Every block of the text, in order, with word of headers; what is no base64 is no block. */
export function readPem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  const pattern = /^-----BEGIN ([^\n]*?)-----[ \t\r]*\n([^]*?)^-----END \1-----[ \t\r]*$/gm;
  for (const [, label = "", content = ""] of text.matchAll(pattern)) {
    const lines = content.split("\n").map((line) => line.trim());
    const headers = lines.findIndex((line) => !line.includes(":"));
    const body = lines.slice(headers).join("");
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(body) || body.length % 4 !== 0) continue;
    blocks.push({ label, hasHeaders: headers > 0, der: fromBase64(body) });
  }
  return blocks;
}
