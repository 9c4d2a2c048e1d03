import type { Bytes } from "#base/bytes.ts";
import { utf8 } from "#base/bytes.ts";
import type { DnsRecord } from "./resolve.ts";
import { recordType } from "./resolve.ts";

/** A query as far as a server must understand it. */
export interface Query {
  readonly id: number;
  readonly opcode: number;
  readonly recursionDesired: boolean;
  readonly checkingDisabled: boolean;
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** The question as it was sent, to be sent back. */
  readonly question: Uint8Array;
  readonly edns: Edns | undefined;
}

export interface Edns {
  readonly udpSize: number;
  readonly version: number;
  readonly dnssecOk: boolean;
}

/** One record of a message of somebody else: strings in its data are names. */
export interface RawRecord {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  readonly data: readonly (string | Uint8Array)[];
}

export interface Message {
  readonly id: number;
  readonly flags: number;
  readonly rcode: number;
  readonly isResponse: boolean;
  readonly isTruncated: boolean;
  readonly questions: readonly {
    readonly name: string;
    readonly type: number;
    readonly class: number;
  }[];
  readonly answers: readonly RawRecord[];
  readonly authorities: readonly RawRecord[];
  readonly additionals: readonly RawRecord[];
  /** Where the questions end. */
  readonly questionEnd: number;
  /** Where in the message times to live stand, but for that of OPT, which is none. */
  readonly ttlOffsets: readonly number[];
}

/** The bytes are no DNS message. */
export class MalformedMessage extends Error {
  override name = "MalformedMessage";
}

export const rcode = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const;

export const headerLength = 12;

/** Throws `MalformedMessage`. */
export function parseMessage(bytes: Uint8Array): Message {
  const reader = new Reader(bytes);
  const id = reader.uint16();
  const flags = reader.uint16();
  const counts = [reader.uint16(), reader.uint16(), reader.uint16(), reader.uint16()] as const;
  const questions = [];
  for (let index = 0; index < counts[0]; index++) {
    questions.push({ name: reader.name(), type: reader.uint16(), class: reader.uint16() });
  }
  const questionEnd = reader.offset;
  const ttlOffsets: number[] = [];
  const records = (count: number) => {
    const list: RawRecord[] = [];
    for (let index = 0; index < count; index++) list.push(reader.record(ttlOffsets));
    return list;
  };
  return {
    id,
    flags,
    rcode: flags & 0xf,
    isResponse: (flags & 0x8000) !== 0,
    isTruncated: (flags & 0x0200) !== 0,
    questions,
    answers: records(counts[1]),
    authorities: records(counts[2]),
    additionals: records(counts[3]),
    questionEnd,
    ttlOffsets,
  };
}

/** Undefined for a message with no question, or several, which nobody sends. */
export function queryOf(bytes: Uint8Array, message: Message): Query | undefined {
  const [question, ...others] = message.questions;
  if (!question || others.length > 0) return undefined;
  const opt = message.additionals.find((record) => record.type === recordType.OPT);
  return {
    id: message.id,
    opcode: (message.flags >> 11) & 0xf,
    recursionDesired: (message.flags & 0x0100) !== 0,
    checkingDisabled: (message.flags & 0x0010) !== 0,
    ...question,
    question: bytes.subarray(headerLength, message.questionEnd),
    edns: opt && {
      udpSize: opt.class,
      version: (opt.ttl >>> 16) & 0xff,
      dnssecOk: (opt.ttl & 0x8000) !== 0,
    },
  };
}

export interface Response {
  readonly query: Query;
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly RawRecord[];
  readonly authorities: readonly RawRecord[];
  readonly additionals: readonly RawRecord[];
}

/**
 * Names are compressed. What is longer than `sizeMax` loses additional records first, which nobody
 * misses, then answers, which the flag for truncation then tells of.
 */
export function encodeResponse(response: Response, sizeMax: number): Bytes {
  const { query, authorities, additionals } = response;
  const whole = encode(response, { authorities, additionals });
  if (whole.bytes.length <= sizeMax) return whole.bytes;
  const without = encode(response, { authorities, additionals: [] });
  if (without.bytes.length <= sizeMax) return without.bytes;
  const bare = encode(response, { authorities: [], additionals: [] });
  const optLength = query.edns ? 11 : 0;
  let answers = bare.answerEnds.findLastIndex((end) => end + optLength <= sizeMax) + 1;
  // A count of 0 answers, too, is one that the client asks for again over TCP.
  answers = Math.max(0, answers);
  return encode(
    { ...response, answers: response.answers.slice(0, answers) },
    { authorities: [], additionals: [], truncated: true },
  ).bytes;
}

