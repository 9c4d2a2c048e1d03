import type { FunctionDeclaration, Library, Overload } from "./environment.ts";
import { typeNameOf } from "./matching.ts";
import {
  add,
  checkedDuration,
  checkedInt,
  checkedTimestamp,
  checkedUint,
  compare,
  divide,
  modulo,
  multiply,
  negate,
  noSuchOverload,
  sizeOf,
  subtract,
} from "./operators.ts";
import { containsIn, mapInsert } from "./planner.ts";
import { PatternMistake, searchPattern } from "../re2.ts";
import { declare, method, overload } from "./signature.ts";
import {
  dayOfYear,
  formatDuration,
  formatTimestamp,
  parseDuration,
  parseTimestamp,
  timePart,
} from "./time.ts";
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  nullType,
  optionalType,
  stringType,
  timestampType,
  type Type,
  uintType,
} from "./types.ts";
import {
  Double,
  type Duration,
  ErrorValue,
  MapValue,
  Optional,
  type Result,
  StructValue,
  type Timestamp,
  TypeValue,
  type Uint,
  type Value,
} from "./values.ts";

type Binary = (left: Value, right: Value) => Result;

/** An operator's overloads share one function, which looks at the values itself. */
function operator(name: string, call: Binary, overloads: readonly string[]): FunctionDeclaration {
  return {
    name,
    overloads: overloads.map((text) => {
      const [id = "", signature = ""] = text.split(": ");
      return { ...overload(id, signature, call), checksArguments: true };
    }),
  };
}

const notOrdered = new ErrorValue("NaN values cannot be ordered");
const isNotANumber = (value: Value) => value instanceof Double && Number.isNaN(value.value);

function comparison(name: string, word: string, holds: (order: number) => boolean) {
  const call: Binary = (left, right) => {
    const order = compare(left, right);
    if (order === undefined) return noSuchOverload;
    if (isNotANumber(left) || isNotANumber(right)) return notOrdered;
    return holds(order);
  };
  const kinds = "int64 int, uint64 uint, double double".split(", ").map((each) => each.split(" "));
  const numbers = kinds.flatMap(([id, type]) =>
    kinds.map(([otherId, otherType]) =>
      id === otherId
        ? `${word}_${id}: ${type}, ${type} -> bool`
        : `${word}_${id}_${otherId}: ${type}, ${otherType} -> bool`,
    ),
  );
  const others = ["bool", "string", "bytes", "timestamp", "duration"].map(
    (type) => `${word}_${type}: ${type}, ${type} -> bool`,
  );
  return operator(name, call, [...numbers, ...others]);
}

const never: Binary = () => noSuchOverload;

const operators: readonly FunctionDeclaration[] = [
  operator("_?_:_", never, ["conditional: bool, A, A -> A"]),
  operator("_&&_", never, ["logical_and: bool, bool -> bool"]),
  operator("_||_", never, ["logical_or: bool, bool -> bool"]),
  operator("@not_strictly_false", never, ["not_strictly_false: bool -> bool"]),
  operator("_==_", never, ["equals: A, A -> bool"]),
  operator("_!=_", never, ["not_equals: A, A -> bool"]),
  operator("_[_]", never, ["index_list: list(A), int -> A", "index_map: map(A, B), A -> B"]),
  operator("_[?_]", never, [
    "list_optindex_optional_int: list(A), int -> optional(A)",
    "optional_list_optindex_optional_int: optional(list(A)), int -> optional(A)",
    "map_optindex_optional_value: map(A, B), A -> optional(B)",
    "optional_map_optindex_optional_value: optional(map(A, B)), A -> optional(B)",
  ]),
  {
    ...operator("!_", never, ["logical_not: bool -> bool"]),
    overloads: [overload("logical_not", "bool -> bool", (value: boolean) => !value)],
  },
  operator("_+_", add, [
    "add_bytes: bytes, bytes -> bytes",
    "add_double: double, double -> double",
    "add_duration_duration: duration, duration -> duration",
    "add_duration_timestamp: duration, timestamp -> timestamp",
    "add_timestamp_duration: timestamp, duration -> timestamp",
    "add_int64: int, int -> int",
    "add_list: list(A), list(A) -> list(A)",
    "add_string: string, string -> string",
    "add_uint64: uint, uint -> uint",
  ]),
  operator("_-_", subtract, [
    "subtract_double: double, double -> double",
    "subtract_duration_duration: duration, duration -> duration",
    "subtract_int64: int, int -> int",
    "subtract_timestamp_duration: timestamp, duration -> timestamp",
    "subtract_timestamp_timestamp: timestamp, timestamp -> duration",
    "subtract_uint64: uint, uint -> uint",
  ]),
  operator("_*_", multiply, [
    "multiply_double: double, double -> double",
    "multiply_int64: int, int -> int",
    "multiply_uint64: uint, uint -> uint",
  ]),
  operator("_/_", divide, [
    "divide_double: double, double -> double",
    "divide_int64: int, int -> int",
    "divide_uint64: uint, uint -> uint",
  ]),
  operator("_%_", modulo, ["modulo_int64: int, int -> int", "modulo_uint64: uint, uint -> uint"]),
  operator("-_", negate, ["negate_double: double -> double", "negate_int64: int -> int"]),
  comparison("_<_", "less", (order) => order < 0),
  comparison("_<=_", "less_equals", (order) => order <= 0),
  comparison("_>_", "greater", (order) => order > 0),
  comparison("_>=_", "greater_equals", (order) => order >= 0),
  operator("@in", containsIn, ["in_list: A, list(A) -> bool", "in_map: A, map(A, B) -> bool"]),
  operator("cel.@mapInsert", mapInsert, [
    "@mapInsert_map_key_value: map(K, V), K, V -> map(K, V)",
    "@mapInsert_map_map: map(K, V), map(K, V) -> map(K, V)",
  ]),
];

