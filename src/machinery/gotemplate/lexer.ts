import { isDigit, isLetter, runeAt, toByteString } from "../go/byte-string.ts";
import type { ByteString } from "../go/byte-string.ts";
import { sprintf } from "../go/format.ts";
import { quote } from "../go/quote.ts";
import { GoInteger } from "../go/values.ts";

export type TokenKind =
  | "bool"
  | "character"
  | "character constant"
  | "complex"
  | "assign"
  | "declare"
  | "end of text"
  | "error"
  | "field"
  | "identifier"
  | "left delimiter"
  | "left parenthesis"
  | "number"
  | "pipe"
  | "raw string"
  | "right delimiter"
  | "right parenthesis"
  | "space"
  | "string"
  | "text"
  | "variable"
  | Keyword;

export type Keyword = (typeof keywords)[number];

const keywords = [
  ".",
  "block",
  "break",
  "continue",
  "define",
  "else",
  "end",
  "if",
  "range",
  "nil",
  "template",
  "with",
] as const;

export interface Token {
  readonly kind: TokenKind;
  /** In bytes from the start of the text. */
  readonly position: number;
  /** For an error its message. */
  readonly text: ByteString;
  readonly line: number;
}

/** All tokens of a template. The last one is the end of the text or an error. */
export function tokensOf(template: ByteString): readonly Token[] {
  return new Lexer(template).tokens();
}

/** As messages show a token. */
export function showToken({ kind, text }: Token): ByteString {
  if (kind === "end of text") return "EOF";
  if (kind === "error") return text;
  if (isKeyword(kind)) return `<${text}>`;
  return text.length > 10 ? `${sprintf("%.10q", [text])}...` : quote(text);
}

function isKeyword(word: string): word is Keyword {
  return (keywords as readonly string[]).includes(word);
}

const spaces = " \t\r\n";

function isSpace(character: string): boolean {
  return character !== "" && spaces.includes(character);
}

class Lexer {
  readonly #text: ByteString;
  readonly #tokens: Token[] = [];
  #at = 0;
  /** Where the token began that is being read. */
  #start = 0;
  #line = 1;
  /** Up to where lines are counted. */
  #counted = 0;
  #depth = 0;

  constructor(text: ByteString) {
    this.#text = text;
  }

  tokens(): readonly Token[] {
    let isInside = false;
    while (this.#tokens.at(-1)?.kind !== "error") {
      if (isInside) {
        this.#inside();
        isInside = this.#tokens.at(-1)?.kind !== "right delimiter";
      } else if (!this.#outside()) break;
      else isInside = this.#tokens.at(-1)?.kind === "left delimiter";
    }
    return this.#tokens;
  }

  #emit(kind: TokenKind, text = this.#text.slice(this.#start, this.#at)): void {
    for (; this.#counted < this.#start; this.#counted++) {
      if (this.#text[this.#counted] === "\n") this.#line++;
    }
    this.#tokens.push({ kind, position: this.#start, text, line: this.#line });
    this.#start = this.#at;
  }

  #fail(message: ByteString): void {
    this.#emit("error", message);
  }

