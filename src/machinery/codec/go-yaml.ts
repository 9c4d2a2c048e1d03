import { yamlEscape } from "./yaml-escape.ts";
import { isRow } from "../json.ts";
import type { Row } from "../json.ts";

/**
 * Writes YAML as Kubernetes' own tools do, byte for byte: keys in their order, lists flush with
 * their key, text quoted where YAML 1.1 would read something else, long lines folded at 80 columns.
 * Numbers are as after a way through JSON; a `bigint` keeps what a double cannot hold, a `Map` the
 * order of its keys.
 */
export function toGoYaml(value: unknown): string {
  const writer = new BlockWriter();
  writer.node(value, "root");
  return writer.finish();
}

/** A number as Go's %g shows the shortest text that reads back the same. */
export function shortestFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa = "", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 6) {
    const digits = String(Math.abs(exponent)).padStart(2, "0");
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${digits}`;
  }
  return String(value);
}

type Context = "root" | "mapping" | "sequence" | "key";

const widthMax = 80;
const step = 2;
const simpleKeyBytesMax = 128;

class BlockWriter {
  #text = "";
  #column = 0;
  #indent = -1;
  /** The last thing written was white space. */
  #whitespace = true;
  /** Nothing but indentation and indicators stands on the line. */
  #indention = true;

  node(value: unknown, context: Context): void {
    if (Array.isArray(value)) this.#list(value as unknown[], context);
    else if (value instanceof Map) this.#map([...(value as Map<string, unknown>)]);
    else if (isRow(value)) this.#map(sortedEntries(value));
    else this.#scalar(value, context);
  }

  #map(entries: readonly (readonly [key: string, value: unknown])[]): void {
    if (entries.length === 0) return this.#indicator("{}", true, false);
    const outer = this.#indent;
    this.#indent = outer < 0 ? 0 : outer + step;
    for (const [key, value] of entries) {
      this.#newLine();
      if (isSimpleKey(key)) {
        this.#scalar(key, "key");
        this.#indicator(":", false, false);
      } else {
        this.#indicator("?", true, true);
        this.#scalar(key, "mapping");
        this.#newLine();
        this.#indicator(":", true, true);
      }
      this.node(value, "mapping");
    }
    this.#indent = outer;
  }

  #list(items: readonly unknown[], context: Context): void {
    if (items.length === 0) return this.#indicator("[]", true, false);
    const outer = this.#indent;
    const flush = context === "mapping" && !this.#indention;
    if (outer < 0) this.#indent = 0;
    else if (!flush) this.#indent = outer + step;
    for (const item of items) {
      this.#newLine();
      this.#indicator("-", true, true);
      this.node(item, "sequence");
    }
    this.#indent = outer;
  }

  #scalar(value: unknown, context: Context): void {
    const text = typeof value === "string" ? value : scalarText(value);
    const style = typeof value === "string" ? styleOf(value, context) : "plain";
    const outer = this.#indent;
    this.#indent = outer < 0 ? step : outer + step;
    if (style === "literal") this.#literal(text);
    else if (style === "plain") this.#plain(text, context !== "key");
    else if (style === "single") this.#singleQuoted(text, context !== "key");
    else this.#doubleQuoted(text, context !== "key");
    this.#indent = outer;
  }

  #put(text: string): void {
    this.#text += text;
    this.#column += Array.from(text).length;
  }

  #break(): void {
    this.#text += "\n";
    this.#column = 0;
  }

  #newLine(): void {
    const indent = Math.max(this.#indent, 0);
    const fresh = this.#column < indent || (this.#column === indent && this.#whitespace);
    if (!this.#indention || !fresh) this.#break();
    if (this.#column < indent) this.#put(" ".repeat(indent - this.#column));
    this.#whitespace = true;
    this.#indention = true;
  }

  #indicator(text: string, spaced: boolean, indention: boolean): void {
    if (spaced && !this.#whitespace) this.#put(" ");
    this.#put(text);
    this.#whitespace = false;
    this.#indention = this.#indention && indention;
  }

  #plain(text: string, mayFold: boolean): void {
    if (!this.#whitespace) this.#put(" ");
    this.#folding(text, mayFold, (character) => this.#put(character));
    this.#whitespace = false;
    this.#indention = false;
  }

  #singleQuoted(text: string, mayFold: boolean): void {
    this.#indicator("'", true, false);
    this.#folding(text, mayFold, (character) => this.#put(character === "'" ? "''" : character));
    this.#indicator("'", false, false);
    this.#whitespace = false;
    this.#indention = false;
  }

  /** Single spaces become line ends where the line is long. */
  #folding(text: string, mayFold: boolean, put: (character: string) => void): void {
    const characters = Array.from(text);
    let spaces = false;
    let breaks = false;
    characters.forEach((character, at) => {
      if (character === " ") {
        const inside = at > 0 && at < characters.length - 1;
        const long = this.#column > widthMax && inside && characters[at + 1] !== " ";
        if (mayFold && !spaces && long) this.#newLine();
        else this.#put(" ");
        spaces = true;
      } else if (isBreak(character)) {
        if (!breaks && character === "\n") this.#break();
        this.#writeBreak(character);
        breaks = true;
      } else {
        if (breaks) this.#newLine();
        put(character);
        this.#indention = false;
        spaces = false;
        breaks = false;
      }
    });
  }

  #writeBreak(character: string): void {
    if (character === "\n") this.#break();
    else {
      this.#text += character;
      this.#column = 0;
    }
    this.#indention = true;
  }

  #doubleQuoted(text: string, mayFold: boolean): void {
    this.#indicator('"', true, false);
    const characters = Array.from(text);
    let spaces = false;
    characters.forEach((character, at) => {
      const inside = at > 0 && at < characters.length - 1;
      if (mustEscape(character)) {
        this.#put(yamlEscape(character));
        spaces = false;
      } else if (character === " ") {
        if (mayFold && !spaces && this.#column > widthMax && inside) {
          this.#newLine();
          if (characters[at + 1] === " ") this.#put("\\");
        } else this.#put(" ");
        spaces = true;
      } else {
        this.#put(character);
        spaces = false;
      }
    });
    this.#indicator('"', false, false);
    this.#whitespace = false;
    this.#indention = false;
  }

  #literal(text: string): void {
    this.#indicator("|", true, false);
    const characters = Array.from(text);
    const first = characters[0] ?? "";
    if (first === " " || isBreak(first)) this.#indicator(String(step), false, false);
    const last = characters.at(-1) ?? "";
    if (!isBreak(last)) this.#indicator("-", false, false);
    else if (characters.length === 1 || isBreak(characters.at(-2) ?? "")) {
      this.#indicator("+", false, false);
    }
    this.#break();
    this.#indention = true;
    this.#whitespace = true;
    let breaks = true;
    for (const character of characters) {
      if (isBreak(character)) {
        this.#writeBreak(character);
        breaks = true;
        continue;
      }
      if (breaks) this.#newLine();
      this.#put(character);
      this.#indention = false;
      breaks = false;
    }
  }

  /** The last line ends, unless a literal has ended it. */
  finish(): string {
    if (this.#column > 0) this.#break();
    return this.#text;
  }
}

function sortedEntries(row: Row): [key: string, value: unknown][] {
  return Object.entries(row)
    .filter(([, value]) => value !== undefined)
    .sort(([left], [right]) => compareKeys(left, right));
}

type Style = "plain" | "single" | "double" | "literal";

function styleOf(text: string, context: Context): Style {
  const allowed = analyze(text);
  if (text.includes("\n")) {
    return allowed.block && context !== "key" ? "literal" : "double";
  }
  if (!staysText(text)) return "double";
  if (allowed.plain && !(text === "" && context === "key")) return "plain";
  return allowed.single ? "single" : "double";
}

interface Allowed {
  readonly plain: boolean;
  readonly single: boolean;
  readonly block: boolean;
}

function analyze(text: string): Allowed {
  if (text === "") return { plain: true, single: true, block: false };
  const characters = Array.from(text);
  const first = characters[0] ?? "";
  const last = characters.at(-1) ?? "";
  const indicators =
    /^(---|\.\.\.)/.test(text) ||
    /^[#,[\]{}&*!|>'"%@`]/.test(text) ||
    /^[?:-](?=[ \t]|$)/.test(text) ||
    /:(?=[ \t]|$)/.test(text.slice(first.length)) ||
    /[ \t\n\r\u0085\u2028\u2029]#/.test(text);
  const breaks = characters.some(isBreak);
  const special = characters.some((character) => !isPrintable(character));
  const breakSpace = /[\n\r\u0085\u2028\u2029] /.test(text);
  const spaceBreak = / [\n\r\u0085\u2028\u2029]/.test(text);
  const edge = [first, last].some((character) => character === " " || isBreak(character));
  return {
    plain: !(indicators || breaks || special || breakSpace || spaceBreak || edge),
    single: !(breakSpace || spaceBreak || special),
    block: !(last === " " || spaceBreak || special),
  };
}

