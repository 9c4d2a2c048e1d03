import { invariant } from "#base/invariant.ts";
import type { ByteString } from "../go/byte-string.ts";
import { quote, unquote } from "../go/quote.ts";
import { showToken, tokensOf } from "./lexer.ts";
import type { Token, TokenKind } from "./lexer.ts";
import { characterLiteral, complexLiteral, LiteralError, numberLiteral } from "./literals.ts";
import { showNode } from "./syntax.ts";
import type { Branch, Chain, Command, NumberLiteral, Operand, Pipeline } from "./syntax.ts";
import type { Statement } from "./syntax.ts";

/** A text that is no template. */
export class TemplateError extends Error {
  override name = "TemplateError";
}

export type Templates = ReadonlyMap<ByteString, readonly Statement[]>;

export interface ParseOptions {
  /** Of the template that the text itself is; errors begin with it. */
  readonly name: ByteString;
  isFunction(name: ByteString): boolean;
}

/** The templates that a text defines, itself among them. Throws `TemplateError`. */
export function parseTemplates(text: ByteString, options: ParseOptions): Templates {
  return new Parser(tokensOf(text), options).templates();
}

/** What belongs to one template while it is read; a template may stand inside of another. */
interface Scope {
  variables: ByteString[];
  rangeDepth: number;
  /** Where the action began that is being read; 0 outside of actions. */
  actionLine: number;
}

type Ending = "end" | "else";

const parenthesesMax = 10_000;

class Parser {
  readonly #tokens: readonly Token[];
  readonly #options: ParseOptions;
  readonly #templates = new Map<ByteString, readonly Statement[]>();
  #next = 0;
  /** The furthest token that was looked at: errors name its line. */
  #furthest = 0;
  #scope = newScope();
  #parentheses = 0;

  constructor(tokens: readonly Token[], options: ParseOptions) {
    this.#tokens = tokens;
    this.#options = options;
  }

  templates(): Templates {
    const statements: Statement[] = [];
    while (this.#peek().kind !== "end of text") {
      if (this.#isDefinition()) this.#definition();
      else {
        const read = this.#statement();
        if (typeof read === "string") this.#fail(`unexpected {{${read}}}`);
        statements.push(read);
      }
    }
    this.#add(this.#options.name, statements);
    return this.#templates;
  }

  #add(name: ByteString, statements: readonly Statement[]): void {
    if (isEmpty(this.#templates.get(name) ?? [])) this.#templates.set(name, statements);
    else if (!isEmpty(statements)) {
      this.#fail(`template: multiple definition of template ${quote(name)}`);
    }
  }

  #isDefinition(): boolean {
    if (this.#peek().kind !== "left delimiter") return false;
    const start = this.#next;
    this.#take();
    if (this.#takeWord().kind === "define") return true;
    this.#next = start;
    return false;
  }

  #definition(): void {
    const context = "define clause";
    this.#inScope(() => {
      const name = this.#templateName(this.#takeWord(), context);
      this.#expect("right delimiter", context);
      this.#body(name, context);
    });
  }

