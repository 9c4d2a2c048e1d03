import { test } from "node:test";
import assert from "node:assert/strict";
import { Deployment } from "#api/apps/v1.ts";
import { invalid, requiredValue } from "./field-error.ts";
import { inFieldOrder } from "./order.ts";
import { validateSchema } from "./schema.ts";
import { withZeros } from "./zeros.ts";

const bad = (path: string) => invalid(path, "x", "is bad");
const paths = (schema: readonly string[], own: readonly string[]) =>
  inFieldOrder(
    Deployment,
    schema.map((path) => requiredValue(path)),
    own.map(bad),
  ).map(({ path }) => path);

test("what the schema finds is told before what is found in later fields", () => {
  assert.deepEqual(paths(["spec.strategy.type"], ["spec.replicas", "spec.minReadySeconds"]), [
    "spec.replicas",
    "spec.strategy.type",
    "spec.minReadySeconds",
  ]);
  const containers = "spec.template.spec.containers";
  assert.deepEqual(
    paths([`${containers}[1].name`], [`${containers}[0]`, `${containers}[2].name`]),
    [`${containers}[0]`, `${containers}[1].name`, `${containers}[2].name`],
  );
  assert.deepEqual(paths(["spec.template"], ["spec.template.spec"]), [
    "spec.template",
    "spec.template.spec",
  ]);
});

test("a resource's own findings keep their order", () => {
  const own = ["spec.minReadySeconds", "spec.replicas"];
  assert.deepEqual(paths([], own), own);
  assert.deepEqual(paths(["spec.paused"], own), [...own, "spec.paused"]);
});

test("of an object that is missing, what it needs is what is missing", () => {
  const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "a" } };
  const found = validateSchema(Deployment, deployment).map(({ path }) => path);
  assert.ok(found.includes("spec.selector"));
  assert.ok(!found.includes("spec"));
});

test("the empty form of what is missing has defaults, and no selector", () => {
  const given = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "a" } };
  const { spec } = withZeros(Deployment, given) as unknown as Deployment;
  assert.equal(spec.replicas, 1);
  assert.deepEqual(spec.template.spec?.containers, []);
  assert.equal(spec.template.spec?.restartPolicy, "Always");
  assert.equal(spec.selector, undefined);
  assert.ok(!("spec" in given), "the object itself stays as it is");
});
