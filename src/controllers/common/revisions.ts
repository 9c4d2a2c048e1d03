import type { ControllerRevision } from "#api/apps/v1.ts";
import { PodTemplateSpec } from "#api/core/v1.ts";
import type { ApiObject } from "#client/object.ts";
import { applyDefaults } from "#schema/default.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { cloneJson, isRow } from "#machinery/json.ts";
import { byAge } from "./time.ts";

/** On pods: the revision that they were made from. */
export const revisionLabel = "controller-revision-hash";

/** What a ControllerRevision keeps of its owner: a patch that brings the template back. */
export function revisionData(template: PodTemplateSpec): object {
  return { spec: { template: { ...template, $patch: "replace" } } };
}

/** The template that the revision brings back; undefined where it has none. */
export function templateOf({ data }: ControllerRevision): PodTemplateSpec | undefined {
  const spec = isRow(data) ? data["spec"] : undefined;
  const template = isRow(spec) ? spec["template"] : undefined;
  if (!isRow(template)) return undefined;
  const { $patch: _, ...fields } = template;
  return fields as unknown as PodTemplateSpec;
}

export function isOfTemplate(revision: ControllerRevision, template: PodTemplateSpec): boolean {
  return deepEqual(revision.data, revisionData(template));
}

/** Whether the revision, written before a field had its default, means the same template. */
export function meansTemplate(revision: ControllerRevision, template: PodTemplateSpec): boolean {
  const stored = templateOf(revision);
  if (!stored) return false;
  return deepEqual(applyDefaults(PodTemplateSpec, cloneJson(stored)), template);
}

/** Oldest first. */
export function byRevision(left: ControllerRevision, right: ControllerRevision): number {
  return left.revision - right.revision || byAge(left, right);
}

export function maxRevision(revisions: readonly ControllerRevision[]): number {
  return Math.max(0, ...revisions.map(({ revision }) => revision));
}

/** A name that leaves room for the hash. */
export function revisionName({ metadata }: ApiObject, hash: string): string {
  return `${metadata.name.slice(0, 223)}-${hash}`;
}
