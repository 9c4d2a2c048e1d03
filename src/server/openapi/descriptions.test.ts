import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { test } from "node:test";
import docs from "#api/docs.json" with { type: "json" };
import type { Docs } from "#schema/doc-comments.ts";
import type { MessageType } from "#schema/message.ts";
import { fieldsOf } from "#schema/message.ts";
import { Pod } from "#api/core/v1/pod.ts";
import { ConfigMapList } from "#api/core/v1/config-map.ts";
import { describeFrom, loadDescriptions } from "./descriptions.ts";

const api = new URL("../../api/", import.meta.url);
const files = globSync("**/*.ts", { cwd: api }).filter((file) => !file.endsWith(".test.ts"));

const importDefinitions = async (file: string): Promise<Record<string, unknown>> =>
  import(new URL(file, api).href);

/** Every message that a file of definitions exports. */
async function messages(): Promise<MessageType[]> {
  const modules = await Promise.all(files.map(importDefinitions));
  const found = modules.flatMap((module) => Object.values(module)).filter(isMessage);
  return [...new Map(found.map((type) => [type.schemaName, type])).values()];
}
function isMessage(value: unknown): value is MessageType {
  return typeof value === "function" && "schemaName" in value && "fields" in value;
}

/** Names of everything that lacks a description, or has one that says nothing. */
function undescribed(types: readonly MessageType[], written: Docs): string[] {
  const describe = describeFrom(written);
  const says = (type: MessageType, field?: string) => {
    const text = describe(type, field) ?? "";
    const words = text.split(/\s+/).length;
    return words > 1 && /^[\x20-\x7e\n]+[.)]$/.test(text);
  };
  return types.flatMap((type) => [
    ...(says(type) ? [] : [type.schemaName]),
    ...fieldsOf(type)
      .filter(([name]) => !says(type, name))
      .map(([name]) => `${type.schemaName}.${name}`),
  ]);
}

test("every message and every field says what it means", async () => {
  const types = await messages();
  assert.ok(types.length > 500);
  assert.deepEqual(undescribed(types, docs), []);
});

test("tells what is missing", () => {
  const name = Pod.schemaName;
  const written = { [name]: { description: "Pod", fields: { spec: "What it runs." } } };
  assert.deepEqual(undescribed([Pod], written), [name, `${name}.status`]);
});

test("different fields are described differently", () => {
  const fieldsByText = new Map<string, Set<string>>();
  for (const message of Object.values<Docs[string]>(docs)) {
    for (const [field, text] of Object.entries(message.fields)) {
      fieldsByText.set(text, (fieldsByText.get(text) ?? new Set()).add(field));
    }
  }
  const boilerplate = [...fieldsByText]
    .filter(([, fields]) => fields.size > 3)
    .map(([text, fields]) => `${text} (${[...fields].join(", ")})`);
  // Some fields exist only to be refused or ignored.
  const refused = /^(Not allowed for ephemeral containers|Not supported|No longer used)\. /;
  assert.deepEqual(
    boilerplate.filter((line) => !refused.test(line)),
    [],
  );
});

test("what all kinds have alike is not written above each", async () => {
  const describe = await loadDescriptions();
  assert.match(describe(Pod, "apiVersion") ?? "", /apps\/v1/);
  assert.match(describe(Pod, "metadata") ?? "", /labels/);
  assert.equal(describe(ConfigMapList), "Objects of kind ConfigMap, as one request lists them.");
  assert.match(describe(ConfigMapList, "items") ?? "", /ordered/);
  assert.equal(describe(Pod, "nothing"), undefined);
});
