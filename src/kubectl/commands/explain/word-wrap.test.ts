import assert from "node:assert/strict";
import { test } from "node:test";
import { paragraphLines } from "./openapi-v2.ts";
import { indent, wrapWords } from "./word-wrap.ts";

const wrapped: readonly (readonly [text: string, limit: number, result: string])[] = [
  ["", 5, ""],
  ["one two three", 7, "one two\nthree"],
  ["one\ntwo", 7, "one\ntwo"],
  ["a  b", 9, "a  b"],
  ["averylongword b", 4, "averylongword\nb"],
  ["ends \n", 5, "ends \n"],
  ["  - item", 20, "  - item"],
];

for (const [text, limit, result] of wrapped) {
  test(`${JSON.stringify(text)} in ${limit} columns`, () => {
    assert.equal(wrapWords(text, limit), result);
  });
}

test("every line moves in, the empty ones, too", () => {
  assert.equal(indent("a\n\nb", 2), "  a\n  \n  b");
});

test("running text is put together, the rest stays", () => {
  const text = "One\ntwo:\nthree\n- four\n\n    code  here\nfive six";
  assert.deepEqual(paragraphLines(text, 8), [
    "One two:",
    "three",
    "- four",
    "",
    "    code  here",
    "five six",
  ]);
});
