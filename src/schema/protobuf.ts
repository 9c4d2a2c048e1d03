import type { Bytes } from "#base/bytes.ts";
import { fromBase64, text, toBase64 } from "#base/bytes.ts";
import { parseDuration, formatDuration } from "#base/duration.ts";
import { zeroOf } from "./decode.ts";
import type { FieldSpec, Kind } from "./field.ts";
import { apiVersionOf, fieldsOf, isKindType } from "./message.ts";
import type { MessageType, Value } from "./message.ts";
import { isJsonTooDeep, nestingMax, tooDeep } from "./nesting.ts";
import { ProtobufError, Reader, wireType, Writer } from "./protobuf-wire.ts";
import { hasPresence } from "./protobuf-presence.ts";

export { ProtobufError } from "./protobuf-wire.ts";

export interface ProtobufDecodeOptions {
  /**
   * Fill in what the sender left out: zero for scalars, empty lists and maps. This is how proto3
   * reads (CRI); Kubernetes' own objects leave fields out.
   */
  readonly fillZero?: boolean;
}

export interface ProtobufEncodeOptions {
  /**
   * Write missing fields as zero, unless the definition tells the two apart. Upstream's encoder
   * does so for Kubernetes' own objects; without it, missing fields are not written (CRI).
   */
  readonly fillZero?: boolean;
}

/** The protobuf form of a value of `type`, without envelope. */
export function encodeProtobuf(
  type: MessageType,
  value: object,
  options: ProtobufEncodeOptions = {},
): Bytes {
  const writer = sharedWriter ?? new Writer();
  // Whoever encodes meanwhile (a conversion that throws, a getter) gets a writer of their own.
  sharedWriter = undefined;
  writer.reset(options.fillZero === true);
  writeMessage(planOf(type), writer, value as Row);
  const bytes = writer.finish();
  sharedWriter = writer;
  return bytes;
}

/**
 * Reads the protobuf form of `type`. Throws `ProtobufError` on bytes that are none. Fields that
 * the type does not have are skipped. The object gets its apiVersion and kind, which travel outside;
 * items of a list do not.
 */
export function decodeProtobuf<M extends MessageType>(
  type: M,
  bytes: Uint8Array,
  options: ProtobufDecodeOptions = {},
): Value<M> {
  const plan = planOf(type);
  const reader = new Reader(bytes);
  const fillZero = options.fillZero === true;
  const row: Row = { ...plan.info, ...newRow(plan, fillZero) };
  readMessage(plan, reader, reader.size, row, fillZero);
  return row as Value<M>;
}

type Row = Record<string, unknown>;

/** A type's fields, compiled once to functions by their tags. */
interface Plan {
  /** In the order of tags, as upstream writes. */
  readonly writers: Write[];
  /** By tag. */
  readonly readers: (Read | undefined)[];
  /** What `fillZero` puts in, in order of definition. */
  readonly zeros: { readonly name: string; readonly of: Kind }[];
  readonly info: { readonly apiVersion: string; readonly kind: string } | undefined;
}

type Write = (writer: Writer, row: Row) => void;
type Read = (reader: Reader, wire: number, row: Row, fillZero: boolean) => void;
/** Of one value, without its tag. */
type WriteValue = (writer: Writer, value: unknown) => void;
type ReadValue = (reader: Reader, fillZero: boolean, previous?: unknown) => unknown;

let sharedWriter: Writer | undefined;
const plans = new WeakMap<MessageType, Plan>();

function planOf(type: MessageType): Plan {
  let plan = plans.get(type);
  if (!plan) {
    const info = isKindType(type)
      ? { apiVersion: apiVersionOf(type.info), kind: type.info.kind }
      : undefined;
    plan = { writers: [], readers: [], zeros: [], info };
    plans.set(type, plan);
    addFields(plan, type, fieldsOf(type), 0);
    addZeros(plan, fieldsOf(type));
  }
  return plan;
}

type NamedSpec = readonly [name: string, spec: FieldSpec];

