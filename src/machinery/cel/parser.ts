import { call, type Expression, ident, list, literal } from "./ast.ts";
import type { MapEntryNode, StructFieldNode } from "./ast.ts";
import { expandMacro, MacroMistake } from "./macros.ts";
import { type Token, type TokenKind, tokenize, unescapeBytes, unescapeString } from "./lexer.ts";
import type { Issues } from "./source.ts";
import { Double, normalInt, Uint } from "./values.ts";

/** Parses an expression and expands its macros. Undefined when there are issues. */
export function parse(source: string, issues: Issues): Expression | undefined {
  const size = [...source].length;
  if (size > sizeMax) {
    const message = `expression code point size exceeds limit: size: ${size}, limit ${sizeMax}`;
    issues.add(-1, message);
    return undefined;
  }
  const parser = new Parser(tokenize(source, issues), issues);
  try {
    const expression = parser.start();
    return issues.list.length === 0 ? expression : undefined;
  } catch (error) {
    if (error instanceof SyntaxMistake) return undefined;
    throw error;
  }
}

/** Characters in an expression, and levels of nesting. */
const sizeMax = 100_000;
const depthMax = 250;

/** Already told; ends the parsing. */
class SyntaxMistake extends Error {}

const reserved = new Set(
  (
    "as break const continue else false for function if import in let loop package namespace null " +
    "return true var void while"
  ).split(" "),
);

const relations = new Map([
  ["<", "_<_"],
  ["<=", "_<=_"],
  [">", "_>_"],
  [">=", "_>=_"],
  ["==", "_==_"],
  ["!=", "_!=_"],
  ["in", "@in"],
]);
const sums = new Map([
  ["+", "_+_"],
  ["-", "_-_"],
]);
const products = new Map([
  ["*", "_*_"],
  ["/", "_/_"],
  ["%", "_%_"],
]);

const beginnings =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, " +
  "BYTES, IDENTIFIER}";

const beginningKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  "float",
  "int",
  "uint",
  "string",
  "bytes",
  "identifier",
]);
const beginningTexts = new Set(["[", "{", "(", ".", "-", "!", "true", "false", "null"]);