const conversionError = (from: string, to: string) =>
  new ErrorValue(`type conversion error from '${from}' to '${to}'`);

const trueTexts = new Set(["1", "t", "true", "TRUE", "True", "T"]);
const falseTexts = new Set(["0", "f", "false", "FALSE", "False", "F"]);

function stringToBool(text: string): Result {
  if (trueTexts.has(text)) return true;
  return falseTexts.has(text) ? false : conversionError("string", "bool");
}

function stringToInt(text: string): Result {
  if (!/^[+-]?\d+$/.test(text)) return conversionError("string", "int");
  const value = checkedInt(BigInt(text.replace(/^\+/, "")));
  return value instanceof ErrorValue ? conversionError("string", "int") : value;
}

function stringToUint(text: string): Result {
  if (!/^\d+$/.test(text)) return conversionError("string", "uint");
  const value = checkedUint(BigInt(text));
  return value instanceof ErrorValue ? conversionError("string", "uint") : value;
}

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function stringToDouble(text: string): Result {
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (special) {
    if (special[2]?.toLowerCase() === "nan") return new Double(Number.NaN);
    return new Double(special[1] === "-" ? -Infinity : Infinity);
  }
  const value = number.test(text) ? Number(text) : Infinity;
  return Number.isFinite(value) ? new Double(value) : conversionError("string", "double");
}

function doubleToInt({ value }: Double): Result {
  const inside = value > -(2 ** 63) && value < 2 ** 63;
  return inside ? checkedInt(BigInt(Math.trunc(value))) : new ErrorValue("integer overflow");
}

function doubleToUint({ value }: Double): Result {
  const inside = value >= 0 && value < 2 ** 64;
  return inside
    ? checkedUint(BigInt(Math.trunc(value)))
    : new ErrorValue("unsigned integer overflow");
}

