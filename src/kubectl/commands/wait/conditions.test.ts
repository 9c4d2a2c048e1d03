import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../objects.ts";
import { parseFor, splitAtEquals } from "./conditions.ts";

const object = (status: object, generation = 1): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", generation },
  spec: { replicas: 2, list: [1, 2] },
  status,
});

const ready = (status: string, more: object = {}) => ({
  conditions: [{ type: "Ready", status, ...more }],
});

const cases: readonly (readonly [text: string, object: KubeObject, met: boolean])[] = [
  ["condition=Ready", object({}), false],
  ["condition=Ready", object(ready("True")), true],
  ["condition=ready", object(ready("True")), true],
  ["condition=Ready=FALSE", object(ready("False")), true],
  ["condition=Ready", object(ready("True", { observedGeneration: 1 }), 2), false],
  ["condition=Ready", object({ ...ready("True"), observedGeneration: 1 }, 2), false],
  ["jsonpath={.spec.replicas}", object({}), true],
  ["jsonpath=.spec.replicas=2", object({}), true],
  ["jsonpath={.spec.replicas}='2'", object({}), true],
  ["jsonpath={.spec.replicas}=3", object({}), false],
  ["jsonpath={.spec.none}", object({}), false],
  ['jsonpath={.status.conditions[?(@.type=="Ready")].status}=True', object(ready("True")), true],
];

for (const [text, one, met] of cases) {
  test(`--for=${text} is ${met ? "" : "not "}met by ${JSON.stringify(one.status)}`, () => {
    const awaited = parseFor(text);
    assert.ok(awaited.kind === "condition");
    assert.equal(awaited.isMet(one), met);
  });
}

test("what cannot be compared is told", () => {
  const of = (text: string) => {
    const awaited = parseFor(text);
    return awaited.kind === "condition" && awaited.isMet(object({}));
  };
  assert.throws(() => of("jsonpath={.spec}=x"), /nested object or list/);
  assert.throws(() => of("jsonpath={.spec.list[*]}=1"), /more than one value/);
  assert.throws(() => of("jsonpath={.a}="), /has to have a value/);
  assert.throws(() => of("jsonpath={.a}=b=c"), /wait format must be/);
  assert.throws(() => of("ready"), /unrecognized condition: "ready"/);
});

test("only single equal signs part", () => {
  assert.deepEqual(splitAtEquals("a==b=c===d"), ["a==b", "c==", "d"]);
});