/** Whether a YAML 1.1 reader takes the bare word for text. */
function staysText(text: string): boolean {
  if (words.has(text)) return false;
  if (!/^[-+0-9.]/.test(text)) return true;
  if (text.startsWith(".")) return !/^\.[0-9]+([eE][-+]?[0-9]+)?$/.test(text);
  if (isTimestamp(text) || /^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$/.test(text))
    return false;
  const digits = text.replaceAll("_", "");
  if (integerOf(digits) !== undefined) return false;
  return !/^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(digits);
}

const words: ReadonlySet<string> = new Set(
  `y Y yes Yes YES true True TRUE on On ON n N no No NO false False FALSE off Off OFF ~ null Null
  NULL .nan .NaN .NAN .inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF`
    .split(/\s+/)
    .concat(""),
);

/** An integer of at most 64 bits in any of Go's notations. */
export function integerOf(digits: string): bigint | undefined {
  const match = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/.exec(
    digits,
  );
  if (!match) return undefined;
  const [, sign = "", hex, binary, octal, decimal = ""] = match;
  const prefixed = hex ? `0x${hex}` : binary ? `0b${binary}` : octal ? `0o${octal}` : decimal;
  const size = BigInt(prefixed);
  const value = sign === "-" ? -size : size;
  if (sign !== "" && size > 2n ** 63n - (sign === "-" ? 0n : 1n)) return undefined;
  return size < 2n ** 64n ? value : undefined;
}

