/**
 * Paths of keys that an object has twice ("spec.replicas"), which JSON.parse does not tell. Expects
 * text that JSON.parse accepts.
 */
export function duplicateFields(text: string): string[] {
  const duplicates: string[] = [];
  const stack: Level[] = [];
  let level: Level | undefined;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote: {
        const end = endOfString(text, at);
        if (level?.keys && level.atKey) {
          const raw = text.slice(at + 1, end);
          const key = raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw;
          if (level.keys.has(key)) duplicates.push(pathOf(stack, key));
          level.keys.add(key);
          level.key = key;
          level.atKey = false;
        }
        at = end;
        break;
      }
      case openBrace:
        level = { keys: new Set(), key: "", index: 0, atKey: true };
        stack.push(level);
        break;
      case openBracket:
        level = { keys: undefined, key: "", index: 0, atKey: false };
        stack.push(level);
        break;
      case closeBrace:
      case closeBracket:
        stack.pop();
        level = stack.at(-1);
        break;
      case comma:
        if (level?.keys) level.atKey = true;
        else if (level) level.index++;
        break;
      default:
    }
  }
  return duplicates;
}

interface Level {
  /** Of an object; undefined for a list. */
  readonly keys: Set<string> | undefined;
  key: string;
  index: number;
  /** Whether the next string is a key. */
  atKey: boolean;
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes++;
    if (slashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}

function pathOf(stack: readonly Level[], key: string): string {
  let path = "";
  for (const level of stack.slice(0, -1)) {
    if (!level.keys) path += `[${level.index}]`;
    else path += path ? `.${level.key}` : level.key;
  }
  return path ? `${path}.${key}` : key;
}

/** What is wrong with a text that JSON.parse refuses, in the words of Go's parser. */
export function explainJsonError(text: string): string {
  const scanner = new Scanner(text);
  try {
    scanner.value("looking for beginning of value");
    scanner.space();
    if (!scanner.done) scanner.fail("after top-level value");
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
  return "invalid JSON";
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  fail(where: string): never {
    if (this.done) throw new SyntaxError("unexpected end of JSON input");
    const character = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
    const shown = character === "'" ? "\\'" : JSON.stringify(character).slice(1, -1);
    throw new SyntaxError(`invalid character '${character === '"' ? '"' : shown}' ${where}`);
  }

  space(): void {
    while (" \t\r\n".includes(this.#text[this.#at] ?? "x")) this.#at++;
  }

  value(where: string): void {
    this.space();
    const character = this.#text[this.#at];
    if (character === "{") this.#object();
    else if (character === "[") this.#list();
    else if (character === '"') this.#string();
    else if (character === "t") this.#literal("true");
    else if (character === "f") this.#literal("false");
    else if (character === "n") this.#literal("null");
    else if (character !== undefined && /[-0-9]/.test(character)) this.#number();
    else this.fail(where);
  }

  #object(): void {
    this.#at++;
    this.space();
    if (this.#take("}")) return;
    do {
      this.space();
      if (this.#text[this.#at] !== '"') this.fail("looking for beginning of object key string");
      this.#string();
      this.space();
      if (!this.#take(":")) this.fail("after object key");
      this.value("looking for beginning of value");
      this.space();
    } while (this.#take(","));
    if (!this.#take("}")) this.fail("after object key:value pair");
  }

  #list(): void {
    this.#at++;
    this.space();
    if (this.#take("]")) return;
    do {
      this.value("looking for beginning of value");
      this.space();
    } while (this.#take(","));
    if (!this.#take("]")) this.fail("after array element");
  }

  #string(): void {
    this.#at++;
    for (; !this.done; this.#at++) {
      const character = this.#text.charAt(this.#at);
      if (character === '"') {
        this.#at++;
        return;
      }
      if (character < " ") this.fail("in string literal");
      if (character === "\\") {
        this.#at++;
        if (!'"\\/bfnrtu'.includes(this.#text[this.#at] ?? "?")) {
          this.fail("in string escape code");
        }
      }
    }
    this.fail("in string literal");
  }

  #literal(word: string): void {
    for (const expected of word) {
      if (this.#text[this.#at] !== expected) {
        this.fail(`in literal ${word} (expecting '${expected}')`);
      }
      this.#at++;
    }
  }

  #number(): void {
    this.#take("-");
    if (!this.#take("0") && !this.#digits()) this.fail("in numeric literal");
    if (this.#take(".") && !this.#digits()) this.fail("after decimal point in numeric literal");
    if (this.#take("e") || this.#take("E")) {
      if (!this.#take("+")) this.#take("-");
      if (!this.#digits()) this.fail("in exponent of numeric literal");
    }
  }

  #digits(): boolean {
    const start = this.#at;
    while (/[0-9]/.test(this.#text[this.#at] ?? "")) this.#at++;
    return this.#at > start;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }
}
