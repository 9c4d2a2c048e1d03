import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import assert from "node:assert/strict";
import { kinds } from "#api/kinds.ts";
import { optionalKinds } from "#api/versions.ts";
import { DeleteOptions } from "#api/meta/v1.ts";
import { SchemaCollector } from "./schema.ts";
import type { Schema } from "./schema.ts";
import { pathsWithWords } from "./words.ts";

const reference = new URL("../../../../shared/reference/openapi-v1.36.json", import.meta.url);
const missing = existsSync(reference) ? false : "the reference document is not here";

test("every definition is upstream's, to the last field", { skip: missing }, () => {
  const collector = new SchemaCollector("v2", () => undefined);
  for (const type of kinds) collector.reference(type);
  collector.reference(DeleteOptions);
  const theirs = JSON.parse(readFileSync(reference, "utf8")).definitions as Record<string, Schema>;
  const differences: string[] = [];
  for (const [name, ours] of Object.entries(collector.schemas())) {
    const definition = theirs[name];
    if (!definition) differences.push(`${name}: unknown upstream`);
    else differences.push(...compare(name, normalize(ours), normalize(definition)));
  }
  assert.deepEqual(differences, []);
});

/** Order and what means the same are taken out. */
function normalize(schema: Schema): Schema {
  const copy = structuredClone(schema);
  delete copy["x-kubernetes-group-version-kind"];
  if (Array.isArray(copy["required"]))
    copy["required"].sort((a, b) => (String(a) < String(b) ? -1 : 1));
  for (const property of Object.values((copy["properties"] ?? {}) as Record<string, Schema>)) {
    // No list type is atomic.
    if (property["x-kubernetes-list-type"] === "atomic") delete property["x-kubernetes-list-type"];
  }
  return copy;
}

function compare(path: string, ours: unknown, theirs: unknown): string[] {
  if (!isObject(ours) || !isObject(theirs)) {
    const same = JSON.stringify(ours) === JSON.stringify(theirs);
    return same ? [] : [`${path}: ${JSON.stringify(ours)} instead of ${JSON.stringify(theirs)}`];
  }
  const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  return [...keys].flatMap((key) => compare(`${path} ${key}`, ours[key], theirs[key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

test("version 3 lists a field's words, also where the definition takes any string", () => {
  const collector = new SchemaCollector("v3", () => undefined);
  for (const type of [...kinds, ...optionalKinds]) collector.reference(type);
  const fields = collector.schemas() as Record<string, { properties: Record<string, Schema> }>;
  const property = (path: string) => {
    const dot = path.lastIndexOf(".");
    return fields[path.slice(0, dot)]?.properties[path.slice(dot + 1)] ?? {};
  };
  const core = "io.k8s.api.core.v1";
  assert.deepEqual(property(`${core}.ServiceSpec.sessionAffinity`)["enum"], ["ClientIP", "None"]);
  assert.deepEqual(property(`${core}.SecurityContext.procMount`)["enum"], ["Default", "Unmasked"]);
  const { items } = property(`${core}.PersistentVolumeSpec.accessModes`);
  assert.equal((items as { enum: string[] }).enum[0], "ReadOnlyMany");
  assert.equal((property(`${core}.Lifecycle.stopSignal`)["enum"] as string[]).length, 65);
  assert.equal(property(`${core}.PodCondition.status`)["enum"], undefined);
  const lost = pathsWithWords.filter((path) => !("type" in property(path)));
  assert.deepEqual(lost, []);
});
