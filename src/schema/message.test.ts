import { test } from "node:test";
import assert from "node:assert/strict";
import { int32, list, object, oneOf, string, map } from "./field.ts";
import { kind, message } from "./message.ts";
import type { Draft } from "./message.ts";

abstract class Port extends message("test.Port", {
  name: string(1).optional(),
  containerPort: int32(3),
  protocol: oneOf(4, "TCP", "UDP").default("TCP"),
}) {}
abstract class Box extends message("test.Box", {
  name: string(1),
  ports: list(6, () => Port)
    .mapBy("containerPort", "protocol")
    .merge("containerPort")
    .optional(),
  args: list(7, string).optional(),
  labels: map(8, string).optional(),
  nested: map(9, () => Port).optional(),
}) {}
abstract class Thing extends kind(
  "test.Thing",
  { group: "test.io", version: "v1", kind: "Thing", resource: "things", namespaced: true },
  { spec: object(2, () => Box).default({ name: "x" }) },
) {}

test("a definition gives its static types", () => {
  const draft: Draft<Thing> = { spec: { name: "a", ports: [{ containerPort: 1 }] } };
  const thing: Thing = {
    apiVersion: "test.io/v1",
    kind: "Thing",
    spec: { name: "a", ports: [{ containerPort: 1, protocol: "UDP" }], labels: { a: "b" } },
  };
  // @ts-expect-error a container port is a number
  const wrong: Draft<Thing> = { spec: { name: "a", ports: [{ containerPort: "1" }] } };
  // @ts-expect-error the stored form has its defaults
  const missing: Thing = { apiVersion: "test.io/v1", kind: "Thing" };
  // @ts-expect-error not a field of Port
  list(6, () => Port).mapBy("nothing");
  assert.equal(thing.spec.ports?.[0]?.protocol, "UDP");
  assert.ok(draft && wrong && missing);
  assert.equal(Thing.info.resource, "things");
  assert.deepEqual(Object.keys(Thing.fields), ["apiVersion", "kind", "spec"]);
});
