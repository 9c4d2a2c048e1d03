import type { ManagedFieldsEntry } from "#api/meta/v1.ts";
import { setOf, union } from "#machinery/apply/field-set.ts";
import type { FieldSet } from "#machinery/apply/field-set.ts";
import { updateManagers } from "#machinery/apply/update.ts";
import { apiVersionOf, fieldsOf } from "#schema/message.ts";
import type { RequestContext } from "../pipeline/request.ts";
import type { ResourceStorage } from "./storage.ts";
import type { StoredObject } from "./stored-object.ts";

/** The creator owns what it sent and what defaults made of it. */
export function trackCreate(storage: ResourceStorage, object: StoredObject, manager: string): void {
  setManagedFields(
    object,
    updateManagers({
      before: undefined,
      after: object,
      type: storage.definition.type,
      manager,
      apiVersion: apiVersionOf(storage.info),
      time: storage.timestamp(),
      ignored: ignoredFields(storage, ""),
    }),
  );
}

export function trackUpdate(
  storage: ResourceStorage,
  context: RequestContext,
  { object, old, manager }: { object: StoredObject; old: Readonly<StoredObject>; manager: string },
): void {
  const { subresource } = context.info;
  setManagedFields(
    object,
    updateManagers({
      before: old,
      after: object,
      type: storage.definition.type,
      manager,
      apiVersion: apiVersionOf(storage.info),
      subresource,
      time: storage.timestamp(),
      ignored: ignoredFields(storage, subresource),
    }),
  );
}

function setManagedFields(
  { metadata }: StoredObject,
  entries: readonly ManagedFieldsEntry[],
): void {
  if (entries.length) metadata.managedFields = entries as ManagedFieldsEntry[];
  else delete metadata.managedFields;
}

/** What this way of writing puts back: nobody comes to own it by that. */
export function ignoredFields(
  { definition }: ResourceStorage,
  subresource: string,
): FieldSet | undefined {
  if (subresource === "status") {
    return fieldsOf(definition.type)
      .map(([name]) => name)
      .filter((name) => !["apiVersion", "kind", "metadata", "status"].includes(name))
      .reduce((set: FieldSet, name) => union(set, setOf(`f:${name}`)), {});
  }
  return definition.status ? statusField : undefined;
}

const statusField = setOf("f:status");
