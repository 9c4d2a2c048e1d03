import type { Bytes } from "#base/bytes.ts";
import { invariant } from "#base/invariant.ts";

// The wire format of protocol buffers: tags, varints, and length-delimited values.

export const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const twoTo32 = 4294967296;
/** Up to here a loop over characters beats the call into the text codecs. */
const shortText = 32;

export class ProtobufError extends Error {
  override name = "ProtobufError";
}

/** Appends to a buffer that grows. */
export class Writer {
  #bytes: Bytes = new Uint8Array(512);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  /** Whether missing fields are to be written as zero; for the codec above. */
  fillsZero = false;

  get length(): number {
    return this.#length;
  }

  /** A copy of what was written. */
  finish(): Bytes {
    return this.#bytes.slice(0, this.#length);
  }

  reset(fillsZero = false): void {
    this.#length = 0;
    this.fillsZero = fillsZero;
  }

  /** Drops what was written after `length`. */
  truncate(length: number): void {
    this.#length = length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Any whole number; negative ones take ten bytes, as int32 and int64 do on the wire. */
  varint(value: number): void {
    this.#reserve(10);
    if (value >= 0 && value < 128) {
      this.#bytes[this.#length++] = value;
    } else if (value >= 0 && value < twoTo32) {
      this.#varint32(value);
    } else {
      this.#varint64(value);
    }
  }

  double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** Length, then the text in UTF-8. */
  text(value: string): void {
    const length = value.length;
    this.#reserve(length * 3 + 5);
    if (length <= shortText) {
      const start = this.#length;
      let at = start;
      this.#bytes[at++] = length;
      let index = 0;
      for (; index < length; index++) {
        const code = value.charCodeAt(index);
        if (code > 127) break;
        this.#bytes[at++] = code;
      }
      if (index === length) {
        this.#length = at;
        return;
      }
    }
    const mark = this.open();
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(this.#length));
    this.#length += written;
    this.close(mark);
  }

  /** Starts a length-delimited value; `close` fills in its length. */
  open(): number {
    this.#reserve(1);
    return this.#length++;
  }

  close(mark: number): void {
    const size = this.#length - mark - 1;
    if (size < 128) {
      this.#bytes[mark] = size;
      return;
    }
    let lengthBytes = 1;
    for (let rest = size >>> 7; rest > 0; rest >>>= 7) lengthBytes++;
    this.#reserve(lengthBytes);
    this.#bytes.copyWithin(mark + lengthBytes, mark + 1, this.#length);
    const end = this.#length + lengthBytes - 1;
    this.#length = mark;
    this.#varint32(size);
    this.#length = end;
  }

  #varint32(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  #varint64(value: number): void {
    invariant(Number.isFinite(value), "a varint is finite");
    let rest = BigInt.asUintN(64, BigInt(Math.trunc(value)));
    while (rest > 127n) {
      this.#bytes[this.#length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads what `Writer` writes, and throws `ProtobufError` on what no writer wrote. */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;
  /** How many messages are open; for the codec above. */
  depth = 0;
  #low = 0;
  #high = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get position(): number {
    return this.#position;
  }

  get size(): number {
    return this.#bytes.length;
  }

  /** What was read since `position`. */
  since(position: number): Uint8Array {
    return this.#bytes.subarray(position, this.#position);
  }

  uint32(): number {
    const first = this.#bytes[this.#position];
    if (first !== undefined && first < 128) {
      this.#position++;
      return first;
    }
    this.#varint();
    return this.#low;
  }

  int32(): number {
    return this.uint32() | 0;
  }

  bool(): boolean {
    this.#varint();
    return this.#low !== 0 || this.#high !== 0;
  }

  /** Beyond 2^53 the nearest number: nanoseconds since the epoch lose their last digits. */
  int64(): number {
    this.#varint();
    return (this.#high | 0) * twoTo32 + this.#low;
  }

  uint64(): number {
    this.#varint();
    return this.#high * twoTo32 + this.#low;
  }

  double(): number {
    const at = this.#advance(8);
    return this.#view.getFloat64(at, true);
  }

  /** Reads a length; returns where the value of that length ends. */
  end(): number {
    const length = this.uint32();
    if (length > this.#bytes.length - this.#position) throw truncated();
    return this.#position + length;
  }

  raw(): Uint8Array {
    const end = this.end();
    const part = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return part;
  }

  text(): string {
    const end = this.end();
    const start = this.#position;
    this.#position = end;
    if (end - start <= shortText) {
      let text = "";
      let at = start;
      for (; at < end; at++) {
        const code = this.#bytes[at] ?? 0;
        if (code > 127) break;
        text += String.fromCharCode(code);
      }
      if (at === end) return text;
    }
    return decoder.decode(this.#bytes.subarray(start, end));
  }

  skip(wire: number): void {
    switch (wire) {
      case wireType.varint:
        this.#varint();
        return;
      case wireType.fixed64:
        this.#advance(8);
        return;
      case wireType.bytes:
        this.#position = this.end();
        return;
      case wireType.fixed32:
        this.#advance(4);
        return;
      default:
        throw new ProtobufError(`proto: illegal wireType ${wire}`);
    }
  }

  #varint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      if (shift >= 70) throw new ProtobufError("proto: integer overflow");
      const byte = this.#bytes[this.#position];
      if (byte === undefined) throw truncated();
      this.#position++;
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 128) break;
    }
    this.#low = low >>> 0;
    this.#high = high >>> 0;
  }

  #advance(count: number): number {
    const at = this.#position;
    if (count > this.#bytes.length - at) throw truncated();
    this.#position = at + count;
    return at;
  }
}

function truncated(): ProtobufError {
  return new ProtobufError("unexpected EOF");
}