/** As Go's 'g' with the fewest digits: an exponent from 1e+21 on, of two digits at least. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (Object.is(value, -0)) return "-0";
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e21)) {
    const [mantissa = "", exponent = ""] = value.toExponential().split("e");
    return `${mantissa}e${exponent.replace(/^([+-])(\d)$/, "$10$2")}`;
  }
  return String(value);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function bytesToString(bytes: Uint8Array): Result {
  try {
    return decoder.decode(bytes);
  } catch {
    return new ErrorValue("invalid UTF-8 in bytes, cannot convert to string");
  }
}

const identity = (value: Value): Result => value;

const conversions: readonly FunctionDeclaration[] = [
  declare(
    "bool",
    overload("bool_to_bool", "bool -> bool", identity),
    overload("string_to_bool", "string -> bool", stringToBool),
  ),
  declare(
    "bytes",
    overload("bytes_to_bytes", "bytes -> bytes", identity),
    overload("string_to_bytes", "string -> bytes", (text: string) => encoder.encode(text)),
  ),
  declare(
    "double",
    overload("double_to_double", "double -> double", identity),
    overload(
      "int64_to_double",
      "int -> double",
      (value: number | bigint) => new Double(Number(value)),
    ),
    overload("string_to_double", "string -> double", stringToDouble),
    overload("uint64_to_double", "uint -> double", ({ value }: Uint) => new Double(Number(value))),
  ),
  declare(
    "duration",
    overload("duration_to_duration", "duration -> duration", identity),
    overload("int64_to_duration", "int -> duration", (nanos: number) =>
      checkedDuration(BigInt(nanos)),
    ),
    overload(
      "string_to_duration",
      "string -> duration",
      (text: string) =>
        parseDuration(text) ?? conversionError("string", "google.protobuf.Duration"),
    ),
  ),
  declare("dyn", { ...overload("to_dyn", "A -> dyn", identity), checksArguments: true }),
  declare(
    "int",
    overload("int64_to_int64", "int -> int", identity),
    overload("double_to_int64", "double -> int", doubleToInt),
    overload("duration_to_int64", "duration -> int", ({ nanos }: Duration) => checkedInt(nanos)),
    overload("string_to_int64", "string -> int", stringToInt),
    overload("timestamp_to_int64", "timestamp -> int", ({ nanos }: Timestamp) =>
      checkedInt((nanos - (((nanos % second) + second) % second)) / second),
    ),
    overload("uint64_to_int64", "uint -> int", ({ value }: Uint) => checkedInt(value)),
  ),
  declare(
    "string",
    overload("string_to_string", "string -> string", identity),
    overload("bool_to_string", "bool -> string", String),
    overload("bytes_to_string", "bytes -> string", bytesToString),
    overload("double_to_string", "double -> string", ({ value }: Double) => formatDouble(value)),
    overload("duration_to_string", "duration -> string", ({ nanos }: Duration) =>
      formatDuration(nanos),
    ),
    overload("int64_to_string", "int -> string", String),
    overload("timestamp_to_string", "timestamp -> string", ({ nanos }: Timestamp) =>
      formatTimestamp(nanos),
    ),
    overload("uint64_to_string", "uint -> string", ({ value }: Uint) => String(value)),
  ),
  declare(
    "timestamp",
    overload("timestamp_to_timestamp", "timestamp -> timestamp", identity),
    overload("int64_to_timestamp", "int -> timestamp", (seconds: number) =>
      checkedTimestamp(BigInt(seconds) * second),
    ),
    overload(
      "string_to_timestamp",
      "string -> timestamp",
      (text: string) =>
        parseTimestamp(text) ?? conversionError("string", "google.protobuf.Timestamp"),
    ),
  ),
  declare(
    "uint",
    overload("uint64_to_uint64", "uint -> uint", identity),
    overload("double_to_uint64", "double -> uint", doubleToUint),
    overload("int64_to_uint64", "int -> uint", (value: number) => checkedUint(BigInt(value))),
    overload("string_to_uint64", "string -> uint", stringToUint),
  ),
  declare("type", {
    ...overload("type", "A -> type(A)", (value: Value) => new TypeValue(typeNameOf(value))),
    checksArguments: true,
  }),
];

const second = 1_000_000_000n;

const noSize = new ErrorValue("no such overload: size");
const size = (value: Value): Result => sizeOf(value) ?? noSize;

const texts: readonly FunctionDeclaration[] = [
  {
    name: "size",
    overloads: ["bytes", "list(A)", "map(A, B)", "string"].flatMap((type): Overload[] => {
      const id = `size_${type.replace(/\(.*/, "")}`;
      const signature = `${type} -> int`;
      return [
        { ...overload(id, signature, size), checksArguments: true },
        { ...method(id.replace(/^size_(.*)/, "$1_size"), signature, size), checksArguments: true },
      ];
    }),
  },
  declare(
    "contains",
    method("contains_string", "string, string -> bool", (text: string, part: string) =>
      text.includes(part),
    ),
  ),
  declare(
    "startsWith",
    method("starts_with_string", "string, string -> bool", (text: string, part: string) =>
      text.startsWith(part),
    ),
  ),
  declare(
    "endsWith",
    method("ends_with_string", "string, string -> bool", (text: string, part: string) =>
      text.endsWith(part),
    ),
  ),
  declare(
    "matches",
    overload("matches", "string, string -> bool", matchesPattern),
    method("matches_string", "string, string -> bool", matchesPattern),
  ),
];

function matchesPattern(text: string, pattern: string): Result {
  const compiled = searchPattern(pattern);
  if (compiled instanceof PatternMistake) return new ErrorValue(compiled.message);
  compiled.lastIndex = 0;
  return compiled.test(text);
}

function timeFunction(
  name: string,
  id: string,
  part: (date: Date, nanos: bigint) => number,
  ofDuration?: readonly [id: string, unit: bigint],
): FunctionDeclaration {
  const call = timePart(part);
  const overloads = [
    method(id, "timestamp -> int", call),
    method(`${id}_with_tz`, "timestamp, string -> int", call),
  ];
  if (ofDuration) {
    const [durationId, unit] = ofDuration;
    const count = ({ nanos }: Duration) => checkedInt(nanos / unit);
    overloads.push(method(durationId, "duration -> int", count));
  }
  return { name, overloads };
}

const times: readonly FunctionDeclaration[] = [
  timeFunction("getFullYear", "timestamp_to_year", (date) => date.getUTCFullYear()),
  timeFunction("getMonth", "timestamp_to_month", (date) => date.getUTCMonth()),
  timeFunction("getDayOfYear", "timestamp_to_day_of_year", dayOfYear),
  timeFunction("getDayOfMonth", "timestamp_to_day_of_month", (date) => date.getUTCDate() - 1),
  timeFunction("getDate", "timestamp_to_day_of_month_1_based", (date) => date.getUTCDate()),
  timeFunction("getDayOfWeek", "timestamp_to_day_of_week", (date) => date.getUTCDay()),
  timeFunction("getHours", "timestamp_to_hours", (date) => date.getUTCHours(), [
    "duration_to_hours",
    3600n * second,
  ]),
  timeFunction("getMinutes", "timestamp_to_minutes", (date) => date.getUTCMinutes(), [
    "duration_to_minutes",
    60n * second,
  ]),
  timeFunction("getSeconds", "timestamp_to_seconds_tz", (date) => date.getUTCSeconds(), [
    "duration_to_seconds",
    second,
  ]),
  timeFunction(
    "getMilliseconds",
    "timestamp_to_milliseconds",
    (_date, nanos) => Number(nanos / 1_000_000n),
    ["duration_to_milliseconds", 1_000_000n],
  ),
];

function isZero(value: Value): boolean {
  if (value === null || value === 0 || value === "" || value === false) return true;
  if (value instanceof Double) return value.value === 0;
  if (value instanceof MapValue || value instanceof StructValue) return value.size === 0;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0;
  if (value instanceof Optional) return value.value === undefined;
  return false;
}

const optionals: readonly FunctionDeclaration[] = [
  declare(
    "optional.of",
    overload("optional_of", "V -> optional(V)", (value: Value) => new Optional(value)),
  ),
  declare(
    "optional.ofNonZeroValue",
    overload("optional_ofNonZeroValue", "V -> optional(V)", (value: Value) =>
      isZero(value) ? Optional.none : new Optional(value),
    ),
  ),
  declare(
    "optional.none",
    overload("optional_none", "-> optional(V)", () => Optional.none),
  ),
  declare(
    "value",
    method(
      "optional_value",
      "optional(V) -> V",
      ({ value }: Optional) => value ?? new ErrorValue("optional.none() dereference"),
    ),
  ),
  declare(
    "hasValue",
    method(
      "optional_hasValue",
      "optional(V) -> bool",
      ({ value }: Optional) => value !== undefined,
    ),
  ),
  // Evaluated by the plan: the second operand may not be needed.
  declare(
    "or",
    method("optional_or_optional", "optional(V), optional(V) -> optional(V)", () => noSuchOverload),
  ),
  declare(
    "orValue",
    method("optional_orValue_value", "optional(V), V -> V", () => noSuchOverload),
  ),
  declare(
    "optional.unwrap",
    overload("optional_unwrap", "list(optional(V)) -> list(V)", unwrapAll),
  ),
  declare("unwrapOpt", method("optional_unwrapOpt", "list(optional(V)) -> list(V)", unwrapAll)),
];

function unwrapAll(values: readonly Optional[]): Result {
  return values.flatMap(({ value }) => (value === undefined ? [] : [value]));
}

const typeNames: Readonly<Record<string, Type>> = {
  bool: boolType,
  bytes: bytesType,
  double: doubleType,
  int: intType,
  uint: uintType,
  string: stringType,
  null_type: nullType,
  list: listType(dynType),
  map: mapType(dynType, dynType),
  type: { kind: "type" },
  optional_type: optionalType(dynType),
  "google.protobuf.Timestamp": timestampType,
  "google.protobuf.Duration": durationType,
};

/** What every environment has: the language's own functions, and optional values. */
export const standardLibrary: Library = {
  functions: [...operators, ...conversions, ...texts, ...times, ...optionals],
  types: typeNames,
};
