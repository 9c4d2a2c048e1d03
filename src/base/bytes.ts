const encoder = new TextEncoder();
const decoder = new TextDecoder();

export type Bytes = Uint8Array<ArrayBuffer>;

export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

export function text(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

export function concatBytes(parts: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Room for what is gone within moments: cut from pieces that would live as long as one of them. */
export function shortLived(length: number): Bytes {
  if (length > pieceBytes / 4) return new Uint8Array(length);
  if (used + length > pieceBytes) {
    piece = new Uint8Array(pieceBytes);
    used = 0;
  }
  used += length;
  return piece.subarray(used - length, used);
}

const pieceBytes = 64 * 1024;
let piece: Bytes = new Uint8Array(0);
let used = pieceBytes;

export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false;
  return true;
}

/** Standard base64, in chunks because `fromCharCode` takes only so many arguments. */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let offset = 0; offset < bytes.length; offset += 8192) {
    binary += String.fromCharCode(...bytes.subarray(offset, offset + 8192));
  }
  return btoa(binary);
}

/** Throws on characters outside of the alphabet. */
export function fromBase64(encoded: string): Bytes {
  const binary = atob(encoded);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
