/** A text that is no path. */
export class JsonPathError extends Error {
  override name = "JsonPathError";
}

export type Operator = "==" | "!=" | "<" | "<=" | ">" | ">=";

export type Path = readonly Step[];

export type Step =
  | { readonly kind: "root" }
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "every" }
  | {
      readonly kind: "slice";
      readonly from?: number | undefined;
      readonly to?: number | undefined;
      readonly by?: number | undefined;
    }
  | { readonly kind: "descend" }
  | { readonly kind: "union"; readonly paths: readonly Path[] }
  | {
      readonly kind: "filter";
      readonly left: Path;
      readonly operator: Operator | "exists";
      readonly right: Path;
    }
  | { readonly kind: "literal"; readonly value: string | number | boolean };

const operators: readonly Operator[] = ["==", "!=", "<=", ">=", "<", ">"];

export class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  path(): Path {
    const steps: Step[] = [];
    while (this.#at < this.#text.length) steps.push(...this.#step());
    return steps;
  }

  #step(): Step[] {
    if (this.#take("..")) {
      const name = this.#name();
      return name ? [{ kind: "descend" }, { kind: "field", name }] : [{ kind: "descend" }];
    }
    if (this.#take(".")) {
      if (this.#take("*")) return [{ kind: "every" }];
      const name = this.#name();
      return name ? [{ kind: "field", name }] : [];
    }
    if (this.#take("[")) return [this.#brackets()];
    if (this.#take("$")) return [{ kind: "root" }];
    if (this.#take("@") || this.#take(" ")) return [];
    const quote = this.#text[this.#at];
    if (quote === '"' || quote === "'") return [{ kind: "literal", value: this.#quoted(quote) }];
    const number = /^[+-]?\d+(?:\.\d+)?/.exec(this.#text.slice(this.#at))?.[0];
    if (number) {
      this.#at += number.length;
      return [{ kind: "literal", value: Number(number) }];
    }
    const word = this.#name();
    if (word === "true" || word === "false") return [{ kind: "literal", value: word === "true" }];
    throw new JsonPathError(
      word
        ? `unrecognized identifier ${word}`
        : `unrecognized character in action: ${this.#rest()}`,
    );
  }

  #rest(): string {
    return JSON.stringify(this.#text.slice(this.#at, this.#at + 1));
  }

  /** A field's name: up to what has a meaning of its own, unless a backslash is in front of it. */
  #name(): string {
    let name = "";
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text.charAt(this.#at);
      if (character === "\\") name += this.#text.charAt(++this.#at);
      else if (/[\s.[\]|,$@{}:()]/.test(character)) break;
      else name += character;
    }
    return name;
  }

  #quoted(quote: string): string {
    const start = this.#at + 1;
    for (let end = start; end < this.#text.length; end++) {
      if (this.#text[end] === "\\") end++;
      else if (this.#text[end] === quote) {
        this.#at = end + 1;
        return this.#text.slice(start, end).replace(/\\(.)/g, "$1");
      }
    }
    throw new JsonPathError("unterminated quoted string");
  }

  #brackets(): Step {
    if (this.#take("?(")) return this.#filter();
    const inner = this.#until("]");
    const slice = /^\s*(-?\d+)?\s*(?:(:)\s*(-?\d+)?\s*(?::\s*(-?\d+)?)?)?\s*$/.exec(inner);
    if (slice && inner.trim() !== "") {
      const [from, to, by] = [slice[1], slice[3], slice[4]].map(numberOf);
      if (slice[2]) return { kind: "slice", from, to, by };
      const index = from ?? 0;
      // The last item: from -1 to the end.
      return { kind: "slice", from: index, to: index === -1 ? undefined : index + 1 };
    }
    if (inner.trim() === "*") return { kind: "every" };
    const parts = splitUnion(inner);
    if (parts.length > 1) {
      return { kind: "union", paths: parts.map((part) => new Parser(`[${part}]`).path()) };
    }
    const quoted = /^\s*(["'])(.*)\1\s*$/.exec(inner);
    if (!quoted) throw new JsonPathError(`invalid array index ${inner}`);
    return { kind: "field", name: (quoted[2] ?? "").replace(/\\(.)/g, "$1") };
  }

  #filter(): Step {
    const text = this.#until(")");
    if (!this.#take("]")) throw new JsonPathError("unclosed array expect ]");
    const { left, operator, right } = splitFilter(text);
    if (!operator) return { kind: "filter", left: subpath(left), operator: "exists", right: [] };
    return { kind: "filter", left: subpath(left), operator, right: subpath(right) };
  }

  /** The text up to the closing bracket that belongs to the one just read. */
  #until(end: string): string {
    const open = end === "]" ? "[" : "(";
    const start = this.#at;
    let depth = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text.charAt(this.#at);
      if (character === '"' || character === "'") {
        this.#quoted(character);
        this.#at--;
      } else if (character === open) depth++;
      else if (character === end && depth-- === 0) return this.#text.slice(start, this.#at++);
    }
    throw new JsonPathError(end === "]" ? "unterminated array" : "unterminated filter");
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}

function subpath(text: string): Path {
  return new Parser(text.trim()).path();
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** At commas that stand in no quotes. */
function splitUnion(text: string): string[] {
  return text.match(/(?:"(?:\\.|[^"])*"|'(?:\\.|[^'])*'|[^,"'])+/g) ?? [];
}

function splitFilter(text: string): {
  left: string;
  operator: Operator | undefined;
  right: string;
} {
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote) {
      if (character === "\\") at++;
      else if (character === quote) quote = "";
      continue;
    }
    if (character === '"' || character === "'") quote = character;
    const operator = operators.find((one) => text.startsWith(one, at));
    if (operator) {
      return { left: text.slice(0, at), operator, right: text.slice(at + operator.length) };
    }
  }
  return { left: text, operator: undefined, right: "" };
}
