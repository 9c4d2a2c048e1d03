import { test } from "node:test";
import assert from "node:assert/strict";
import { fieldErrorText } from "#machinery/validation/field-error.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import { RuleChecker } from "./check.ts";
import { cardinalityBelow, costText, CostTotal, totalCost } from "./costs.ts";
import type { RuleEngine } from "./engine.ts";

/** Rules in JavaScript: what is tested is where and when they are looked at. */
function engineOf(evaluated: string[] = []): RuleEngine {
  return {
    scopeOf: () => ({
      compile: (expression) => ({
        ok: true,
        result: expression.startsWith("'") ? "string" : "bool",
        usesOldSelf: expression.includes("oldSelf"),
        costMax: 1,
        evaluate(self, oldSelf) {
          evaluated.push(expression);
          // oxlint-disable-next-line typescript/no-implied-eval -- the test's own expressions
          const run = new Function("self", "oldSelf", `return ${expression}`);
          try {
            return { ok: true, value: run(self, oldSelf?.value) as unknown, cost: 10 };
          } catch (error) {
            return { ok: false, error: (error as Error).message, cost: 10, costExceeded: false };
          }
        },
      }),
    }),
  };
}

const limited: JsonSchema = {
  type: "object",
  "x-kubernetes-validations": [
    { rule: "self.min <= self.max", message: "min must not exceed max" },
    {
      rule: "self.max < 100",
      messageExpression: "'too many: ' + self.max",
      fieldPath: ".max",
      reason: "FieldValueForbidden",
    },
  ],
  properties: {
    min: { type: "integer" },
    max: {
      type: "integer",
      "x-kubernetes-validations": [{ rule: "self >= oldSelf", message: "only grows" }],
    },
  },
};
const schema: JsonSchema = {
  type: "object",
  properties: {
    spec: limited,
    list: {
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
      items: {
        type: "object",
        properties: { name: { type: "string" }, limits: limited },
      },
    },
  },
};

function told(value: object, old?: object): string[] {
  const checker = new RuleChecker(engineOf(), schema, true);
  const { errors } = checker.check(value, { old: old && { value: old }, ratchet: true });
  return errors.map(fieldErrorText);
}

test("failures are told at their place, in their own words", () => {
  assert.deepEqual(told({ spec: { min: 1, max: 2 } }), []);
  assert.deepEqual(told({ spec: { min: 300, max: 200 } }), [
    "spec: Invalid value: min must not exceed max",
    "spec.max: Forbidden: too many: 200",
  ]);
  assert.deepEqual(told({ list: [{ name: "a", limits: { min: 2, max: 1 } }] }), [
    "list[0].limits: Invalid value: min must not exceed max",
  ]);
});

test("rules about change look only at what was there before", () => {
  assert.deepEqual(told({ spec: { min: 1, max: 2 } }, { spec: { min: 1, max: 3 } }), [
    "spec.max: Invalid value: 2: only grows",
  ]);
  assert.deepEqual(told({ spec: { min: 1, max: 2 } }, {}), []);
  const limits = (max: number) => ({ limits: { min: 0, max } });
  const old = {
    list: [
      { name: "a", ...limits(5) },
      { name: "b", ...limits(1) },
    ],
  };
  const value = {
    list: [
      { name: "b", ...limits(1) },
      { name: "a", ...limits(4) },
    ],
  };
  assert.deepEqual(told(value, old), ["list[1].limits.max: Invalid value: 4: only grows"]);
});

test("what broke a rule before and has not changed is let through", () => {
  const wrong = { min: 3, max: 2 };
  const list = [{ name: "a", limits: wrong }];
  assert.deepEqual(told({ spec: wrong, list }, { spec: wrong, list }), []);
  const checker = new RuleChecker(engineOf(), schema, true);
  const old = { value: { spec: wrong } };
  const { tolerated } = checker.check({ spec: wrong }, { old, ratchet: true });
  assert.deepEqual(tolerated.map(fieldErrorText), ["spec: Invalid value: min must not exceed max"]);
  assert.deepEqual(told({ spec: { min: 4, max: 2 } }, { spec: wrong }), [
    "spec: Invalid value: min must not exceed max",
  ]);
});

test("an expression that fails is an error, and does not keep others from being looked at", () => {
  const evaluated: string[] = [];
  const broken: JsonSchema = {
    type: "object",
    "x-kubernetes-validations": [{ rule: "self.a.b.c" }, { rule: "false" }],
  };
  const checker = new RuleChecker(engineOf(evaluated), broken, true);
  const { errors: found } = checker.check({}, { ratchet: false });
  assert.deepEqual(evaluated, ["self.a.b.c", "false"]);
  assert.match(
    fieldErrorText(found[0] ?? assert.fail()),
    /^<nil>: Invalid value: "object": .* evaluating rule: self.a.b.c$/,
  );
  assert.equal(
    fieldErrorText(found[1] ?? assert.fail()),
    "<nil>: Invalid value: failed rule: false",
  );
});

test("what bounds a place bounds the costs of its rules", () => {
  const list: JsonSchema = { type: "array", maxItems: 10, items: { type: "string" } };
  assert.equal(cardinalityBelow(list, 3), 30);
  assert.equal(cardinalityBelow({ type: "array" }, 3), undefined);
  assert.equal(cardinalityBelow({ type: "object", properties: {} }, 3), 3);
  assert.equal(totalCost({ type: "string" }, 2, 30), 60);
  assert.equal(totalCost({ type: "string" }, 2, undefined), 2 * 1_048_576);
  assert.match(costText("estimated rule cost", 12e6, 10e6), /by factor of 1\.200000x \(try/);
  assert.match(costText("estimated rule cost", 20e6, 10e6), /by factor of 2\.0x \(try/);
  assert.match(costText("estimated rule cost", Infinity, 10e6), /by factor of more than 100x \(/);
  const total = new CostTotal();
  total.add("a", 60e6);
  assert.deepEqual(total.errors("schema"), []);
  total.add("b", 70e6);
  assert.deepEqual(
    total.errors("schema").map(({ path }) => path),
    ["b", "a", "schema"],
  );
});