class Parser {
  readonly #tokens: readonly Token[];
  readonly #issues: Issues;
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], issues: Issues) {
    this.#tokens = tokens;
    this.#issues = issues;
  }

  start(): Expression {
    const expression = this.#expression();
    if (this.#token.kind !== "end")
      this.#fail(this.#extraneous("<EOF>", (token) => token.kind === "end"));
    return expression;
  }

  get #token(): Token {
    return this.#tokens[this.#next] ?? { kind: "end", text: "<EOF>", at: 0 };
  }

  #peek(offset: number): Token {
    return this.#tokens[this.#next + offset] ?? { kind: "end", text: "<EOF>", at: 0 };
  }

  #take(): Token {
    const token = this.#token;
    this.#next++;
    return token;
  }

  #is(text: string): boolean {
    const { kind } = this.#token;
    return (kind === "operator" || kind === "word") && this.#token.text === text;
  }

  #accept(text: string): Token | undefined {
    return this.#is(text) ? this.#take() : undefined;
  }

  #expect(text: string): Token {
    if (this.#is(text)) return this.#take();
    if (this.#token.kind === "end" && "])}".includes(text)) {
      return this.#fail(`missing '${text}' at '<EOF>'`);
    }
    return this.#fail(this.#extraneous(`'${text}'`, (token) => token.text === text));
  }

  #fail(message: string, at = this.#token.at): never {
    this.#issues.add(at, `Syntax error: ${message}`);
    throw new SyntaxMistake(message);
  }

  /** One token too many is told differently from a wrong one. */
  #extraneous(expected: string, fits: (token: Token) => boolean): string {
    const what = fits(this.#peek(1)) && this.#token.kind !== "end" ? "extraneous" : "mismatched";
    return `${what} input '${this.#token.text}' expecting ${expected}`;
  }

  /** An issue that does not end the parsing. */
  #report(at: number, message: string): Expression {
    this.#issues.add(at, message);
    return literal(at, null);
  }

  #expression(): Expression {
    if (++this.#depth > depthMax) {
      this.#issues.add(-1, `expression recursion limit exceeded: ${depthMax}`);
      throw new SyntaxMistake("too deep");
    }
    const condition = this.#logical("||", "_||_", () =>
      this.#logical("&&", "_&&_", () => this.#relation()),
    );
    const operator = this.#accept("?");
    let result = condition;
    if (operator) {
      const yes = this.#logical("||", "_||_", () =>
        this.#logical("&&", "_&&_", () => this.#relation()),
      );
      this.#expect(":");
      result = call(operator.at, "_?_:_", [condition, yes, this.#expression()]);
    }
    this.#depth--;
    return result;
  }

  #logical(text: string, name: string, next: () => Expression): Expression {
    const terms = [next()];
    const operators: Token[] = [];
    for (let operator = this.#accept(text); operator; operator = this.#accept(text)) {
      operators.push(operator);
      terms.push(next());
    }
    return balanced(name, terms, operators);
  }

  #relation(): Expression {
    return this.#leftAssociative(relations, () =>
      this.#leftAssociative(sums, () => this.#leftAssociative(products, () => this.#unary())),
    );
  }

  #leftAssociative(names: ReadonlyMap<string, string>, next: () => Expression): Expression {
    let left = next();
    for (;;) {
      const { kind, text, at } = this.#token;
      const name = kind === "operator" || kind === "word" ? names.get(text) : undefined;
      if (name === undefined) return left;
      this.#take();
      left = call(at, name, [left, next()]);
    }
  }

  #unary(): Expression {
    const first = this.#token;
    for (const [text, name] of [
      ["!", "!_"],
      ["-", "-_"],
    ] as const) {
      if (!this.#is(text) || (text === "-" && this.#isSignedLiteral())) continue;
      let count = 0;
      while (this.#accept(text)) count++;
      const operand = this.#member();
      return count % 2 === 0 ? operand : call(first.at, name, [operand]);
    }
    return this.#member();
  }

  #isSignedLiteral(): boolean {
    const { kind } = this.#peek(1);
    return kind === "int" || kind === "float";
  }

  #member(): Expression {
    let operand = this.#primary();
    for (;;) {
      const { at } = this.#token;
      if (this.#accept(".")) {
        operand = this.#select(operand, at);
      } else if (this.#accept("[")) {
        const optional = this.#accept("?") !== undefined;
        const index = this.#expression();
        this.#expect("]");
        operand = call(at, optional ? "_[?_]" : "_[_]", [operand, index]);
      } else {
        return operand;
      }
    }
  }

  #select(operand: Expression, at: number): Expression {
    const optional = this.#accept("?") !== undefined;
    const token = this.#token;
    if (token.kind !== "identifier" && token.kind !== "escapedIdentifier") {
      const shown = token.kind === "end" ? "" : token.text;
      return token.kind === "word" && token.text !== "in"
        ? this.#fail(`mismatched input '${token.text}' expecting IDENTIFIER`)
        : this.#fail(`no viable alternative at input '.${optional ? "?" : ""}${shown}'`);
    }
    this.#take();
    if (token.kind === "escapedIdentifier") {
      return this.#report(token.at, "unsupported syntax: '`'");
    }
    if (optional) {
      return call(at, "_?._", [operand, literal(token.at, token.text)]);
    }
    const open = this.#accept("(");
    if (!open) return { kind: "select", at, operand, field: token.text, testOnly: false };
    return this.#callOrMacro(open.at, token.text, this.#arguments(), operand);
  }

  #callOrMacro(at: number, name: string, args: readonly Expression[], target?: Expression) {
    const expanded = expandMacro(name, { at, target, args });
    if (expanded instanceof MacroMistake) return this.#report(expanded.at, expanded.message);
    return expanded ?? call(at, name, args, target);
  }

  #arguments(): Expression[] {
    const args: Expression[] = [];
    if (this.#accept(")")) return args;
    do args.push(this.#expression());
    while (this.#accept(","));
    this.#expect(")");
    return args;
  }

  #primary(): Expression {
    const token = this.#token;
    switch (token.kind) {
      case "identifier":
        return this.#name("");
      case "int":
      case "uint":
      case "float":
      case "string":
      case "bytes":
        this.#take();
        return this.#literal(token, "", token.at);
      case "word":
      case "operator":
        return this.#punctuated(token);
      default:
        return this.#unexpected();
    }
  }

  #punctuated(token: Token): Expression {
    switch (token.text) {
      case "true":
      case "false":
        return literal(this.#take().at, token.text === "true");
      case "null":
        return literal(this.#take().at, null);
      case "-":
        this.#take();
        return this.#literal(this.#take(), "-", token.at);
      case "(": {
        this.#take();
        const inner = this.#expression();
        this.#expect(")");
        return inner;
      }
      case "[":
        return this.#list();
      case "{":
        return this.#map();
      case ".":
        this.#take();
        if (this.#token.kind === "identifier") return this.#name(".");
        return this.#fail(`no viable alternative at input '.${this.#token.text}'`);
      default:
        return this.#unexpected();
    }
  }

  #unexpected(): never {
    return this.#fail(
      this.#extraneous(
        beginnings,
        ({ kind, text }) =>
          beginningKinds.has(kind) || (kind !== "end" && beginningTexts.has(text)),
      ),
    );
  }

  #name(dot: string): Expression {
    const first = this.#take();
    const struct = this.#structName(dot + first.text);
    if (struct !== undefined) return this.#struct(struct);
    if (reserved.has(first.text)) {
      if (this.#accept("(")) this.#arguments();
      return this.#report(first.at, `reserved identifier: ${first.text}`);
    }
    const open = this.#accept("(");
    if (open) return this.#callOrMacro(open.at, dot + first.text, this.#arguments());
    return ident(first.at, dot + first.text);
  }

  /** Dotted names before a brace name a type; takes them only then. */
  #structName(first: string): string | undefined {
    let name = first;
    let ahead = 0;
    while (this.#peek(ahead).text === "." && this.#peek(ahead + 1).kind === "identifier") {
      name += `.${this.#peek(ahead + 1).text}`;
      ahead += 2;
    }
    if (this.#peek(ahead).text !== "{" || this.#peek(ahead).kind !== "operator") return undefined;
    this.#next += ahead;
    return name;
  }

  #struct(name: string): Expression {
    const { at } = this.#expect("{");
    const fields: StructFieldNode[] = [];
    while (!this.#is("}")) {
      const optional = this.#accept("?") !== undefined;
      const field = this.#take();
      if (field.kind !== "identifier") {
        this.#fail(`mismatched input '${field.text}' expecting IDENTIFIER`, field.at);
      }
      const colon = this.#expect(":");
      fields.push({ name: field.text, value: this.#expression(), optional, at: colon.at });
      if (!this.#accept(",")) break;
    }
    this.#expect("}");
    return { kind: "struct", at, name, fields };
  }

  #list(): Expression {
    const { at } = this.#take();
    const elements: Expression[] = [];
    const optional = new Set<number>();
    while (!this.#is("]")) {
      if (this.#accept("?")) optional.add(elements.length);
      elements.push(this.#expression());
      if (!this.#accept(",")) break;
    }
    this.#expect("]");
    return list(at, elements, optional);
  }

  #map(): Expression {
    const { at } = this.#take();
    const entries: MapEntryNode[] = [];
    while (!this.#is("}")) {
      const optional = this.#accept("?") !== undefined;
      const key = this.#expression();
      this.#expect(":");
      entries.push({ key, value: this.#expression(), optional });
      if (!this.#accept(",")) break;
    }
    this.#expect("}");
    return { kind: "map", at, entries };
  }

  #literal({ kind, text }: Token, sign: string, at: number): Expression {
    switch (kind) {
      case "int": {
        const magnitude = BigInt(text);
        const value = sign ? -magnitude : magnitude;
        if (BigInt.asIntN(64, value) !== value) return this.#report(at, "invalid int literal");
        return literal(at, normalInt(value));
      }
      case "uint": {
        const value = BigInt(text.slice(0, -1));
        if (BigInt.asUintN(64, value) !== value) return this.#report(at, "invalid uint literal");
        return literal(at, new Uint(value));
      }
      case "float": {
        const value = Number(sign + text);
        if (!Number.isFinite(value)) return this.#report(at, "invalid double literal");
        return literal(at, new Double(value));
      }
      case "bytes": {
        const value = unescapeBytes(text);
        return value ? literal(at, value) : this.#report(at, "unable to unescape string");
      }
      default: {
        const value = unescapeString(text);
        return value === undefined
          ? this.#report(at, "invalid unicode code point")
          : literal(at, value);
      }
    }
  }
}

/** Long chains become trees of little depth. */
function balanced(
  name: string,
  terms: readonly Expression[],
  operators: readonly Token[],
): Expression {
  const build = (low: number, high: number): Expression => {
    const middle = Math.floor((low + high + 1) / 2);
    const left = middle === low ? terms[middle] : build(low, middle - 1);
    const right = middle === high ? terms[middle + 1] : build(middle + 1, high);
    return call(operators[middle]?.at ?? 0, name, left && right ? [left, right] : []);
  };
  const [only] = terms;
  return operators.length === 0 && only ? only : build(0, operators.length - 1);
}
