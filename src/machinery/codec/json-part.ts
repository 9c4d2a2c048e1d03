import { text, utf8 } from "#base/bytes.ts";

/**
 * What of a JSON text is wanted: all of a value, some fields of an object, or of each item of a
 * list.
 */
export type JsonPart = "all" | { readonly [field: string]: JsonPart } | readonly [JsonPart];

/**
 * Reads a part of JSON texts that lie there as bytes, in a fraction of the time in which the whole
 * could be parsed, and leaving no more behind than what is wanted. A reader is made once for many
 * texts. What it returns has the wanted fields, and may have others; so it is where the text is not
 * as `JSON.stringify` writes it, which is parsed as a whole. Throws `SyntaxError` for what is no JSON.
 */
export function jsonPartReader(part: JsonPart): (bytes: Uint8Array) => unknown {
  const wanted = compile(part);
  const reader = new PartReader();
  return (bytes) => {
    try {
      return reader.read(bytes, wanted);
    } catch (error) {
      if (error !== unfamiliar) throw error;
      return JSON.parse(text(bytes)) as unknown;
    }
  };
}

interface Wanted {
  readonly type: "all" | "fields" | "items";
  /** By the length of their names, which tells most of them apart. */
  readonly fields: readonly (readonly Field[] | undefined)[];
  readonly items: Wanted | undefined;
}

interface Field {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly wanted: Wanted;
}

function compile(part: JsonPart): Wanted {
  if (part === "all") return { type: "all", fields: [], items: undefined };
  if (isItems(part)) return { type: "items", fields: [], items: compile(part[0]) };
  const fields: Field[][] = [];
  for (const [name, inner] of Object.entries(part)) {
    const bytes = utf8(name);
    (fields[bytes.length] ??= []).push({ name, bytes, wanted: compile(inner) });
  }
  return { type: "fields", fields, items: undefined };
}

function isItems(part: Exclude<JsonPart, "all">): part is readonly [JsonPart] {
  return Array.isArray(part);
}

/** Thrown for a text that is not as `JSON.stringify` writes it; always the same, without a stack. */
const unfamiliar = new Error("not written by JSON.stringify");

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openList = 0x5b;
const backslash = 0x5c;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

/** Few enough to be found quickly, enough for the names that the objects of a cluster share. */
const knownMax = 4096;
const knownLengthMax = 64;

class PartReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Texts that were met lately: objects name the same few others, which then are the same text. */
  readonly #known: string[] = Array.from({ length: knownMax }, () => "");

  read(bytes: Uint8Array, wanted: Wanted): unknown {
    this.#bytes = bytes;
    this.#at = 0;
    const value = this.#value(wanted);
    this.#bytes = nothing;
    if (this.#at !== bytes.length) throw unfamiliar;
    return value;
  }

  #value(wanted: Wanted): unknown {
    const first = this.#bytes[this.#at];
    if (first === openObject && wanted.type === "fields") return this.#object(wanted);
    if (first === openList && wanted.items) return this.#list(wanted.items);
    if (first === quote) return this.#string();
    const start = this.#at;
    this.#skip();
    return this.#parsed(start);
  }

  #object({ fields }: Wanted): object {
    const bytes = this.#bytes;
    const found: Record<string, unknown> = {};
    this.#at++;
    if (bytes[this.#at] === closeObject) {
      this.#at++;
      return found;
    }
    for (;;) {
      if (bytes[this.#at] !== quote) throw unfamiliar;
      const start = this.#at + 1;
      // A name with escapes could be any.
      if (!this.#skipString()) throw unfamiliar;
      const field = fieldOf(fields, bytes, start, this.#at - 1);
      this.#expect(colon);
      if (field) found[field.name] = this.#value(field.wanted);
      else this.#skip();
      if (bytes[this.#at] !== comma) break;
      this.#at++;
    }
    this.#expect(closeObject);
    return found;
  }

  #list(items: Wanted): unknown[] {
    const found: unknown[] = [];
    this.#at++;
    if (this.#bytes[this.#at] === closeList) {
      this.#at++;
      return found;
    }
    for (;;) {
      found.push(this.#value(items));
      if (this.#bytes[this.#at] !== comma) break;
      this.#at++;
    }
    this.#expect(closeList);
    return found;
  }

  #string(): string {
    const bytes = this.#bytes;
    const start = this.#at + 1;
    let at = start;
    let hash = 0;
    let code = bytes[at] ?? quote;
    while (code !== quote) {
      if (code === backslash || code > 0x7e || at - start >= knownLengthMax) {
        this.#skipString();
        return this.#parsed(start - 1) as string;
      }
      hash = (Math.imul(hash, 31) + code) | 0;
      code = bytes[++at] ?? quote;
    }
    this.#at = at + 1;
    const slot = (hash ^ (hash >>> 15)) & (knownMax - 1);
    const known = this.#known[slot];
    if (known !== undefined && isAscii(known, bytes, start, at)) return known;
    const made = String.fromCharCode(...bytes.subarray(start, at));
    this.#known[slot] = made;
    return made;
  }

  /** What stands between `start` and here, by the general parser. */
  #parsed(start: number): unknown {
    return JSON.parse(text(this.#bytes.subarray(start, this.#at)));
  }

  /** Steps over a value of any kind. */
  #skip(): void {
    const first = this.#bytes[this.#at];
    if (first === quote) this.#skipString();
    else if (first === openObject || first === openList) this.#skipNested();
    else this.#skipWord();
  }

  #skipNested(): void {
    const bytes = this.#bytes;
    const { length } = bytes;
    let depth = 0;
    let at = this.#at;
    do {
      if (at >= length) throw unfamiliar;
      let code = bytes[at] as number;
      if (code === quote) {
        do {
          if (code === backslash) at++;
          if (++at >= length) throw unfamiliar;
          code = bytes[at] as number;
        } while (code !== quote);
      } else if (code === openObject || code === openList) depth++;
      else if (code === closeObject || code === closeList) depth--;
      at++;
    } while (depth > 0);
    this.#at = at;
  }

  /** A number, or `true`, `false`, `null`. */
  #skipWord(): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (; at < bytes.length; at++) {
      const code = bytes[at];
      if (code === comma || code === closeObject || code === closeList) break;
    }
    this.#at = at;
  }

  /** Steps over a text; false when it has escapes. */
  #skipString(): boolean {
    const bytes = this.#bytes;
    const { length } = bytes;
    let isPlain = true;
    let at = this.#at + 1;
    for (; at < length; at++) {
      const code = bytes[at] as number;
      if (code === quote) break;
      if (code !== backslash) continue;
      isPlain = false;
      at++;
    }
    if (at >= length) throw unfamiliar;
    this.#at = at + 1;
    return isPlain;
  }

  #expect(code: number): void {
    if (this.#bytes[this.#at] !== code) throw unfamiliar;
    this.#at++;
  }
}

const nothing = new Uint8Array(0);

function fieldOf(
  fields: Wanted["fields"],
  bytes: Uint8Array,
  start: number,
  end: number,
): Field | undefined {
  const candidates = fields[end - start];
  if (candidates === undefined) return undefined;
  for (const field of candidates) {
    const name = field.bytes;
    let index = 0;
    while (index < name.length && name[index] === bytes[start + index]) index++;
    if (index === name.length) return field;
  }
  return undefined;
}

function isAscii(known: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let index = 0; index < known.length; index++) {
    if (known.charCodeAt(index) !== bytes[start + index]) return false;
  }
  return true;
}