/** Compiles fields at a depth of `within`; what stands deeper becomes an embedded message. */
function addFields(
  plan: Pick<Plan, "writers" | "readers">,
  type: MessageType,
  fields: readonly NamedSpec[],
  depth: number,
): void {
  const embedded = new Map<number, NamedSpec[]>();
  const writers: [tag: number, write: Write][] = [];
  for (const field of fields) {
    const [name, spec] = field;
    const outer = spec.within?.[depth];
    if (outer !== undefined) {
      embedded.set(outer, [...(embedded.get(outer) ?? []), field]);
    } else if (spec.tag > 0) {
      writers.push([spec.tag, fieldWriter(type, name, spec)]);
      plan.readers[spec.tag] = fieldReader(type, name, spec);
    }
  }
  for (const [tag, group] of embedded) {
    const inner: Pick<Plan, "writers" | "readers"> = { writers: [], readers: [] };
    addFields(inner, type, group, depth + 1);
    writers.push([tag, embeddedWriter(tag, inner)]);
    plan.readers[tag] = (reader, wire, row, fillZero) => {
      if (wire !== wireType.bytes) throw wrongWire(wire, type.schemaName);
      readMessage(inner, reader, reader.end(), row, fillZero);
    };
  }
  writers.sort(([left], [right]) => left - right);
  plan.writers.push(...writers.map(([, write]) => write));
}

/** An embedded message is no pointer: it is there even where it is empty. */
function embeddedWriter(tag: number, inner: Pick<Plan, "writers">): Write {
  const key = tagBytes(tag, wireType.bytes);
  return (writer, row) => {
    const start = writer.length;
    writer.raw(key);
    const mark = writer.open();
    for (const write of inner.writers) write(writer, row);
    if (writer.length === mark + 1 && !writer.fillsZero) writer.truncate(start);
    else writer.close(mark);
  };
}

function addZeros(plan: Plan, fields: readonly NamedSpec[]): void {
  for (const [name, { of, tag }] of fields) {
    if (tag > 0 && of.kind !== "message" && of.kind !== "json") plan.zeros.push({ name, of });
  }
}

function newRow(plan: Plan, fillZero: boolean): Row {
  const row: Row = {};
  if (fillZero) for (const { name, of } of plan.zeros) row[name] = zeroOf(of);
  return row;
}

function writeMessage(plan: Pick<Plan, "writers">, writer: Writer, row: Row): void {
  for (const write of plan.writers) write(writer, row);
}

function readMessage(
  plan: Pick<Plan, "readers">,
  reader: Reader,
  end: number,
  row: Row,
  fillZero: boolean,
): void {
  const { readers } = plan;
  if (++reader.depth > nestingMax) throw new ProtobufError(tooDeep);
  while (reader.position < end) {
    const key = reader.uint32();
    const read = readers[key >>> 3];
    if (read) read(reader, key & 7, row, fillZero);
    else reader.skip(key & 7);
  }
  if (reader.position !== end) throw new ProtobufError("unexpected EOF");
  reader.depth--;
}

function fieldWriter(type: MessageType, name: string, spec: FieldSpec): Write {
  const { of, tag } = spec;
  if (of.kind === "map") return mapWriter(name, tag, of.value);
  const item = of.kind === "list" ? of.item : of;
  const key = tagBytes(tag, wireOf(item));
  const only = key.length === 1 ? (key[0] ?? 0) : -1;
  const writeValue = valueWriter(item, special(type, name));
  const wrapped = of.kind === "list" && wrappedLists.has(`${type.schemaName}.${name}`);
  if (wrapped) {
    const writeList = wrappedListWriter(of.item);
    return (writer, row) => {
      const value = row[name];
      if (value === undefined || value === null) return;
      writer.raw(key);
      writeList(writer, value);
    };
  }
  if (of.kind === "list") {
    return (writer, row) => {
      const values = row[name] as readonly unknown[] | null | undefined;
      if (!values) return;
      for (const value of values) {
        if (only >= 0) writer.byte(only);
        else writer.raw(key);
        writeValue(writer, value);
      }
    };
  }
  const writeZero = hasPresence(spec) ? undefined : zeroWriter(of);
  return (writer, row) => {
    const value = row[name];
    const isMissing = value === undefined || value === null;
    if (isMissing && (!writeZero || !writer.fillsZero)) return;
    if (only >= 0) writer.byte(only);
    else writer.raw(key);
    if (isMissing) writeZero?.(writer);
    else writeValue(writer, value);
  };
}

