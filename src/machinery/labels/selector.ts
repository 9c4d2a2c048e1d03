import { isLabelValue, isQualifiedName } from "../validation/names.ts";
import { fieldErrorText, invalid, notSupported } from "../validation/field-error.ts";
import type { FieldError } from "../validation/field-error.ts";

export type Labels = Readonly<Record<string, string>>;

export type Operator = "=" | "==" | "!=" | "in" | "notin" | "exists" | "!" | "gt" | "lt";

/** One condition of a selector. */
export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  /** Sorted, each once. */
  readonly values: readonly string[];
}

/** A text that is no selector. The message is upstream's. */
export class SelectorError extends Error {
  override name = "SelectorError";
}

/** A compiled label selector: all requirements must hold. */
export class Selector {
  readonly requirements: readonly Requirement[];
  /** What `nothing` is: it matches no labels at all. */
  readonly #never: boolean;

  constructor(requirements: readonly Requirement[], never = false) {
    this.requirements = requirements;
    this.#never = never;
  }

  static readonly everything = new Selector([]);
  static readonly nothing = new Selector([], true);

  /** Whether it selects everything. */
  get isEmpty(): boolean {
    return this.requirements.length === 0 && !this.#never;
  }

  /** Whether it can select nothing. */
  get isNothing(): boolean {
    return this.#never;
  }

  matches(labels: Labels | undefined): boolean {
    if (this.#never) return false;
    return this.requirements.every((requirement) => meets(labels ?? none, requirement));
  }

  /** As clients send it: `a=b,c in (d,e),!f`. */
  toString(): string {
    return this.requirements.map(formatRequirement).join(",");
  }
}

const none: Labels = {};

/** Parses `a=b,c in (d,e),!f`. Throws `SelectorError`. */
export function parseSelector(text: string): Selector {
  return new Selector(
    new Parser(text).parse().toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)),
  );
}

/** Checks a requirement as upstream does when it makes one. Throws `SelectorError`. */
export function requirementOf(
  key: string,
  operator: Operator,
  values: readonly string[],
): Requirement {
  const errors: FieldError[] = [];
  const keyProblems = isQualifiedName(key);
  if (keyProblems.length > 0) errors.push(invalid("key", key, keyProblems.join("; ")));
  errors.push(...valueErrors(operator, values));
  for (const [index, value] of values.entries()) {
    const problems = isLabelValue(value);
    if (problems.length > 0) {
      errors.push(invalid(`values[${index}][${key}]`, value, problems.join("; ")));
    }
  }
  if (errors.length > 0) {
    const texts = [...new Set(errors.map(fieldErrorText))];
    throw new SelectorError(texts.length > 1 ? `[${texts.join(", ")}]` : (texts[0] ?? ""));
  }
  return { key, operator, values: [...new Set(values)].sort() };
}

function valueErrors(operator: Operator, values: readonly string[]): FieldError[] {
  const wrong = (detail: string) => [invalid("values", [...values], detail)];
  switch (operator) {
    case "in":
    case "notin":
      return values.length === 0
        ? wrong("for 'in', 'notin' operators, values set can't be empty")
        : [];
    case "=":
    case "==":
    case "!=":
      return values.length === 1
        ? []
        : wrong("exact-match compatibility requires one single value");
    case "exists":
    case "!":
      return values.length === 0
        ? []
        : wrong("values set must be empty for exists and does not exist");
    case "gt":
    case "lt":
      return [
        ...(values.length === 1
          ? []
          : wrong("for 'Gt', 'Lt' operators, exactly one value is required")),
        ...values.flatMap((value, index) =>
          isInteger(value)
            ? []
            : [
                invalid(
                  `values[${index}]`,
                  value,
                  "for 'Gt', 'Lt' operators, the value must be an integer",
                ),
              ],
        ),
      ];
    default:
      return [notSupported("operator", operator satisfies never, operatorWords)];
  }
}

export function meets(labels: Labels, { key, operator, values }: Requirement): boolean {
  const has = Object.hasOwn(labels, key);
  const value = has ? labels[key] : undefined;
  switch (operator) {
    case "=":
    case "==":
    case "in":
      return value !== undefined && values.includes(value);
    case "!=":
    case "notin":
      return value === undefined || !values.includes(value);
    case "exists":
      return has;
    case "!":
      return !has;
    case "gt":
    case "lt": {
      const [bound] = values;
      if (value === undefined || bound === undefined) return false;
      if (!isInteger(value) || !isInteger(bound)) return false;
      return operator === "gt" ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
    }
    default:
      return operator satisfies never;
  }
}

function formatRequirement({ key, operator, values }: Requirement): string {
  switch (operator) {
    case "exists":
      return key;
    case "!":
      return `!${key}`;
    case "in":
    case "notin":
      return `${key} ${operator} (${values.join(",")})`;
    case "gt":
      return `${key}>${values[0]}`;
    case "lt":
      return `${key}<${values[0]}`;
    default:
      return `${key}${operator}${values[0]}`;
  }
}

function isInteger(text: string): boolean {
  return /^[+-]?\d+$/.test(text);
}