  #body(name: ByteString, context: string): void {
    const { statements, ending } = this.#list();
    if (ending !== "end") this.#fail(`unexpected {{${ending}}} in ${context}`);
    this.#add(name, statements);
  }

  #inScope(read: () => void): void {
    const outer = this.#scope;
    this.#scope = newScope();
    read();
    this.#scope = outer;
  }

  /** Statements up to an "end" or "else". */
  #list(): { statements: Statement[]; ending: Ending } {
    const statements: Statement[] = [];
    while (this.#peekWord().kind !== "end of text") {
      const read = this.#statement();
      if (typeof read === "string") return { statements, ending: read };
      statements.push(read);
    }
    return this.#fail("unexpected EOF");
  }

  #statement(): Statement | Ending {
    const token = this.#takeWord();
    if (token.kind === "text") return { kind: "text", position: token.position, text: token.text };
    if (token.kind !== "left delimiter") return this.#unexpected(token, "input");
    this.#scope.actionLine = token.line;
    const action = this.#action();
    this.#scope.actionLine = 0;
    return action;
  }

  #action(): Statement | Ending {
    const token = this.#takeWord();
    const { kind, position } = token;
    switch (kind) {
      case "block":
        return this.#block();
      case "break":
      case "continue":
        return this.#jump(kind, position);
      case "else":
        return this.#else();
      case "end":
        this.#expect("right delimiter", "end");
        return kind;
      case "if":
      case "range":
      case "with":
        return this.#branch(kind);
      case "template":
        return this.#call();
      default: {
        this.#next--;
        const pipeline = this.#pipeline("command", "right delimiter");
        return { kind: "action", position, pipeline };
      }
    }
  }

  #jump(kind: "break" | "continue", position: number): Statement {
    const token = this.#takeWord();
    if (token.kind !== "right delimiter") this.#unexpected(token, `{{${kind}}}`);
    if (this.#scope.rangeDepth === 0) this.#fail(`{{${kind}}} outside {{range}}`);
    return { kind, position };
  }

  #else(): Ending {
    const { kind } = this.#peekWord();
    if (kind !== "if" && kind !== "with") this.#expect("right delimiter", "else");
    return "else";
  }

  #branch(kind: Branch["kind"]): Branch {
    const known = this.#scope.variables.length;
    const pipeline = this.#pipeline(kind, "right delimiter");
    if (kind === "range") this.#scope.rangeDepth++;
    const { statements: body, ending } = this.#list();
    if (kind === "range") this.#scope.rangeDepth--;
    const otherwise = ending === "else" ? this.#otherwise(kind) : undefined;
    this.#scope.variables.length = known;
    return { kind, position: pipeline.position, pipeline, body, otherwise };
  }

  /** After "else", which may be followed by another "if" or "with" that the same "end" ends. */
  #otherwise(kind: Branch["kind"]): readonly Statement[] {
    if (kind !== "range" && this.#peek().kind === kind) {
      this.#take();
      return [this.#branch(kind)];
    }
    const { statements, ending } = this.#list();
    if (ending !== "end") this.#fail(`expected end; found {{${ending}}}`);
    return statements;
  }

  #block(): Statement {
    const context = "block clause";
    const token = this.#takeWord();
    const name = this.#templateName(token, context);
    const pipeline = this.#pipeline(context, "right delimiter");
    this.#inScope(() => this.#body(name, context));
    return { kind: "template", position: token.position, name, pipeline };
  }

  #call(): Statement {
    const context = "template clause";
    const token = this.#takeWord();
    const name = this.#templateName(token, context);
    let pipeline: Pipeline | undefined;
    if (this.#peekWord().kind === "right delimiter") this.#takeWord();
    else pipeline = this.#pipeline(context, "right delimiter");
    return { kind: "template", position: token.position, name, pipeline };
  }

  #templateName(token: Token, context: string): ByteString {
    if (token.kind !== "string" && token.kind !== "raw string") this.#unexpected(token, context);
    return unquote(token.text) ?? this.#fail("invalid syntax");
  }

  #pipeline(context: string, end: TokenKind): Pipeline {
    const { position } = this.#peekWord();
    const { variables, assigns } = this.#declarations(context);
    const commands: Command[] = [];
    for (;;) {
      const token = this.#takeWord();
      if (token.kind === end) break;
      if (!startsOperand.has(token.kind)) this.#unexpected(token, context);
      this.#next--;
      commands.push(this.#command());
    }
    if (commands.length === 0) this.#fail(`missing value for ${context}`);
    commands.slice(1).forEach(({ operands: [first] }, index) => {
      if (["bool", "dot", "nil", "number", "string"].includes(first.kind)) {
        this.#fail(`non executable command in pipeline stage ${index + 2}`);
      }
    });
    return { kind: "pipeline", position, variables, assigns, commands };
  }

  /** `$x :=`, `$x =`, and for "range" `$i, $x :=`. */
  #declarations(context: string): { variables: ByteString[]; assigns: boolean } {
    const variables: ByteString[] = [];
    for (;;) {
      const start = this.#next;
      const variable = this.#peekWord();
      if (variable.kind !== "variable") return { variables, assigns: false };
      this.#takeWord();
      const { kind, text } = this.#peekWord();
      const isLast = kind === "assign" || kind === "declare";
      if (!isLast && !(kind === "character" && text === ",")) {
        this.#next = start;
        return { variables, assigns: false };
      }
      this.#takeWord();
      variables.push(variable.text);
      this.#scope.variables.push(variable.text);
      if (isLast) return { variables, assigns: kind === "assign" };
      if (context !== "range" || variables.length > 1) {
        this.#fail(`too many declarations in ${context}`);
      }
      const next = this.#peekWord().kind;
      if (!["variable", "right delimiter", "right parenthesis"].includes(next)) {
        this.#fail("range can only initialize variables");
      }
    }
  }

  #command(): Command {
    const { position } = this.#peekWord();
    const operands: Operand[] = [];
    for (;;) {
      this.#peekWord();
      const operand = this.#operand();
      if (operand) operands.push(operand);
      const token = this.#take();
      if (token.kind === "space") continue;
      if (token.kind === "right delimiter" || token.kind === "right parenthesis") this.#next--;
      else if (token.kind !== "pipe") this.#unexpected(token, "operand");
      break;
    }
    const [first, ...rest] = operands;
    if (!first) return this.#fail("empty command");
    return { kind: "command", position, operands: [first, ...rest] };
  }

  #operand(): Operand | undefined {
    const term = this.#term();
    const { kind, position } = this.#peek();
    if (!term || kind !== "field") return term;
    const names: ByteString[] = [];
    while (this.#peek().kind === "field") names.push(this.#take().text.slice(1));
    switch (term.kind) {
      case "field":
        return { kind: "field", position, names: [...term.names, ...names] };
      case "variable":
        return { ...term, position, fields: names };
      case "bool":
      case "string":
      case "number":
      case "nil":
      case "dot":
        return this.#fail(`unexpected . after term ${quote(showNode(term))}`);
      default:
        return { kind: "chain", position, of: term, names } satisfies Chain;
    }
  }

  #term(): Operand | undefined {
    const token = this.#takeWord();
    const { kind, position, text } = token;
    switch (kind) {
      case "identifier":
        if (!this.#options.isFunction(text)) this.#fail(`function ${quote(text)} not defined`);
        return { kind: "function", position, name: text };
      case ".":
        return { kind: "dot", position };
      case "nil":
        return { kind: "nil", position };
      case "variable":
        if (!this.#scope.variables.includes(text)) this.#fail(`undefined variable ${quote(text)}`);
        return { kind: "variable", position, name: text, fields: [] };
      case "field":
        return { kind: "field", position, names: [text.slice(1)] };
      case "bool":
        return { kind: "bool", position, value: text === "true" };
      case "character constant":
        return { ...this.#literal(characterLiteral, text), position };
      case "complex":
        return { ...this.#literal(complexLiteral, text), position };
      case "number":
        return { ...this.#literal(numberLiteral, text), position };
      case "left parenthesis":
        return this.#parenthesized();
      case "string":
      case "raw string":
        return {
          kind: "string",
          position,
          quoted: text,
          text: unquote(text) ?? this.#fail("invalid syntax"),
        };
      default:
        this.#next--;
        return undefined;
    }
  }

  #parenthesized(): Pipeline {
    if (this.#parentheses >= parenthesesMax) this.#fail("max expression depth exceeded");
    this.#parentheses++;
    const pipeline = this.#pipeline("parenthesized pipeline", "right parenthesis");
    this.#parentheses--;
    return pipeline;
  }

  #literal(read: (text: ByteString) => NumberLiteral, text: ByteString): NumberLiteral {
    try {
      return read(text);
    } catch (error) {
      if (error instanceof LiteralError) return this.#fail(error.message);
      throw error;
    }
  }

  #peek(): Token {
    return this.#at(this.#next);
  }

  #take(): Token {
    return this.#at(this.#next++);
  }

  #peekWord(): Token {
    while (this.#peek().kind === "space") this.#next++;
    return this.#peek();
  }

  #takeWord(): Token {
    this.#peekWord();
    return this.#take();
  }

  #at(index: number): Token {
    this.#furthest = Math.max(this.#furthest, Math.min(index, this.#tokens.length - 1));
    const token = this.#tokens[Math.min(index, this.#tokens.length - 1)];
    invariant(token, "a text has at least its end");
    return token;
  }

  #expect(kind: TokenKind, context: string): void {
    const token = this.#takeWord();
    if (token.kind !== kind) this.#unexpected(token, context);
  }

  #unexpected(token: Token, context: string): never {
    if (token.kind !== "error") this.#fail(`unexpected ${showToken(token)} in ${context}`);
    const { actionLine } = this.#scope;
    if (actionLine === 0 || actionLine === token.line) this.#fail(token.text);
    const started = ` started at ${this.#options.name}:${actionLine}`;
    this.#fail(token.text + (token.text.endsWith(" action") ? started : ` in action${started}`));
  }

  #fail(message: ByteString): never {
    const line = this.#tokens[this.#furthest]?.line ?? 1;
    throw new TemplateError(`template: ${this.#options.name}:${line}: ${message}`);
  }
}

const startsOperand: ReadonlySet<TokenKind> = new Set<TokenKind>([
  "bool",
  "character constant",
  "complex",
  ".",
  "field",
  "identifier",
  "number",
  "nil",
  "raw string",
  "string",
  "variable",
  "left parenthesis",
]);

function newScope(): Scope {
  return { variables: ["$"], rangeDepth: 0, actionLine: 0 };
}

/** Nothing but space: then another definition of the same name replaces it. */
function isEmpty(statements: readonly Statement[]): boolean {
  return statements.every((statement) => statement.kind === "text" && !statement.text.trim());
}
