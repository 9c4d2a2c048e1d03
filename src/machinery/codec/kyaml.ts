import { isPrintable } from "../go/byte-string.ts";
import { parseFloat64, parseInteger } from "../go/numbers.ts";
import { isRow } from "../json.ts";
import type { Row } from "../json.ts";
import { goJson, sortedKeys } from "./go-json.ts";
import { isTimestamp } from "./yaml-words.ts";
import { readBack } from "./yaml-writer.ts";

/**
 * Writes KYAML: YAML in the flow style, with quoted text and without a meaning of indentation, so
 * that nothing can be taken for something else. Keys are in the order of their bytes.
 */
export function toKyaml(value: unknown): string {
  return `---\n${write(value, 0)}\n`;
}

function write(value: unknown, depth: number): string {
  if (typeof value === "string") return writeText(readBack(value), depth + 1);
  if (Array.isArray(value)) return writeList(value, depth);
  return isRow(value) ? writeMap(value, depth) : goJson(value);
}

function indentation(depth: number): string {
  return "  ".repeat(depth);
}

/** Lists of lists and of maps need no level of their own. */
function writeList(items: readonly unknown[], depth: number): string {
  const isCuddled = items.every((item) => Array.isArray(item) || isRow(item));
  if (isCuddled) return `[${items.map((item) => write(item, depth)).join(", ")}]`;
  const margin = indentation(depth + 1);
  const lines = items.map((item) => `${margin}${write(item, depth + 1)},\n`);
  return `[\n${lines.join("")}${indentation(depth)}]`;
}

function writeMap(row: Row, depth: number): string {
  const margin = indentation(depth + 1);
  const lines = sortedKeys(row).map(
    (key) => `${margin}${writeKey(readBack(key))}: ${write(row[key], depth + 1)},\n`,
  );
  return lines.length === 0 ? "{}" : `{\n${lines.join("")}${indentation(depth)}}`;
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
