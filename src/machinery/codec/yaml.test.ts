import assert from "node:assert/strict";
import { test } from "node:test";
import { parseYamlDocument, toYaml } from "./yaml.ts";

test("text that YAML's older readers take for something else is quoted", () => {
  const words = ["n", "y", "on", "Off", "yes", "null", "1_000", "0x1f", "010", "1e3", "~", ""];
  for (const word of words) {
    assert.match(toYaml({ word }), /^word: ["']/, word);
    assert.deepEqual(parseYamlDocument(toYaml({ word }))?.value, { word });
  }
  assert.equal(toYaml({ name: "web", on: true }), 'name: web\n"on": true\n');
});

test("a dot is no number", () => {
  assert.deepEqual(parseYamlDocument("a: [., .., .5, 5., 1.5, -.5]")?.value, {
    a: [".", "..", 0.5, 5, 1.5, -0.5],
  });
});

test("a block ends as its text ends", () => {
  const cases = [
    ["a: |\n  x\n", "x\n"],
    ["a: |\n  x", "x"],
    ["a: |+\n  x", "x"],
    ["a: >\n  x\n  y", "x y"],
    ["a: |\n  x\n\n", "x\n"],
  ] as const;
  for (const [text, a] of cases) assert.deepEqual(parseYamlDocument(text)?.value, { a }, text);
});
