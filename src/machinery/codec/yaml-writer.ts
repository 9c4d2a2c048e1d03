import { yamlEscape } from "./yaml-escape.ts";
import { utf8 } from "#base/bytes.ts";
import { formatFloat } from "../go/numbers.ts";
import { isRow } from "../json.ts";
import type { Row } from "../json.ts";
import { goJson } from "./go-json.ts";
import { isAmbiguous } from "./yaml-words.ts";

/** A value that YAML cannot hold. */
export class YamlWriteError extends Error {
  override name = "YamlWriteError";
}

/**
 * Writes YAML as Kubernetes' tools do, so that what is written today is the same file tomorrow:
 * keys in natural order, lists not indented below their key, text bare where it can be and folded
 * behind column 80. Throws `YamlWriteError`.
 */
export function toYaml(value: unknown): string {
  const writer = new Writer();
  writer.node(value, { indent: -1, isValue: false });
  return writer.end();
}

/** A longer key, in bytes, is written behind a "?". */
const keyBytesMax = 128;
/** Behind this column text goes on in the next line. */
const widthMax = 80;

interface Place {
  /** Of what the node stands in; -1 at the top. */
  readonly indent: number;
  /** Behind a key: then a list is not indented any further. */
  readonly isValue: boolean;
}

class Writer {
  #text = "";
  #column = 0;
  /** Whether what was written last separates. */
  #afterSpace = true;
  /** Whether the line has nothing yet but its indentation. */
  #atIndent = true;

  end(): string {
    this.#indent(-1);
    return this.#text;
  }

  node(value: unknown, place: Place): void {
    if (Array.isArray(value)) this.#list(value as unknown[], place);
    else if (isRow(value)) this.#map(value, place);
    else this.#scalar(value, place.indent, false);
  }