function encode(
  response: Response,
  rest: {
    readonly authorities: readonly RawRecord[];
    readonly additionals: readonly RawRecord[];
    readonly truncated?: boolean;
  },
) {
  const { query, rcode, authoritative, answers } = response;
  const writer = new Writer();
  writer.uint16(query.id);
  writer.uint16(
    0x8000 |
      (query.opcode << 11) |
      (authoritative ? 0x0400 : 0) |
      (rest.truncated ? 0x0200 : 0) |
      (query.recursionDesired ? 0x0100 : 0) |
      0x0080 |
      (query.checkingDisabled ? 0x0010 : 0) |
      (rcode & 0xf),
  );
  writer.uint16(1);
  writer.uint16(answers.length);
  writer.uint16(rest.authorities.length);
  writer.uint16(rest.additionals.length + (query.edns ? 1 : 0));
  writer.question(query);
  const answerEnds: number[] = [];
  for (const record of answers) {
    writer.record(record);
    answerEnds.push(writer.length);
  }
  for (const record of rest.authorities) writer.record(record);
  for (const record of rest.additionals) writer.record(record);
  if (query.edns) {
    const ttl = ((rcode >> 4) << 24) | (query.edns.dnssecOk ? 0x8000 : 0);
    writer.record({ name: "", type: recordType.OPT, class: udpSizeMax, ttl: ttl >>> 0, data: [] });
  }
  return { bytes: writer.bytes(), answerEnds };
}

/** The longest answer over UDP that we take, and give when it is asked for. */
export const udpSizeMax = 4096;

/** A new query, with EDNS so that answers over UDP may be long. */
export function encodeQuery(options: {
  readonly id: number;
  readonly name: string;
  readonly type: number;
}): Bytes {
  const writer = new Writer();
  writer.uint16(options.id);
  for (const value of [0x0100, 1, 0, 0, 1]) writer.uint16(value);
  writer.name(options.name, false);
  writer.uint16(options.type);
  writer.uint16(1);
  writer.record({ name: "", type: recordType.OPT, class: 1232, ttl: 0, data: [] });
  return writer.bytes();
}

/** The form on the wire of what we answer ourselves. */
export function rawRecord(record: DnsRecord): RawRecord {
  const { name, ttl } = record;
  const raw = { name, ttl, class: 1, type: recordType[record.type] };
  switch (record.type) {
    case "A":
      return { ...raw, data: [Uint8Array.from(record.address.split("."), Number)] };
    case "CNAME":
    case "NS":
    case "PTR":
      return { ...raw, data: [record.target] };
    case "SRV":
      return {
        ...raw,
        data: [numbers(2, record.priority, record.weight, record.port), record.target],
      };
    case "TXT": {
      const text = utf8(record.text).subarray(0, 255);
      return { ...raw, data: [Uint8Array.of(text.length), text] };
    }
    case "SOA": {
      const { nameServer, mailbox, serial, negativeTtl } = record;
      const times = numbers(4, serial, 7200, 1800, 86_400, negativeTtl);
      return { ...raw, data: [nameServer, mailbox, times] };
    }
    default:
      return record satisfies never;
  }
}

function numbers(width: 2 | 4, ...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * width);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) {
    if (width === 2) view.setUint16(index * 2, value);
    else view.setUint32(index * 4, value);
  }
  return bytes;
}

/** How the data of types with names in it is made up: bytes before, then names. */
const nameLayouts: Readonly<Record<number, { readonly before: number; readonly names: number }>> = {
  [recordType.NS]: { before: 0, names: 1 },
  [recordType.CNAME]: { before: 0, names: 1 },
  [recordType.PTR]: { before: 0, names: 1 },
  [recordType.DNAME]: { before: 0, names: 1 },
  [recordType.MX]: { before: 2, names: 1 },
  [recordType.SRV]: { before: 6, names: 1 },
  [recordType.SOA]: { before: 0, names: 2 },
};

/** Only in these may names be compressed: of younger types not every reader knows the layout. */
const compressible: ReadonlySet<number> = new Set([
  recordType.NS,
  recordType.CNAME,
  recordType.PTR,
  recordType.MX,
  recordType.SOA,
]);

/** Stands for a dot inside of a label, which no name of a host has but the wire allows. */
const innerDot = "\uff0e";

class Reader {
  offset = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  uint16(): number {
    this.#need(2);
    const value = this.#view.getUint16(this.offset);
    this.offset += 2;
    return value;
  }

