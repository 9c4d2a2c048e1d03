import { isRow } from "../json.ts";
import { Parser } from "./parser.ts";
import type { Operator, Path, Step } from "./parser.ts";

export { JsonPathError } from "./parser.ts";

/** A path into JSON, in Kubernetes' dialect: `.status.conditions[?(@.type=="Ready")].status`. */
export interface JsonPath {
  /** Everything that the path leads to, in order. What is missing on the way leads nowhere. */
  find(value: unknown): unknown[];
}

/** Reads one path, without braces around it. Throws `JsonPathError`. */
export function parseJsonPath(text: string): JsonPath {
  const path = new Parser(text).path();
  return { find: (value) => evaluate(path, [value], value) };
}

/** As upstream prints what a path found: texts as they are, objects and lists as JSON. */
export function jsonPathText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === null ? "<no value>" : JSON.stringify(value);
}

function evaluate(path: Path, from: readonly unknown[], root: unknown): unknown[] {
  let current: unknown[] = [...from];
  for (const step of path) current = take(step, current, root);
  return current;
}

function take(step: Step, current: readonly unknown[], root: unknown): unknown[] {
  switch (step.kind) {
    case "root":
      return [root];
    case "field":
      return current.flatMap((value) =>
        isRow(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [],
      );
    case "every":
      return current.flatMap(childrenOf);
    case "slice":
      return current.flatMap((value) => (Array.isArray(value) ? slice(value, step) : []));
    case "descend":
      return current.flatMap(descend);
    case "union":
      return step.paths.flatMap((path) => evaluate(path, current, root));
    case "filter":
      return current.flatMap((value) =>
        Array.isArray(value) ? value.filter((item) => passes(step, item, root)) : [],
      );
    case "literal":
      return [step.value];
    default:
      return step satisfies never;
  }
}

function childrenOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  return isRow(value) ? Object.values(value) : [];
}

/** The value itself, then everything below it. Scalars have nothing that could be looked for. */
function descend(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...childrenOf(value).flatMap(descend)];
}

function slice(
  list: readonly unknown[],
  { from, to, by = 1 }: Extract<Step, { kind: "slice" }>,
): unknown[] {
  const at = (index: number) => (index < 0 ? index + list.length : index);
  const start = at(from ?? 0);
  const end = to === undefined ? list.length : Math.min(at(to), list.length);
  const result: unknown[] = [];
  for (let index = Math.max(0, start); index < end; index += Math.max(1, by)) {
    result.push(list[index]);
  }
  return result;
}

function passes(
  { left, operator, right }: Extract<Step, { kind: "filter" }>,
  item: unknown,
  root: unknown,
): boolean {
  const lefts = evaluate(left, [item], root);
  if (operator === "exists") return lefts.length > 0;
  const rights = evaluate(right, [item], root);
  if (lefts.length !== 1 || rights.length !== 1) return false;
  return compare(lefts[0], operator, rights[0]);
}

function compare(left: unknown, operator: Operator, right: unknown): boolean {
  if (operator === "==") return left === right;
  if (operator === "!=") return left !== right;
  const isOrdered =
    (typeof left === "number" && typeof right === "number") ||
    (typeof left === "string" && typeof right === "string");
  if (!isOrdered) return false;
  switch (operator) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    default:
      return operator satisfies never;
  }
}
