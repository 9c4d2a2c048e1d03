import { concatBytes, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";

/** One element of DER: what X.509 is written in. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  /** The element with its tag and length: what a signature covers. */
  readonly whole: Uint8Array;
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

export class DerError extends Error {
  override name = "DerError";
}

/** The element that starts at `offset`. Throws a `DerError` where the bytes are none. */
export function readElement(bytes: Uint8Array, offset = 0): DerElement {
  const tag = byteAt(bytes, offset);
  let length = byteAt(bytes, offset + 1);
  let start = offset + 2;
  if (length & 0x80) {
    const count = length & 0x7f;
    if (count === 0 || count > 4) throw new DerError(`length of ${count} bytes at ${offset}`);
    length = 0;
    for (let index = 0; index < count; index++) length = length * 256 + byteAt(bytes, start++);
  }
  const end = start + length;
  if (end > bytes.length) throw new DerError(`element at ${offset} ends after the data`);
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(offset, end) };
}

/** The elements that a sequence, a set or an explicit tag holds. */
export function readChildren(element: DerElement): DerElement[] {
  const children: DerElement[] = [];
  for (let offset = 0; offset < element.content.length;) {
    const child = readElement(element.content, offset);
    children.push(child);
    offset += child.whole.length;
  }
  return children;
}

/** A child that must be there, with this tag where one is given. */
export function childAt(children: readonly DerElement[], index: number, tag?: number): DerElement {
  const child = children[index];
  if (!child) throw new DerError(`element ${index} is missing`);
  if (tag !== undefined && child.tag !== tag) {
    throw new DerError(`element ${index} has tag ${child.tag}, not ${tag}`);
  }
  return child;
}

export function readObjectId(element: DerElement): string {
  const parts: number[] = [];
  let value = 0;
  for (const byte of element.content) {
    value = value * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    parts.push(value);
    value = 0;
  }
  const [first = 0, ...rest] = parts;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...rest].join(".");
}

/** Milliseconds since the epoch, of a UTCTime or GeneralizedTime. */
export function readTime(element: DerElement): number {
  const text = String.fromCharCode(...element.content);
  const digits = element.tag === tags.utcTime ? centuryOf(text) + text : text;
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits);
  if (!match) throw new DerError(`time ${text}`);
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The bytes of a bit string that holds whole bytes. */
export function readBitString(element: DerElement): Uint8Array {
  if (element.tag !== tags.bitString || element.content[0] !== 0) throw new DerError("bit string");
  return element.content.subarray(1);
}

export function element(tag: number, ...parts: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const header =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : length < 0x1_0000
          ? [tag, 0x82, length >> 8, length & 0xff]
          : [tag, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
  return concatBytes([new Uint8Array(header), ...parts]);
}

export const sequence = (...parts: readonly Uint8Array[]) => element(tags.sequence, ...parts);
export const set = (...parts: readonly Uint8Array[]) => element(tags.set, ...parts);
export const octetString = (bytes: Uint8Array) => element(tags.octetString, bytes);
export const utf8String = (text: string) => element(tags.utf8String, utf8(text));
/** `[number]` around an element. */
export const explicit = (number: number, ...parts: readonly Uint8Array[]) =>
  element(0xa0 | number, ...parts);
/** `[number]` in place of a primitive element's own tag. */
export const implicit = (number: number, bytes: Uint8Array) => element(0x80 | number, bytes);
export const boolean = (value: boolean) =>
  element(tags.boolean, new Uint8Array([value ? 0xff : 0]));
export const bitString = (bytes: Uint8Array, unusedBits = 0) =>
  element(tags.bitString, new Uint8Array([unusedBits]), bytes);

/** A number that is not negative, from its bytes with the highest first. */
export function integer(bytes: Uint8Array): Bytes {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const magnitude = bytes.subarray(start);
  const sign = (magnitude[0] ?? 0) & 0x80 ? new Uint8Array([0]) : new Uint8Array();
  return element(tags.integer, sign, magnitude);
}

export function objectId(dotted: string): Bytes {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes: number[] = [];
  for (const part of [first * 40 + second, ...rest]) {
    const groups = [part & 0x7f];
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128)) {
      groups.unshift((left & 0x7f) | 0x80);
    }
    bytes.push(...groups);
  }
  return element(tags.objectId, new Uint8Array(bytes));
}

/** UTCTime until 2049, GeneralizedTime after, as RFC 5280 asks. */
export function time(milliseconds: number): Bytes {
  const digits = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, "");
  const isLate = Number(digits.slice(0, 4)) >= 2050;
  return isLate
    ? element(tags.generalizedTime, utf8(digits))
    : element(tags.utcTime, utf8(digits.slice(2)));
}

const centuryOf = (utcTime: string) => (Number(utcTime.slice(0, 2)) < 50 ? "20" : "19");

function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw new DerError(`data ends at ${bytes.length}`);
  return byte;
}
