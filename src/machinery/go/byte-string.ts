import { utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";

/**
 * Text as Go holds it: each character stands for one byte of UTF-8. Lengths, positions and slices
 * are Go's, and a character that was cut in two survives until it is printed.
 */
export type ByteString = string;

export function toByteString(text: string): ByteString {
  return isAscii(text) ? text : binary(utf8(text));
}

/** Bytes that are no UTF-8 become U+FFFD. */
export function fromByteString(bytes: ByteString): string {
  return isAscii(bytes)
    ? bytes
    : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytesOf(bytes));
}

export function bytesOf(bytes: ByteString): Bytes {
  const result = new Uint8Array(bytes.length);
  for (let index = 0; index < bytes.length; index++) result[index] = bytes.charCodeAt(index);
  return result;
}

/** One character of UTF-8. Broken bytes are read one by one, as U+FFFD. */
export interface Rune {
  readonly code: number;
  readonly size: number;
}

export const runeError = 0xfffd;

export function runeAt(bytes: ByteString, at: number): Rune {
  const first = bytes.charCodeAt(at);
  if (first < 0x80) return { code: first, size: 1 };
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + size > bytes.length) return broken;
  let code = first & (0xff >> (size + 1));
  for (let index = at + 1; index < at + size; index++) {
    const next = bytes.charCodeAt(index);
    if ((next & 0xc0) !== 0x80) return broken;
    code = (code << 6) | (next & 0x3f);
  }
  const isOverlong = (size === 3 && code < 0x800) || (size === 4 && code < 0x10000);
  if (isOverlong || !isValidRune(code)) return broken;
  return { code, size };
}

const broken: Rune = { code: runeError, size: 1 };

export function* runesOf(bytes: ByteString): Generator<Rune> {
  for (let at = 0; at < bytes.length;) {
    const rune = runeAt(bytes, at);
    yield rune;
    at += rune.size;
  }
}

export function runeCount(bytes: ByteString): number {
  if (isAscii(bytes)) return bytes.length;
  let count = 0;
  for (let at = 0; at < bytes.length; count++) at += runeAt(bytes, at).size;
  return count;
}

export function isValidRune(code: number): boolean {
  return (code >= 0 && code < 0xd800) || (code > 0xdfff && code <= 0x10ffff);
}

/** The bytes of one character; U+FFFD for what is none. */
export function encodeRune(code: number): ByteString {
  return toByteString(String.fromCodePoint(isValidRune(code) ? code : runeError));
}

export function isPrintable(code: number): boolean {
  if (code < 0x7f) return code >= 0x20;
  return /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(String.fromCodePoint(code));
}

export function isLetter(code: number): boolean {
  return /\p{L}/u.test(String.fromCodePoint(code));
}

export function isDigit(code: number): boolean {
  return /\p{Nd}/u.test(String.fromCodePoint(code));
}

function isAscii(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- all of ASCII is meant
  return /^[\0-\x7f]*$/.test(text);
}

function binary(bytes: Uint8Array): ByteString {
  let result = "";
  for (let offset = 0; offset < bytes.length; offset += 8192) {
    result += String.fromCharCode(...bytes.subarray(offset, offset + 8192));
  }
  return result;
}