/** What stands for a missing value after its tag; undefined where even zeros are left out. */
function zeroWriter(of: Kind): ((writer: Writer) => void) | undefined {
  switch (of.kind) {
    case "bytes":
      return undefined;
    case "json":
    case "time":
    case "microTime":
      return (writer) => writer.byte(0);
    default: {
      const zero = zeroOf(of);
      const writeValue = valueWriter(of);
      return (writer) => writeValue(writer, zero);
    }
  }
}

function mapWriter(name: string, tag: number, of: Kind): Write {
  const key = tagBytes(tag, wireType.bytes);
  const valueKey = (2 << 3) | wireOf(of);
  const writeValue = of.kind === "list" ? wrappedListWriter(of.item) : valueWriter(of);
  return (writer, row) => {
    const entries = row[name] as Row | null | undefined;
    if (!entries) return;
    for (const entry of Object.keys(entries).sort()) {
      writer.raw(key);
      const mark = writer.open();
      writer.byte((1 << 3) | wireType.bytes);
      writer.text(entry);
      writer.byte(valueKey);
      writeValue(writer, entries[entry]);
      writer.close(mark);
    }
  };
}

/** Protobuf knows no map of lists: the list stands in a message of its own. */
function wrappedListWriter(item: Kind): WriteValue {
  const writeValue = valueWriter(item);
  const key = (1 << 3) | wireOf(item);
  return (writer, value) => {
    const mark = writer.open();
    for (const each of value as readonly unknown[]) {
      writer.byte(key);
      writeValue(writer, each);
    }
    writer.close(mark);
  };
}

function valueWriter(of: Kind, inner?: Special): WriteValue {
  switch (of.kind) {
    case "string":
    case "enum":
      return (writer, value) => writer.text(value as string);
    case "bool":
      return (writer, value) => writer.byte(value ? 1 : 0);
    case "int32":
    case "int64":
    case "uint32":
    case "uint64":
      return (writer, value) => writer.varint(value as number);
    case "double":
      return (writer, value) => writer.double(value as number);
    case "bytes":
      return (writer, value) => {
        const bytes = fromBase64(value as string);
        writer.varint(bytes.length);
        writer.raw(bytes);
      };
    case "octets":
      return (writer, value) => {
        const bytes = value as Bytes;
        writer.varint(bytes.length);
        writer.raw(bytes);
      };
    case "quantity":
      return nested((writer, value) => {
        writer.byte((1 << 3) | wireType.bytes);
        writer.text(value as string);
      });
    case "time":
    case "microTime":
      return nested((writer, value) => writeTime(writer, value as string));
    case "duration":
      return nested((writer, value) => {
        writer.byte(1 << 3);
        writer.varint(parseDuration(value as string) ?? 0);
      });
    case "intOrString":
      return nested(writeIntOrString);
    case "json":
      return nested(inner?.write ?? writeJson);
    case "message": {
      let plan: Plan | undefined;
      return nested((writer, value) => {
        writeMessage((plan ??= planOf(of.type())), writer, value as Row);
      });
    }
    case "list":
    case "map":
      throw new ProtobufError(`protobuf has no ${of.kind} of ${of.kind}s here`);
    default:
      return of satisfies never;
  }
}

function nested(write: WriteValue): WriteValue {
  return (writer, value) => {
    const mark = writer.open();
    write(writer, value);
    writer.close(mark);
  };
}

interface WireTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** An object has the same few times in many places, and so have its neighbours in a list. */
const knownTimes = new Map<string, WireTime>();
const knownTimesMax = 256;

