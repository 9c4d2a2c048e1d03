import { toBase64 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";

export async function sha256(data: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
}

export async function sha256Hex(data: Bytes): Promise<string> {
  return toHex(await sha256(data));
}

export async function sha256Base64Url(data: Bytes): Promise<string> {
  return toBase64Url(await sha256(data));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Without padding, as JWTs have it. */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
