import {
  AssociativeList,
  Double,
  Duration,
  EntriesMap,
  ErrorValue,
  type Key,
  MapValue,
  normalInt,
  OpaqueValue,
  Optional,
  type Result,
  StructValue,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from "./values.ts";

export const noSuchOverload = new ErrorValue("no such overload");
const integerOverflow = new ErrorValue("integer overflow");
const unsignedOverflow = new ErrorValue("unsigned integer overflow");
const divisionByZero = new ErrorValue("division by zero");
const modulusByZero = new ErrorValue("modulus by zero");
const durationOverflow = new ErrorValue("duration overflow");
const timestampOverflow = new ErrorValue("timestamp overflow");

export type Int = number | bigint;
export const isInt = (value: unknown): value is Int =>
  typeof value === "number" || typeof value === "bigint";

/** From a bigint that may be too large. */
export function checkedInt(value: bigint): Result {
  return BigInt.asIntN(64, value) === value ? normalInt(value) : integerOverflow;
}

export function checkedUint(value: bigint): Result {
  return BigInt.asUintN(64, value) === value ? new Uint(value) : unsignedOverflow;
}

export function checkedDuration(nanos: bigint): Result {
  return BigInt.asIntN(64, nanos) === nanos ? new Duration(nanos) : durationOverflow;
}

const earliestNanos = -62_135_596_800_000_000_000n;
const latestNanos = 253_402_300_799_999_999_999n;

export function checkedTimestamp(nanos: bigint): Result {
  return nanos >= earliestNanos && nanos <= latestNanos ? new Timestamp(nanos) : timestampOverflow;
}

export function add(left: Value, right: Value): Result {
  if (typeof left === "number" && typeof right === "number") {
    const sum = left + right;
    return Number.isSafeInteger(sum) ? sum : checkedInt(BigInt(left) + BigInt(right));
  }
  if (typeof left === "string") return typeof right === "string" ? left + right : noSuchOverload;
  if (isInt(left)) {
    return isInt(right) ? checkedInt(BigInt(left) + BigInt(right)) : noSuchOverload;
  }
  if (left instanceof Double) {
    return right instanceof Double ? new Double(left.value + right.value) : noSuchOverload;
  }
  if (Array.isArray(left)) return Array.isArray(right) ? concat(left, right) : noSuchOverload;
  if (left instanceof Uint) {
    return right instanceof Uint ? checkedUint(left.value + right.value) : noSuchOverload;
  }
  if (left instanceof Duration) {
    if (right instanceof Duration) return checkedDuration(left.nanos + right.nanos);
    return right instanceof Timestamp ? checkedTimestamp(left.nanos + right.nanos) : noSuchOverload;
  }
  if (left instanceof Timestamp) {
    return right instanceof Duration ? checkedTimestamp(left.nanos + right.nanos) : noSuchOverload;
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    const bytes = new Uint8Array(left.length + right.length);
    bytes.set(left);
    bytes.set(right, left.length);
    return bytes;
  }
  return noSuchOverload;
}

/** Sets keep one of each, lists with keys replace items of the same keys in their place. */
function concat(left: readonly Value[], right: readonly Value[]): Value {
  if (!(left instanceof AssociativeList)) return [...left, ...right];
  const result = [...left];
  for (const item of right) {
    const index = result.findIndex((other) => left.same(other, item));
    if (index < 0) result.push(item);
    else result[index] = item;
  }
  return associativeList(result, left.keyFields);
}

/** A list of `x-kubernetes-list-type` set (no key fields) or map. */
export function associativeList(
  items: readonly Value[],
  keyFields: readonly string[] | undefined,
): AssociativeList {
  const list = new AssociativeList();
  for (const item of items) list.push(item);
  list.keyFields = keyFields;
  list.same = (left, right) => {
    if (!keyFields || !(left instanceof StructValue) || !(right instanceof StructValue)) {
      return equal(left, right);
    }
    return keyFields.every((field) => {
      const [one, other] = [left.get(field), right.get(field)];
      if (one === undefined || other === undefined) return one === other;
      if (one instanceof ErrorValue || other instanceof ErrorValue) return false;
      return equal(one, other);
    });
  };
  return list;
}

export function subtract(left: Value, right: Value): Result {
  if (typeof left === "number" && typeof right === "number") {
    const difference = left - right;
    return Number.isSafeInteger(difference) ? difference : checkedInt(BigInt(left) - BigInt(right));
  }
  if (isInt(left) && isInt(right)) return checkedInt(BigInt(left) - BigInt(right));
  if (left instanceof Double && right instanceof Double) {
    return new Double(left.value - right.value);
  }
  if (left instanceof Uint && right instanceof Uint) return checkedUint(left.value - right.value);
  if (left instanceof Duration && right instanceof Duration) {
    return checkedDuration(left.nanos - right.nanos);
  }
  if (left instanceof Timestamp) {
    if (right instanceof Duration) return checkedTimestamp(left.nanos - right.nanos);
    if (right instanceof Timestamp) return checkedDuration(left.nanos - right.nanos);
  }
  return noSuchOverload;
}

export function multiply(left: Value, right: Value): Result {
  if (typeof left === "number" && typeof right === "number") {
    const product = left * right;
    // `+ 0` makes -0 a plain zero.
    if (Number.isSafeInteger(product)) return product + 0;
  }
  if (isInt(left) && isInt(right)) return checkedInt(BigInt(left) * BigInt(right));
  if (left instanceof Double && right instanceof Double) {
    return new Double(left.value * right.value);
  }
  if (left instanceof Uint && right instanceof Uint) return checkedUint(left.value * right.value);
  return noSuchOverload;
}

export function divide(left: Value, right: Value): Result {
  if (isInt(left) && isInt(right)) {
    if (right === 0) return divisionByZero;
    if (typeof left === "number" && typeof right === "number") return Math.trunc(left / right) + 0;
    return checkedInt(BigInt(left) / BigInt(right));
  }
  if (left instanceof Double && right instanceof Double) {
    return new Double(left.value / right.value);
  }
  if (left instanceof Uint && right instanceof Uint) {
    return right.value === 0n ? divisionByZero : new Uint(left.value / right.value);
  }
  return noSuchOverload;
}

export function modulo(left: Value, right: Value): Result {
  if (isInt(left) && isInt(right)) {
    if (right === 0) return modulusByZero;
    if (typeof left === "number" && typeof right === "number") return (left % right) + 0;
    const [dividend, divisor] = [BigInt(left), BigInt(right)];
    if (divisor === -1n && BigInt.asIntN(64, -dividend) !== -dividend) return integerOverflow;
    return normalInt(dividend % divisor);
  }
  if (left instanceof Uint && right instanceof Uint) {
    return right.value === 0n ? modulusByZero : new Uint(left.value % right.value);
  }
  return noSuchOverload;
}

export function negate(value: Value): Result {
  if (typeof value === "number") return 0 - value;
  if (typeof value === "bigint") return checkedInt(-value);
  if (value instanceof Double) return new Double(-value.value);
  return noSuchOverload;
}

/** The number a value is, for comparing across types. */
export function numeric(value: Value): number | bigint | undefined {
  if (isInt(value)) return value;
  if (value instanceof Double || value instanceof Uint) return value.value;
  return undefined;
}

/** Negative, 0 or positive; undefined for what has no order. NaN is above all, as in cel-go. */
export function compare(left: Value, right: Value): number | undefined {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "string") {
    return typeof right === "string" ? compareText(left, right) : undefined;
  }
  const [one, other] = [numeric(left), numeric(right)];
  if (one !== undefined) return other === undefined ? undefined : order(one, other);
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  if (left instanceof Timestamp && right instanceof Timestamp)
    return order(left.nanos, right.nanos);
  if (left instanceof Duration && right instanceof Duration) return order(left.nanos, right.nanos);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right);
  return undefined;
}

