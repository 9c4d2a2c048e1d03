/**
 * Patterns in RE2's syntax, run by JavaScript's engine with the `u` and `s`-aware flags. What means
 * the same is passed on, what is only written differently is rewritten, and what RE2 does not have
 * (look-around, back references) is refused as upstream refuses it.
 */
export function searchPattern(pattern: string): RegExp | PatternMistake {
  let compiled = cache.get(pattern);
  if (compiled === undefined) {
    compiled = compile(pattern);
    if (cache.size >= cacheSizeMax) cache.clear();
    cache.set(pattern, compiled);
  }
  return compiled;
}

const cache = new Map<string, RegExp | PatternMistake>();
const cacheSizeMax = 1000;

/** What is wrong with a pattern, in the words of Go's parser. */
export class PatternMistake extends Error {}

function compile(pattern: string): RegExp | PatternMistake {
  try {
    const { source, flags } = translate(pattern);
    return new RegExp(source, flags);
  } catch (error) {
    if (error instanceof PatternMistake) {
      return new PatternMistake(`error parsing regexp: ${error.message}`);
    }
    if (error instanceof SyntaxError) {
      return new PatternMistake(`error parsing regexp: ${reasonOf(error.message, pattern)}`);
    }
    throw error;
  }
}

function reasonOf(message: string, pattern: string): string {
  const quoted = `\`${pattern}\``;
  if (/Unterminated group/.test(message)) return `missing closing ): ${quoted}`;
  if (/Unmatched '\)'/.test(message)) return `unexpected ): ${quoted}`;
  if (/Unterminated character class/.test(message)) {
    return `missing closing ]: \`${pattern.slice(pattern.lastIndexOf("["))}\``;
  }
  if (/Nothing to repeat/.test(message)) {
    const operator = /[*+?]/.exec(pattern)?.[0] ?? "*";
    return `missing argument to repetition operator: \`${operator}\``;
  }
  if (/trailing|\\ at end/.test(message)) return "trailing backslash at end of expression: ``";
  if (/out of order/.test(message)) {
    const range = /(\S)-(\S)/.exec(pattern)?.[0] ?? pattern;
    return `invalid character class range: \`${range}\``;
  }
  return `invalid or unsupported Perl syntax: ${quoted}`;
}

