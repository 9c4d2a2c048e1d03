import { fromBase64, toBase64 } from "#base/bytes.ts";
import { associativeList } from "./operators.ts";
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp } from "./time.ts";
import { dynType, type StructType, type Type } from "./types.ts";
import {
  Double,
  Duration,
  ErrorValue,
  type Key,
  MapValue,
  Optional,
  type Result,
  StructValue,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from "./values.ts";

/** A JSON value as a value of a type. Objects are read only where an expression looks. */
export function fromJson(json: unknown, type: Type = dynType): Result {
  if (json === null || json === undefined) return null;
  switch (type.kind) {
    case "struct":
      return isObject(json) ? new JsonStruct(type, json) : mistyped("a map", json);
    case "map":
      return isObject(json) ? new JsonMap(json, type.value) : mistyped("a map", json);
    case "list":
      return Array.isArray(json) ? fromArray(json, type) : mistyped("an array", json);
    case "string":
      return typeof json === "string" ? json : mistyped("string", json);
    case "bool":
      return typeof json === "boolean" ? json : mistyped("bool", json);
    case "int":
      return Number.isInteger(json) ? normalNumber(json as number) : mistyped("int", json);
    case "uint":
      return Number.isInteger(json) ? new Uint(BigInt(json as number)) : mistyped("uint", json);
    case "double":
      return typeof json === "number" ? new Double(json) : mistyped("float", json);
    case "bytes":
      return typeof json === "string" ? parseBytes(json) : mistyped("string", json);
    case "timestamp":
    case "duration":
      return typeof json === "string" ? parseTime(json, type.kind) : mistyped("string", json);
    default:
      return fromAnyJson(json);
  }
}

function parseBytes(text: string): Result {
  try {
    return fromBase64(text);
  } catch {
    return new ErrorValue(`Invalid byte formatted string ${text}`);
  }
}

function parseTime(text: string, kind: "timestamp" | "duration"): Result {
  if (kind === "duration") return parseDuration(text) ?? new ErrorValue(`Invalid duration ${text}`);
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
  return parseTimestamp(day) ?? new ErrorValue(`Invalid date-time formatted string ${text}`);
}

function mistyped(expected: string, found: unknown): ErrorValue {
  const type = Array.isArray(found) ? "list" : typeof found;
  return new ErrorValue(`invalid data, expected ${expected}, got ${type}`);
}

const isObject = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === "object" && json !== null && !Array.isArray(json);

/** From 2^53 on numbers are bigints, so that arithmetic on them is exact. */
const normalNumber = (value: number) =>
  Number.isSafeInteger(value) ? value + 0 : BigInt.asIntN(64, BigInt(value));

function fromAnyJson(json: unknown): Result {
  switch (typeof json) {
    case "number":
      return Number.isInteger(json) ? normalNumber(json) : new Double(json);
    case "object":
      if (json === null) return null;
      return Array.isArray(json)
        ? fromArray(json, anyList)
        : new JsonMap(json as Readonly<Record<string, unknown>>, dynType);
    case "string":
    case "boolean":
      return json;
    default:
      return new ErrorValue(`unsupported conversion of ${typeof json}`);
  }
}

const anyList = { kind: "list", item: dynType } as const;

function fromArray(json: readonly unknown[], type: Type & { readonly kind: "list" }): Result {
  const items: Value[] = [];
  for (const element of json) {
    const item = fromJson(element, type.item);
    if (item instanceof ErrorValue) return item;
    items.push(item);
  }
  const { associative } = type;
  if (!associative) return items;
  return associativeList(items, associative === "set" ? undefined : associative);
}

/** An object whose properties are declared. */
class JsonStruct extends StructValue {
  override readonly type: StructType;
  override readonly typeName = "map";
  readonly #json: Readonly<Record<string, unknown>>;
  readonly #read = new Map<string, Result>();

  constructor(type: StructType, json: Readonly<Record<string, unknown>>) {
    super();
    this.type = type;
    this.#json = json;
  }

  override get(field: string): Result | undefined {
    const known = this.#read.get(field);
    if (known !== undefined) return known;
    const type = this.type.field(field);
    if (!type) return undefined;
    const name = this.type.jsonName?.(field) ?? field;
    const json = Object.hasOwn(this.#json, name) ? this.#json[name] : undefined;
    if (json === undefined) return undefined;
    const value = fromJson(json, type);
    this.#read.set(field, value);
    return value;
  }

  override *fields(): Iterable<string> {
    for (const name of Object.keys(this.#json)) {
      const field = this.type.fieldOfJson?.(name) ?? name;
      if (this.#json[name] !== undefined && this.type.field(field)) yield field;
    }
  }

  override get size(): number {
    return Object.keys(this.#json).length;
  }

  toJson(): unknown {
    return this.#json;
  }
}

class JsonMap extends MapValue {
  readonly #json: Readonly<Record<string, unknown>>;
  readonly #valueType: Type;
  readonly #read = new Map<string, Result>();

  constructor(json: Readonly<Record<string, unknown>>, valueType: Type) {
    super();
    this.#json = json;
    this.#valueType = valueType;
  }

  override get size(): number {
    return Object.keys(this.#json).length;
  }

  override get(key: Result): Result | undefined {
    if (typeof key !== "string" || !Object.hasOwn(this.#json, key)) return undefined;
    let value = this.#read.get(key);
    if (value === undefined) {
      value = fromJson(this.#json[key], this.#valueType);
      this.#read.set(key, value);
    }
    return value;
  }

  override keys(): Iterable<Key> {
    return Object.keys(this.#json);
  }

  toJson(): unknown {
    return this.#json;
  }
}

/** A value as JSON; an error for what JSON has no form for. */
export function toJson(value: Value): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "number":
      return value;
    case "bigint":
      return Number(value);
    default:
      return value === null ? null : objectToJson(value);
  }
}

function objectToJson(value: Exclude<Value, null | string | boolean | number | bigint>): unknown {
  if (value instanceof JsonStruct || value instanceof JsonMap) return value.toJson();
  if (value instanceof Double) return value.value;
  if (value instanceof Uint) return Number(value.value);
  if (value instanceof Uint8Array) return toBase64(value);
  if (value instanceof Timestamp) return formatTimestamp(value.nanos);
  if (value instanceof Duration) return formatDuration(value.nanos);
  if (Array.isArray(value)) return value.map((item: Value) => toJson(item));
  if (value instanceof Optional) return value.value === undefined ? null : toJson(value.value);
  if (value instanceof MapValue) return entriesToJson(value.keys(), (key) => value.get(key));
  if (value instanceof StructValue) {
    const { type } = value;
    const nameOf = type.kind === "struct" ? type.jsonName : undefined;
    return entriesToJson(value.fields(), (field) => value.get(field), nameOf);
  }
  const shown = value instanceof TypeValue ? `type ${value.name}` : "value";
  throw new TypeError(`no JSON for a CEL ${shown}`);
}

function entriesToJson<K extends Key>(
  keys: Iterable<K>,
  get: (key: K) => Result | undefined,
  nameOf?: (field: string) => string,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const key of keys) {
    const value = get(key);
    if (value instanceof ErrorValue) throw new TypeError(value.message);
    if (typeof key !== "string") throw new TypeError("JSON keys are strings");
    if (value !== undefined) result[nameOf?.(key) ?? key] = toJson(value);
  }
  return result;
}
