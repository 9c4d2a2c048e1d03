import { stringify } from "yaml";
import { concatBytes, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { Random } from "#base/random.ts";
import { encodeProtobufEnvelope } from "#schema/protobuf-envelope.ts";
import type { KindType } from "#schema/message.ts";
import { isRecord } from "#schema/decode.ts";
import { oddBytes, oddNumbers, oddTexts, oddValues } from "./words.ts";
import type { Row } from "./words.ts";

export interface Body {
  readonly contentType: string;
  readonly content: Bytes;
}

export const noBody: Body = { contentType: "", content: new Uint8Array(0) };

/** Deeper than any parser should follow, and than the stack of one that recurses can. */
const nestingMax = 20_000;

/** Chances of a seeded source of randomness. */
export class Chance {
  readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  below(limit: number): number {
    return Math.floor(this.random.float() * limit);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  /** Of `in` times, about one. */
  once(inTimes: number): boolean {
    return this.below(inTimes) === 0;
  }
}

/** Objects and texts that are almost, or not at all, what they should be. */
export class BodyMaker {
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  odd(): unknown {
    const { below, pick } = this.#chances();
    if (below(400) === 0) return nested(pick(["list", "map"]), pick([200, 900, 1500]));
    return below(2) ? pick(oddValues) : pick(oddTexts);
  }

  /** Some values, at any depth, become what they should not be. */
  mutated(value: Row): Row {
    const chance = this.#chance;
    const rate = chance.pick([0.01, 0.05, 0.3]);
    const change = (inner: unknown): unknown => {
      if (chance.random.float() < rate) return this.odd();
      if (Array.isArray(inner)) {
        const items = inner.map(change);
        return chance.random.float() < rate ? [...items, ...items] : items;
      }
      if (!isRecord(inner)) return inner;
      const row: Row = {};
      for (const [key, field] of Object.entries(inner)) {
        if (chance.random.float() < rate / 2) continue;
        row[key] = change(field);
        if (chance.random.float() < rate / 4) row[chance.pick(oddTexts)] = this.odd();
      }
      return row;
    };
    const changed = change(value);
    return isRecord(changed) ? changed : value;
  }

  /** The value as it is, in one of the formats. */
  whole(value: unknown, contentType: string, type?: KindType): Body {
    if (contentType.endsWith("protobuf") && isRecord(value)) {
      if (type && !type.dynamic) {
        return { contentType, content: encodeProtobufEnvelope(type, value) };
      }
    }
    const json = JSON.stringify(value);
    // Flow style is YAML too, and what is deep would be too much for who writes it otherwise.
    const isBlock = contentType.endsWith("yaml") && !/[[{]{50}|({"a":){50}/.test(json);
    return { contentType, content: utf8(isBlock ? stringify(value) : json) };
  }

  /** No longer what it says it is. */
  damaged(body: Body): Body {
    const { contentType } = body;
    if (contentType.endsWith("protobuf")) return { ...body, content: this.#bytes(body.content) };
    if (this.#chance.once(4)) return { ...body, content: this.#injected(body.content) };
    const text = new TextDecoder().decode(body.content);
    const isYaml = contentType.endsWith("yaml") && !text.startsWith("{");
    return { contentType, content: utf8(isYaml ? this.#yaml(text) : this.#json(text)) };
  }

  #json(text: string): string {
    const { below, pick } = this.#chances();
    const at = below(text.length + 1);
    switch (below(9)) {
      case 0:
        return text.slice(0, at);
      case 1:
        return `${text.slice(0, at)}${pick(oddTexts)}${text.slice(at)}`;
      case 2:
        return JSON.stringify(nested(pick(["list", "map"]), 1500));
      case 3:
        return pick(["[", "{", '{"a":']).repeat(nestingMax);
      case 4:
        return text.replace(/:(-?\d+(\.\d+)?|true|false)/, () => `:${pick(oddNumbers)}`);
      case 5:
        // Every key of an object twice, and once more with another value.
        return text.replace(/"(\w+)":/g, (key) => (below(6) ? key : `${key}1,${key}null,${key}`));
      case 6:
        return pick(["", " ", "null", "[]", "0", '"text"', "true", "{}", "\n", "{}{}", "{},"]);
      case 7:
        return `${text}${pick([text, "}", "]", ",", "null", " x"])}`;
      default:
        return `&a [*a, *a, ${text.slice(0, at)}`;
    }
  }

  #yaml(text: string): string {
    const { below, pick } = this.#chances();
    const at = below(text.length + 1);
    switch (below(8)) {
      case 0:
        return text.slice(0, at);
      case 1:
        return `${text.slice(0, at)}${pick(["\t", ": ", "- ", "? ", "|", ">-2", "%", "@"])}${text.slice(at)}`;
      case 2:
        return `${text}\n---\n${text}`;
      case 3:
        return `${text}${text}`;
      case 4:
        return laughs;
      case 5:
        return text.replace(
          /: /,
          () => `: ${pick(["!!binary x", "!!js/function y", "!<!> ", "*b", "&b", "!!set {a}"])} `,
        );
      case 6:
        return `${"- ".repeat(nestingMax)}a`;
      default:
        return `${"a:\n ".repeat(50)}${pick(["<<: *x", "<<: {a: 1}", "<<: [1]", "? {a: b}\n: c"])}\n${text}`;
    }
  }

  /** Bytes changed, lost, doubled, or told to be longer than they are. */
  #bytes(content: Bytes): Bytes {
    const { below } = this.#chances();
    const bytes = content.slice();
    for (let count = 1 + below(4); count > 0; count--) {
      bytes[below(bytes.length)] = below(256);
    }
    const at = below(bytes.length + 1);
    switch (below(5)) {
      case 0:
        return bytes.slice(0, at);
      case 1:
        return concatBytes([bytes.slice(0, at), bytes]);
      case 2:
        return concatBytes([bytes.slice(0, 4), hugeVarint, bytes.slice(4)]);
      case 3:
        return concatBytes([
          bytes.slice(0, 4),
          new Uint8Array(nestingMax).fill(below(2) ? 0x0b : 0x0a),
        ]);
      default:
        return bytes;
    }
  }

  #injected(content: Bytes): Bytes {
    const at = this.#chance.below(content.length + 1);
    const bytes = Uint8Array.from(this.#chance.pick(oddBytes));
    return concatBytes([content.slice(0, at), bytes, content.slice(at)]);
  }

  #chances() {
    const chance = this.#chance;
    return { below: chance.below.bind(chance), pick: chance.pick.bind(chance) };
  }
}

const hugeVarint = Uint8Array.from([0x0a, ...Array.from({ length: 9 }, () => 0xff), 0x7f]);

/** Each line holds all of the line before it nine times. */
const laughs = Array.from({ length: 9 }, (_, index) => {
  const before = index === 0 ? "lol" : `*l${index - 1}`;
  return `l${index}: &l${index} [${Array.from({ length: 9 }, () => before).join(", ")}]`;
}).join("\n");

function nested(kind: "list" | "map", depthMax: number): unknown {
  let value: unknown = 1;
  for (let depth = 0; depth < depthMax; depth++) value = kind === "list" ? [value] : { a: value };
  return value;
}
