import { canonicalBase64 } from "./base64.ts";
import type { FieldSpec, Kind, EitherKind } from "./field.ts";
import { hasPresence } from "./protobuf-presence.ts";
import type { MessageType } from "./message.ts";
import { fieldsOf } from "./message.ts";
import { canonicalQuantity } from "./quantity.ts";

/** JSON of the wrong shape. The message reads as Go's decoder words it, which clients show. */
export class DecodeError extends Error {
  override name = "DecodeError";
  /** Dotted path of the field. */
  readonly path: string;
  constructor(message: string, path: string) {
    super(message);
    this.path = path;
  }
}

export interface DecodeOptions {
  /** Called with the path of every field that the type does not have; the field is dropped. */
  readonly onUnknown?: (path: string) => void;
  /** Leave what holds nothing as it is: whoever applies an empty map owns it. */
  readonly keepEmpty?: boolean;
}

/**
 * Checks that parsed JSON has the shape of a message and brings it to its stored form: unknown
 * fields and nulls are dropped, and so are optional fields that hold nothing (`labels: {}`), where
 * that says no more than a missing one; quantities and times become canonical. Works in place, so that a
 * request body is walked once and not copied; the caller must own `value`.
 */
export function decode(type: MessageType, value: unknown, options: DecodeOptions = {}): unknown {
  if (!isRecord(value)) {
    const name = goName(type);
    throw new DecodeError(
      `json: cannot unmarshal ${jsonKind(value)} into Go value of type ${name}`,
      "",
    );
  }
  if (type.dynamic) type.dynamic.decode(value, options.onUnknown);
  else decodeMessage(type, value, "", options);
  return value;
}

function decodeMessage(
  type: MessageType,
  value: Record<string, unknown>,
  path: string,
  options: DecodeOptions,
): void {
  const specs = specsOf(type);
  for (const key of Object.keys(value)) {
    const known = specs.get(key);
    if (!known) {
      delete value[key];
      options.onUnknown?.(path ? `${path}.${key}` : key);
      continue;
    }
    const field = value[key];
    const { of, dropsEmpty } = known;
    // To Go an empty word is one that was never written; templates write them.
    if (field === null || field === undefined || (field === "" && of.kind === "enum")) {
      delete value[key];
      continue;
    }
    const decoded = isPlain(of, field)
      ? field
      : decodeValue(of, field, path ? `${path}.${key}` : key, type, options);
    if (dropsEmpty && !options.keepEmpty && holdsNothing(decoded)) delete value[key];
    else if (decoded !== field) value[key] = decoded;
  }
}

/** Most fields are texts, and stay as they are. */
function isPlain({ kind }: Kind, value: unknown): boolean {
  return typeof value === "string" && (kind === "string" || kind === "enum");
}

/** Returns the value to keep: the same one where it already was canonical. */
function decodeValue(
  of: Kind,
  value: unknown,
  path: string,
  owner: MessageType,
  options: DecodeOptions,
): unknown {
  switch (of.kind) {
    case "string":
    case "enum":
    case "duration":
      return typeof value === "string" ? value : mismatch(value, of, path, owner);
    case "bytes":
      return decodeBytes(value, path, owner);
    case "bool":
      return typeof value === "boolean" ? value : mismatch(value, of, path, owner);
    case "int32":
    case "int64":
    case "uint32":
    case "uint64":
      return isInteger(value, of.kind) ? value : mismatch(value, of, path, owner);
    case "double":
      return typeof value === "number" ? value : mismatch(value, of, path, owner);
    case "intOrString":
      return typeof value === "string" || isInteger(value, "int32")
        ? value
        : mismatch(value, of, path, owner);
    case "quantity":
      return decodeQuantity(value, path);
    case "time":
    case "microTime":
      return decodeTime(of.kind, value, path, owner);
    case "json":
      if (of.either) decodeEither(of.either, value, path, owner);
      return value;
    case "octets":
      return mismatch(value, of, path, owner);
    case "message": {
      if (!isRecord(value)) return mismatch(value, of, path, owner);
      decodeMessage(of.type(), value, path, options);
      return value;
    }
    case "list":
      return decodeList(of, value, path, owner, options);
    case "map":
      return decodeMap(of, value, path, owner, options);
    default:
      return of satisfies never;
  }
}

