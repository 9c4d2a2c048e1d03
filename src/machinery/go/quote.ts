import { encodeRune, isPrintable, runeAt, runeError, runesOf } from "./byte-string.ts";
import type { ByteString } from "./byte-string.ts";

export interface QuoteOptions {
  /** Default: a double quote. */
  readonly quote?: string;
  /** Escapes all that is not ASCII. */
  readonly asciiOnly?: boolean;
}

/** A string as Go's source would write it: `"a\tb"`. */
export function quote(
  bytes: ByteString,
  { quote: mark = '"', asciiOnly = false }: QuoteOptions = {},
): ByteString {
  let result = mark;
  let at = 0;
  for (const { code, size } of runesOf(bytes)) {
    if (size === 1 && code === runeError) result += `\\x${hex(bytes.charCodeAt(at), 2)}`;
    else result += quoteRune(code, mark, asciiOnly);
    at += size;
  }
  return result + mark;
}

const named = new Map([
  [0x07, "\\a"],
  [0x08, "\\b"],
  [0x0c, "\\f"],
  [0x0a, "\\n"],
  [0x0d, "\\r"],
  [0x09, "\\t"],
  [0x0b, "\\v"],
]);

function quoteRune(code: number, mark: string, asciiOnly: boolean): ByteString {
  if (code === mark.charCodeAt(0) || code === 0x5c) return `\\${String.fromCharCode(code)}`;
  if (asciiOnly ? code < 0x80 && isPrintable(code) : isPrintable(code)) return encodeRune(code);
  const name = named.get(code);
  if (name) return name;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/** Whether a text may stand between backquotes. */
export function canBackquote(bytes: ByteString): boolean {
  for (const { code, size } of runesOf(bytes)) {
    if (code === 0xfeff || (code === runeError && size === 1)) return false;
    if ((code < 0x20 && code !== 0x09) || code === 0x60 || code === 0x7f) return false;
  }
  return true;
}

/** Reads a literal with its quotes. Undefined: it is none. */
export function unquote(literal: ByteString): ByteString | undefined {
  const mark = literal[0];
  if (literal.length < 2 || mark !== literal.at(-1)) return undefined;
  const inner = literal.slice(1, -1);
  if (mark === "`") return inner.includes("`") ? undefined : inner.replaceAll("\r", "");
  if ((mark !== '"' && mark !== "'") || inner.includes("\n")) return undefined;
  return unescape(inner, mark);
}

/** Undoes the escapes of what stood between two quotes. Undefined: some are none. */
export function unescape(inner: ByteString, mark: string): ByteString | undefined {
  let result = "";
  for (let at = 0; at < inner.length;) {
    const character = unquoteCharacter(inner, at, mark);
    if (!character) return undefined;
    result += character.bytes;
    at += character.size;
  }
  return result;
}

export interface Unquoted {
  readonly code: number;
  readonly bytes: ByteString;
  /** How much of the literal it took. */
  readonly size: number;
}

/** The first character of what is left of a literal. */
export function unquoteCharacter(
  literal: ByteString,
  at: number,
  mark: string,
): Unquoted | undefined {
  const first = literal.charAt(at);
  if (first === "" || first === mark) return undefined;
  if (first !== "\\") {
    const { code, size } = runeAt(literal, at);
    return {
      code,
      bytes: code === runeError ? encodeRune(code) : literal.slice(at, at + size),
      size,
    };
  }
  const letter = literal.charAt(at + 1);
  const simple = escapes[letter];
  if (simple !== undefined) return { code: simple, bytes: String.fromCharCode(simple), size: 2 };
  if (letter === mark) return { code: mark.charCodeAt(0), bytes: mark, size: 2 };
  const numeric = numericEscape.exec(literal.slice(at, at + 10));
  if (!numeric) return undefined;
  const [text] = numeric;
  const isByte = letter === "x" || /[0-7]/.test(letter);
  const code = /[0-7]/.test(letter) ? parseInt(text.slice(1), 8) : parseInt(text.slice(2), 16);
  if (isByte) {
    return code > 0xff ? undefined : { code, bytes: String.fromCharCode(code), size: text.length };
  }
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
  return { code, bytes: encodeRune(code), size: text.length };
}

const numericEscape = /^\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{3})/;

const escapes: Readonly<Record<string, number>> = {
  a: 0x07,
  b: 0x08,
  f: 0x0c,
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  v: 0x0b,
  "\\": 0x5c,
};
