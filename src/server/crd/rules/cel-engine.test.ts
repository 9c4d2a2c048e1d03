import { test } from "node:test";
import assert from "node:assert/strict";
import { fieldErrorText } from "#machinery/validation/field-error.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import { celRules } from "./cel-engine.ts";
import { RuleChecker } from "./check.ts";

const integer: JsonSchema = { type: "integer" };
const text: JsonSchema = { type: "string" };
const ruled = (schema: JsonSchema, ...rules: string[]): JsonSchema => ({
  ...schema,
  "x-kubernetes-validations": rules.map((rule) => ({ rule })),
});

const schema: JsonSchema = {
  ...ruled({ type: "object" }, "self.metadata.name != 'forbidden'"),
  properties: {
    spec: {
      type: "object",
      "x-kubernetes-validations": [
        { rule: "self.min <= self.max", message: "min must not exceed max" },
        {
          rule: "self.max < 100",
          messageExpression: "'max is ' + string(self.max)",
          fieldPath: ".max",
          reason: "FieldValueForbidden",
        },
        {
          rule: "has(self.name) || self.min > 0",
          reason: "FieldValueRequired",
          fieldPath: ".name",
        },
      ],
      properties: {
        min: integer,
        max: ruled(integer, "self >= oldSelf"),
        name: ruled(text, "self == oldSelf", "self.size() < 5"),
        once: {
          type: "string",
          "x-kubernetes-validations": [
            {
              rule: "oldSelf.hasValue() ? self == oldSelf.value() : self.startsWith('a')",
              optionalOldSelf: true,
            },
          ],
        },
        list: {
          type: "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["k"],
          items: {
            type: "object",
            properties: { k: text, v: ruled(integer, "self >= oldSelf", "self < 10") },
          },
        },
        map: { type: "object", additionalProperties: ruled(integer, "self > 0") },
        port: ruled({ "x-kubernetes-int-or-string": true }, "self > 1"),
        divisor: ruled(integer, "10 / self > 0"),
        entries: ruled({ type: "object", additionalProperties: integer }, "self['x'] > 0"),
        since: ruled(
          { type: "string", format: "date-time" },
          "self > timestamp('2020-01-01T00:00:00Z')",
        ),
        "a-b": integer,
        memory: ruled(text, "quantity(self).isGreaterThan(quantity('1Gi'))"),
        embedded: {
          ...ruled({ type: "object" }, "self.kind == 'Pod' && self.metadata.name != ''"),
          "x-kubernetes-embedded-resource": true,
          "x-kubernetes-preserve-unknown-fields": true,
        },
        escaped: ruled(
          { type: "object", properties: { "a-b": integer, "x.y": integer, true: integer } },
          "self.a__dash__b + self.x__dot__y == self.__true__",
        ),
      },
    },
  },
};

const checker = new RuleChecker(celRules, schema, true);

function told(spec: object, options: { name?: string; old?: object } = {}): string[] {
  const objectOf = (own: object) => ({
    apiVersion: "a/v1",
    kind: "Thing",
    metadata: { name: options.name ?? "a" },
    spec: { min: 1, max: 2, ...own },
  });
  const { old } = options;
  const before = old && { value: objectOf(old) };
  return checker.check(objectOf(spec), { old: before, ratchet: true }).errors.map(fieldErrorText);
}

