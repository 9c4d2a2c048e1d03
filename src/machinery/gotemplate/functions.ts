import { invariant } from "#base/invariant.ts";
import type { ByteString } from "../go/byte-string.ts";
import { show, sprint, sprintf, sprintln } from "../go/format.ts";
import {
  entryOf,
  fromJson,
  GoComplex,
  GoFloat,
  GoInteger,
  isList,
  isMap,
  typeOf,
} from "../go/values.ts";
import type { GoValue } from "../go/values.ts";
import { escapeHtml, escapeJavaScript, escapeQuery } from "./escape.ts";

/**
 * What an operand is worth. Undefined is nothing at all, such as a key that is missing. What comes
 * straight out of a list or map is boxed: errors call its type "interface {}", and it may be null.
 */
export type Value = { readonly value: GoValue; readonly boxed: boolean } | undefined;

/** What a parameter takes: any value as it is, any value without its box, or a string. */
export type ParameterType = "value" | "any" | "string";

export interface TemplateFunction {
  readonly parameters: readonly ParameterType[];
  /** Of all arguments beyond the parameters; undefined: there may be none. */
  readonly rest?: ParameterType | undefined;
  /** `source` is how the first argument was written. Throws `CallError`. */
  call(values: readonly Value[], source: ByteString): Value;
}

/** What a function has against its arguments. */
export class CallError extends Error {
  override name = "CallError";
}

export function plain(value: GoValue): Value {
  return { value, boxed: false };
}

export function boxed(value: GoValue): Value {
  return { value, boxed: true };
}

/** Of a value that is to be called by its type. */
export function typeName(held: NonNullable<Value>): string {
  return held.boxed || held.value === null ? "interface {}" : typeOf(held.value);
}

/** Without its box; a null was nothing but a box. */
export function unbox(held: Value): Value {
  if (!held || held.value === null) return undefined;
  return held.boxed ? plain(held.value) : held;
}

export function isTrue(held: Value): boolean {
  const value = held?.value ?? null;
  if (value === null) return false;
  if (typeof value === "boolean") return value;
  if (typeof value === "string" || isList(value)) return value.length > 0;
  if (value instanceof GoInteger) return value.value !== 0n;
  if (value instanceof GoFloat) return value.value !== 0;
  if (value instanceof GoComplex) return value.real !== 0 || value.imaginary !== 0;
  return Object.keys(value).length > 0;
}

/** The functions of every template. "and" and "or" are missing: they do not look at all arguments. */
export const builtinFunctions: ReadonlyMap<ByteString, TemplateFunction> = new Map([
  [
    "eq",
    { parameters: ["value"], rest: "value", call: ([first, ...rest]) => bool(equal(first, rest)) },
  ],
  ["ne", comparison((left, right) => !equal(left, [right]))],
  ["lt", comparison(less)],
  ["le", comparison((left, right) => less(left, right) || equal(left, [right]))],
  ["gt", comparison((left, right) => !less(left, right) && !equal(left, [right]))],
  ["ge", comparison((left, right) => !less(left, right))],
  ["not", { parameters: ["value"], call: ([value]) => bool(!isTrue(value)) }],
  ["len", { parameters: ["value"], call: ([value]) => plain(new GoInteger("int", length(value))) }],
  ["index", { parameters: ["value"], rest: "value", call: ([of, ...keys]) => index(of, keys) }],
  ["slice", { parameters: ["value"], rest: "value", call: ([of, ...ends]) => slice(of, ends) }],
  [
    "call",
    { parameters: ["value"], rest: "value", call: ([callee], source) => call(callee, source) },
  ],
  ["print", printer(sprint)],
  ["println", printer(sprintln)],
  [
    "printf",
    {
      parameters: ["string"],
      rest: "any",
      call: ([format, ...values]) => plain(sprintf(stringOf(format), values.map(dataOf))),
    },
  ],
  ["html", printer((values) => escapeHtml(textOf(values)))],
  ["js", printer((values) => escapeJavaScript(textOf(values)))],
  ["urlquery", printer((values) => escapeQuery(textOf(values)))],
] satisfies [string, TemplateFunction][]);

export function dataOf(held: Value): GoValue {
  return held?.value ?? null;
}

/** Of an argument whose parameter takes nothing but strings. */
export function stringOf(held: Value): ByteString {
  const value = held?.value;
  invariant(typeof value === "string", "the type of an argument is checked before the call");
  return value;
}

function bool(value: boolean): Value {
  return plain(value);
}

function printer(print: (values: readonly GoValue[]) => ByteString): TemplateFunction {
  return { parameters: [], rest: "any", call: (values) => plain(print(values.map(dataOf))) };
}

function comparison(compare: (left: Value, right: Value) => boolean): TemplateFunction {
  return {
    parameters: ["value", "value"],
    call: ([left, right]) => bool(compare(left, right)),
  };
}

/** What is to be escaped: one string as it is, or all as "print" prints them. */
function textOf(values: readonly GoValue[]): ByteString {
  return sprint(values.map((value) => value ?? "<no value>"));
}

type BasicKind = "bool" | "int" | "uint" | "float" | "complex" | "string";

function kindOf(value: GoValue): BasicKind | undefined {
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  if (value instanceof GoInteger) return value.type === "uint8" ? "uint" : "int";
  if (value instanceof GoFloat) return "float";
  return value instanceof GoComplex ? "complex" : undefined;
}

/** Whether the first equals any of the others. */
function equal(first: Value, others: readonly Value[]): boolean {
  if (others.length === 0) throw new CallError("missing argument for comparison");
  return others.some((other) => equalPair(dataOf(first), dataOf(other)));
}