  #list(items: readonly unknown[], { indent, isValue }: Place): void {
    if (items.length === 0) return this.#empty("[", "]");
    const own = isValue && !this.#atIndent ? indent : deeper(indent);
    for (const item of items) {
      this.#indent(own);
      this.#indicator("-", { spaced: true, indents: true });
      this.node(item, { indent: own, isValue: false });
    }
  }

  #map(row: Row, { indent }: Place): void {
    const keys = Object.keys(row).filter((key) => row[key] !== undefined);
    if (keys.length === 0) return this.#empty("{", "}");
    const own = deeper(indent);
    for (const key of keys.sort(naturalOrder)) {
      this.#indent(own);
      const isSimple = bare.test(key)
        ? key.length <= keyBytesMax
        : !breaks.test(key) && utf8(key).length <= keyBytesMax;
      if (!isSimple) this.#indicator("?", { spaced: true, indents: true });
      this.#scalar(key, own, isSimple);
      if (!isSimple) this.#indent(own);
      this.#indicator(":", { spaced: !isSimple, indents: !isSimple });
      this.node(row[key], { indent: own, isValue: true });
    }
  }

  #empty(open: string, close: string): void {
    this.#indicator(open, { spaced: true });
    this.#indicator(close, {});
    this.#afterSpace = false;
  }

  #scalar(value: unknown, indent: number, isKey: boolean): void {
    const own = indent < 0 ? 2 : indent + 2;
    if (typeof value !== "string") return this.#word(scalarText(value));
    if (bare.test(value) && !isAmbiguous(value)) return this.#word(value);
    const text = readBack(value);
    const characters = [...text];
    switch (styleOf(text, isKey)) {
      case "plain":
        return this.#plain(characters, own, isKey);
      case "single":
        return this.#single(characters, own, isKey);
      case "double":
        return this.#double(characters, own, isKey);
      case "literal":
        return this.#literal(characters, own);
    }
  }

  /** Text that needs neither quotes nor folding. */
  #word(text: string): void {
    this.#text += this.#afterSpace ? text : ` ${text}`;
    this.#column += text.length + (this.#afterSpace ? 0 : 1);
    this.#afterSpace = this.#atIndent = false;
  }

  #plain(characters: readonly string[], indent: number, isKey: boolean): void {
    if (!this.#afterSpace) this.#put(" ");
    this.#folded(characters, indent, isKey, (character) => character);
    this.#afterSpace = this.#atIndent = false;
  }

  #single(characters: readonly string[], indent: number, isKey: boolean): void {
    this.#indicator("'", { spaced: true });
    this.#folded(characters, indent, isKey, (character) => (character === "'" ? "''" : character));
    this.#indicator("'", {});
    this.#afterSpace = this.#atIndent = false;
  }

  /** Text whose spaces may become line breaks; its own breaks, then, are written twice. */
  #folded(
    characters: readonly string[],
    indent: number,
    isKey: boolean,
    written: (character: string) => string,
  ): void {
    let afterSpaces = false;
    let afterBreaks = false;
    characters.forEach((character, at) => {
      if (character === " ") {
        const isInside = at > 0 && at < characters.length - 1 && characters[at + 1] !== " ";
        if (!isKey && !afterSpaces && this.#column > widthMax && isInside) this.#indent(indent);
        else this.#put(" ");
        afterSpaces = true;
      } else if (breaks.test(character)) {
        if (!afterBreaks && character === "\n") this.#break("\n");
        this.#break(character);
        this.#atIndent = afterBreaks = true;
      } else {
        if (afterBreaks) this.#indent(indent);
        this.#put(written(character));
        this.#atIndent = afterSpaces = afterBreaks = false;
      }
    });
  }

  #double(characters: readonly string[], indent: number, isKey: boolean): void {
    this.#indicator('"', { spaced: true });
    // Upstream looks for this mark only at the very start, and then escapes all.
    const escapesAll = characters[0] === "\ufeff";
    let afterSpaces = false;
    characters.forEach((character, at) => {
      const isSpace = character === " " && !escapesAll;
      if (escapesAll || needsEscape(character)) this.#put(yamlEscape(character));
      else if (!isSpace) this.#put(character);
      else if (
        !isKey &&
        !afterSpaces &&
        this.#column > widthMax &&
        at > 0 &&
        at < characters.length - 1
      ) {
        this.#indent(indent);
        if (characters[at + 1] === " ") this.#put("\\");
      } else this.#put(" ");
      afterSpaces = isSpace;
    });
    this.#indicator('"', {});
    this.#afterSpace = this.#atIndent = false;
  }

  #literal(characters: readonly string[], indent: number): void {
    this.#indicator("|", { spaced: true });
    const [first = ""] = characters;
    if (first === " " || breaks.test(first)) this.#indicator("2", {});
    const isEnded = breaks.test(characters.at(-1) ?? "");
    const isKept = isEnded && (characters.length === 1 || breaks.test(characters.at(-2) ?? ""));
    if (!isEnded) this.#indicator("-", {});
    else if (isKept) this.#indicator("+", {});
    this.#break("\n");
    this.#atIndent = this.#afterSpace = true;
    let afterBreaks = true;
    for (const character of characters) {
      if (breaks.test(character)) {
        this.#break(character);
        this.#atIndent = afterBreaks = true;
      } else {
        if (afterBreaks) this.#indent(indent);
        this.#put(character);
        this.#atIndent = afterBreaks = false;
      }
    }
  }

  #indicator(
    text: string,
    { spaced = false, indents = false }: { spaced?: boolean; indents?: boolean },
  ): void {
    if (spaced && !this.#afterSpace) this.#put(" ");
    this.#put(text);
    this.#afterSpace = false;
    this.#atIndent &&= indents;
  }

  /** To the column where the next line's text begins, in a new line unless there is none yet. */
  #indent(indent: number): void {
    const column = Math.max(indent, 0);
    const isBehind = this.#column > column || (this.#column === column && !this.#afterSpace);
    if (!this.#atIndent || isBehind) this.#break("\n");
    if (this.#column < column) this.#put(" ".repeat(column - this.#column));
    this.#afterSpace = this.#atIndent = true;
  }

  #put(text: string): void {
    this.#text += text;
    this.#column += text.length === 1 ? 1 : [...text].length;
  }

  #break(character: string): void {
    this.#text += character;
    this.#column = 0;
  }
}

function deeper(indent: number): number {
  return indent < 0 ? 0 : indent + 2;
}

function isInteger(value: bigint): boolean {
  return value >= -(2n ** 63n) && value < 2n ** 64n;
}

function scalarText(value: unknown): string {
  if (typeof value === "number") {
    const isWhole = Number.isInteger(value) && Math.abs(value) < 1e21;
    // Upstream has the digits from JSON, whose integers are those that a double is known by.
    return isWhole && isInteger(BigInt(String(value)))
      ? String(value)
      : formatFloat(value, "g", -1);
  }
  return goJson(value);
}

