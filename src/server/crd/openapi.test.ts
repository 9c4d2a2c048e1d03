import assert from "node:assert/strict";
import { test } from "node:test";
import type { Loose } from "#testkit/requests.ts";
import { customSchema } from "./openapi.ts";
import type { JsonSchema } from "./schema/json-schema.ts";

const info = { group: "example.com", version: "v1", kind: "Note", resource: "notes" };
const reference = () => ({ $ref: "#/ObjectMeta" });
const keeps = { "x-kubernetes-preserve-unknown-fields": true };
const text: JsonSchema = { type: "string" };
const nullable: JsonSchema = { type: "string", nullable: true };

function published(root: JsonSchema): Loose {
  const selectableFields: string[] = [];
  const described = customSchema({
    info: { ...info, namespaced: true },
    schema: root,
    selectableFields,
  });
  return described?.item?.("v2", reference);
}

test("version 2 of OpenAPI says of a schema no more than its clients understand", () => {
  const cases: [string, JsonSchema, object][] = [
    ["a default", { ...text, default: "a" }, text],
    ["alternatives", { ...text, anyOf: [{ pattern: "a" }] }, text],
    ["what may be null", { type: "array", nullable: true, items: text }, {}],
    [
      "an object that keeps what it does not know",
      { ...keeps, type: "object", required: ["a"], properties: { a: text } },
      { ...keeps, required: ["a"] },
    ],
    [
      "a map that keeps what it does not know",
      { ...keeps, type: "object", additionalProperties: text },
      { ...keeps, additionalProperties: text },
    ],
    [
      "a field that is required, and may be null",
      { type: "object", required: ["a", "b"], properties: { a: text, b: nullable } },
      { type: "object", required: ["a"], properties: { a: text, b: {} } },
    ],
    [
      "values that may be null",
      { type: "object", required: ["a"], additionalProperties: nullable },
      { type: "object", additionalProperties: {} },
    ],
    [
      "a resource in a resource that keeps what it does not know",
      { ...keeps, type: "object", "x-kubernetes-embedded-resource": true },
      { ...keeps, "x-kubernetes-embedded-resource": true },
    ],
  ];
  for (const [what, schema, expected] of cases) {
    const { properties } = published({ type: "object", properties: { field: schema } });
    assert.deepEqual(properties.field, expected, what);
  }
});

test("a resource in a resource has what every object has", () => {
  const schema: JsonSchema = {
    type: "object",
    "x-kubernetes-embedded-resource": true,
    required: ["field"],
    properties: { field: text },
  };
  const { properties } = published({ type: "object", properties: { inner: schema } });
  const { required, properties: inner } = properties.inner;
  assert.deepEqual(required, ["field", "kind", "apiVersion"]);
  assert.deepEqual(Object.keys(inner).sort(), ["apiVersion", "field", "kind", "metadata"]);
});

test("of a resource that keeps what it does not know, version 2 says nothing at all", () => {
  const root = { ...keeps, type: "object", description: "Words.", properties: { spec: text } };
  assert.deepEqual(published(root), {
    type: "object",
    "x-kubernetes-group-version-kind": [{ group: "example.com", version: "v1", kind: "Note" }],
  });
});
