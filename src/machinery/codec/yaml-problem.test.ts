import assert from "node:assert/strict";
import { test } from "node:test";
import { parseYamlDocument } from "./yaml.ts";

/** The words and lines are those of upstream's parser. */
const mistakes: readonly (readonly [yaml: string, problem: string])[] = [
  ["a: 1\nb:\n  c: d\n   e: f\n", "line 4: mapping values are not allowed in this context"],
  ["a: b: c\n", "mapping values are not allowed in this context"],
  ["a: 1\nb: c: d\n", "line 2: mapping values are not allowed in this context"],
  ["a:\n- x\n  y: z\n", "line 3: mapping values are not allowed in this context"],
  ["a: 1\nb c\nd: e\n", "line 3: could not find expected ':'"],
  ["a:\n    b: c\n  d: e\n", "line 2: did not find expected key"],
  ["a:\n  b: c\n- d\n", "line 2: did not find expected key"],
  ["a: 1\nb: {c: d}}\n", "line 1: did not find expected key"],
  ["a: 1\nb: 'c'd'\n", "line 1: did not find expected key"],
  ["a: 1\nb: {c: d\ne: {}\n", "line 2: did not find expected ',' or '}'"],
  ["a: [b\nc: d\n", "line 1: did not find expected ',' or ']'"],
  ["a: [", "line 1: did not find expected node content"],
  ["a: 1\nb: @c\n", "line 2: found character that cannot start any token"],
  ["a:\n\tb: c\n", "line 2: found character that cannot start any token"],
  ["a:\n  b: c\n\td: e\n", "line 3: found a tab character that violates indentation"],
  ['a: 1\nb: "c\nd: e\n', "line 4: found unexpected end of stream"],
  ["a: *b\n", "unknown anchor 'b' referenced"],
  ["a: {{ .b }}\n", 'invalid map key: map[interface {}]interface {}{".b":interface {}(nil)}'],
];

test("mistakes are told as upstream tells them", () => {
  for (const [yaml, problem] of mistakes) {
    assert.throws(() => parseYamlDocument(yaml), { message: `yaml: ${problem}` }, yaml);
  }
});
