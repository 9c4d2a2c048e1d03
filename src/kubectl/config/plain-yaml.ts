import type { Row } from "#machinery/json.ts";

/**
 * Reads the YAML that programs write as kubeconfigs: maps and lists in lines, plain and quoted
 * words. Undefined for all else, which the whole reader is for: it takes 14 ms to load, more than
 * most commands need for their work.
 */
export function parsePlainYaml(text: string): unknown {
  const lines: Line[] = [];
  for (const raw of text.split("\n")) {
    const trimmed = raw.trimEnd();
    if (trimmed === "" || /^\s*#/.test(trimmed)) continue;
    const body = trimmed.trimStart();
    if (trimmed.includes("\t")) return undefined;
    lines.push({ indent: trimmed.length - body.length, body });
  }
  try {
    const reader = new Reader(lines);
    const value = reader.block(0);
    return reader.isDone ? value : undefined;
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

class NotPlain extends Error {}

interface Line {
  indent: number;
  body: string;
}

class Reader {
  readonly #lines: Line[];
  #at = 0;

  constructor(lines: Line[]) {
    this.#lines = lines;
  }

  get isDone(): boolean {
    return this.#at === this.#lines.length;
  }

  /** What stands at this indent. */
  block(indent: number): unknown {
    const line = this.#lines[this.#at];
    if (!line || line.indent !== indent) throw new NotPlain();
    return isItem(line) ? this.#list(indent) : this.#map(indent);
  }

  #list(indent: number): unknown[] {
    const items: unknown[] = [];
    for (let line = this.#next(indent); line && isItem(line); line = this.#next(indent)) {
      const rest = line.body.slice(1).trimStart();
      if (rest === "") throw new NotPlain();
      // What follows the dash is at home where it stands.
      const inner = indent + line.body.length - rest.length;
      if (/^[^\s:]+:(\s|$)/.test(rest) || rest.startsWith("- ")) {
        this.#lines[this.#at] = { indent: inner, body: rest };
        items.push(this.block(inner));
      } else {
        this.#at++;
        items.push(scalar(rest));
      }
    }
    return items;
  }

  #map(indent: number): Row {
    const map: Row = {};
    for (let line = this.#next(indent); line && !isItem(line); line = this.#next(indent)) {
      const match = /^([A-Za-z_][\w./-]*):(?:\s+(.*))?$/.exec(line.body);
      const [, key = "", rest = ""] = match ?? [];
      if (!match || Object.hasOwn(map, key) || key === "__proto__") throw new NotPlain();
      this.#at++;
      map[key] = rest === "" ? this.#below(indent) : scalar(rest);
    }
    return map;
  }

  /** The value of a key without one on its line: deeper lines, or a list at the key's own indent. */
  #below(indent: number): unknown {
    const line = this.#lines[this.#at];
    if (line && line.indent > indent) return this.block(line.indent);
    if (line && line.indent === indent && isItem(line)) return this.#list(indent);
    return null;
  }

  #next(indent: number): Line | undefined {
    const line = this.#lines[this.#at];
    if (line && line.indent > indent) throw new NotPlain();
    return line && line.indent === indent ? line : undefined;
  }
}

function isItem({ body }: Line): boolean {
  return body === "-" || body.startsWith("- ");
}

/** Only what cannot be anything else: the many words of YAML for true, null and numbers are not. */
function scalar(text: string): unknown {
  if (text === "{}") return {};
  if (text === "[]") return [];
  if (text === "true") return true;
  if (text === "false") return false;
  if (/^"[^"\\]*"$/.test(text) || /^'[^']*'$/.test(text)) return text.slice(1, -1);
  const plain = /^[A-Za-z/][\w./:@=+-]*$/.test(text) && !text.endsWith(":");
  if (!plain || /^(y|n|yes|no|on|off|null|true|false|~)$/i.test(text)) throw new NotPlain();
  return text;
}