const classes: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  ascii: "\\x00-\\x7F",
  blank: "\\t ",
  cntrl: "\\x00-\\x1F\\x7F",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`{-~",
  space: "\\t\\n\\v\\f\\r ",
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};

/** RE2's classes are ASCII; JavaScript's \s is not. */
const asciiSpace = "\\t\\n\\f\\r ";

interface Translated {
  readonly source: string;
  readonly flags: string;
}

function translate(pattern: string): Translated {
  let flags = "u";
  let rest = pattern;
  const leading = /^\(\?([ims]+)\)/.exec(rest);
  if (leading) {
    rest = rest.slice(leading[0].length);
    for (const flag of new Set(leading[1])) flags += flag;
  }
  const reader = new PatternReader(rest, flags.includes("s"));
  return { source: reader.read(), flags };
}

class PatternReader {
  readonly #characters: readonly string[];
  readonly #dotAll: boolean;
  #next = 0;

  constructor(pattern: string, dotAll: boolean) {
    this.#dotAll = dotAll;
    this.#characters = Array.from(pattern);
  }

  read(): string {
    let source = "";
    let open = 0;
    while (this.#next < this.#characters.length) {
      const character = this.#characters[this.#next] ?? "";
      if (character === "\\") source += this.#escape(false);
      else if (character === "[") source += this.#class();
      else if (character === "(") {
        source += this.#group();
        open++;
      } else if (character === ")") {
        if (open-- === 0) throw new PatternMistake("unexpected ): `" + this.#text(0) + "`");
        source += character;
        this.#next++;
      } else if (character === "{" || character === "}") source += this.#brace(character);
      else {
        source += this.#plain(character);
        this.#next++;
      }
    }
    if (open > 0) throw new PatternMistake("missing closing ): `" + this.#text(0) + "`");
    return source;
  }

  /** JavaScript's dot leaves out more kinds of line ends than RE2's. */
  #plain(character: string): string {
    if (character === "." && !this.#dotAll) return "[^\\n]";
    return character === "]" ? "\\]" : character;
  }

  #text(from: number): string {
    return this.#characters.slice(from).join("");
  }

  /** Braces that are no repetition stand for themselves. */
  #brace(character: string): string {
    const repetition = /^\{(\d+)(?:,(\d*))?\}/.exec(this.#text(this.#next));
    if (character === "}" || !repetition) {
      this.#next++;
      return `\\${character}`;
    }
    const [text, low = "", high] = repetition;
    if (Number(low) > 1000 || Number(high ?? 0) > 1000) {
      throw new PatternMistake("invalid repeat count: `" + text + "`");
    }
    this.#next += text.length;
    return text;
  }

  #group(): string {
    const text = this.#text(this.#next);
    const [intro = "("] = /^\((?:\?(?:P?<[A-Za-z_][A-Za-z0-9_]*>|[imsU-]*:|.?))?/s.exec(text) ?? [];
    if (intro === "(") {
      this.#next++;
      return "(";
    }
    const name = /^\(\?P?<([A-Za-z_][A-Za-z0-9_]*)>$/.exec(intro)?.[1];
    this.#next += Array.from(intro).length;
    if (name !== undefined) return `(?<${name}>`;
    if (/^\(\?[ims]*(?:-[ims]+)?:$/.test(intro)) return intro;
    throw new PatternMistake("invalid or unsupported Perl syntax: `" + intro + "`");
  }

  #class(): string {
    const start = this.#next;
    this.#next++;
    let source = "[";
    if (this.#characters[this.#next] === "^") {
      source += "^";
      this.#next++;
    }
    for (let first = true; ; first = false) {
      const character = this.#characters[this.#next];
      if (character === undefined) {
        throw new PatternMistake("missing closing ]: `" + this.#text(start) + "`");
      }
      if (character === "]" && !first) break;
      const named = /^\[:(\^?)([a-z]+):\]/.exec(this.#text(this.#next));
      if (named) {
        const set = classes[named[2] ?? ""];
        if (!set || named[1]) {
          throw new PatternMistake("invalid character class range: `" + named[0] + "`");
        }
        source += set;
        this.#next += named[0].length;
      } else if (character === "\\") {
        source += this.#escape(true);
      } else {
        source += "[]^{}()|/.*+?$&~#!%,:;<=>@`".includes(character)
          ? escapeInClass(character)
          : character;
        this.#next++;
      }
    }
    this.#next++;
    return `${source}]`;
  }

  #escape(inClass: boolean): string {
    const character = this.#characters[this.#next + 1];
    if (character === undefined)
      throw new PatternMistake("trailing backslash at end of expression: ``");
    const hex = /^\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})/.exec(this.#text(this.#next));
    if (hex) {
      this.#next += hex[0].length;
      return `\\u{${hex[1] ?? hex[2]}}`;
    }
    const property = /^\\([pP])(?:([A-Z])|\{(\^?)([A-Za-z_]+)\})/.exec(this.#text(this.#next));
    if (property) {
      this.#next += property[0].length;
      return unicodeClass(property);
    }
    const octal = /^\\0[0-7]{0,2}/.exec(this.#text(this.#next));
    if (octal) {
      this.#next += octal[0].length;
      return `\\u{${Number.parseInt(octal[0].slice(1), 8).toString(16)}}`;
    }
    this.#next += 2;
    const simple = simpleEscape(character, inClass);
    if (simple !== undefined) return simple;
    if (character === "Q") return this.#quoted();
    throw new PatternMistake("invalid escape sequence: `\\" + character + "`");
  }

  #quoted(): string {
    const text = this.#text(this.#next);
    const end = text.indexOf("\\E");
    const literal = end < 0 ? text : text.slice(0, end);
    this.#next += Array.from(literal).length + (end < 0 ? 0 : 2);
    return literal.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  }
}

const escapeInClass = (character: string) =>
  "[]^{}()|/-\\".includes(character) ? `\\${character}` : character;

function simpleEscape(character: string, inClass: boolean): string | undefined {
  if ("dDwWnrtfv".includes(character)) return `\\${character}`;
  if (character === "s") return inClass ? asciiSpace : `[${asciiSpace}]`;
  if (character === "S" && !inClass) return `[^${asciiSpace}]`;
  if (character === "a") return "\\x07";
  if ((character === "b" || character === "B") && !inClass) return `\\${character}`;
  if (character === "A" && !inClass) return "(?<![^])";
  if (character === "z" && !inClass) return "(?![^])";
  // Punctuation stands for itself; with the `u` flag only some of it may be escaped.
  if (!/^[!-/:-@[-`{-~]$/.test(character)) return undefined;
  return "\\^$.*+?()[]{}|/-".includes(character) && (inClass || character !== "-")
    ? `\\${character}`
    : character;
}

function unicodeClass([, letter = "p", short, negated, name = ""]: RegExpExecArray): string {
  const flipped = negated ? (letter === "p" ? "P" : "p") : letter;
  const full = short ?? name;
  if (full === "Any") return flipped === "p" ? "[^]" : "[]";
  const isCategory = full.length <= 2;
  return `\\${flipped}{${isCategory ? full : `Script=${full}`}}`;
}
