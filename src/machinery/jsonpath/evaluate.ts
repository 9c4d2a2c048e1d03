import { fromByteString } from "../go/byte-string.ts";
import { show } from "../go/format.ts";
import { fromJson, GoFloat, typeOf } from "../go/values.ts";
import type { GoValue } from "../go/values.ts";
import { compareCodePoints } from "../codec/go-json.ts";
import { utf8 } from "#base/bytes.ts";
import { isRow } from "../json.ts";
import type { Row } from "../json.ts";
import { JsonPathError } from "./syntax.ts";
import type { Filter, Part, Path, Slice, Step } from "./syntax.ts";

/** One run of a template's parts over an object. */
export class Evaluation {
  readonly #parts: readonly Part[];
  readonly #allowsMissingKeys: boolean;
  /** Ranges that were met and not yet begun, and those that are being repeated. */
  #begun = 0;
  #inside = 0;
  #ended = 0;
  #lastEnd = -1;

  constructor(parts: readonly Part[], allowsMissingKeys: boolean) {
    this.#parts = parts;
    this.#allowsMissingKeys = allowsMissingKeys;
  }

  /** What each part finds from `start` on. A range repeats those up to its end. */
  results(data: unknown, start = 0): unknown[][] {
    const results: unknown[][] = [];
    for (let at = start; at < this.#parts.length; at++) {
      const found = this.#part(data, this.#parts[at]);
      if (this.#ended > 0 && this.#ended <= this.#inside) {
        this.#ended--;
        this.#lastEnd = at;
        break;
      }
      if (this.#begun === 0) {
        results.push(found);
        continue;
      }
      this.#begun--;
      this.#inside++;
      // A null that is repeated over counts as nothing.
      for (const item of found) results.push(...this.results(item ?? undefined, at + 1));
      // What is inside has an end that must be found, also where nothing is repeated.
      if (found.length === 0) this.results(undefined, at + 1);
      this.#inside--;
      at = Math.max(at, this.#lastEnd);
    }
    return results;
  }

  #part(data: unknown, part: Part | undefined): unknown[] {
    if (!part) return [];
    return part.kind === "text" ? [part.text] : this.#path([data], part.path);
  }

  #path(from: readonly unknown[], path: Path): unknown[] {
    let current = [...from];
    for (const step of path) current = this.#step(current, step);
    return current;
  }

  #step(current: unknown[], step: Step): unknown[] {
    switch (step.kind) {
      case "field":
        return this.#field(current, step.name);
      case "every":
        return current.flatMap(childrenOf);
      case "descend":
        return current.flatMap(descend);
      case "slice":
        return slice(current, step);
      case "filter":
        return this.#filter(current, step);
      case "union":
        return step.paths.flatMap((path) => this.#path(current, path));
      case "literal":
        return typeof step.value === "string" ? [step.value] : current.map(() => step.value);
      case "identifier":
        return this.#identifier(current, step.name);
      default:
        return step satisfies never;
    }
  }

  #identifier(current: unknown[], name: string): unknown[] {
    if (name === "range") {
      this.#begun++;
      return current;
    }
    if (name !== "end") throw new JsonPathError(`unrecognized identifier ${name}`);
    if (this.#inside === 0) throw new JsonPathError("not in range, nothing to end");
    this.#ended++;
    return [];
  }

  #field(current: readonly unknown[], name: string): unknown[] {
    const found = current.flatMap((value) =>
      isRow(value) && Object.hasOwn(value, name) ? [value[name]] : [],
    );
    if (found.length === 0 && current.length > 0 && !this.#allowsMissingKeys) {
      throw new JsonPathError(`${name} is not found`);
    }
    return found;
  }

  #filter(current: readonly unknown[], filter: Filter): unknown[] {
    return current.flatMap((value) => {
      if (!Array.isArray(value)) {
        const shown = value === undefined ? "<invalid reflect.Value>" : textOf(value);
        throw new JsonPathError(`${shown} is not array or slice and cannot be filtered`);
      }
      return value.filter((item) => this.#passes(item, filter));
    });
  }

  #passes(item: unknown, { left, operator, right }: Filter): boolean {
    if (operator === "exists") return this.#exists(item, left);
    const lefts = this.#path([item], left);
    if (lefts.length === 0) return false;
    if (lefts.length > 1) throw new JsonPathError("can only compare one element at a time");
    const rights = this.#path([item], right);
    if (rights.length === 0) return false;
    if (rights.length > 1) throw new JsonPathError("can only compare one element at a time");
    return compare(lefts[0], operator, rights[0]);
  }

  #exists(item: unknown, path: Path): boolean {
    try {
      return this.#path([item], path).length > 0;
    } catch (error) {
      if (error instanceof JsonPathError) return false;
      throw error;
    }
  }
}

