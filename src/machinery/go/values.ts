import { isRow } from "../json.ts";
import type { Row } from "../json.ts";
import { fromByteString, toByteString } from "./byte-string.ts";
import type { ByteString } from "./byte-string.ts";

/** A whole number of one of Go's types. */
export class GoInteger {
  readonly type: "int" | "int64" | "uint8";
  readonly value: bigint;

  constructor(type: "int" | "int64" | "uint8", value: bigint | number) {
    this.type = type;
    this.value = BigInt(value);
  }
}

/** A float64. */
export class GoFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A complex128. */
export class GoComplex {
  readonly real: number;
  readonly imaginary: number;

  constructor(real: number, imaginary: number) {
    this.real = real;
    this.imaginary = imaginary;
  }
}

/**
 * What a Go program knows of JSON: whole numbers are int64, others float64. Lists and maps stay as
 * they are; `fromJson` turns into this what is taken out of them.
 */
export type GoValue =
  | null
  | boolean
  | ByteString
  | GoInteger
  | GoFloat
  | GoComplex
  | readonly unknown[]
  | Row;

const int64Max = 2 ** 63;

/** Shallow: what a list or map holds is converted when it is asked for. */
export function fromJson(value: unknown): GoValue {
  switch (typeof value) {
    case "string":
      return toByteString(value);
    case "boolean":
      return value;
    case "bigint":
      return new GoInteger("int64", value);
    case "number":
      return Number.isInteger(value) && value >= -int64Max && value < int64Max
        ? new GoInteger("int64", value)
        : new GoFloat(value);
    default:
      if (value === undefined) return null;
      if (value === null || Array.isArray(value) || isRow(value)) return value;
      throw new TypeError(`no JSON: ${typeof value}`);
  }
}

/** Whether it is one of Go's maps, which classes of this module are not. */
export function isMap(value: GoValue): value is Row {
  return isRow(value) && !(value instanceof GoInteger) && !isFraction(value);
}

export function isList(value: GoValue): value is readonly unknown[] {
  return Array.isArray(value);
}

function isFraction(value: unknown): boolean {
  return value instanceof GoFloat || value instanceof GoComplex;
}

/** The name of a value's type, as %T prints it. */
export function typeOf(value: Exclude<GoValue, null>): string {
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  if (value instanceof GoInteger) return value.type;
  if (value instanceof GoFloat) return "float64";
  if (value instanceof GoComplex) return "complex128";
  return isList(value) ? "[]interface {}" : "map[string]interface {}";
}

/** A map's entries in the order of their keys' bytes, which is how Go prints and ranges. */
export function sortedEntries(map: Row): [key: ByteString, value: GoValue][] {
  return Object.keys(map)
    .map((key): [ByteString, string] => [toByteString(key), key])
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([bytes, key]) => [bytes, fromJson(map[key])]);
}

/** What a map has under a key. Undefined: nothing. */
export function entryOf(map: Row, key: ByteString): GoValue | undefined {
  const name = fromByteString(key);
  return Object.hasOwn(map, name) ? fromJson(map[name]) : undefined;
}
