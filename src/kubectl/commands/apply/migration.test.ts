import { test } from "node:test";
import assert from "node:assert/strict";
import type { ManagedFieldsEntry } from "#api/meta/v1.ts";
import { movedEntries } from "./migration.ts";

const entry = (
  manager: string,
  operation: "Apply" | "Update",
  fieldsV1: Record<string, object>,
  more: Partial<ManagedFieldsEntry> = {},
): ManagedFieldsEntry => ({
  manager,
  operation,
  apiVersion: "v1",
  fieldsType: "FieldsV1",
  fieldsV1,
  ...more,
});

test("what was updated becomes what was applied", () => {
  const old = entry("csa", "Update", { "f:a": {} });
  const status = entry("csa", "Update", { "f:s": {} }, { subresource: "status" });
  const other = entry("other", "Update", { "f:b": {} });
  assert.deepEqual(movedEntries([old, status, other], "csa", "ssa"), [
    entry("ssa", "Apply", { "f:a": {} }),
    status,
    other,
  ]);
});

test("fields join those that the manager applied before", () => {
  const applied = entry("ssa", "Apply", { "f:b": {} });
  const old = entry("csa", "Update", { "f:a": {} });
  const older = entry("csa", "Update", { "f:c": {} }, { apiVersion: "v1beta1" });
  assert.deepEqual(movedEntries([old, applied, older], "csa", "ssa"), [
    entry("ssa", "Apply", { "f:a": {}, "f:b": {} }),
  ]);
});

test("where nothing was updated nothing changes", () => {
  const entries = [entry("other", "Update", { "f:b": {} })];
  assert.equal(movedEntries(entries, "csa", "ssa"), entries);
});