function timeOf(value: string): WireTime {
  const known = knownTimes.get(value);
  if (known) return known;
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) throw new ProtobufError(`not a time: ${value}`);
  const fraction = /\.(\d+)/.exec(value)?.[1] ?? "";
  const time = {
    seconds: Math.floor(ms / 1000),
    nanoseconds: Number(fraction.padEnd(9, "0").slice(0, 9)),
  };
  if (knownTimes.size >= knownTimesMax) knownTimes.clear();
  knownTimes.set(value, time);
  return time;
}

function writeTime(writer: Writer, value: string): void {
  const { seconds, nanoseconds } = timeOf(value);
  writer.byte(1 << 3);
  writer.varint(seconds);
  writer.byte(2 << 3);
  writer.varint(nanoseconds);
}

function writeIntOrString(writer: Writer, value: unknown): void {
  const isText = typeof value === "string";
  writer.byte(1 << 3);
  writer.byte(isText ? 1 : 0);
  writer.byte(2 << 3);
  writer.varint(isText ? 0 : (value as number));
  writer.byte((3 << 3) | wireType.bytes);
  writer.text(isText ? value : "");
}

function writeJson(writer: Writer, value: unknown): void {
  writer.byte((1 << 3) | wireType.bytes);
  writer.text(JSON.stringify(value));
}

function fieldReader(type: MessageType, name: string, spec: FieldSpec): Read {
  const { of } = spec;
  if (of.kind === "map") return mapReader(type, name, of.value);
  if (of.kind === "list") return listReader(type, name, of.item);
  const expected = wireOf(of);
  const readValue = valueReader(of, special(type, name));
  const dropsZero = spec.optional && !spec.keepsZero && !hasPresence(spec);
  const isZero = of.kind === "message" ? zeroMessageTest(of.type) : undefined;
  const keepsEmpty = spec.defaultValue !== undefined;
  return (reader, wire, row, fillZero) => {
    if (wire !== expected) throw wrongWire(wire, name);
    const { position } = reader;
    const value = readValue(reader, fillZero, row[name]);
    // A time that nobody set travels as an empty message.
    if (value === undefined) return;
    if (dropsZero && !fillZero) {
      if (value === "" || value === 0 || value === false) return;
      if (isZero?.(reader.since(position))) {
        if (keepsEmpty) row[name] ??= {};
        return;
      }
    }
    row[name] = value;
  };
}

/** Tells a message that holds nothing but zeros, which stands for a missing one. */
function zeroMessageTest(type: () => MessageType): (bytes: Uint8Array) => boolean {
  let zero: Uint8Array | undefined;
  return (bytes) => {
    if (bytes.length === 1) return true;
    zero ??= lengthPrefixed(encodeProtobuf(type(), {}, { fillZero: true }));
    if (bytes.length !== zero.length) return false;
    return zero.every((byte, index) => byte === bytes[index]);
  };
}

function lengthPrefixed(bytes: Uint8Array): Uint8Array {
  const writer = new Writer();
  writer.varint(bytes.length);
  writer.raw(bytes);
  return writer.finish();
}

function listReader(type: MessageType, name: string, item: Kind): Read {
  if (wrappedLists.has(`${type.schemaName}.${name}`)) {
    const readList = wrappedListReader(item);
    return (reader, wire, row, fillZero) => {
      if (wire !== wireType.bytes) throw wrongWire(wire, name);
      row[name] = readList(reader, fillZero);
    };
  }
  const expected = wireOf(item);
  const readValue = valueReader(item);
  return (reader, wire, row, fillZero) => {
    const values = (row[name] ??= []) as unknown[];
    if (wire === expected) {
      values.push(readValue(reader, fillZero));
    } else if (wire === wireType.bytes) {
      const end = reader.end();
      while (reader.position < end) values.push(readValue(reader, fillZero));
    } else throw wrongWire(wire, name);
  };
}