/** As Go's fmt prints it. */
export function textOf(value: unknown): string {
  return fromByteString(show(goValueOf(value), "v"));
}

function goValueOf(value: unknown): GoValue {
  return value instanceof GoFloat ? value : fromJson(value);
}

/** Of a text its bytes. Maps have no order upstream: here it is that of their keys. */
function childrenOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  if (typeof value === "string") return [...utf8(value)];
  return isRow(value) && !(value instanceof GoFloat) ? sortedValues(value) : [];
}

function sortedValues(row: Row): unknown[] {
  return Object.keys(row)
    .sort(compareCodePoints)
    .map((key) => row[key]);
}

/** The value itself, then everything below it. What has nothing below it is left out. */
function descend(value: unknown): unknown[] {
  const children = childrenOf(value);
  if (children.length === 0) return [];
  return typeof value === "string" ? [value] : [value, ...children.flatMap(descend)];
}

function slice(current: readonly unknown[], step: Slice): unknown[] {
  const found: unknown[] = [];
  for (const value of current) {
    if (value === null) continue;
    if (!Array.isArray(value)) {
      throw new JsonPathError(`${typeName(value)} is not array or slice`);
    }
    const { from, to } = bounds(value.length, step);
    // Upstream asks no more of the others, either.
    if (from === to) return found;
    const { by = 1 } = step;
    if (by <= 0) throw new JsonPathError("step must be > 0");
    for (let at = from; at < to; at += by) found.push(value[at]);
  }
  return found;
}

function bounds(length: number, { from, to, isIndex }: Slice): { from: number; to: number } {
  const start = from ?? 0;
  const first = start < 0 ? start + length : start;
  const end = to ?? length;
  const last = end < 0 || (end === 0 && isIndex) ? end + length : end;
  if (first === last) return { from: first, to: last };
  const outside = (index: number) =>
    new JsonPathError(`array index out of bounds: index ${index}, length ${length}`);
  if (first >= length || first < 0) throw outside(first);
  if (last > length || last < 0) throw outside(last - 1);
  if (first > last) {
    throw new JsonPathError(`starting index ${first} is greater than ending index ${last}`);
  }
  return { from: first, to: last };
}

function typeName(value: unknown): string {
  const held = goValueOf(value);
  return held === null ? "interface {}" : typeOf(held);
}

type Kind = "bool" | "int" | "float" | "string";

function kindOf(value: unknown): Kind {
  if (value instanceof GoFloat) return "float";
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "string":
      return "string";
    case "bigint":
      return "int";
    case "number":
      return Number.isInteger(value) ? "int" : "float";
    default:
      throw new JsonPathError("invalid type for comparison");
  }
}

const operators: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">="]);

function compare(leftHeld: unknown, operator: string, rightHeld: unknown): boolean {
  if (!operators.has(operator)) {
    throw new JsonPathError(`unrecognized filter operator ${operator}`);
  }
  const kind = kindOf(leftHeld);
  if (kind !== kindOf(rightHeld)) throw new JsonPathError("incompatible types for comparison");
  const [left, right] = [plain(leftHeld), plain(rightHeld)];
  if (operator === "==") return left === right;
  if (operator === "!=") return left !== right;
  if (kind === "bool") throw new JsonPathError("invalid type for comparison");
  const order = orderOf(left, right);
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  return operator === ">" ? order > 0 : order >= 0;
}

function plain(value: unknown): unknown {
  return value instanceof GoFloat ? value.value : value;
}

function orderOf(left: unknown, right: unknown): number {
  if (typeof left === "string" && typeof right === "string") return compareCodePoints(left, right);
  return Number(left) - Number(right);
}
