import { test } from "node:test";
import assert from "node:assert/strict";
import { JsonPathError, jsonPathText, parseJsonPath } from "./jsonpath.ts";

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
  [".spec['dotted.name']", ["d"]],
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
