import { isCollection, LineCounter, parseAllDocuments, stringify } from "yaml";
import { isTooDeep, tooDeep } from "#schema/nesting.ts";
import { wellFormed } from "../json.ts";
import type {
  Document,
  DocumentOptions,
  ParseOptions,
  SchemaOptions,
  Tags,
  YAMLParseError,
} from "yaml";

/** A text that is no YAML. */
export class YamlError extends Error {
  override name = "YamlError";
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
export function parseYaml(text: string): YamlDocument[] {
  const lines = new LineCounter();
  const parsed = withinDepth(() => parseAllDocuments(text, { ...options, lineCounter: lines }));
  const documents: Document.Parsed[] = Array.isArray(parsed) ? parsed : [];
  return documents
    .map((document) => readDocument(document, lines, text))
    .filter(({ value }) => value !== null && value !== undefined);
}

/** The first document of a text; undefined when there is none. */
export function parseYamlDocument(text: string): YamlDocument | undefined {
  return parseYaml(text)[0];
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

/**
 * Writes YAML for Kubernetes' own readers, to whom a bare `n` or `on` is a boolean: such words are
 * quoted where they are text.
 */
export function toYaml(value: unknown): string {
  return stringify(value, { version: "1.1", aliasDuplicateObjects: false, lineWidth: 0 });
}

function readDocument(document: Document.Parsed, lines: LineCounter, text: string): YamlDocument {
  const duplicates: string[] = [];
  for (const error of document.errors) {
    if (error.code !== "DUPLICATE_KEY") throw new YamlError(syntaxProblem(error, lines));
    const { line } = lines.linePos(error.pos[0]);
    const key = keyAt(document, error.pos[0]);
    duplicates.push(`line ${line}: key ${JSON.stringify(key)} already set in map`);
  }
  const start = document.contents?.range?.[0] ?? document.range?.[0] ?? 0;
  try {
    const read: unknown = document.toJS();
    if (isTooDeep(read)) throw new YamlError(tooDeep);
    // Half a pair of surrogates can only come from an escape.
    const value = /\\u/i.test(text) ? wellFormed(read) : read;
    return { value, duplicates, line: lines.linePos(start).line };
  } catch (error) {
    // Too many aliases: a bomb.
    throw new YamlError(`yaml: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What is wrong with a text, in the words of upstream's parser. */
export function syntaxProblem(error: YAMLParseError, lines: LineCounter): string {
  const { line } = lines.linePos(error.pos[0]);
  const [message = ""] = error.message.split("\n");
  const problem = problems[error.code] ?? message.replace(/ at line \d+.*$/, "");
  // Upstream's parser names no line where it is the first.
  return line > 1 ? `yaml: line ${line}: ${problem}` : `yaml: ${problem}`;
}

/** What people get wrong most, in the words of upstream's parser: they are searched for. */
const problems: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: "mapping values are not allowed in this context",
  BLOCK_IN_FLOW: "did not find expected node content",
  TAB_AS_INDENT: "found character that cannot start any token",
  BAD_INDENT: "did not find expected key",
  MULTILINE_IMPLICIT_KEY: "could not find expected ':'",
};

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

const float = /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)$/;

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
      .map((tag) => {
        // A dot alone is a directory rather than a number.
        const isFloat = typeof tag !== "string" && tag.tag === "tag:yaml.org,2002:float";
        return isFloat && "test" in tag && tag.test?.test(".") ? { ...tag, test: float } : tag;
      }),
};
