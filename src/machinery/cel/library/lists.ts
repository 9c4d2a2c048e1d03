import type { FunctionDeclaration, Library } from "../environment.ts";
import { add, compare, equal, noSuchOverload } from "../operators.ts";
import { declare, method, overload } from "../signature.ts";
import {
  Double,
  Duration,
  ErrorValue,
  Optional,
  type Result,
  Uint,
  type Value,
} from "../values.ts";

type List = readonly Value[];

const ordered = ["int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes"];
const protobufNames: Readonly<Record<string, string>> = {
  duration: "google.protobuf.Duration",
  timestamp: "google.protobuf.Timestamp",
};

/** One overload for each type that has an order. */
const forOrdered = (
  name: string,
  types: readonly string[],
  id: (type: string) => string,
  signature: (type: string) => string,
  call: (...args: never[]) => Result,
): FunctionDeclaration => ({
  name,
  overloads: types.map((type) => method(id(type), signature(type), call)),
});

function isSorted(list: List): Result {
  for (const [index, item] of list.entries()) {
    const previous = list[index - 1];
    if (previous !== undefined && (compare(previous, item) ?? 0) > 0) return false;
  }
  return true;
}

const zeros: Readonly<Record<string, Value>> = {
  int: 0,
  uint: new Uint(0n),
  double: new Double(0),
  duration: new Duration(0n),
};

function sumOf(zero: Value) {
  return (list: List): Result => {
    let sum = zero;
    for (const item of list) {
      const next = add(sum, item);
      if (next instanceof ErrorValue) return next;
      sum = next;
    }
    return sum;
  };
}

function extreme(name: string, sign: number) {
  return (list: List): Result => {
    let best = list[0];
    if (best === undefined) return new ErrorValue(`${name} called on empty list`);
    for (const item of list) {
      const difference = compare(best, item);
      if (difference === undefined) return noSuchOverload;
      if (difference * sign > 0) best = item;
    }
    return best;
  };
}

const indexOf = (list: List, item: Value): Result => list.findIndex((other) => equal(other, item));
const lastIndexOf = (list: List, item: Value): Result =>
  list.findLastIndex((other) => equal(other, item));

function slice(list: List, start: number, end: number): Result {
  if (start < 0 || end < 0) {
    return new ErrorValue(`cannot slice(${start}, ${end}), negative indexes not supported`);
  }
  if (start > end) {
    const message = `cannot slice(${start}, ${end}), start index must be less than or equal to end index`;
    return new ErrorValue(message);
  }
  if (list.length < end) {
    return new ErrorValue(`cannot slice(${start}, ${end}), list is length ${list.length}`);
  }
  return list.slice(start, end);
}

function flatten(list: List, depth: number): Result {
  if (depth < 0) return new ErrorValue("level must be non-negative");
  if (depth === 0) return list;
  return list.flatMap((item) => (Array.isArray(item) ? asList(flatten(item, depth - 1)) : [item]));
}

const asList = (value: Result): List => (Array.isArray(value) ? value : []);

function sortBy(list: List, keys: List): Result {
  if (list.length !== keys.length) {
    const message =
      "@sortByAssociatedKeys() expected a list of the same size as the associated keys list, " +
      `but got ${list.length} and ${keys.length} elements respectively`;
    return new ErrorValue(message);
  }
  const [first] = keys;
  if (first !== undefined && keys.some((key) => compare(first, key) === undefined)) {
    return new ErrorValue("list elements must have the same type");
  }
  const order = list.map((item, index) => [item, keys[index] ?? null] as const);
  return order.toSorted(([, one], [, other]) => compare(one, other) ?? 0).map(([item]) => item);
}

function distinct(list: List): Result {
  const seen: Value[] = [];
  for (const item of list) if (!seen.some((other) => equal(other, item))) seen.push(item);
  return seen;
}

function range(count: number | bigint): Result {
  return Array.from({ length: Math.max(0, Number(count)) }, (_, index) => index);
}

const includes = (list: List, item: Value) => list.some((other) => equal(other, item));
const containsAll = (list: List, part: List) => part.every((item) => includes(list, item));

/** Lists as Kubernetes and cel-go's list and set extensions know them. */
export const listsLibrary: Library = {
  functions: [
    forOrdered(
      "isSorted",
      ordered,
      (type) => `list_${type}_is_sorted_bool`,
      (type) => `list(${type}) -> bool`,
      isSorted,
    ),
    {
      name: "sum",
      overloads: Object.entries(zeros).map(([type, zero]) =>
        method(`list_${type}_sum_${type}`, `list(${type}) -> ${type}`, sumOf(zero)),
      ),
    },
    ...(["max", "min"] as const).map((name) =>
      forOrdered(
        name,
        ordered,
        (type) => `list_${type}_${name}_${type}`,
        (type) => `list(${type}) -> ${type}`,
        extreme(name, name === "max" ? -1 : 1),
      ),
    ),
    declare("indexOf", method("list_a_index_of_int", "list(A), A -> int", indexOf)),
    declare("lastIndexOf", method("list_a_last_index_of_int", "list(A), A -> int", lastIndexOf)),
    declare("slice", method("list_slice", "list(T), int, int -> list(T)", slice)),
    declare(
      "flatten",
      method("list_flatten", "list(list(T)) -> list(T)", (list: List) => flatten(list, 1)),
      method("list_flatten_int", "list(dyn), int -> list(dyn)", flatten),
    ),
    forOrdered(
      "sort",
      ordered,
      (type) => `list_${protobufNames[type] ?? type}_sort`,
      (type) => `list(${type}) -> list(${type})`,
      (list: List) => sortBy(list, list),
    ),
    {
      name: "@sortByAssociatedKeys",
      overloads: ordered.map((type) =>
        method(
          `list_${protobufNames[type] ?? type}_sortByAssociatedKeys`,
          `list(T), list(${type}) -> list(T)`,
          sortBy,
        ),
      ),
    },
    declare("lists.range", overload("lists_range", "int -> list(int)", range)),
    declare(
      "reverse",
      method("list_reverse", "list(T) -> list(T)", (list: List) => list.toReversed()),
    ),
    declare("distinct", method("list_distinct", "list(T) -> list(T)", distinct)),
    declare(
      "first",
      method("list_first", "list(T) -> optional(T)", (list: List) => new Optional(list[0])),
    ),
    declare(
      "last",
      method("list_last", "list(T) -> optional(T)", (list: List) => new Optional(list.at(-1))),
    ),
    declare(
      "sets.contains",
      overload("list_sets_contains_list", "list(T), list(T) -> bool", containsAll),
    ),
    declare(
      "sets.equivalent",
      overload(
        "list_sets_equivalent_list",
        "list(T), list(T) -> bool",
        (one: List, other: List) => containsAll(one, other) && containsAll(other, one),
      ),
    ),
    declare(
      "sets.intersects",
      overload("list_sets_intersects_list", "list(T), list(T) -> bool", (one: List, other: List) =>
        other.some((item) => includes(one, item)),
      ),
    ),
  ],
};
