import { test } from "node:test";
import assert from "node:assert/strict";
import { Binding } from "#api/core/v1.ts";
import { validateSchema } from "#machinery/validation/schema.ts";
import { applyDefaults } from "#schema/default.ts";
import { apiVersionOf } from "#schema/message.ts";
import { allResources } from "./all.ts";
import { defineResource } from "./define.ts";
import { contextOf, createSurroundings } from "./testing.ts";

const definitions = allResources(createSurroundings().dependencies);
const metadata = { name: "x", namespace: "default", uid: "u" };
const halves = [
  { metadata },
  { metadata, spec: {} },
  { metadata, spec: { template: {} } },
  { metadata, spec: { template: { spec: {} } } },
  { metadata, spec: { containers: [{}], volumes: [{}], ports: [{}], tolerations: [{}] } },
  { metadata, rules: [{}], subjects: [{}], subsets: [{}], endpoints: [{}], ports: [{}] },
];

for (const definition of definitions) {
  const { info } = definition.type;
  test(`half a ${info.kind} of ${apiVersionOf(info)} is refused or whole, never a fault`, async () => {
    for (const half of halves) {
      const object: object = structuredClone(half);
      applyDefaults(definition.type, object);
      definition.applyDefaults?.(object);
      await definition.prepareForCreate?.(
        object,
        contextOf({ method: "POST", query: "dryRun=All" }),
      );
      const errors = [
        ...validateSchema(definition.type, object),
        ...(definition.validate?.(object) ?? []),
        ...(definition.validateCreate?.(object) ?? []),
      ];
      for (const column of definition.columns ?? []) if (!errors.length) column.cell(object, 0);
    }
  });
}

test("a fault in a rule for a whole object is told", () => {
  const faulty = defineResource<Binding>({
    type: Binding,
    validate() {
      throw new TypeError("a mistake");
    },
  });
  const whole = applyDefaults(Binding, { metadata, target: { name: "n" } });
  assert.throws(() => faulty.validate?.(whole), /a mistake/);
  assert.deepEqual(faulty.validate?.(applyDefaults(Binding, { metadata })), []);
});