const breaks = /[\n\r\x85\u2028\u2029]/;

/**
 * Upstream writes JSON and reads that as YAML, where a next-line character is folded, and the
 * control characters that JSON lets pass are none of YAML's.
 */
export function readBack(text: string): string {
  if (plainAscii.test(text)) return text;
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\x7f-\x84\x86-\x9f\ufffe\uffff]/.test(text)) {
    throw new YamlWriteError("yaml: control characters are not allowed");
  }
  return text.toWellFormed().replace(/ *\x85(?: *\x85)* */g, (run) => {
    const count = run.replaceAll(" ", "").length;
    return count === 1 ? " " : "\n".repeat(count - 1);
  });
}

/** What most texts are: nothing in it has a meaning of its own. */
const bare = /^[A-Za-z_/][\w./-]*$/;

const plainAscii = /^[\n -~]*$/;

type Style = "plain" | "single" | "double" | "literal";

function styleOf(text: string, isKey: boolean): Style {
  const { isPlain, isSingle, isLiteral } = analyze(text);
  if (text.includes("\n")) return isLiteral && !isKey ? "literal" : "double";
  if (isAmbiguous(text)) return "double";
  if (isPlain) return "plain";
  return isSingle ? "single" : "double";
}

/** In which styles a text can be written so that it is read as the same. */
function analyze(text: string): { isPlain: boolean; isSingle: boolean; isLiteral: boolean } {
  const hasBreak = breaks.test(text);
  const isSpecial = unprintable.test(text) || /[ ][\n\r\x85\u2028\u2029]/.test(text);
  const afterBreak = /[\n\r\x85\u2028\u2029] /.test(text);
  const isPlain = !isSpecial && !hasBreak && !/^ | $/.test(text) && !indicators.test(text);
  return {
    isPlain,
    isSingle: !isSpecial && !afterBreak,
    isLiteral: !isSpecial && !text.endsWith(" "),
  };
}

/** What begins something else at the start of a text, or between its words. */
const indicators = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-](?:[ \t]|$))|:(?:[ \t]|$)|[ \t]#/;

// eslint-disable-next-line no-control-regex -- they are what is looked for
const unprintable = /[\0-\t\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]|[^\0-\uffff]/u;

function needsEscape(character: string): boolean {
  return (
    character === '"' || character === "\\" || breaks.test(character) || unprintable.test(character)
  );
}

/** The order of keys as people count: "a2" is in front of "a10", and letters are behind others. */
function naturalOrder(left: string, right: string): number {
  if (ascii.test(left) && ascii.test(right)) return left < right ? -1 : 1;
  const [a, b] = [[...left], [...right]];
  const at = a.findIndex((character, index) => character !== b[index]);
  if (at < 0 || at >= b.length) return a.length - b.length;
  const [one = "", other = ""] = [a[at], b[at]];
  const [oneIsLetter, otherIsLetter] = [letter.test(one), letter.test(other)];
  if (oneIsLetter !== otherIsLetter) return oneIsLetter ? 1 : -1;
  if (!oneIsLetter) {
    // Behind other digits, a zero does not make a number shorter.
    const isTail = (one === "0" || other === "0") && hasNumberBefore(a, at);
    const [x, y] = [numberFrom(a, at, isTail), numberFrom(b, at, isTail)];
    if (x.value !== y.value) return x.value < y.value ? -1 : 1;
    if (x.end !== y.end) return x.end - y.end;
  }
  return codeOf(one) - codeOf(other);
}

const ascii = /^[A-Za-z]+$/;
const letter = /\p{L}/u;

const digit = /^\p{Nd}$/u;

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

function hasNumberBefore(characters: readonly string[], at: number): boolean {
  for (let index = at - 1; index >= 0 && digit.test(characters[index] ?? ""); index--) {
    if (characters[index] !== "0") return true;
  }
  return false;
}

/** Numbers that 64 bits do not hold overflow, upstream as here. */
function numberFrom(
  characters: readonly string[],
  at: number,
  isTail: boolean,
): { value: bigint; end: number } {
  let value = isTail ? 1n : 0n;
  let end = at;
  for (; digit.test(characters[end] ?? ""); end++) {
    value = value * 10n + BigInt(codeOf(characters[end] ?? "") - 0x30);
  }
  return { value: BigInt.asIntN(64, value), end };
}
