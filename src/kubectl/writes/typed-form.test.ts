import { test } from "node:test";
import assert from "node:assert/strict";
import { goJson } from "#machinery/codec/go-json.ts";
import { fieldOrder } from "./field-order.ts";
import { typedForm } from "./typed-form.ts";

const written = (object: Parameters<typeof typedForm>[0]) =>
  goJson(typedForm(object), { keysOf: fieldOrder });

test("fields come in the type's order, with what its clients always write", () => {
  const container = { image: "b", name: "a", envFrom: [], args: ["x"] };
  assert.equal(
    written({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { labels: { b: "1", a: "2" }, name: "p" },
      spec: { containers: [container] },
    }),
    '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","creationTimestamp":null,' +
      '"labels":{"a":"2","b":"1"}},"spec":{"containers":[{"name":"a","image":"b","args":["x"],' +
      '"resources":{}}]},"status":{}}',
  );
});

test("required fields are written where they are empty", () => {
  assert.equal(
    written({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "c" },
    }),
    '{"kind":"ClusterRole","apiVersion":"rbac.authorization.k8s.io/v1",' +
      '"metadata":{"name":"c","creationTimestamp":null},"rules":null}',
  );
});

test("quantities are written in their canonical form", () => {
  assert.match(
    written({
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "q" },
      spec: { hard: { memory: "1024Ki", cpu: "1000m" } },
    }),
    /"hard":\{"cpu":"1","memory":"1Mi"\}/,
  );
});

test("an object of an unknown kind stays what it is", () => {
  const object = { apiVersion: "a/v1", kind: "B", metadata: { name: "x" } };
  assert.equal(typedForm(object), object);
});
