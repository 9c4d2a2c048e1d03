import type { ManagedFieldsEntry } from "#api/meta/v1.ts";
import { setOf, union } from "#machinery/apply/field-set.ts";
import type { FieldSet } from "#machinery/apply/field-set.ts";
import { otherVersions, updateManagers, updateManagersAcross } from "#machinery/apply/update.ts";
import type { Versions } from "#machinery/apply/versions.ts";
import { goText } from "#machinery/go-text.ts";
import { cloneJson } from "#machinery/json.ts";
import { apiVersionOf, fieldsOf } from "#schema/message.ts";
import type { KindType } from "#schema/message.ts";
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

export async function trackUpdate(
  storage: ResourceStorage,
  context: RequestContext,
  { object, old, manager }: { object: StoredObject; old: Readonly<StoredObject>; manager: string },
): Promise<void> {
  const { subresource } = context.info;
  const request = {
    before: old,
    after: object,
    type: storage.definition.type,
    manager,
    apiVersion: apiVersionOf(storage.info),
    subresource,
    time: storage.timestamp(),
    ignored: ignoredFields(storage, subresource),
  };
  const isWithin = otherVersions(request).size === 0;
  setManagedFields(
    object,
    isWithin ? updateManagers(request) : await updateManagersAcross(request, versionsOf(storage)),
  );
}

/** The versions in which objects of the resource may have been written. */
export function versionsOf({ definition, environment }: ResourceStorage): Versions {
  if (definition.versions) return definition.versions;
  const { type: own } = definition;
  const others = environment.equivalents(own);
  const other = (apiVersion: string) =>
    others.find(({ type }) => apiVersionOf(type.info) === apiVersion);
  return {
    typeOf: (apiVersion) => (apiVersion === apiVersionOf(own.info) ? own : other(apiVersion)?.type),
    convert(object, apiVersion) {
      const from = other(goText(object["apiVersion"]));
      const here = from ? from.revert(object) : cloneJson(object);
      return other(apiVersion)?.convert(here) ?? here;
    },
  };
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
  if (subresource !== "status") return definition.status ? statusField : undefined;
  const { type } = definition;
  let set = allButStatus.get(type);
  if (!set) {
    set = fieldsOf(type)
      .map(([name]) => name)
      .filter((name) => !["apiVersion", "kind", "metadata", "status"].includes(name))
      .reduce((others: FieldSet, name) => union(others, setOf(`f:${name}`)), {});
    allButStatus.set(type, set);
  }
  return set;
}

const allButStatus = new WeakMap<KindType, FieldSet>();

const statusField = setOf("f:status");
