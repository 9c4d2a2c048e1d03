import { test } from "node:test";
import assert from "node:assert/strict";
import { Pod } from "#api/core/v1.ts";
import { seededRandom } from "#base/random.ts";
import type { Row } from "../json.ts";
import { compareObjects } from "./compare.ts";
import { fieldSetOf } from "./extract.ts";
import type { FieldSet } from "./field-set.ts";
import { ByOutline } from "./outline.ts";
import { storedSet, storedSetText } from "./stored-set.ts";
import { shapeOfType } from "./typed.ts";

/** Pods that differ in all that may decide which fields they set, and in what does not. */
function pods(count: number): Row[] {
  const random = seededRandom(7);
  const below = (limit: number) => Math.floor(random.float() * limit);
  const pick = <T>(...values: T[]) => values[below(values.length)];
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `pod-${index}`,
      labels: pick({}, { app: `app-${index}` }, { app: "x", tier: "y" }),
      ...pick({}, { finalizers: ["a/b"] }, { finalizers: ["a/c"] }),
    },
    spec: {
      containers: pick(
        [],
        [{ name: "one", image: `image-${index}` }],
        [{ name: "two", ports: [{ containerPort: 80 }, { containerPort: 81, protocol: "TCP" }] }],
        [{ name: "two", ports: [{ containerPort: 80 }, { containerPort: 81, protocol: "UDP" }] }],
        [{ name: "one", env: [{ name: "A", value: null }] }],
      ),
      ...pick({}, { nodeSelector: {} }, { securityContext: {} }, { tolerations: [{ key: "a" }] }),
    },
  }));
}

for (const [what, find] of [
  ["set", (pod: Row) => fieldSetOf(shapeOfType(Pod), pod)],
  ["are new", (pod: Row) => compareObjects(Pod, {}, pod)],
] as const) {
  test(`the fields that ${what} are those that would be found`, () => {
    const known = new ByOutline<object>();
    const objects = pods(600);
    let found = 0;
    for (const pod of objects) {
      const fields = known.of(Pod, pod, () => {
        found++;
        return find(pod);
      });
      assert.deepEqual(fields, find(pod), JSON.stringify(pod));
    }
    assert(found < objects.length, "some are known");
  });
}

test("the same objects are looked at once", () => {
  const known = new ByOutline<number>();
  const pod = (name: string) => ({ metadata: { name }, spec: { containers: [{ name: "a" }] } });
  assert.equal(
    known.of(Pod, pod("one"), () => 1),
    1,
  );
  assert.equal(
    known.of(Pod, pod("two"), () => 2),
    1,
  );
  assert.equal(
    known.of(Pod, { ...pod("three"), status: {} }, () => 3),
    3,
  );
});

test("objects share equal sets, and sets that come again have a text", () => {
  const set = (last: string): FieldSet => ({
    "f:spec": { "f:b": {}, "f:a": {} },
    [`f:${last}`]: {},
  });
  const first = storedSet(set("stored-set-test"));
  assert.equal(storedSetText(first), undefined);
  assert.equal(storedSet(set("stored-set-test")), first);
  assert.equal(
    storedSetText(first),
    '{"f:spec":{"f:a":{},"f:b":{}},"f:stored-set-test":{}}',
    "in upstream's order",
  );
  assert.notEqual(storedSet(set("another")), first);
  assert(Object.isFrozen(first) && Object.isFrozen(first["f:spec"]));
});
