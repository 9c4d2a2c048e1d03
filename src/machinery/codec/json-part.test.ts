import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { utf8 } from "#base/bytes.ts";
import { seededRandom } from "#base/random.ts";
import { jsonPartReader } from "./json-part.ts";
import type { JsonPart } from "./json-part.ts";

type Row = Record<string, unknown>;

/** What the part is of a value that was parsed as a whole. */
function partOf(value: unknown, part: JsonPart): unknown {
  if (part === "all" || typeof value !== "object" || value === null) return value;
  if (Array.isArray(part)) {
    const [item] = part as readonly [JsonPart];
    return Array.isArray(value) ? value.map((each) => partOf(each, item)) : value;
  }
  if (Array.isArray(value)) return value;
  const wanted = Object.entries(part as Readonly<Record<string, JsonPart>>);
  const there = wanted.filter(([name]) => Object.hasOwn(value, name));
  return Object.fromEntries(
    there.map(([name, inner]) => [name, partOf((value as Row)[name], inner)]),
  );
}

const item = { name: "all", inner: { a: "all", list: ["all"] } } as const;
const part: JsonPart = { name: "all", a: item, b: [item], "a/b": "all", list: [["all"]] };

describe("a part of a JSON text", () => {
  const read = jsonPartReader(part);

  it("is that of the whole", () => {
    const texts = ["", "a", "name", "x".repeat(70), 'q"uote\\', "키😀", "\n\u0001\ud800", "},]{["];
    const names = ["name", "a", "b", "inner", "list", "a/b", "nam", "namf", 'na"me', "", "키"];
    const random = seededRandom(7);
    const below = (limit: number) => Math.floor(random.float() * limit);
    const pick = <T>(from: readonly T[]) => from[below(from.length)] as T;
    const make = (depth: number): unknown => {
      const kind = below(depth > 0 ? 8 : 5);
      if (kind < 2) return pick(texts);
      if (kind < 5) return pick([null, true, false, 0, -1.5e300, 12345678901]);
      if (kind === 5) return Array.from({ length: below(4) }, () => make(depth - 1));
      return Object.fromEntries(
        Array.from({ length: below(6) }, () => [pick(names), make(depth - 1)]),
      );
    };
    for (let round = 0; round < 5_000; round++) {
      const whole = make(5);
      assert.deepEqual(partOf(read(utf8(JSON.stringify(whole))), part), partOf(whole, part));
    }
  });

  it("leaves the rest out", () => {
    const bytes = utf8('{"other":{"name":"x"},"b":[{"name":"y","z":[1,"]"]}],"last":1}');
    assert.deepEqual(read(bytes), { b: [{ name: "y" }] });
  });

  it("is also found in a text of another style", () => {
    const found = (text: string) => partOf(read(utf8(text)), part);
    assert.deepEqual(found('{ "name" : "x" }'), { name: "x" });
    assert.deepEqual(found('{"n\\u0061me":"x"}'), { name: "x" });
    assert.deepEqual(found('{"name":"x"}\n'), { name: "x" });
    assert.deepEqual(found('{"name":"x","name":"y"}'), { name: "y" });
  });

  it("is not found in what is no JSON", () => {
    for (const text of [
      "",
      "{",
      '{"name',
      '{"name":',
      '{"name":"x"',
      '{"name":"x\\"',
      '{"a":{"x":["',
      '{"b":[1',
      "nul",
    ]) {
      assert.throws(() => read(utf8(text)), SyntaxError, text);
    }
  });
});
