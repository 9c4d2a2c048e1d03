/** A mistake in an expression. */
export interface Issue {
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  readonly message: string;
}

/** Collects the mistakes of one expression, and shows them as cel-go does. */
export class Issues {
  readonly #source: string;
  readonly list: Issue[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  /** `at` is an offset in UTF-16 units; negative for what has no place. */
  add(at: number, message: string): void {
    if (at < 0) {
      this.list.push({ line: -1, column: 0, message });
      return;
    }
    const before = this.#source.slice(0, at);
    const lineStart = before.lastIndexOf("\n") + 1;
    const line = before.split("\n").length;
    this.list.push({ line, column: Array.from(before.slice(lineStart)).length + 1, message });
  }

  get text(): string {
    const inOrder = this.list.toSorted(
      (one, other) =>
        one.line - other.line ||
        one.column - other.column ||
        (one.message < other.message ? -1 : one.message > other.message ? 1 : 0),
    );
    return inOrder.map((issue) => this.#show(issue)).join("\n");
  }

  #show({ line, column, message }: Issue): string {
    const head = `ERROR: <input>:${line}:${column}: ${message}`;
    const source = this.#source.split("\n")[line - 1];
    if (source === undefined || source.length > snippetLengthMax) return head;
    const characters = [...source.replaceAll("\t", " ")];
    let pointer = "";
    for (const character of characters.slice(0, column - 1))
      pointer += isWide(character) ? "．" : ".";
    pointer += isWide(characters[column - 1] ?? "") ? "＾" : "^";
    return `${head}\n | ${characters.join("")}\n | ${pointer}`;
  }
}

const snippetLengthMax = 16_384;

const isWide = (character: string) => (character.codePointAt(0) ?? 0) > 127;
