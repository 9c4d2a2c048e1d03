import { semanticEqual } from "#machinery/deep-equal.ts";
import { cloneJson } from "#machinery/json.ts";
import type { PodTemplateSpec } from "#api/core/v1.ts";
import { CommandError, messageOf } from "../../../errors.ts";
import type { Kubectl } from "../../../kubectl.ts";
import type { ResourceInfo } from "../../../resources/resource-info.ts";
import type { DryRun } from "../../../writes/dry-run.ts";
import { lastAppliedAnnotation } from "../../../writes/last-applied.ts";
import { patchObject } from "../../../writes/patch.ts";
import type { PatchRequest } from "../../../writes/patch.ts";
import { revisionsOf, templateText } from "../revisions.ts";
import type { Revision, Revisions } from "../revisions.ts";

/** Annotations that belong to the deployment itself, or to the one replica set. */
const kept = [
  lastAppliedAnnotation,
  "deployment.kubernetes.io/revision",
  "deployment.kubernetes.io/revision-history",
  "deployment.kubernetes.io/desired-replicas",
  "deployment.kubernetes.io/max-replicas",
  "deprecated.deployment.rollback.to",
];

const hashLabel = "pod-template-hash";

/** Brings an earlier template back; what was done, in words. 0 is the revision before this one. */
export async function undo(
  kubectl: Kubectl,
  info: ResourceInfo,
  toRevision: number,
  dryRun: DryRun,
): Promise<string> {
  const revisions = await revisionsOf(kubectl, info, "rollbacker");
  if (toRevision < 0) throw notFound(toRevision);
  const isDeployment = info.resource.kind === "Deployment";
  const revision = isDeployment
    ? deploymentRevision(info.name, revisions.all, toRevision)
    : controllerRevision(revisions.all, toRevision);
  if (dryRun === "client") {
    return `${isDeployment ? "" : "will roll back to "}${await templateText(revision.template)}`;
  }
  const { spec } = revisions.owner as { spec?: { paused?: boolean; template?: PodTemplateSpec } };
  if (isDeployment && spec?.paused) {
    throw new CommandError(
      "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again",
    );
  }
  if (semanticEqual(withoutHash(revision.template), withoutHash(spec?.template))) {
    return `skipped rollback (current template already matches revision ${toRevision})`;
  }
  const patch: PatchRequest = revision.patch
    ? { type: "strategic", body: revision.patch }
    : { type: "json", body: deploymentPatch(revisions, revision) };
  try {
    await patchObject(kubectl, info, { ...patch, dryRun });
  } catch (error) {
    throw new CommandError(`failed restoring revision ${toRevision}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return "rolled back";
}

function notFound(revision: number): CommandError {
  return new CommandError(`unable to find specified revision ${revision} in history`);
}

export function deploymentRevision(
  name: string,
  all: readonly Revision[],
  wanted: number,
): Revision {
  if (wanted > 0) {
    const found = all.find(({ number }) => number === wanted);
    if (!found) throw notFound(wanted);
    return found;
  }
  const [, previous] = all.toSorted((left, right) => right.number - left.number);
  if (!previous) throw new CommandError(`no rollout history found for deployment "${name}"`);
  return previous;
}

export function controllerRevision(all: readonly Revision[], wanted: number): Revision {
  if (wanted > 0) {
    const found = all.find(({ number }) => number === wanted);
    if (!found) throw notFound(wanted);
    return found;
  }
  const [, previous] = all.toSorted((left, right) => right.number - left.number);
  if (!previous) throw new CommandError("no last revision to roll back to");
  return previous;
}

function withoutHash(template: PodTemplateSpec | undefined): PodTemplateSpec | undefined {
  const result = cloneJson(template);
  delete result?.metadata?.labels?.[hashLabel];
  return result;
}

function deploymentPatch({ owner }: Revisions, { object, template }: Revision): object {
  const annotations: Record<string, string> = {};
  for (const key of kept) {
    const value = owner.metadata.annotations?.[key];
    if (value !== undefined) annotations[key] = value;
  }
  for (const [key, value] of Object.entries(object.metadata.annotations ?? {})) {
    if (!kept.includes(key)) annotations[key] = value;
  }
  return [
    { op: "replace", path: "/spec/template", value: withoutHash(template) },
    { op: "replace", path: "/metadata/annotations", value: annotations },
  ];
}
