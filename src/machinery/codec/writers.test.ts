import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isRow } from "../json.ts";
import { goJson } from "./go-json.ts";
import { toKyaml } from "./kyaml.ts";
import { parseYamlDocument } from "./yaml.ts";
import { toYaml, YamlWriteError } from "./yaml-writer.ts";

// Texts, keys and numbers that are easily written wrongly, as kubectl 1.33 prints them by -o json
// and -o yaml, and 1.36's library as KYAML.
const readText = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");
const samples: unknown = JSON.parse(readText("./samples.json"));

test("JSON is what Go's encoder writes", () => {
  assert.equal(`${goJson(samples, { indent: "    " })}\n`, readText("./samples.json"));
  const value = {
    b: "<a>&\u2028\x7f\b\x01é\ud800",
    a: [1e21, 1e-7, -0, null],
    "\u{1f600}": 1,
    "\uffee": [],
  };
  assert.equal(
    goJson(value),
    '{"a":[1e+21,1e-7,0,null],"b":"\\u003ca\\u003e\\u0026\\u2028\x7f\\b\\u0001é\ufffd","\uffee":[],"\u{1f600}":1}',
  );
});

test("YAML is what sigs.k8s.io/yaml writes", () => {
  assert.equal(toYaml(samples), readText("./samples.yaml"));
});

test("KYAML is what its own writer writes", () => {
  assert.equal(toKyaml(samples), readText("./samples.kyaml"));
});

test("every text is read as what was written", () => {
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (isRow(value)) Object.values(value).forEach(visit);
    // Readers do not agree upon whether these end a line.
    else if (typeof value !== "string" || /[\r\x85\u2028\u2029]/.test(value)) return;
    else assert.deepEqual(parseYamlDocument(toYaml({ value }))?.value, { value });
  };
  visit(samples);
});

test("YAML of single values", () => {
  const cases: [value: unknown, text: string][] = [
    [{ a: [] }, "a: []\n"],
    [{ a: {}, b: [{}] }, "a: {}\nb:\n- {}\n"],
    [[[1, [2]], { a: [1], b: 2 }], "- - 1\n  - - 2\n- a:\n  - 1\n  b: 2\n"],
    [{ a10: 1, a2: 2, A: 3, _: 4 }, "_: 4\nA: 3\na2: 2\na10: 1\n"],
    [{ a: "x\n\n" }, "a: |+\n  x\n\n"],
    [{ a: " x\ny" }, "a: |2-\n   x\n  y\n"],
    [{ ["k".repeat(129)]: [1] }, `? ${"k".repeat(129)}\n: - 1\n`],
    [{ a: "word ".repeat(20).trim() }, `a: ${"word ".repeat(15)}word\n  word word word word\n`],
    ["x", "x\n"],
    [1e20, "1e+20\n"],
    [null, "null\n"],
  ];
  for (const [value, text] of cases) assert.equal(toYaml(value), text);
  assert.throws(() => toYaml({ a: "\x7f" }), YamlWriteError);
});
