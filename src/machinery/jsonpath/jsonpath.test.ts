import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  JsonPathError,
  jsonPathText,
  parseJsonPath,
  parseJsonPathTemplate,
  relaxedJsonPath,
} from "./jsonpath.ts";

const object = {
  spec: { replicas: 3, "dotted.name": "d", list: [1, 2, 3, 4] },
  status: {
    conditions: [
      { type: "Ready", status: "True", age: 5 },
      { type: "Synced", status: "False", age: 9 },
    ],
  },
};

const cases: [path: string, found: unknown[]][] = [
  [".spec.replicas", [3]],
  ["$.spec.replicas", [3]],
  [".spec.nothing.below", []],
  // A point is one between brackets, too, unless it is escaped.
  [".spec['dotted.name']", []],
  [".spec['dotted\\.name']", ["d"]],
  [".spec.dotted\\.name", ["d"]],
  [".spec.list[0]", [1]],
  [".spec.list[-1]", [4]],
  [".spec.list[1:3]", [2, 3]],
  [".spec.list[::2]", [1, 3]],
  [".spec.list[*]", [1, 2, 3, 4]],
  [".spec.list[9]", []],
  [".spec.list[0,2]", [1, 3]],
  ["..replicas", [3]],
  ['.status.conditions[?(@.type=="Ready")].status', ["True"]],
  [".status.conditions[?(@.type == 'Synced')].status", ["False"]],
  [".status.conditions[?(@.age>5)].type", ["Synced"]],
  [".status.conditions[?(@.age)].type", ["Ready", "Synced"]],
  [".status.conditions[?(@.type!='Ready')].type", ["Synced"]],
  [".status.conditions[*]['type','status']", ["Ready", "Synced", "True", "False"]],
];
for (const [path, found] of cases) {
  test(`finds ${path}`, () => assert.deepEqual(parseJsonPath(path).find(object), found));
}

test("refuses what is no path", () => {
  for (const text of [".spec[", ".a[?(@.b", ".a['x", "%"]) {
    assert.throws(() => parseJsonPath(text), JsonPathError, text);
  }
});

test("prints what was found", () => {
  assert.equal(jsonPathText("x"), "x");
  assert.equal(jsonPathText(true), "true");
  assert.equal(jsonPathText([{ a: 1 }]), '[{"a":1}]');
});

const readText = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");
const printed: unknown = JSON.parse(readText("../gotemplate/object.json"));

type Mode = "usual" | "strict" | "json";

/** One a line: mode, template, what kubectl 1.33 printed for object.json, and its error if any. */
const templates = readText("./cases.jsonl")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as [mode: Mode, source: string, output: string, error?: string]);

function run(mode: Mode, source: string): [output: string, error?: string] {
  const options = { allowsMissingKeys: mode !== "strict", printsJson: mode === "json" };
  try {
    return [parseJsonPathTemplate(source, options).print(printed)];
  } catch (error) {
    if (error instanceof JsonPathError) return ["", error.message];
    throw error;
  }
}

test("templates print what kubectl's print, errors included", () => {
  assert.ok(templates.length > 350);
  for (const [mode, source, ...expected] of templates) {
    assert.deepEqual(run(mode, source), expected, `${mode} ${source}`);
  }
});

test("maps are walked in the order of their keys", () => {
  const map = { b: 2, a: { "\u{1f600}": 4, "\uffee": 3 } };
  assert.equal(parseJsonPathTemplate("{.*}").print(map), '{"\uffee":3,"\u{1f600}":4} 2');
  assert.equal(parseJsonPathTemplate("{.a.*}").print(map), "3 4");
});

test("columns and sorting take paths without braces", () => {
  const cases: [expression: string, path: string][] = [
    ["metadata.name", "{.metadata.name}"],
    [".metadata.name", "{.metadata.name}"],
    ["{metadata.name}", "{.metadata.name}"],
    ["{.metadata.name}", "{.metadata.name}"],
    ["..name", "{..name}"],
    ["[0]", "{.[0]}"],
    ["", ""],
  ];
  for (const [expression, path] of cases) assert.equal(relaxedJsonPath(expression), path);
  for (const expression of ["{.a}{.b}", "{", "a{b}", "{}"]) {
    assert.throws(() => relaxedJsonPath(expression), JsonPathError, expression);
  }
});