const binaryOperators = ["in", "notin", "=", "==", "!=", "gt", "lt"];
const operatorWords = [...binaryOperators, "exists", "!"];

interface Token {
  readonly kind: "identifier" | "end" | "error" | Symbols;
  readonly text: string;
}

type Symbols = ")" | "," | "!" | "==" | "=" | "!=" | "(" | ">" | "<" | "in" | "notin";

const symbols: ReadonlySet<string> = new Set([")", ",", "!", "==", "=", "!=", "(", ">", "<"]);

class Parser {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const next = this.#peek();
      if (next.kind === "end") return requirements;
      if (next.kind !== "identifier" && next.kind !== "!") {
        throw new SelectorError(
          `found '${next.text}', expected: !, identifier, or 'end of string'`,
        );
      }
      requirements.push(this.#requirement());
      const after = this.#take();
      if (after.kind === "end") return requirements;
      if (after.kind !== ",") {
        throw new SelectorError(`found '${after.text}', expected: ',' or 'end of string'`);
      }
      const following = this.#peek();
      if (following.kind !== "identifier" && following.kind !== "!") {
        throw new SelectorError(`found '${following.text}', expected: identifier after ','`);
      }
    }
  }

  #requirement(): Requirement {
    try {
      let token = this.#take();
      const negated = token.kind === "!";
      if (negated) token = this.#take();
      if (token.kind !== "identifier") throw expected(token, "identifier");
      const key = token.text;
      const problems = isQualifiedName(key);
      if (problems.length > 0) {
        throw new SelectorError(fieldErrorText(invalid("<nil>", key, problems.join("; "))));
      }
      if (negated) return requirementOf(key, "!", []);
      const next = this.#peek();
      if (next.kind === "end" || next.kind === ",") return requirementOf(key, "exists", []);
      const operator = this.#operator();
      const values =
        operator === "in" || operator === "notin" ? this.#values() : [this.#exactValue()];
      return requirementOf(key, operator, values);
    } catch (error) {
      if (!(error instanceof SelectorError)) throw error;
      throw new SelectorError(`unable to parse requirement: ${error.message}`);
    }
  }

  #operator(): Operator {
    const token = this.#take(true);
    switch (token.kind) {
      case "in":
      case "notin":
      case "=":
      case "==":
      case "!=":
        return token.kind;
      case ">":
        return "gt";
      case "<":
        return "lt";
      default:
        throw expected(token, binaryOperators.join(", "));
    }
  }

  #values(): string[] {
    const open = this.#take();
    if (open.kind !== "(") throw new SelectorError(`found '${open.text}' expected: '('`);
    const first = this.#peek();
    if (first.kind === ")") {
      this.#take();
      return [];
    }
    if (first.kind !== "identifier" && first.kind !== ",") {
      throw expected(first, "',', ')' or identifier");
    }
    const values = this.#identifiers();
    const close = this.#take();
    if (close.kind !== ")") throw expected(close, "')'");
    return values;
  }

  /** What stands between commas; nothing there means the empty value. */
  #identifiers(): string[] {
    const values = new Set<string>();
    for (;;) {
      const token = this.#take();
      if (token.kind === "identifier") {
        values.add(token.text);
        const next = this.#peek();
        if (next.kind === ")") return [...values];
        if (next.kind !== ",") throw expected(next, "',' or ')'");
      } else if (token.kind === ",") {
        if (values.size === 0) values.add("");
        const next = this.#peek();
        if (next.kind === ")") {
          values.add("");
          return [...values];
        }
        if (next.kind === ",") {
          this.#take();
          values.add("");
        }
      } else {
        throw expected(token, "',', or identifier");
      }
    }
  }

  #exactValue(): string {
    const next = this.#peek();
    if (next.kind === "end" || next.kind === ",") return "";
    const token = this.#take();
    if (token.kind !== "identifier") throw expected(token, "identifier");
    return token.text;
  }

  #peek(operators = false): Token {
    const token = this.#tokens[this.#position] ?? { kind: "end", text: "" };
    // "in" and "notin" are words unless an operator is due.
    if (!operators && (token.kind === "in" || token.kind === "notin")) {
      return { kind: "identifier", text: token.text };
    }
    return token;
  }

  #take(operators = false): Token {
    const token = this.#peek(operators);
    this.#position++;
    return token;
  }
}

function expected(token: Token, what: string): SelectorError {
  return new SelectorError(`found '${token.text}', expected: ${what}`);
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const [part] of text.matchAll(/[=!(),<>]+|[^=!(),<>\s]+/g)) {
    if (!/^[=!(),<>]/.test(part)) {
      tokens.push({ kind: part === "in" || part === "notin" ? part : "identifier", text: part });
      continue;
    }
    for (let at = 0; at < part.length;) {
      const two = part.slice(at, at + 2);
      const symbol = symbols.has(two) ? two : part.slice(at, at + 1);
      tokens.push({ kind: symbol as Symbols, text: symbol });
      at += symbol.length;
    }
  }
  return tokens;
}