/** Nobody is told of unknown fields here: upstream drops them in silence. */
function decodeEither(
  { type, or }: EitherKind,
  value: unknown,
  path: string,
  owner: MessageType,
): void {
  if (isRecord(value)) return decodeMessage(type(), value, path, {});
  if (or === "bool" && typeof value === "boolean") return;
  if (or === "list" && Array.isArray(value)) {
    for (const item of value as unknown[]) {
      if (!isRecord(item)) mismatch(item, { kind: "message", type }, path, owner);
      else decodeMessage(type(), item, path, {});
    }
    return;
  }
  if (or === "strings" && Array.isArray(value) && value.every((item) => typeof item === "string")) {
    return;
  }
  mismatch(value, { kind: "message", type }, path, owner);
}

function decodeList(
  of: Extract<Kind, { kind: "list" }>,
  value: unknown,
  path: string,
  owner: MessageType,
  options: DecodeOptions,
): unknown {
  if (!Array.isArray(value)) return mismatch(value, of, path, owner);
  for (let index = 0; index < value.length; index++) {
    const item: unknown = value[index];
    if (isPlain(of.item, item)) continue;
    const itemPath = `${path}[${index}]`;
    // Go decodes a null item to the type's zero value.
    value[index] =
      item === null ? zeroOf(of.item) : decodeValue(of.item, item, itemPath, owner, options);
  }
  return value;
}

function decodeMap(
  of: Extract<Kind, { kind: "map" }>,
  value: unknown,
  path: string,
  owner: MessageType,
  options: DecodeOptions,
): unknown {
  if (!isRecord(value)) return mismatch(value, of, path, owner);
  for (const [key, item] of Object.entries(value)) {
    // Go's message about a wrong value names the map, not the key.
    if (isPlain(of.value, item)) continue;
    const itemPath = of.value.kind === "message" ? `${path}.${key}` : path;
    const decoded =
      item === null || item === undefined
        ? zeroOf(of.value)
        : decodeValue(of.value, item, itemPath, owner, options);
    if (decoded !== item) value[key] = decoded;
  }
  return value;
}

function decodeBytes(value: unknown, path: string, owner: MessageType): unknown {
  if (typeof value !== "string") return mismatch(value, { kind: "bytes" }, path, owner);
  const decoded = canonicalBase64(value);
  if (decoded.ok) return decoded.text;
  throw new DecodeError(`illegal base64 data at input byte ${decoded.at}`, path);
}

/** Upstream reads whatever stands there as a quantity's text. */
function decodeQuantity(value: unknown, path: string): unknown {
  const isText = typeof value === "string" || typeof value === "number";
  const canonical = isText ? canonicalQuantity(value) : undefined;
  if (canonical === undefined) {
    throw new DecodeError(
      "quantities must match the regular expression " +
        "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      path,
    );
  }
  return canonical;
}

const timePattern = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const canonicalTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const canonicalMicroTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

function decodeTime(kind: "time" | "microTime", value: unknown, path: string, owner: MessageType) {
  if (typeof value !== "string") return mismatch(value, { kind }, path, owner);
  if (kind === "time" ? canonicalTime.test(value) : canonicalMicroTime.test(value)) return value;
  const ms = timePattern.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(ms)) {
    throw new DecodeError(
      `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": ${timeProblem(value)}`,
      path,
    );
  }
  const seconds = new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19);
  if (kind === "time") return `${seconds}Z`;
  // Date keeps milliseconds only; the digits of the fraction do not depend on the zone.
  const fraction = (/\.(\d+)/.exec(value)?.[1] ?? "").padEnd(6, "0").slice(0, 6);
  return `${seconds}.${fraction}Z`;
}

/** The layout's elements, as Go names them, and what each takes from the text. */
const timeElements: readonly (readonly [string, RegExp])[] = [
  ["2006", /^\d{4}/],
  ["-", /^-/],
  ["01", /^\d\d/],
  ["-", /^-/],
  ["02", /^\d\d/],
  ["T", /^T/],
  ["15", /^\d\d/],
  [":", /^:/],
  ["04", /^\d\d/],
  [":", /^:/],
  ["05", /^\d\d(\.\d+)?/],
  ["Z07:00", /^(Z|[+-]\d\d:\d\d)$/],
];