function mapReader(type: MessageType, name: string, of: Kind): Read {
  const expected = wireOf(of);
  const readValue = of.kind === "list" ? wrappedListReader(of.item) : valueReader(of);
  return (reader, wire, row, fillZero) => {
    if (wire !== wireType.bytes) throw wrongWire(wire, `${type.schemaName}.${name}`);
    const entries = (row[name] ??= {}) as Row;
    const end = reader.end();
    let key = "";
    let value: unknown;
    while (reader.position < end) {
      const tag = reader.uint32();
      if (tag === ((1 << 3) | wireType.bytes)) key = reader.text();
      else if (tag === ((2 << 3) | expected)) value = readValue(reader, fillZero);
      else reader.skip(tag & 7);
    }
    setEntry(entries, key, value === undefined ? zeroOf(of) : value);
  };
}

/** A key may be "__proto__", which plain assignment would not store. */
function setEntry(entries: Row, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(entries, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else entries[key] = value;
}

function wrappedListReader(item: Kind): ReadValue {
  const readValue = valueReader(item);
  const expected = (1 << 3) | wireOf(item);
  return (reader, fillZero) => {
    const values: unknown[] = [];
    const end = reader.end();
    while (reader.position < end) {
      const tag = reader.uint32();
      if (tag === expected) values.push(readValue(reader, fillZero));
      else reader.skip(tag & 7);
    }
    return values;
  };
}

function valueReader(of: Kind, inner?: Special): ReadValue {
  switch (of.kind) {
    case "string":
    case "enum":
      return (reader) => reader.text();
    case "bool":
      return (reader) => reader.bool();
    case "int32":
      return (reader) => reader.int32();
    case "int64":
      return (reader) => reader.int64();
    case "uint32":
      return (reader) => reader.uint32();
    case "uint64":
      return (reader) => reader.uint64();
    case "double":
      return (reader) => reader.double();
    case "bytes":
      return (reader) => toBase64(reader.raw());
    case "octets":
      // A copy: the value shall not keep the whole message in memory.
      return (reader) => new Uint8Array(reader.raw());
    case "quantity":
      return (reader) => text(readSingle(reader)) || "0";
    case "time":
    case "microTime":
      return (reader) => readTime(reader, of.kind === "microTime");
    case "duration":
      return readDuration;
    case "intOrString":
      return readIntOrString;
    case "json":
      return inner?.read ?? readJson;
    case "message": {
      let plan: Plan | undefined;
      return (reader, fillZero, previous) => {
        plan ??= planOf(of.type());
        // A message that comes in two parts is merged, as every reader of protobuf does.
        const row = (previous as Row | undefined) ?? newRow(plan, fillZero);
        readMessage(plan, reader, reader.end(), row, fillZero);
        return row;
      };
    }
    case "list":
    case "map":
      throw new ProtobufError(`protobuf has no ${of.kind} of ${of.kind}s here`);
    default:
      return of satisfies never;
  }
}

/** A message whose field 1 is bytes or text: Quantity, RawExtension, FieldsV1, JSON. */
export function readSingle(reader: Reader): Uint8Array {
  const end = reader.end();
  let raw: Uint8Array = new Uint8Array(0);
  while (reader.position < end) {
    const tag = reader.uint32();
    if (tag === ((1 << 3) | wireType.bytes)) raw = reader.raw();
    else reader.skip(tag & 7);
  }
  return raw;
}

function readTime(reader: Reader, micro: boolean): string | undefined {
  const end = reader.end();
  if (reader.position === end) return undefined;
  let seconds = 0;
  let nanos = 0;
  while (reader.position < end) {
    const tag = reader.uint32();
    if (tag === 1 << 3) seconds = reader.int64();
    else if (tag === 2 << 3) nanos = reader.int32();
    else reader.skip(tag & 7);
  }
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw new ProtobufError(`not a time: ${seconds}`);
  const whole = date.toISOString().slice(0, 19);
  if (!micro) return `${whole}Z`;
  return `${whole}.${String(Math.floor(nanos / 1000)).padStart(6, "0")}Z`;
}

function readDuration(reader: Reader): string {
  const end = reader.end();
  let nanos = 0;
  while (reader.position < end) {
    const tag = reader.uint32();
    if (tag === 1 << 3) nanos = reader.int64();
    else reader.skip(tag & 7);
  }
  return formatDuration(nanos);
}

function readIntOrString(reader: Reader): number | string {
  const end = reader.end();
  let isText = false;
  let number = 0;
  let string = "";
  while (reader.position < end) {
    const tag = reader.uint32();
    if (tag === 1 << 3) isText = reader.int64() === 1;
    else if (tag === 2 << 3) number = reader.int32();
    else if (tag === ((3 << 3) | wireType.bytes)) string = reader.text();
    else reader.skip(tag & 7);
  }
  return isText ? string : number;
}

function readJson(reader: Reader): unknown {
  const raw = readSingle(reader);
  if (raw.length === 0) return undefined;
  const source = text(raw);
  if (isJsonTooDeep(source)) throw new ProtobufError(`embedded JSON: ${tooDeep}`);
  try {
    return JSON.parse(source);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ProtobufError(`embedded JSON: ${why}`);
  }
}

function wireOf(of: Kind): number {
  switch (of.kind) {
    case "bool":
    case "int32":
    case "int64":
    case "uint32":
    case "uint64":
      return wireType.varint;
    case "double":
      return wireType.fixed64;
    default:
      return wireType.bytes;
  }
}

function tagBytes(tag: number, wire: number): Bytes {
  const writer = new Writer();
  writer.varint(tag * 8 + wire);
  return writer.finish();
}

function wrongWire(wire: number, name: string): ProtobufError {
  return new ProtobufError(`proto: wrong wireType = ${wire} for field ${name}`);
}

/** Lists that upstream's protobuf puts into a message of their own (APIResource's Verbs). */
const wrappedLists = new Set(["io.k8s.apimachinery.pkg.apis.meta.v1.APIResource.verbs"]);

/** How a `json` field travels that is no RawExtension. */
interface Special {
  readonly write: WriteValue;
  readonly read: ReadValue;
}

const jsonSchemaProps = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps";

/** In a JSON schema, a field may be a schema, a list of them, or a boolean. */
function special(type: MessageType, name: string): Special | undefined {
  if (type.schemaName !== jsonSchemaProps) return undefined;
  if (name === "items") return schemaOrOther(type, "schemas");
  if (name === "additionalProperties" || name === "additionalItems") {
    return schemaOrOther(type, "allows");
  }
  return undefined;
}

function schemaOrOther(type: MessageType, other: "schemas" | "allows"): Special {
  const schemaTag = other === "schemas" ? 1 : 2;
  const writeSchema = (writer: Writer, tag: number, value: unknown) => {
    writer.byte((tag << 3) | wireType.bytes);
    const mark = writer.open();
    writeMessage(planOf(type), writer, value as Row);
    writer.close(mark);
  };
  return {
    write(writer, value) {
      if (Array.isArray(value)) for (const each of value) writeSchema(writer, 2, each);
      else if (typeof value === "boolean") {
        writer.byte(1 << 3);
        writer.byte(value ? 1 : 0);
      } else {
        if (other === "allows") writer.raw(Uint8Array.of(1 << 3, 1));
        writeSchema(writer, schemaTag, value);
      }
    },
    read(reader, fillZero) {
      const plan = planOf(type);
      const end = reader.end();
      let value: unknown;
      while (reader.position < end) {
        const key = reader.uint32();
        if (key === 1 << 3) {
          const allows = reader.bool();
          value ??= allows;
          continue;
        }
        if ((key & 7) !== wireType.bytes) throw wrongWire(key & 7, type.schemaName);
        const row: Row = {};
        readMessage(plan, reader, reader.end(), row, fillZero);
        if (key >>> 3 === schemaTag) value = row;
        else value = Array.isArray(value) ? [...(value as unknown[]), row] : [row];
      }
      return value;
    },
  };
}