const created: readonly [spec: object, errors: string[]][] = [
  [{}, []],
  [{ min: 3, max: 2 }, ["spec: Invalid value: min must not exceed max"]],
  [{ max: 200 }, ["spec.max: Forbidden: max is 200"]],
  [{ min: 0 }, ["spec.name: Required value: failed rule: has(self.name) || self.min > 0"]],
  [{ name: "longer" }, ['spec.name: Invalid value: "longer": failed rule: self.size() < 5']],
  [
    { max: undefined },
    [
      'spec: Invalid value: "object": no such key: max evaluating rule: min must not exceed max',
      'spec: Invalid value: "object": no such key: max evaluating rule: self.max < 100',
    ],
  ],
  [
    { once: "b" },
    [
      'spec.once: Invalid value: "b": failed rule: oldSelf.hasValue() ? self == oldSelf.value() ' +
        ": self.startsWith('a')",
    ],
  ],
  [{ once: "a" }, []],
  [{ list: [{ k: "a", v: 20 }] }, ["spec.list[0].v: Invalid value: 20: failed rule: self < 10"]],
  [{ map: { z: 0, y: 1 } }, ["spec.map[z]: Invalid value: 0: failed rule: self > 0"]],
  [
    { port: "x" },
    [
      "spec.port: Invalid value: \"\": 'no such overload': call arguments did not match a " +
        "supported operator, function or macro signature for rule: self > 1",
    ],
  ],
  [
    { divisor: 0 },
    ['spec.divisor: Invalid value: "integer": division by zero evaluating rule: 10 / self > 0'],
  ],
  [
    { entries: { y: 1 } },
    ["spec.entries: Invalid value: \"object\": no such key: x evaluating rule: self['x'] > 0"],
  ],
  [
    { since: "2019-01-01T00:00:00Z" },
    [
      'spec.since: Invalid value: "2019-01-01T00:00:00Z": failed rule: self > ' +
        "timestamp('2020-01-01T00:00:00Z')",
    ],
  ],
  [{ memory: "2Gi" }, []],
  [
    { memory: "1M" },
    [
      'spec.memory: Invalid value: "1M": failed rule: ' +
        "quantity(self).isGreaterThan(quantity('1Gi'))",
    ],
  ],
  [{ embedded: { kind: "Pod", apiVersion: "v1", metadata: { name: "p" }, spec: {} } }, []],
  [{ escaped: { "a-b": 1, "x.y": 2, true: 3 } }, []],
];
for (const [spec, errors] of created) {
  test(`a new object with ${JSON.stringify(spec)}`, () => assert.deepEqual(told(spec), errors));
}

test("the name of an object can be ruled about", () => {
  assert.deepEqual(told({}, { name: "forbidden" }), [
    "<nil>: Invalid value: failed rule: self.metadata.name != 'forbidden'",
  ]);
});

const list = (...values: [k: string, v: number][]) => ({
  list: values.map(([k, v]) => ({ k, v })),
});
const changed: readonly [old: object, spec: object, errors: string[]][] = [
  [{ max: 3 }, { max: 2 }, ["spec.max: Invalid value: 2: failed rule: self >= oldSelf"]],
  [{ name: "n" }, { name: "m" }, ['spec.name: Invalid value: "m": failed rule: self == oldSelf']],
  [{ name: "n" }, {}, []],
  [{}, { name: "n" }, []],
  [
    { once: "a" },
    { once: "ab" },
    [
      'spec.once: Invalid value: "ab": failed rule: oldSelf.hasValue() ? self == ' +
        "oldSelf.value() : self.startsWith('a')",
    ],
  ],
  [
    list(["a", 5], ["b", 6]),
    list(["b", 5], ["a", 5]),
    ["spec.list[0].v: Invalid value: 5: failed rule: self >= oldSelf"],
  ],
];
for (const [old, spec, errors] of changed) {
  test(`a change from ${JSON.stringify(old)} to ${JSON.stringify(spec)}`, () => {
    assert.deepEqual(told(spec, { old }), errors);
  });
}

test("what cannot be compiled is told with its source", () => {
  const scope = celRules.scopeOf({ type: "object", properties: { a: integer } }, false);
  assert.deepEqual(scope?.compile("self.nope > 1", { optionalOldSelf: false }), {
    ok: false,
    text: "ERROR: <input>:1:5: undefined field 'nope'\n | self.nope > 1\n | ....^",
  });
});

test("expressions see nothing of a value without a type", () => {
  const schemaOfAnything = { "x-kubernetes-preserve-unknown-fields": true };
  assert.equal(celRules.scopeOf(schemaOfAnything, false), undefined);
});