/** Where a text stops to be a time, in the words of Go's parser. */
function timeProblem(text: string): string {
  let rest = text;
  for (const [element, pattern] of timeElements) {
    const taken = pattern.exec(rest)?.[0];
    if (taken === undefined) {
      return `cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(element)}`;
    }
    rest = rest.slice(taken.length);
  }
  return "out of range";
}

/** What Go's zero value of a kind looks like in JSON. */
export function zeroOf(of: Kind): unknown {
  switch (of.kind) {
    case "message":
    case "map":
      return {};
    case "list":
      return [];
    case "bool":
      return false;
    case "int32":
    case "int64":
    case "uint32":
    case "uint64":
    case "double":
    case "intOrString":
      return 0;
    case "quantity":
      return "0";
    case "json":
    case "time":
    case "microTime":
      return null;
    case "octets":
      return new Uint8Array(0);
    default:
      return "";
  }
}

function isInteger(value: unknown, kind: "int32" | "int64" | "uint32" | "uint64"): boolean {
  if (typeof value !== "number" || !Number.isInteger(value)) return false;
  if (kind === "int32") return value >= -2147483648 && value <= 2147483647;
  if (kind === "uint32") return value >= 0 && value <= 4294967295;
  return kind === "int64" || value >= 0;
}

function mismatch(value: unknown, of: Kind, path: string, owner: MessageType): never {
  const given =
    typeof value === "number" && /^u?int/.test(of.kind) ? `number ${value}` : jsonKind(value);
  // Go names the struct and, within it, the path from the outermost value.
  const field = `${goName(owner).replace(/^.*\./, "")}.${path.replace(/\[\d+\]/g, "")}`;
  throw new DecodeError(
    `json: cannot unmarshal ${given} into Go struct field ${field} of type ${goKind(of)}`,
    path,
  );
}

function jsonKind(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value;
}

function goKind(of: Kind): string {
  switch (of.kind) {
    case "message":
      return goName(of.type());
    case "list":
      return `[]${goKind(of.item)}`;
    case "map":
      return `map[string]${goKind(of.value)}`;
    case "double":
      return "float64";
    case "bytes":
      return "[]uint8";
    case "quantity":
      return "resource.Quantity";
    case "time":
      return "v1.Time";
    case "microTime":
      return "v1.MicroTime";
    case "intOrString":
      return "intstr.IntOrString";
    case "enum":
    case "duration":
      return "string";
    default:
      return of.kind;
  }
}

/** "io.k8s.api.core.v1.PodSpec" is `v1.PodSpec` to Go. */
function goName(type: MessageType): string {
  return type.schemaName.split(".").slice(-2).join(".");
}

interface Known {
  readonly of: Kind;
  readonly dropsEmpty: boolean;
}

function specsOf(type: MessageType): ReadonlyMap<string, Known> {
  let specs = specCache.get(type);
  if (!specs) {
    specs = new Map(
      fieldsOf(type).map(([name, spec]) => [name, { of: spec.of, dropsEmpty: dropsEmpty(spec) }]),
    );
    specCache.set(type, specs);
  }
  return specs;
}

const specCache = new WeakMap<MessageType, ReadonlyMap<string, Known>>();

/** Upstream's encoder leaves these out. What is a struct there is never empty to it. */
function dropsEmpty(spec: FieldSpec): boolean {
  if (!spec.optional || spec.keepsZero || hasPresence(spec)) return false;
  switch (spec.of.kind) {
    case "message":
    case "quantity":
    case "intOrString":
    case "json":
    case "time":
    case "microTime":
    case "duration":
      return false;
    default:
      // apiVersion and kind travel outside, and are somebody else's to check.
      return spec.tag !== 0;
  }
}

function holdsNothing(value: unknown): boolean {
  if (typeof value !== "object" || value === null) {
    return value === "" || value === 0 || value === false;
  }
  for (const _ in value) return false;
  return true;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