const order = (left: number | bigint, right: number | bigint) =>
  left < right ? -1 : sameNumber(left, right) ? 0 : 1;

/** Also of a bigint and a number; NaN is not itself. */
function sameNumber(left: number | bigint, right: number | bigint): boolean {
  if (typeof left === typeof right) return left === right;
  const [whole, other] = typeof left === "bigint" ? [left, right] : [right, left];
  return Number.isInteger(other) && whole === BigInt(other);
}

/** By code points, as bytes of UTF-8 order. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const [one, other] = [left.charCodeAt(index), right.charCodeAt(index)];
    if (one === other) continue;
    const surrogates = Number(isSurrogate(one)) - Number(isSurrogate(other));
    return surrogates === 0 ? one - other : surrogates;
  }
  return left.length - right.length;
}

const isSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdfff;

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Values of different types are just not equal, but numbers are when they are the same number. */
export function equal(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (left === null || right === null) return false;
  switch (typeof left) {
    case "string":
    case "boolean":
      return false;
    case "number":
    case "bigint": {
      const other = numeric(right);
      return other !== undefined && sameNumber(left, other);
    }
    default:
      return equalObjects(left, right);
  }
}

function equalObjects(left: Exclude<Value, null>, right: Exclude<Value, null>): boolean {
  if (left instanceof Double || left instanceof Uint) {
    const other = numeric(right);
    return other !== undefined && sameNumber(left.value, other);
  }
  if (Array.isArray(left)) return Array.isArray(right) && equalLists(left, right);
  if (left instanceof MapValue) return right instanceof MapValue && equalMaps(left, right);
  if (left instanceof StructValue) return right instanceof StructValue && equalStructs(left, right);
  if (left instanceof Timestamp) return right instanceof Timestamp && left.nanos === right.nanos;
  if (left instanceof Duration) return right instanceof Duration && left.nanos === right.nanos;
  if (left instanceof TypeValue) return right instanceof TypeValue && left.name === right.name;
  if (left instanceof OpaqueValue) return right instanceof OpaqueValue && left.equals(right);
  if (left instanceof Optional) {
    if (!(right instanceof Optional)) return false;
    if (left.value === undefined || right.value === undefined) return left.value === right.value;
    return equal(left.value, right.value);
  }
  return (
    left instanceof Uint8Array && right instanceof Uint8Array && compareBytes(left, right) === 0
  );
}

