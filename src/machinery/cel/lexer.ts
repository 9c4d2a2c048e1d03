import type { Issues } from "./source.ts";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Offset of its first UTF-16 unit. */
  readonly at: number;
}

export type TokenKind =
  | "end"
  | "operator"
  | "identifier"
  | "escapedIdentifier"
  | "int"
  | "uint"
  | "float"
  | "string"
  | "bytes"
  /** Words that are no identifiers: true, false, null, in. */
  | "word";

/** In order of preference where two match equally far. */
const patterns: readonly (readonly [TokenKind | "skip", RegExp])[] = [
  ["skip", /[\t \r\n\f]+|\/\/[^\n]*/y],
  ["float", /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/y],
  ["uint", /(?:0x[0-9a-fA-F]+|\d+)[uU]/y],
  ["int", /0x[0-9a-fA-F]+|\d+/y],
  ["bytes", /[bB](?=[rR]?["'])/y],
  ["string", /[rR]?["']/y],
  ["identifier", /[A-Za-z_][A-Za-z0-9_]*/y],
  ["escapedIdentifier", /`[A-Za-z0-9_.\-/ ]+`/y],
  ["operator", /==|!=|<=|>=|&&|\|\||[<>[\]{}().,\-!?:+*/%]/y],
];

const escape =
  /\\(?:[abfnrtv"'\\?`]|[0-3][0-7][0-7]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/.source;
const literals: readonly RegExp[] = [
  new RegExp(`"""(?:${escape}|[^\\\\])*?"""`, "yu"),
  new RegExp(`'''(?:${escape}|[^\\\\])*?'''`, "yu"),
  new RegExp(`"(?:${escape}|[^\\\\"\\n\\r])*"`, "yu"),
  new RegExp(`'(?:${escape}|[^\\\\'\\n\\r])*'`, "yu"),
];
const rawLiterals: readonly RegExp[] = [
  /[rR]"""[^]*?"""/y,
  /[rR]'''[^]*?'''/y,
  /[rR]"[^"\n\r]*"/y,
  /[rR]'[^'\n\r]*'/y,
];
const words = new Set(["true", "false", "null", "in"]);

/** Splits an expression; characters that begin no token are issues and left out. */
export function tokenize(source: string, issues: Issues): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const [kind, text] = nextToken(source, at);
    if (kind === "unknown") {
      issues.add(at, `Syntax error: token recognition error at: '${text}'`);
    } else if (kind !== "skip") {
      tokens.push({ kind: words.has(text) && kind === "identifier" ? "word" : kind, text, at });
    }
    at += text.length;
  }
  tokens.push({ kind: "end", text: "<EOF>", at });
  return tokens;
}

function nextToken(source: string, at: number): [TokenKind | "skip" | "unknown", string] {
  for (const [kind, pattern] of patterns) {
    const text = matchAt(pattern, source, at);
    if (text === undefined) continue;
    if (kind !== "string" && kind !== "bytes") return [kind, text];
    const start = kind === "bytes" ? at + 1 : at;
    const literal = longest(
      /[rR]/.test(source[start] ?? "") ? rawLiterals : literals,
      source,
      start,
    );
    if (literal !== undefined) return [kind, source.slice(at, start) + literal];
    if (/[A-Za-z]/.test(source[at] ?? "")) continue;
    return ["unknown", unrecognized(source, at)];
  }
  return ["unknown", unrecognized(source, at)];
}

/** How far the lexer got before it knew that no token begins here. */
function unrecognized(source: string, at: number): string {
  const first = String.fromCodePoint(source.codePointAt(at) ?? 0);
  if (first === '"' || first === "'") {
    const end = source.slice(at + 1).search(/[\n\r]/);
    return end < 0 ? source.slice(at) : source.slice(at, at + end + 2);
  }
  if ("|&=".includes(first)) return source.slice(at, at + 2);
  return first;
}

function longest(candidates: readonly RegExp[], source: string, at: number): string | undefined {
  let best: string | undefined;
  for (const pattern of candidates) {
    const text = matchAt(pattern, source, at);
    if (text !== undefined && text.length > (best?.length ?? -1)) best = text;
  }
  return best;
}

function matchAt(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** The text of a string literal; undefined if an escape stands for no character. */
export function unescapeString(literal: string): string | undefined {
  const body = literalBody(literal);
  if (body.raw || !body.text.includes("\\")) return body.text;
  let failed = false;
  const text = body.text.replace(escapes, (whole: string, character: string) => {
    const simple = simpleEscapes[character];
    if (simple !== undefined) return simple;
    const code = codeOf(whole);
    if (code === undefined) return character;
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
      failed = true;
      return "";
    }
    return String.fromCodePoint(code);
  });
  return failed ? undefined : text;
}

/** The bytes of a bytes literal; undefined for escapes that only strings may have. */
export function unescapeBytes(literal: string): Uint8Array | undefined {
  const body = literalBody(literal.slice(1));
  if (body.raw || !body.text.includes("\\")) return encoder.encode(body.text);
  const bytes: number[] = [];
  let at = 0;
  for (const match of body.text.matchAll(escapes)) {
    bytes.push(...encoder.encode(body.text.slice(at, match.index)));
    at = match.index + match[0].length;
    const character = match[1] ?? "";
    if (character === "u" || character === "U") return undefined;
    const code = codeOf(match[0]);
    if (code !== undefined) bytes.push(code & 0xff);
    else bytes.push((simpleEscapes[character] ?? character).charCodeAt(0));
  }
  bytes.push(...encoder.encode(body.text.slice(at)));
  return Uint8Array.from(bytes);
}

const encoder = new TextEncoder();
const escapes =
  /\\([0-3](?=[0-7][0-7])|.)(?:(?<=\\[0-3])[0-7]{2}|(?<=\\[xX]).{2}|(?<=\\u).{4}|(?<=\\U).{8})?/gs;

function codeOf(sequence: string): number | undefined {
  if (/^\\[xXuU]/.test(sequence)) return Number.parseInt(sequence.slice(2), 16);
  if (/^\\[0-3][0-7][0-7]$/.test(sequence)) return Number.parseInt(sequence.slice(1), 8);
  return undefined;
}

function literalBody(literal: string): { readonly text: string; readonly raw: boolean } {
  const normalized = literal.replace(/\r\n?/g, "\n");
  const raw = /^[rR]/.test(normalized);
  const quoted = raw ? normalized.slice(1) : normalized;
  const width = quoted.length >= 6 && /^("""|''')/.test(quoted) ? 3 : 1;
  return { text: quoted.slice(width, -width), raw };
}
