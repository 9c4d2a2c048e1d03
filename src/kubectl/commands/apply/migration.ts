import type { ManagedFieldsEntry } from "#api/meta/v1.ts";
import { union } from "#machinery/apply/field-set.ts";
import type { FieldSet } from "#machinery/apply/field-set.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { isRow } from "#machinery/json.ts";
import { StatusError } from "#machinery/status.ts";
import { messageOf } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { resourcePath } from "../../rest/paths.ts";
import { dryRunQuery } from "../../writes/dry-run.ts";
import { lastAppliedAnnotation } from "../../writes/last-applied.ts";
import { patchObject } from "../../writes/patch.ts";
import type { ApplyOptions } from "./options.ts";

/** Who keeps the annotation, once the server merges: else it would go with its last owner. */
const annotationManager = "kubectl-last-applied";
const serverSideManager = "kubectl";
/** An object that somebody else changes all the time is left for the next apply. */
const triesMax = 5;

const later = "This is non-fatal and will be retried next time you apply.";

/**
 * Gives fields that this program wrote when it compared by itself to the manager by whom the server
 * now merges; what is not in the file any more can go only then. What fails is told, and tried
 * again with the next apply.
 */
export async function migrate(
  kubectl: Kubectl,
  info: ResourceInfo,
  applied: KubeObject,
  options: ApplyOptions,
  reapply: () => Promise<KubeObject>,
): Promise<KubeObject> {
  let object = applied;
  const attempt = async (what: string, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      kubectl.tell(`Warning: ${what}. ${later} Error: ${messageOf(error)}`);
      return false;
    }
  };
  const kept = await attempt(
    "failed to migrate kubectl.kubernetes.io/last-applied-configuration for Server-Side Apply",
    async () => {
      object = await keepAnnotation(kubectl, info, object, options);
    },
  );
  if (!kept) return object;
  let migrated: KubeObject | undefined;
  const moved = await attempt(
    "server rejected managed fields migration to Server-Side Apply",
    async () => {
      migrated = await moveFields(kubectl, info, object, options);
    },
  );
  if (!moved || !migrated) return object;
  object = migrated;
  await attempt(
    "failed to re-apply configuration after performing Server-Side Apply migration",
    async () => {
      object = await reapply();
    },
  );
  return object;
}

async function keepAnnotation(
  kubectl: Kubectl,
  info: ResourceInfo,
  object: KubeObject,
  { fieldManager, fieldValidation, dryRun, subresource }: ApplyOptions,
): Promise<KubeObject> {
  // Of another manager nobody would keep it up to date.
  if (fieldManager !== serverSideManager) return object;
  const text = object.metadata.annotations?.[lastAppliedAnnotation];
  if (text === undefined || annotationOwners(object, "Apply").length > 0) return object;
  const { name, namespace } = object.metadata;
  const rest = await kubectl.rest();
  return await rest.json({
    method: "PATCH",
    path: resourcePath(info.resource, { ...info, subresource }),
    query: { fieldManager: annotationManager, fieldValidation, ...dryRunQuery(dryRun) },
    contentType: "application/apply-patch+yaml",
    body: {
      apiVersion: object.apiVersion,
      kind: object.kind,
      metadata: { name, namespace, annotations: { [lastAppliedAnnotation]: text } },
    },
  });
}

/** Undefined where there is nothing to move. */
async function moveFields(
  kubectl: Kubectl,
  info: ResourceInfo,
  object: KubeObject,
  { fieldManager, fieldValidation, dryRun, subresource }: ApplyOptions,
): Promise<KubeObject | undefined> {
  const names = new Set(annotationOwners(object, "Update").map(({ manager = "" }) => manager));
  let current = object;
  for (let tries = 1; ; tries++) {
    const entries = entriesOf(current);
    let moved = entries;
    for (const name of names) moved = movedEntries(moved, name, fieldManager);
    if (deepEqual(entries, moved)) return undefined;
    const body = [
      { op: "replace", path: "/metadata/managedFields", value: moved },
      {
        op: "replace",
        path: "/metadata/resourceVersion",
        value: current.metadata.resourceVersion,
      },
    ];
    try {
      return await patchObject(kubectl, info, {
        type: "json",
        body,
        fieldManager,
        fieldValidation,
        dryRun,
        ...(subresource && { subresource }),
      });
    } catch (error) {
      const again = error instanceof StatusError && error.reason === "Conflict";
      if (!again || tries >= triesMax) throw error;
      const rest = await kubectl.rest();
      current = await rest.json({ path: resourcePath(info.resource, info) });
    }
  }
}

function entriesOf(object: KubeObject): readonly ManagedFieldsEntry[] {
  return (object.metadata.managedFields ?? []) as ManagedFieldsEntry[];
}

function annotationOwners(object: KubeObject, operation: "Apply" | "Update"): ManagedFieldsEntry[] {
  return entriesOf(object).filter((entry) => {
    const annotations = at(at(entry.fieldsV1, "f:metadata"), "f:annotations");
    const isOwner = at(annotations, `f:${lastAppliedAnnotation}`) !== undefined;
    return entry.operation === operation && isOwner;
  });
}

function at(row: unknown, name: string): unknown {
  return isRow(row) ? row[name] : undefined;
}

/** The entries, in which what the one manager updated is what the other one applied. */
export function movedEntries(
  entries: readonly ManagedFieldsEntry[],
  from: string,
  to: string,
): readonly ManagedFieldsEntry[] {
  const isUpdate = (entry: ManagedFieldsEntry) =>
    entry.manager === from && entry.operation === "Update" && !entry.subresource;
  const applier = entries.findIndex(
    ({ manager, operation, subresource }) =>
      manager === to && operation === "Apply" && !subresource,
  );
  const target = applier >= 0 ? applier : entries.findIndex(isUpdate);
  const base = entries[target];
  if (!base) return entries;
  const same = entries.find((entry) => isUpdate(entry) && entry.apiVersion === base.apiVersion);
  const fields = (entry: ManagedFieldsEntry | undefined) => (entry?.fieldsV1 ?? {}) as FieldSet;
  const joined: ManagedFieldsEntry = {
    ...base,
    manager: to,
    operation: "Apply",
    fieldsV1: union(fields(base), fields(same)),
  };
  return entries.flatMap((entry, index) => {
    if (index === target) return joined;
    return isUpdate(entry) ? [] : entry;
  });
}
