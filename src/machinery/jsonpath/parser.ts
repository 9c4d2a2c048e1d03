import { fromByteString, toByteString } from "../go/byte-string.ts";
import { sprintf } from "../go/format.ts";
import { parseFloat64 } from "../go/numbers.ts";
import { unescape } from "../go/quote.ts";
import { GoFloat, GoInteger } from "../go/values.ts";
import { JsonPathError } from "./syntax.ts";
import type { Part, Path, Slice, Step } from "./syntax.ts";

/** Reads a template of text and of paths in braces. Throws `JsonPathError`. */
export function parseParts(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf("{", at);
    const end = open < 0 ? text.length : open;
    if (end > at) parts.push({ kind: "text", text: text.slice(at, end) });
    if (open < 0) break;
    const action = new ActionParser(text, open + 1);
    parts.push({ kind: "path", path: action.path() });
    at = action.end;
  }
  return parts;
}

/** What stands in braces of its own, such as the two sides of a filter. */
function parseAction(text: string): Path {
  const [first] = parseParts(`{${text}}`);
  return first?.kind === "path" ? first.path : [];
}

/** Reads from behind an opening brace up to the closing one. */
class ActionParser {
  readonly #text: string;
  readonly #steps: Step[] = [];
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  /** Behind the closing brace, once the path was read. */
  get end(): number {
    return this.#at;
  }

  path(): Path {
    while (!this.#take("}")) this.#step();
    return this.#steps;
  }

  #step(): void {
    if (this.#take("[?(")) return this.#filter();
    if (this.#take("..")) return this.#descent();
    const character = this.#next();
    switch (character) {
      case "":
      case "\r":
      case "\n":
        throw new JsonPathError("unclosed action");
      case " ":
      // The object that the path begins at is the one that it is at already.
      case "@":
      case "$":
        return;
      case "[":
        return this.#brackets();
      case '"':
      case "'":
        return this.#quoted(character);
      case ".":
        return this.#field();
      default:
        this.#at -= character.length;
        return this.#word(character);
    }
  }

  #word(character: string): void {
    if (/[+\-\p{Nd}]/u.test(character)) return this.#number();
    if (isAlphanumeric(character)) return this.#identifier();
    const code = new GoInteger("int", character.codePointAt(0) ?? 0);
    throw new JsonPathError(
      `unrecognized character in action: ${fromByteString(sprintf("%#U", [code]))}`,
    );
  }

  #identifier(): void {
    const name = this.#match(/[^ \t\r\n.,[\]$@{}]*/y);
    if (name === "true" || name === "false") this.#literal(name === "true");
    else this.#steps.push({ kind: "identifier", name });
  }

  #descent(): void {
    if (this.#steps.at(-1)?.kind === "descend") {
      throw new JsonPathError("invalid multiple recursive descent");
    }
    this.#steps.push({ kind: "descend" });
    if (isAlphanumeric(this.#peek())) this.#field();
  }

  #field(): void {
    const name = this.#match(/(?:\\[^]?|[^\\ \t\r\n.,[\]$@{}])*/y);
    if (name === "*") this.#steps.push({ kind: "every" });
    else this.#steps.push({ kind: "field", name: name.replaceAll("\\", "") });
  }

  #number(): void {
    const text = this.#match(/[+-]?[.\p{Nd}]*/uy);
    const whole = /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
    if (whole !== undefined && Math.abs(whole) < 2 ** 63) return this.#literal(whole);
    const value = whole ?? parseFloat64(text);
    if (value === undefined) throw new JsonPathError(`cannot parse number ${text}`);
    this.#literal(new GoFloat(value));
  }

  #quoted(mark: string): void {
    const start = this.#at;
    for (;;) {
      const character = this.#next();
      if (character === "" || character === "\n") {
        throw new JsonPathError("unterminated quoted string");
      }
      if (character === mark && this.#text[this.#at - 2] !== "\\") break;
    }
    const inner = this.#text.slice(start, this.#at - 1);
    const value = unescape(toByteString(inner), mark);
    if (value === undefined) {
      throw new JsonPathError(`unquote string ${mark}${inner}${mark} error invalid syntax`);
    }
    this.#literal(fromByteString(value));
  }

  #literal(value: Extract<Step, { kind: "literal" }>["value"]): void {
    this.#steps.push({ kind: "literal", value });
  }

  #brackets(): void {
    const inner = this.#match(/[^\]\n]*/y);
    if (!this.#take("]")) throw new JsonPathError("unterminated array");
    const items = inner.split(",");
    if (items.length > 1) {
      const paths = items.map((item) => parseAction(`[${item.replace(/^ +| +$/g, "")}]`));
      this.#steps.push({ kind: "union", paths });
      return;
    }
    const key = /^'([^']*)'$/.exec(inner);
    if (key) this.#steps.push(...parseAction(`.${key[1] ?? ""}`));
    else this.#steps.push(parseSlice(inner === "*" ? ":" : inner));
  }

  /** Its text ends at the first parenthesis that is not between quotes. */
  #filter(): void {
    const start = this.#at;
    let opened = "";
    let closed = false;
    for (;;) {
      const character = this.#next();
      if (character === "" || character === "\n") throw new JsonPathError("unterminated filter");
      if (character === '"' || character === "'") {
        if (!opened) opened = character;
        else if (character === opened && this.#text[this.#at - 2] !== "\\") closed = true;
      } else if (character === ")" && closed === (opened !== "")) break;
    }
    const text = this.#text.slice(start, this.#at - 1);
    if (this.#next() !== "]") throw new JsonPathError("unclosed array expect ]");
    const [, left, operator = "exists", right] = /^([^!<>=]+)([!<>=]+)(.+)$/.exec(text) ?? [];
    this.#steps.push({
      kind: "filter",
      left: parseAction(left ?? text),
      operator,
      right: right === undefined ? [] : parseAction(right),
    });
  }

  #peek(): string {
    const code = this.#text.codePointAt(this.#at);
    return code === undefined ? "" : String.fromCodePoint(code);
  }

  #next(): string {
    const character = this.#peek();
    this.#at += character.length;
    return character;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += text.length;
    return text;
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}

function parseSlice(text: string): Slice {
  const match = /^(-?\d*)(?::(-?\d*))?(?::(-?\d*))?$/.exec(text);
  if (!match) throw new JsonPathError(`invalid array index ${text}`);
  const [from, to, by] = match.slice(1).map(indexOf);
  if (match[2] !== undefined) return { kind: "slice", from, to, by, isIndex: false };
  return { kind: "slice", from, to: (from ?? 0) + 1, by, isIndex: true };
}

function indexOf(text: string | undefined): number | undefined {
  if (!text) return undefined;
  const index = Number(text);
  if (Math.abs(index) < 2 ** 63) return index;
  throw new JsonPathError(`array index ${text} is not a number`);
}

function isAlphanumeric(character: string): boolean {
  return /^[_\p{L}\p{Nd}]$/u.test(character);
}