function equalPair(left: GoValue, right: GoValue): boolean {
  const leftKind = kindOf(left);
  if (leftKind !== kindOf(right)) {
    if (left instanceof GoInteger && right instanceof GoInteger) return left.value === right.value;
    if (left === null || right === null) return false;
    throw new CallError("incompatible types for comparison");
  }
  if (left === null || right === null) return left === right;
  if (leftKind) return sameScalar(left, right);
  const [leftType, rightType] = [typeOf(left), typeOf(right)];
  if (leftType !== rightType) {
    const shown = `${show(left, "s")}: ${leftType}, ${rightType}: ${show(right, "v")}`;
    throw new CallError(`non-comparable types ${shown}`);
  }
  throw new CallError(`non-comparable type ${show(right, "s")}: ${rightType}`);
}

function sameScalar(left: GoValue, right: GoValue): boolean {
  if (left instanceof GoInteger && right instanceof GoInteger) return left.value === right.value;
  if (left instanceof GoFloat && right instanceof GoFloat) return left.value === right.value;
  if (left instanceof GoComplex && right instanceof GoComplex) {
    return left.real === right.real && left.imaginary === right.imaginary;
  }
  return left === right;
}

function less(leftHeld: Value, rightHeld: Value): boolean {
  const [left, right] = [dataOf(leftHeld), dataOf(rightHeld)];
  const leftKind = kindOf(left);
  const rightKind = kindOf(right);
  if (left === null || right === null || !leftKind || !rightKind) {
    throw new CallError("invalid type for comparison");
  }
  if (left instanceof GoInteger && right instanceof GoInteger) return left.value < right.value;
  if (leftKind !== rightKind) {
    throw new CallError("incompatible types for comparison");
  }
  if (left instanceof GoFloat && right instanceof GoFloat) return left.value < right.value;
  if (typeof left === "string" && typeof right === "string") return left < right;
  throw new CallError("invalid type for comparison");
}

function length(held: Value): number {
  if (!held) throw new CallError("reflect: call of reflect.Value.Type on zero Value");
  const { value } = held;
  if (value === null) throw new CallError("len of nil pointer");
  if (typeof value === "string" || isList(value)) return value.length;
  if (isMap(value)) return Object.keys(value).length;
  throw new CallError(`len of type ${typeOf(value)}`);
}

function index(of: Value, keys: readonly Value[]): Value {
  let item = unbox(of);
  if (!item) throw new CallError("index of untyped nil");
  for (const key of keys) {
    const { value }: NonNullable<Value> = item;
    if (value === null) throw new CallError("index of nil pointer");
    if (typeof value === "string" || isList(value)) item = itemAt(value, unbox(key));
    else if (isMap(value)) item = { value: entryOf(value, keyOf(unbox(key))) ?? null, boxed: true };
    else throw new CallError(`can't index item of type ${typeOf(value)}`);
  }
  return item;
}

function itemAt(of: ByteString | readonly unknown[], key: Value): NonNullable<Value> {
  const at = position(key, of.length);
  if (at === of.length) {
    const kind = typeof of === "string" ? "string" : "slice";
    throw new CallError(`reflect: ${kind} index out of range`);
  }
  return typeof of === "string"
    ? { value: new GoInteger("uint8", of.charCodeAt(at)), boxed: false }
    : { value: fromJson(of[at]), boxed: true };
}

function keyOf(key: Value): ByteString {
  if (!key || key.value === null) {
    throw new CallError("value is nil; should be of type string");
  }
  if (typeof key.value === "string") return key.value;
  throw new CallError(`value has type ${typeOf(key.value)}; should be string`);
}

function position(key: Value, most: number): number {
  if (!key || key.value === null) throw new CallError("cannot index slice/array with nil");
  if (!(key.value instanceof GoInteger)) {
    throw new CallError(`cannot index slice/array with type ${typeOf(key.value)}`);
  }
  const at = key.value.value;
  if (at < 0n || at > BigInt(most)) throw new CallError(`index out of range: ${at}`);
  return Number(at);
}

function slice(of: Value, ends: readonly Value[]): Value {
  const value = unbox(of)?.value ?? null;
  if (value === null) throw new CallError("slice of untyped nil");
  if (ends.length > 3) throw new CallError(`too many slice indexes: ${ends.length}`);
  const isText = typeof value === "string";
  if (isText && ends.length === 3) throw new CallError("cannot 3-index slice a string");
  if (!isText && !isList(value)) throw new CallError(`can't slice item of type ${typeOf(value)}`);
  const most = isText ? value.length : capacity(value.length);
  const [from = 0, to = value.length, limit = most] = ends.map((end) => position(unbox(end), most));
  if (from > to) throw new CallError(`invalid slice index: ${from} > ${to}`);
  if (to > limit) throw new CallError(`invalid slice index: ${to} > ${limit}`);
  if (isText) return plain(value.slice(from, to));
  const missing = Array.from({ length: Math.max(0, to - value.length) }, () => null);
  return plain([...value.slice(from, to), ...missing]);
}

/** How much room a list has that Go read from JSON: slices may reach into it, and find nulls. */
function capacity(count: number): number {
  let room = count === 0 ? 0 : 1;
  while (room < count) room *= 2;
  return room;
}

/** Data has no functions, so that there is none to call. */
function call(callee: Value, source: ByteString): never {
  const value = dataOf(callee);
  if (value === null) throw new CallError("call of nil");
  throw new CallError(`non-function ${source} of type ${typeOf(value)}`);
}