function equalLists(left: readonly Value[], right: readonly Value[]): boolean {
  if (left.length !== right.length) return false;
  const associative = left instanceof AssociativeList ? left : undefined;
  if (associative) {
    return left.every((item) => {
      const other = right.find((candidate) => associative.same(candidate, item));
      return other !== undefined && equal(item, other);
    });
  }
  return left.every((item, index) => equal(item, right[index] ?? null));
}

function equalMaps(left: MapValue, right: MapValue): boolean {
  if (left.size !== right.size) return false;
  for (const key of left.keys()) {
    const [one, other] = [left.get(key), right.get(key)];
    if (one === undefined || one instanceof ErrorValue) return false;
    if (other === undefined || other instanceof ErrorValue || !equal(one, other)) return false;
  }
  return true;
}

function equalStructs(left: StructValue, right: StructValue): boolean {
  if (left.size !== right.size) return false;
  for (const name of left.fields()) {
    const [one, other] = [left.get(name), right.get(name)];
    if (one === undefined || one instanceof ErrorValue) return false;
    if (other === undefined || other instanceof ErrorValue || !equal(one, other)) return false;
  }
  return true;
}

/** `item in container`. */
export function contains(item: Value, container: Value): Result {
  if (Array.isArray(container)) return container.some((other: Value) => equal(other, item));
  if (container instanceof MapValue) return container.get(item) !== undefined;
  if (container instanceof StructValue) {
    return typeof item === "string" && container.get(item) !== undefined;
  }
  return noSuchOverload;
}

/** Characters of a string, bytes, items, entries. Undefined for what has no size. */
export function sizeOf(value: Result): number | undefined {
  if (typeof value === "string") return characters(value);
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length;
  if (value instanceof MapValue || value instanceof StructValue) return value.size;
  if (value instanceof OpaqueValue) return value.size;
  return undefined;
}

/** How many code points; the length where there are no surrogates, which is nearly always. */
export function characters(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length; index++) {
    if ((text.charCodeAt(index) & 0xfc00) === 0xd800) count--;
  }
  return count;
}

/** A map with one more entry; undefined when the key is taken. */
export function withEntry(map: MapValue, key: Key, value: Value): EntriesMap | undefined {
  if (map.get(key) !== undefined) return undefined;
  return new EntriesMap([...entriesOf(map), [key, value]]);
}

export function entriesOf(map: MapValue): (readonly [Key, Value])[] {
  const entries: (readonly [Key, Value])[] = [];
  for (const key of map.keys()) {
    const value = map.get(key);
    if (value !== undefined && !(value instanceof ErrorValue)) entries.push([key, value]);
  }
  return entries;
}
