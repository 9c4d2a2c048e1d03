import { isPrintable } from "../go/byte-string.ts";
import { parseFloat64, parseInteger } from "../go/numbers.ts";
import { isRow } from "../json.ts";
import { goJson, sortedKeys } from "./go-json.ts";
import { isTimestamp } from "./yaml-words.ts";
import { readBack } from "./yaml-writer.ts";

/** What is written besides a value: whole lines with their "#". */
export interface Comments {
  readonly before?: readonly string[];
  /** Behind the value, in the same line. */
  readonly beside?: string;
  readonly after?: readonly string[];
}

export type KyamlNode = { readonly comments?: Comments | undefined } & (
  | { readonly kind: "text"; readonly text: string }
  /** A number, a boolean or null, as it is to be written. */
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly KyamlNode[] }
  | { readonly kind: "map"; readonly entries: readonly KyamlEntry[] }
);

export interface KyamlEntry {
  readonly key: string;
  readonly value: KyamlNode;
}

/**
 * Writes KYAML: YAML in the flow style, with quoted text and without a meaning of indentation, so
 * that nothing can be taken for something else. Keys are in the order of their bytes.
 */
export function toKyaml(value: unknown): string {
  return writeKyaml(nodeOf(value));
}

/** One document, beginning with its "---". */
export function writeKyaml(node: KyamlNode): string {
  const { before = [], beside, after = [] } = node.comments ?? {};
  const head = before.length > 0 ? `${before.join("\n")}\n` : "";
  const tail = after.length > 0 ? `\n${after.join("\n")}` : "";
  return `---\n${head}${write(node, 0)}${beside ? ` ${beside}` : ""}${tail}\n`;
}

function nodeOf(value: unknown): KyamlNode {
  if (typeof value === "string") return { kind: "text", text: readBack(value) };
  if (Array.isArray(value)) return { kind: "list", items: value.map(nodeOf) };
  if (!isRow(value)) return { kind: "word", text: goJson(value) };
  const entries = sortedKeys(value).map((key) => ({
    key: readBack(key),
    value: nodeOf(value[key]),
  }));
  return { kind: "map", entries };
}

function write(node: KyamlNode, depth: number): string {
  switch (node.kind) {
    case "word":
      return node.text;
    case "text":
      return writeText(node.text, depth + 1);
    case "list":
      return writeList(node.items, depth);
    case "map":
      return writeMap(node.entries, depth);
    default:
      return node satisfies never;
  }
}

function indentation(depth: number): string {
  return "  ".repeat(depth);
}

/** Lists of lists and of maps need no level of their own. */
function writeList(items: readonly KyamlNode[], depth: number): string {
  const isCuddled = items.every(
    ({ kind, comments }) => (kind === "list" || kind === "map") && !comments,
  );
  if (isCuddled) return `[${items.map((item) => write(item, depth)).join(", ")}]`;
  const lines = items.flatMap((item) => withComments(item, write(item, depth + 1)));
  return `[\n${lines.map((line) => `${indentation(depth + 1)}${line}\n`).join("")}${indentation(depth)}]`;
}

function writeMap(entries: readonly KyamlEntry[], depth: number): string {
  if (entries.length === 0) return "{}";
  const lines = entries.flatMap(({ key, value }) =>
    withComments(value, `${writeKey(key)}: ${write(value, depth + 1)}`),
  );
  return `{\n${lines.map((line) => `${indentation(depth + 1)}${line}\n`).join("")}${indentation(depth)}}`;
}

function withComments({ comments = {} }: KyamlNode, text: string): string[] {
  const { before = [], beside, after = [] } = comments;
  return [...before, `${text},${beside ? ` ${beside}` : ""}`, ...after];
}

function writeKey(key: string): string {
  if (!needsQuotes(key)) return key;
  return `"${[...key].map((character) => compact[character] ?? escape(character)).join("")}"`;
}

const compact: Readonly<Record<string, string>> = { "\n": "\\n", "\t": "\\t" };

/** Text of several lines has one line for each, with a backslash that hides the break. */
function writeText(text: string, depth: number): string {
  const lines = text.split("\n");
  const shown = lines.map((line) =>
    [...line].map((character) => (character === "\t" ? "\t" : escape(character))).join(""),
  );
  if (lines.length === 1) return `"${shown.join("")}"`;
  const last = shown.pop();
  const margin = indentation(depth);
  const body = shown.map((line) => `${margin}${lead(line)}${line}\\n\\\n`).join("");
  const rest = last ? `${margin}${lead(last)}${last}\\\n` : "";
  return `"\\\n${body}${rest}${margin}"`;
}

/** Space at the start of a line would be taken for its indentation. */
function lead(line: string): string {
  return /^\s|^\\[fvrN_LP]/.test(line) ? "\\" : " ";
}

const named: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\r": "\\r",
  "\v": "\\v",
  "\0": "\\0",
  "\x1b": "\\e",
  "\x85": "\\N",
  "\xa0": "\\_",
  "\u2028": "\\L",
  "\u2029": "\\P",
};

function escape(character: string): string {
  const name = named[character];
  if (name) return name;
  const code = character.codePointAt(0) ?? 0;
  if (isPrintable(code)) return character;
  const hex = code.toString(16);
  if (code < 0x20 || code === 0x7f) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

function needsQuotes(key: string): boolean {
  return !/^[\p{L}\p{N}_](?:[\p{L}\p{N}_./-]*[\p{L}\p{N}_])?$/u.test(key) || isAmbiguous(key);
}

/** Whether some reader of YAML takes a bare word for something else than text. */
function isAmbiguous(word: string): boolean {
  const lower = word.toLowerCase();
  if (words.has(lower)) return true;
  const digits = word.replaceAll("_", "");
  const whole = parseInteger(digits);
  if (whole !== undefined && whole >= -(2n ** 63n) && whole < 2n ** 63n) return true;
  return (
    parseFloat64(digits) !== undefined ||
    /^(?:inf(?:inity)?|nan)$/i.test(digits) ||
    isTimestamp(word)
  );
}

const words: ReadonlySet<string> = new Set(
  ["null", "true", "t", "y", "yes", "on", "1"].concat(["false", "f", "n", "no", "off", "0"]),
);
