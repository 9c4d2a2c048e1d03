import { goJson } from "../codec/go-json.ts";
import { GoFloat } from "../go/values.ts";
import { isRow } from "../json.ts";
import { Evaluation, textOf } from "./evaluate.ts";
import { parseParts } from "./parser.ts";
import { JsonPathError } from "./syntax.ts";
import type { Part } from "./syntax.ts";

export { JsonPathError } from "./syntax.ts";

/** A path into JSON, in Kubernetes' dialect: `.status.conditions[?(@.type=="Ready")].status`. */
export interface JsonPath {
  /** Everything that the path leads to, in order. What is missing on the way leads nowhere. */
  find(value: unknown): unknown[];
}

/** Reads one path, without braces around it. Throws `JsonPathError`. */
export function parseJsonPath(text: string): JsonPath {
  const parts = parseParts(`{${text}}`);
  const names = plainFields(parts);
  if (names) return { find: (value) => follow(value, names) };
  return {
    find: (value) => {
      try {
        return new Evaluation(parts, true).results(value)[0] ?? [];
      } catch (error) {
        // An index that a list does not have, or a comparison of what cannot be compared.
        if (error instanceof JsonPathError) return [];
        throw error;
      }
    },
  };
}

export interface JsonPathTemplateOptions {
  /** Whether a field that an object does not have is nothing instead of an error. Default: true. */
  readonly allowsMissingKeys?: boolean;
  /** Prints what each part found as a list in JSON. */
  readonly printsJson?: boolean;
}

/** Text with paths in braces, and `{range}` to `{end}` for each of what was found. */
export interface JsonPathTemplate {
  /** What each part found, a text being what itself finds. Throws `JsonPathError`. */
  find(value: unknown): unknown[][];
  /** Throws `JsonPathError`. */
  print(value: unknown): string;
}

/** Throws `JsonPathError`. */
export function parseJsonPathTemplate(
  text: string,
  { allowsMissingKeys = true, printsJson = false }: JsonPathTemplateOptions = {},
): JsonPathTemplate {
  const parts = parseParts(text);
  const find = (value: unknown) => new Evaluation(parts, allowsMissingKeys).results(value);
  const print = (found: readonly unknown[]) =>
    printsJson
      ? `${goJson(found.map(withoutFloat), { indent: "    " })}\n`
      : found.map(jsonPathText).join(" ");
  return { find, print: (value) => find(value).map(print).join("") };
}

/** As upstream prints what a path found: texts as they are, objects and lists as JSON. */
export function jsonPathText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === undefined) return "<no value>";
  if (value === null) return "null";
  const isContainer = Array.isArray(value) || (isRow(value) && !(value instanceof GoFloat));
  return isContainer ? goJson(value) : textOf(value);
}

/**
 * A path as people write it for columns and for sorting, in the form with braces and a leading
 * point: `metadata.name` as `{.metadata.name}`. Throws `JsonPathError`.
 */
export function relaxedJsonPath(expression: string): string {
  if (expression === "") return expression;
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(expression);
  if (match) return `{.${match[1] ?? match[2] ?? ""}}`;
  throw new JsonPathError(
    "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' " +
      "or '{.name1.name2}'",
  );
}

function withoutFloat(value: unknown): unknown {
  return value instanceof GoFloat ? value.value : value;
}

/** The names of a path that has nothing but fields, as nearly all columns have. */
function plainFields([part, ...others]: readonly Part[]): readonly string[] | undefined {
  if (others.length > 0 || part?.kind !== "path") return undefined;
  const names: string[] = [];
  for (const step of part.path) {
    if (step.kind !== "field") return undefined;
    names.push(step.name);
  }
  return names;
}

function follow(value: unknown, names: readonly string[]): unknown[] {
  let current = value;
  for (const name of names) {
    if (!isRow(current) || !Object.hasOwn(current, name)) return [];
    current = current[name];
  }
  return [current];
}