/** A date, or a date and time, as Go's readers know them. */
export function isTimestamp(text: string): boolean {
  const match =
    /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[-+](\d\d):(\d\d)))|(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?))?$/.exec(
      text,
    );
  if (!match) return false;
  const [, year, month, day, ...rest] = match.map((part) => Number(part ?? 0));
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day ?? 0));
  const [hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0] = rest;
  const [hour2 = 0, minute2 = 0, second2 = 0] = rest.slice(5);
  return (
    date.getUTCMonth() === (month ?? 0) - 1 &&
    date.getUTCDate() === day &&
    [hour, hour2].every((value) => value < 24) &&
    [minute, minute2, second, second2, zoneMinute].every((value) => value < 60) &&
    zoneHour <= 24
  );
}

function scalarText(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "number") {
    const text = String(value);
    // JSON has written it out, and what fits 64 bits is read back as an integer.
    return /^-?\d+$/.test(text) && Math.abs(value) < 2 ** 64 ? text : shortestFloat(value);
  }
  return typeof value === "bigint" ? value.toString() : JSON.stringify(value);
}

function isSimpleKey(key: string): boolean {
  return !Array.from(key).some(isBreak) && utf8Length(key) <= simpleKeyBytesMax;
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

function isBreak(character: string): boolean {
  return /^[\n\r\u0085\u2028\u2029]$/.test(character);
}

function isPrintable(character: string): boolean {
  return /^[\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]$/.test(character);
}

function mustEscape(character: string): boolean {
  return !isPrintable(character) || isBreak(character) || character === '"' || character === "\\";
}

/** Text before letters, numbers inside of keys by their value. */
export function compareKeys(left: string, right: string): number {
  const [a, b] = [Array.from(left), Array.from(right)];
  for (let at = 0; at < a.length && at < b.length; at++) {
    const [one = "", other = ""] = [a[at], b[at]];
    if (one === other) continue;
    const [oneLetter, otherLetter] = [isLetter(one), isLetter(other)];
    if (oneLetter && otherLetter) return codeOf(one) - codeOf(other);
    if (oneLetter || otherLetter) return otherLetter ? -1 : 1;
    return compareNumbers(a, b, at);
  }
  return a.length - b.length;
}

function compareNumbers(a: readonly string[], b: readonly string[], at: number): number {
  let start = "";
  if (a[at] === "0" || b[at] === "0") {
    for (let back = at - 1; back >= 0 && isDigit(a[back]); back--) {
      if (a[back] === "0") continue;
      start = "1";
      break;
    }
  }
  const digitsFrom = (list: readonly string[]) => {
    let end = at;
    while (isDigit(list[end])) end++;
    return { value: BigInt(`${start}${list.slice(at, end).join("")}` || "0"), end };
  };
  const [one, other] = [digitsFrom(a), digitsFrom(b)];
  if (one.value !== other.value) return one.value < other.value ? -1 : 1;
  if (one.end !== other.end) return one.end - other.end;
  return codeOf(a[at] ?? "") - codeOf(b[at] ?? "");
}

function isLetter(character: string): boolean {
  return /^\p{L}$/u.test(character);
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && /^[0-9]$/.test(character);
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