  /** Text up to an action, or the action's start. False at the end. */
  #outside(): boolean {
    const open = this.#text.indexOf("{{", this.#at);
    if (open < 0) {
      this.#at = this.#text.length;
      if (this.#at > this.#start) this.#emit("text");
      this.#emit("end of text");
      return false;
    }
    const trims = this.#text[open + 2] === "-" && isSpace(this.#text.charAt(open + 3));
    const before = this.#text.slice(this.#start, open);
    this.#at = this.#start + (trims ? before.replace(/[ \t\r\n]+$/, "") : before).length;
    if (this.#at > this.#start) this.#emit("text");
    this.#at = this.#start = open;
    const after = open + (trims ? 4 : 2);
    if (this.#text.startsWith("/*", after)) this.#comment(after);
    else {
      this.#at += 2;
      this.#emit("left delimiter");
      this.#at = this.#start = after;
      this.#depth = 0;
    }
    return true;
  }

  #comment(start: number): void {
    this.#start = start;
    const end = this.#text.indexOf("*/", start + 2);
    if (end < 0) return this.#fail("unclosed comment");
    this.#at = end + 2;
    const close = this.#rightDelimiter();
    if (!close) return this.#fail("comment ends before closing delimiter");
    this.#at += close.length;
    this.#skipTrimmed(close);
  }

  /** The delimiter that the next bytes are, with or without its trim marker. */
  #rightDelimiter(): "}}" | " -}}" | undefined {
    if (this.#text.startsWith("}}", this.#at)) return "}}";
    const trims =
      isSpace(this.#text.charAt(this.#at)) && this.#text.startsWith("-}}", this.#at + 1);
    return trims ? " -}}" : undefined;
  }

  #skipTrimmed(delimiter: "}}" | " -}}"): void {
    if (delimiter === " -}}") {
      while (isSpace(this.#text.charAt(this.#at))) this.#at++;
    }
    this.#start = this.#at;
  }

  #inside(): void {
    const close = this.#rightDelimiter();
    if (close) {
      if (this.#depth > 0) return this.#fail("unclosed left paren");
      this.#at = this.#start += close.length - 2;
      this.#at += 2;
      this.#emit("right delimiter");
      return this.#skipTrimmed(close);
    }
    const character = this.#text.charAt(this.#at);
    if (isSpace(character)) return this.#space();
    switch (character) {
      case "":
        return this.#fail("unclosed action");
      case "=":
        return this.#single("assign");
      case ":":
        if (this.#text[this.#at + 1] !== "=") return this.#fail("expected :=");
        this.#at++;
        return this.#single("declare");
      case "|":
        return this.#single("pipe");
      case '"':
        return this.#quoted('"', "string", "unterminated quoted string");
      case "'":
        return this.#quoted("'", "character constant", "unterminated character constant");
      case "`":
        return this.#raw();
      case "$":
        this.#at++;
        return this.#name("variable");
      case "(":
        this.#depth++;
        return this.#single("left parenthesis");
      case ")":
        if (--this.#depth < 0) return this.#fail("unexpected right paren");
        return this.#single("right parenthesis");
      default:
        return this.#word(character);
    }
  }

  #single(kind: TokenKind): void {
    this.#at++;
    this.#emit(kind);
  }

  #word(character: string): void {
    if (character === ".") {
      const next = this.#text[this.#at + 1];
      if (next !== undefined && !/\d/.test(next)) {
        this.#at++;
        return this.#name("field");
      }
    }
    if (/[.+\-\d]/.test(character)) return this.#number();
    if (this.#isAlphanumeric()) return this.#identifier();
    if (/[!-~]/.test(character)) return this.#single("character");
    return this.#fail(`unrecognized character in action: ${this.#shownRune()}`);
  }

  #space(): void {
    while (isSpace(this.#text.charAt(this.#at))) this.#at++;
    // The last one may belong to a delimiter that trims.
    if (this.#text.startsWith("-}}", this.#at)) this.#at--;
    if (this.#at > this.#start) this.#emit("space");
  }

  #identifier(): void {
    while (this.#isAlphanumeric()) this.#at += runeAt(this.#text, this.#at).size;
    if (!this.#isTerminated()) return this.#fail(`bad character ${this.#shownRune()}`);
    const word = this.#text.slice(this.#start, this.#at);
    if (isKeyword(word)) this.#emit(word);
    else this.#emit(word === "true" || word === "false" ? "bool" : "identifier");
  }

  /** What follows a "$" or a point, which may be nothing. */
  #name(kind: "variable" | "field"): void {
    if (this.#isTerminated()) return this.#emit(kind === "field" ? "." : kind);
    while (this.#isAlphanumeric()) this.#at += runeAt(this.#text, this.#at).size;
    if (!this.#isTerminated()) return this.#fail(`bad character ${this.#shownRune()}`);
    this.#emit(kind);
  }

  #quoted(mark: string, kind: TokenKind, problem: string): void {
    for (this.#at++; ; this.#at++) {
      const character = this.#text.charAt(this.#at);
      if (character === "\\") this.#at++;
      const read = this.#text.charAt(this.#at);
      if (read === "" || read === "\n") return this.#fail(problem);
      if (character === mark) return this.#single(kind);
    }
  }

  #raw(): void {
    const end = this.#text.indexOf("`", this.#at + 1);
    if (end < 0) return this.#fail("unterminated raw quoted string");
    this.#at = end;
    this.#single("raw string");
  }

  #number(): void {
    if (!this.#scanNumber()) return this.#badNumber();
    if (!/[+-]/.test(this.#text.charAt(this.#at))) return this.#emit("number");
    const isComplex = this.#scanNumber() && this.#text[this.#at - 1] === "i";
    return isComplex ? this.#emit("complex") : this.#badNumber();
  }

  #badNumber(): void {
    this.#fail(`bad number syntax: ${quote(this.#text.slice(this.#start, this.#at))}`);
  }

  #scanNumber(): boolean {
    const number =
      /[+-]?(?:0[xX][\da-fA-F_]*(?:\.[\da-fA-F_]*)?(?:[pP][+-]?[\d_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?[\d_]*)?)i?/y;
    number.lastIndex = this.#at;
    this.#at += number.exec(this.#text)?.[0].length ?? 0;
    if (!this.#isAlphanumeric()) return true;
    this.#at += runeAt(this.#text, this.#at).size;
    return false;
  }

  #isAlphanumeric(): boolean {
    if (this.#at >= this.#text.length) return false;
    const { code } = runeAt(this.#text, this.#at);
    return code === 0x5f || isLetter(code) || isDigit(code);
  }

  #isTerminated(): boolean {
    const character = this.#text.charAt(this.#at);
    return (
      character === "" ||
      ` \t\r\n.,|:)(`.includes(character) ||
      this.#text.startsWith("}}", this.#at)
    );
  }

  #shownRune(): ByteString {
    const { code } = runeAt(this.#text, this.#at);
    return sprintf(toByteString("%#U"), [new GoInteger("int", code)]);
  }
}
