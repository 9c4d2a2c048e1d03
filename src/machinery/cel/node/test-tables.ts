import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "../cel.ts";
import { fromJson } from "../json.ts";
import { kubernetesEnvironment } from "../kubernetes.ts";
import { typeOfSchema } from "../schema-type.ts";
import { showValue } from "../testing.ts";
import { dynType } from "../types.ts";
import { ErrorValue } from "../values.ts";

// The schema and the object that the tables of expressions are about.

const schema = {
  type: "object",
  properties: {
    a: {
      type: "object",
      properties: { b: { type: "string", maxLength: 20 }, n: { type: "integer" } },
    },
    l: { type: "array", maxItems: 10, items: { type: "string", maxLength: 5 } },
    m: { type: "object", additionalProperties: { type: "integer" } },
    i: { type: "integer" },
    k: { type: "string" },
    x: { "x-kubernetes-int-or-string": true },
    o: { type: "array", items: { type: "object", properties: { v: { type: "integer" } } } },
    d: { type: "string", format: "date-time" },
    f: { type: "number" },
    u: { type: "boolean" },
  },
};
const object = {
  a: { b: "hello", n: 3 },
  l: ["x", "y", "z"],
  m: { p: 1, q: 2 },
  i: 1,
  k: "p",
  x: 5,
  o: [{ v: 1 }, { v: 2 }],
  d: "2020-01-02T03:04:05Z",
  f: 1.5,
  u: true,
};
const type = typeOfSchema(schema) ?? dynType;
const environment = kubernetesEnvironment.extend({ variables: { self: type } });

/** Expression; value or `error: …`; actual cost; the least and the most that is estimated. */
export type Evaluated = readonly (readonly [string, string, number, number, number])[];
/** Expression; what the compiler says against it. */
export type Refused = readonly (readonly [string, string])[];

/** A test of each line, against what kube-apiserver v1.36.3 answers for the same. */
export function testTables(evaluated: Evaluated, refused: Refused): void {
  for (const [expression, outcome, cost, min, max] of evaluated) {
    test(`${expression} is ${outcome} and costs ${cost}`, () => {
      const compiled = compile(expression, environment);
      assert.ok(compiled.ok, compiled.ok ? "" : compiled.text);
      const self = fromJson(object, type);
      assert.ok(!(self instanceof ErrorValue));
      const result = compiled.program.evaluate({ self });
      assert.equal(result.ok ? showValue(result.value) : `error: ${result.error}`, outcome);
      assert.equal(result.cost, cost);
      assert.deepEqual(compiled.program.estimateCost(), { min, max });
    });
  }

  for (const [expression, text] of refused) {
    test(`${expression} is refused`, () => {
      const compiled = compile(expression, environment);
      assert.equal(compiled.ok ? "accepted" : compiled.text, text);
    });
  }
}
