import { test } from "node:test";
import assert from "node:assert/strict";
import { hasContent, headerOf, meaningOf, withoutComments } from "./edited-text.ts";

test("comments are left out", () => {
  assert.equal(
    withoutComments("# one\na: 1\n  # two\n#! three\nb: '#'\n"),
    "a: 1\n#! three\nb: '#'\n",
  );
});

test("a text means what it says, whatever it looks like", () => {
  assert.equal(meaningOf("# x\nb: 1\na: [2]\n"), meaningOf('{"a": [2], "b": 1}'));
  assert.notEqual(meaningOf("a: 1"), meaningOf("a: '1'"));
  assert.equal(meaningOf("# x\na: [1"), meaningOf("a: [1"));
});

test("a file with comments alone is empty", () => {
  assert.equal(hasContent("\n# x\n   \n"), false);
  assert.equal(hasContent("# x\na\n"), true);
});

test("reasons stand above the object, as comments", () => {
  const header = headerOf("object", [
    { head: "maps was not valid", details: ["a: one\ntwo", "b: three"] },
    { head: "more", details: [] },
  ]);
  assert.match(
    header,
    /#\n# maps was not valid:\n# \* a: one\n# two\n# \* b: three\n#\n# more\n#\n$/,
  );
});