  uint32(): number {
    this.#need(4);
    const value = this.#view.getUint32(this.offset);
    this.offset += 4;
    return value;
  }

  take(length: number): Uint8Array {
    this.#need(length);
    const part = this.#bytes.slice(this.offset, this.offset + length);
    this.offset += length;
    return part;
  }

  name(): string {
    const labels: string[] = [];
    let at = this.offset;
    let end: number | undefined;
    let length = 0;
    for (;;) {
      const size = this.#bytes[at];
      if (size === undefined) throw new MalformedMessage("a name ends outside of the message");
      if (size === 0) break;
      if ((size & 0xc0) === 0xc0) {
        const target = ((size & 0x3f) << 8) | (this.#bytes[at + 1] ?? 0);
        end ??= at + 2;
        // Only backwards: a name cannot go round in circles.
        if (target >= at) throw new MalformedMessage("a name points forward");
        at = target;
        continue;
      }
      length += size + 1;
      if (size > 63 || length > 255) throw new MalformedMessage("a name is too long");
      if (at + 1 + size > this.#bytes.length) throw new MalformedMessage("a label is cut off");
      labels.push(labelText(this.#bytes.subarray(at + 1, at + 1 + size)));
      at += 1 + size;
    }
    this.offset = end ?? at + 1;
    return labels.join(".");
  }

  record(ttlOffsets: number[]): RawRecord {
    const name = this.name();
    const type = this.uint16();
    const recordClass = this.uint16();
    if (type !== recordType.OPT) ttlOffsets.push(this.offset);
    const ttl = this.uint32();
    const length = this.uint16();
    this.#need(length);
    const end = this.offset + length;
    const layout = nameLayouts[type];
    const data: (string | Uint8Array)[] = [];
    if (layout && length > 0) {
      if (layout.before > 0) data.push(this.take(layout.before));
      for (let index = 0; index < layout.names; index++) data.push(this.name());
    }
    if (this.offset > end) throw new MalformedMessage("a record's data is longer than it says");
    if (this.offset < end) data.push(this.take(end - this.offset));
    return { name, type, class: recordClass, ttl, data };
  }

  #need(length: number): void {
    if (this.offset + length > this.#bytes.length) {
      throw new MalformedMessage("the message is cut off");
    }
  }
}

function labelText(label: Uint8Array): string {
  return String.fromCharCode(...label).replaceAll(".", innerDot);
}

class Writer {
  #bytes = new Uint8Array(512);
  #length = 0;
  /** Where names that were written begin, for others to point to. */
  readonly #names = new Map<string, number>();

  get length(): number {
    return this.#length;
  }

  bytes(): Bytes {
    return this.#bytes.slice(0, this.#length);
  }

  uint16(value: number): void {
    this.raw(Uint8Array.of(value >> 8, value & 0xff));
  }

  raw(part: Uint8Array): void {
    const needed = this.#length + part.length;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(part, this.#length);
    this.#length = needed;
  }

  /** As it came, letters' case included, and known from now on. */
  question(query: Query): void {
    const start = this.#length;
    let at = start;
    const labels = query.name === "" ? [] : query.name.split(".");
    for (const [index, label] of labels.entries()) {
      this.#names.set(labels.slice(index).join(".").toLowerCase(), at);
      at += 1 + label.length;
    }
    this.raw(query.question);
  }

  name(name: string, compress: boolean): void {
    const labels = name === "" ? [] : name.split(".");
    for (const [index, label] of labels.entries()) {
      const suffix = labels.slice(index).join(".").toLowerCase();
      const known = this.#names.get(suffix);
      if (compress && known !== undefined) return this.uint16(0xc000 | known);
      if (this.#length < 0x4000 && known === undefined) this.#names.set(suffix, this.#length);
      const bytes = Uint8Array.from(label.replaceAll(innerDot, "."), (letter) =>
        letter.charCodeAt(0),
      );
      this.raw(Uint8Array.of(bytes.length));
      this.raw(bytes);
    }
    this.raw(Uint8Array.of(0));
  }

  record(record: RawRecord): void {
    this.name(record.name, true);
    this.uint16(record.type);
    this.uint16(record.class);
    this.uint16(record.ttl >>> 16);
    this.uint16(record.ttl & 0xffff);
    const lengthAt = this.#length;
    this.uint16(0);
    for (const part of record.data) {
      if (typeof part === "string") this.name(part, compressible.has(record.type));
      else this.raw(part);
    }
    const length = this.#length - lengthAt - 2;
    this.#bytes[lengthAt] = length >> 8;
    this.#bytes[lengthAt + 1] = length & 0xff;
  }
}
