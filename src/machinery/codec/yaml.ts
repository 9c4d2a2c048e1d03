import { isCollection, LineCounter, parseAllDocuments, visit } from "yaml";
import type { Document, DocumentOptions, ParseOptions, ScalarTag, SchemaOptions, Tags } from "yaml";
import { isTooDeep, tooDeep } from "#schema/nesting.ts";
import { isRow, setKey, wellFormed } from "../json.ts";
import type { Row } from "../json.ts";
import { exactInteger } from "./exact-json.ts";
import { yamlProblem } from "./yaml-problem.ts";

export { toYaml, YamlWriteError } from "./yaml-writer.ts";

/** A text that is no YAML. */
export class YamlError extends Error {
  override name = "YamlError";
}

export interface YamlOptions {
  /** Integers of 64 bits that no double holds become bigints. */
  readonly exactIntegers?: boolean;
}

export interface YamlDocument {
  readonly value: unknown;
  /** Keys that a map has twice, in the words of upstream's parser; the last one counts. */
  readonly duplicates: readonly string[];
  /** Line of the document's first content, from 1. */
  readonly line: number;
}

/**
 * Reads YAML as Kubernetes does: words such as "yes" and "off" are booleans, dates stay text. A
 * stream may have several documents; empty ones are left out. Throws `YamlError`.
 */
export function parseYaml(text: string, wanted: YamlOptions = {}): YamlDocument[] {
  const lines = new LineCounter();
  // Only what is long enough can be too much for a double.
  const intAsBigInt = (wanted.exactIntegers ?? false) && /[\da-fA-F_]{14}/.test(text);
  const given = { ...options, intAsBigInt, lineCounter: lines };
  const parsed = withinDepth(() => parseAllDocuments(text, given));
  const documents: Document.Parsed[] = Array.isArray(parsed) ? parsed : [];
  return documents
    .map((document) => readDocument(document, lines, text))
    .map((document) => (intAsBigInt ? { ...document, value: narrowed(document.value) } : document))
    .filter(({ value }) => value !== null && value !== undefined);
}

/** The first document of a text; undefined when there is none. */
export function parseYamlDocument(
  text: string,
  wanted: YamlOptions = {},
): YamlDocument | undefined {
  return parseYaml(text, wanted)[0];
}

/** Bigints only where a double is not as good. */
function narrowed(value: unknown): unknown {
  if (typeof value === "bigint") return exactInteger(value);
  if (Array.isArray(value)) return value.map(narrowed);
  if (!isRow(value)) return value;
  const row: Row = {};
  for (const key of Object.keys(value)) setKey(row, key, narrowed(value[key]));
  return row;
}

/** The library's parser is recursive, and knows no limit but that of the stack. */
function withinDepth<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RangeError) throw new YamlError(`yaml: ${tooDeep}`);
    throw error;
  }
}

function readDocument(document: Document.Parsed, lines: LineCounter, text: string): YamlDocument {
  const duplicates: string[] = [];
  for (const error of document.errors) {
    if (error.code !== "DUPLICATE_KEY") throw new YamlError(yamlProblem(error, text));
    const { line } = lines.linePos(error.pos[0]);
    const key = keyAt(document, error.pos[0]);
    duplicates.push(`line ${line}: key ${JSON.stringify(key)} already set in map`);
  }
  refuseMapsAsKeys(document);
  trimUnendedBlock(document, text);
  const start = document.contents?.range?.[0] ?? document.range?.[0] ?? 0;
  try {
    const read: unknown = document.toJS();
    if (isTooDeep(read)) throw new YamlError(tooDeep);
    // Half a pair of surrogates can only come from an escape.
    const value = /\\u/i.test(text) ? wellFormed(read) : read;
    return { value, duplicates, line: lines.linePos(start).line };
  } catch (error) {
    // An alias of nothing, or too many of them: a bomb.
    const message = error instanceof Error ? error.message : String(error);
    const alias = /^Unresolved alias .*: (.*)$/.exec(message)?.[1];
    throw new YamlError(`yaml: ${alias ? `unknown anchor '${alias}' referenced` : message}`);
  }
}

/** A block at the end of a text whose last line does not end has no line end either. */
export function trimUnendedBlock(document: Document.Parsed, text: string): void {
  if (text.endsWith("\n")) return;
  visit(document, {
    Scalar(_, node) {
      const isBlock = node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED";
      if (!isBlock || (node.range?.[1] ?? 0) < text.length) return;
      if (typeof node.value === "string") node.value = node.value.replace(/\n$/, "");
      if (node.source !== undefined) node.source = node.source.replace(/\n$/, "");
    },
  });
}

/** What templates look like that nobody has filled in: "{{ .name }}". */
function refuseMapsAsKeys(document: Document.Parsed): void {
  visit(document, {
    Pair(_, { key }) {
      if (!isCollection(key)) return;
      throw new YamlError(`yaml: invalid map key: ${goSyntax(key.toJS(document))}`);
    },
  });
}

/** As Go prints a value that it has decoded. */
function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return "interface {}(nil)";
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(", ")}}`;
  if (typeof value !== "object") return JSON.stringify(value);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const shown = entries.map(([key, item]) => `${goSyntax(key)}:${goSyntax(item)}`);
  return `map[interface {}]interface {}{${shown.join(", ")}}`;
}

function keyAt(document: Document.Parsed, position: number): string {
  let found = "";
  const visit = (value: unknown): void => {
    if (!isCollection(value)) return;
    for (const item of value.items) {
      const { key, value: inner } = item as {
        key?: { range?: readonly number[]; value?: unknown };
        value?: unknown;
      };
      if (key?.range?.[0] === position) found = String(key.value);
      visit(inner === undefined ? item : inner);
    }
  };
  visit(document.contents);
  return found;
}

const floatTag = "tag:yaml.org,2002:float";

/** The library takes words such as "e5" or "." for numbers, and numbers that are too large. */
function asGoReads(tag: Tags[number]): Tags[number] {
  if (typeof tag === "string" || tag.tag !== floatTag || !("resolve" in tag)) return tag;
  if (typeof tag.resolve !== "function" || !("test" in tag) || tag.test?.test(".inf")) return tag;
  const test =
    tag.format === "EXP"
      ? /^[-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)[eE][-+]?[0-9]+$/
      : /^[-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*\.[0-9_]*)$/;
  const resolve = (text: string) => {
    const value = Number(text.replaceAll("_", ""));
    return Number.isFinite(value) ? value : text;
  };
  return { tag: floatTag, default: true, test, resolve };
}

/** Of YAML 1.2, but Go reads it everywhere. */
const octal: ScalarTag = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  test: /^[-+]?0o[0-7_]+$/,
  resolve: (text) => {
    const value = Number(text.replaceAll("_", "").replace(/^[-+]/, ""));
    return text.startsWith("-") ? -value : value;
  },
};

/** Of YAML 1.1, without what Go's parser does not read: times, base 60, sets and the like. */
const options: ParseOptions & DocumentOptions & SchemaOptions = {
  version: "1.1",
  merge: true,
  strict: true,
  logLevel: "silent",
  customTags: (tags: Tags): Tags =>
    tags
      .filter((tag) => {
        if (typeof tag === "string") return !["timestamp", "intTime", "floatTime"].includes(tag);
        return tag.tag !== "tag:yaml.org,2002:timestamp" && tag.format !== "TIME";
      })
      .map(asGoReads)
      .concat(octal),
};
