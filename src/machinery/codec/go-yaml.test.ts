import { test } from "node:test";
import assert from "node:assert/strict";
import { compareKeys, shortestFloat, toGoYaml } from "./go-yaml.ts";

const long = `${"word ".repeat(20)}end`;

const texts: readonly (readonly [value: unknown, yaml: string])[] = [
  ["plain", "plain"],
  ["", '""'],
  ["yes", '"yes"'],
  ["null", '"null"'],
  ["1.0", '"1.0"'],
  ["0777", '"0777"'],
  ["0x7f", '"0x7f"'],
  ["0x7FFFFFFFFFFFFFFFFF", "0x7FFFFFFFFFFFFFFFFF"],
  ["08", '"08"'],
  ["1_000", '"1_000"'],
  ["12:30:45", '"12:30:45"'],
  ["2001-12-14", '"2001-12-14"'],
  ["2001-13-14", "2001-13-14"],
  ["1.2.3", "1.2.3"],
  ["<<", "<<"],
  ["a: b", "'a: b'"],
  ["a:b", "a:b"],
  ["a #b", "'a #b'"],
  ["a#b", "a#b"],
  ["it's", "it's"],
  ["'quoted'", "'''quoted'''"],
  ["- a", "'- a'"],
  ["-a", "-a"],
  ["{{ .x }}", "'{{ .x }}'"],
  ["@x", "'@x'"],
  [" a", "' a'"],
  ["a ", "'a '"],
  ["a\tb", '"a\\tb"'],
  ["bell \u0007", '"bell \\a"'],
  ["한국", "한국"],
  ["😀", '"\\U0001F600"'],
  ["a\nb\n", "|\n  a\n  b"],
  ["a\nb", "|-\n  a\n  b"],
  ["a\n\n", "|+\n  a\n"],
  [" a\nb\n", "|2\n   a\n  b"],
  ["a \nb", '"a \\nb"'],
  [null, "null"],
  [true, "true"],
  [1, "1"],
  [1000000, "1000000"],
  [1.5, "1.5"],
  [12345678.9, "1.23456789e+07"],
  [1e21, "1e+21"],
  [1e-7, "1e-07"],
  [18446744073709551615n, "18446744073709551615"],
  [[], "[]"],
  [{}, "{}"],
];

test("every value takes the style that Go's writer gives it", () => {
  for (const [value, yaml] of texts) {
    assert.equal(toGoYaml({ k: value }), `k: ${yaml}\n`, JSON.stringify(String(value)));
  }
});

test("lists are flush with their key, and nested ones are not", () => {
  assert.equal(
    toGoYaml({ b: [{ x: 1, y: [1, 2] }, [[1], "a"]], a: { c: ["d"] } }),
    'a:\n  c:\n  - d\nb:\n- x: 1\n  "y":\n  - 1\n  - 2\n- - - 1\n  - a\n',
  );
});

test("long text folds behind column 80, at single spaces only", () => {
  assert.equal(toGoYaml({ k: long }), `k: ${"word ".repeat(15)}word\n  ${"word ".repeat(4)}end\n`);
  assert.equal(toGoYaml({ k: long.replaceAll(" ", "  ") }), `k: ${long.replaceAll(" ", "  ")}\n`);
  assert.equal(
    toGoYaml({ k: `${"word: ".repeat(15)}end` }),
    `k: '${"word: ".repeat(12)}word:\n  word: word: end'\n`,
  );
});

test("a long key is an explicit one", () => {
  assert.equal(toGoYaml({ ["k".repeat(129)]: 1 }), `? ${"k".repeat(129)}\n: 1\n`);
});

test("keys are ordered by letters, and by numbers inside of them", () => {
  const keys = ["a10", "a2", "b", "A", "a-b", "a.b", "ab", "a01", "a1", "10", "9", "한"];
  assert.deepEqual(keys.sort(compareKeys), [
    "9",
    "10",
    "A",
    "a-b",
    "a.b",
    "a1",
    "a01",
    "a2",
    "a10",
    "ab",
    "b",
    "한",
  ]);
});

test("floats show the fewest digits", () => {
  assert.deepEqual([0.1, 123456.5, 1234567.5, 0.0001, 0.00001, -2, 1e300].map(shortestFloat), [
    "0.1",
    "123456.5",
    "1.2345675e+06",
    "0.0001",
    "1e-05",
    "-2",
    "1e+300",
  ]);
});
