import { isRow } from "../json.ts";

export interface GoJsonOptions {
  /** What each level is indented with; empty: all on one line. */
  readonly indent?: string;
  /** Which keys of a map come in which order; sorted when missing. */
  readonly keysOf?: (row: Readonly<Record<string, unknown>>) => readonly string[];
}

/**
 * JSON as Go's encoder writes it: keys in the order of their bytes, `<`, `>` and `&` escaped so
 * that no browser takes them for HTML, and large or small numbers in Go's notation.
 */
export function goJson(value: unknown, options: GoJsonOptions = {}): string {
  return write(value, { indent: "", keysOf: sortedKeys, ...options }, "\n");
}

function write(value: unknown, options: Required<GoJsonOptions>, line: string): string {
  const { indent, keysOf } = options;
  if (typeof value === "string") return goJsonString(value);
  // A zero's sign is lost where whole numbers are integers; all else is Go's own notation.
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => write(item, options, line + indent));
    return enclose("[", items, "]", indent, line);
  }
  if (!isRow(value))
    return typeof value === "bigint" ? String(value) : JSON.stringify(value ?? null);
  const colon = indent ? ": " : ":";
  const entries = keysOf(value).map(
    (key) => `${goJsonString(key)}${colon}${write(value[key], options, line + indent)}`,
  );
  return enclose("{", entries, "}", indent, line);
}

function enclose(
  open: string,
  items: readonly string[],
  close: string,
  indent: string,
  line: string,
): string {
  if (!indent || items.length === 0) return open + items.join(",") + close;
  const inner = line + indent;
  return `${open}${inner}${items.join(`,${inner}`)}${line}${close}`;
}

/** By code points: JavaScript's own order differs behind U+FFFF. */
export function sortedKeys(row: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(row)
    .filter((key) => row[key] !== undefined)
    .sort(compareCodePoints);
}

export function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    let [a, b] = [left.charCodeAt(at), right.charCodeAt(at)];
    if (a === b) continue;
    // Surrogates stand for what is behind all others.
    if (a >= 0xd800 && b >= 0xd800) {
      a = a >= 0xe000 ? a - 0x800 : a + 0x2000;
      b = b >= 0xe000 ? b - 0x800 : b + 0x2000;
    }
    return a - b;
  }
  return left.length - right.length;
}

const escaped: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

export function goJsonString(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    /[<>&\u2028\u2029]/g,
    (character) => escaped[character] ?? character,
  );
}
