import assert from "node:assert/strict";
import { test } from "node:test";
import { goJson } from "./go-json.ts";
import { exactJsonText, parseExactJson } from "./exact-json.ts";
import { parseYaml, toYaml } from "./yaml.ts";

const cases: readonly (readonly [text: string, value: unknown, again?: string])[] = [
  ["1", 1],
  ["9007199254740991", 9007199254740991],
  ["9007199254740993", 9007199254740993n],
  ["-9007199254740993", -9007199254740993n],
  ["9223372036854775807", 9223372036854775807n],
  ["-9223372036854775808", -9223372036854775808n],
  // Behind 64 bits there are only doubles.
  ["9223372036854775808", 2 ** 63, "9223372036854776000"],
  ["12345678901234567890", 12345678901234567000, "12345678901234567000"],
  ["100000000000000000000000", 1e23, "1e+23"],
  ["1.0000000000000000001", 1, "1"],
  ['"9007199254740993"', "9007199254740993"],
];

for (const [text, value, again = text] of cases) {
  test(`JSON's ${text}`, () => {
    assert.equal(parseExactJson(text), value);
    assert.deepEqual(parseExactJson(`{"a":[${text}]}`), { a: [value] });
    assert.equal(exactJsonText({ a: [value] }), `{"a":[${again}]}`);
    assert.equal(goJson({ a: [value] }), `{"a":[${again}]}`);
  });
  test(`YAML's ${text}`, () => {
    const [document] = parseYaml(`a: ${text}\n`, { exactIntegers: true });
    assert.deepEqual(document?.value, { a: value });
  });
}

test("what is no bigint is as JSON.stringify has it, with its errors", () => {
  assert.equal(exactJsonText({ a: undefined, b: new Date(0) }), '{"b":"1970-01-01T00:00:00.000Z"}');
  const loop: { self?: unknown } = {};
  loop.self = loop;
  assert.throws(() => exactJsonText(loop), /circular/);
});

test("YAML is written with all digits, and with Go's of what is no 64 bits", () => {
  const written = toYaml({
    a: 9007199254740993n,
    b: -9223372036854775808n,
    c: 9223372036854776000,
    d: -9223372036854776000,
    e: 12345678901234567000,
    f: 1e21,
    g: 1.5,
  });
  assert.equal(
    written,
    "a: 9007199254740993\nb: -9223372036854775808\nc: 9223372036854776000\n" +
      "d: -9.223372036854776e+18\ne: 12345678901234567000\nf: 1e+21\ng: 1.5\n",
  );
});

test("YAML without the wish for exact integers has none", () => {
  assert.deepEqual(parseYaml("a: 9007199254740993\n")[0]?.value, { a: 9007199254740992 });
});
