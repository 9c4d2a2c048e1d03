import type { DaemonSet, Deployment, StatefulSet } from "#api/apps/v1.ts";
import { applyStrategicMergePatch } from "#machinery/patch/strategic-merge.ts";
import { selectorOf } from "#machinery/labels/label-selector.ts";
import type { LabelSelector } from "#api/meta/v1.ts";
import type { PodTemplateSpec } from "#api/core/v1.ts";
import { CommandError, messageOf } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import { resourcePath } from "../../rest/paths.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { changeCauseAnnotation } from "../../writes/record.ts";
import { groupKind } from "./targets.ts";

/** One revision of a resource's template. */
export interface Revision {
  readonly number: number;
  readonly changeCause: string;
  readonly template: PodTemplateSpec;
  /** What keeps it: the deployment's replica set, or what the resource was at that revision. */
  readonly object: KubeObject;
  /** Of daemon sets and stateful sets: the patch that brings it back. */
  readonly patch?: object;
}

export interface Revisions {
  /** As the server has it now. */
  readonly owner: KubeObject;
  readonly all: readonly Revision[];
}

/** All kinds that upstream's helpers know of; of the others they say that they do not. */
const knownKinds = new Set([
  "Deployment.apps",
  "StatefulSet.apps",
  "DaemonSet.apps",
  "ReplicaSet.apps",
  "ReplicationController",
  "Pod",
  "Job.batch",
  "CronJob.batch",
]);

/** `what` is the word for it in the messages of kinds that have none. */
export async function revisionsOf(
  kubectl: Kubectl,
  info: ResourceInfo,
  what: "history" | "rollbacker",
): Promise<Revisions> {
  const kind = groupKind(info);
  if (kind === "Deployment.apps") return await deploymentRevisions(kubectl, info);
  if (kind === "DaemonSet.apps" || kind === "StatefulSet.apps") {
    return await controllerRevisions(kubectl, info);
  }
  if (!knownKinds.has(kind)) {
    const { group, kind: name } = info.resource;
    throw new CommandError(
      `error retrieving ${what} for "${kind}", no visitor method exists for {${group} ${name}}`,
    );
  }
  const missing = what === "history" ? "history viewer" : what;
  throw new CommandError(`no ${missing} has been implemented for "${kind}"`);
}

async function readOwner(kubectl: Kubectl, info: ResourceInfo): Promise<KubeObject> {
  const rest = await kubectl.rest();
  try {
    return await rest.json({ path: resourcePath(info.resource, info) });
  } catch (error) {
    throw new CommandError(
      `failed to retrieve ${info.resource.kind} ${info.name}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** What the owner's selector finds and the owner controls. */
async function controlledBy(
  kubectl: Kubectl,
  owner: KubeObject,
  resource: "replicasets" | "controllerrevisions",
): Promise<KubeObject[]> {
  const { selector } = owner.spec as { selector?: LabelSelector };
  const rest = await kubectl.rest();
  const list = await rest.list(
    {
      path: `/apis/apps/v1/namespaces/${owner.metadata.namespace ?? ""}/${resource}`,
      query: { labelSelector: selectorOf(selector).toString() },
    },
    0,
  );
  const kind = resource === "replicasets" ? "ReplicaSet" : "ControllerRevision";
  return list.items
    .filter(({ metadata }) =>
      metadata.ownerReferences?.some(
        ({ uid, controller }) => controller === true && uid === owner.metadata.uid,
      ),
    )
    .map((item) => ({ ...item, apiVersion: "apps/v1", kind }));
}

async function deploymentRevisions(kubectl: Kubectl, info: ResourceInfo): Promise<Revisions> {
  const owner = await readOwner(kubectl, info);
  const replicaSets = await controlledBy(kubectl, owner, "replicasets");
  const all = replicaSets.map((object): Revision => {
    const { annotations = {} } = object.metadata;
    const { template } = object.spec as Deployment["spec"];
    return {
      number: Number(annotations["deployment.kubernetes.io/revision"] ?? 0),
      changeCause: annotations[changeCauseAnnotation] ?? "",
      template,
      object,
    };
  });
  return { owner, all };
}

async function controllerRevisions(kubectl: Kubectl, info: ResourceInfo): Promise<Revisions> {
  const { builtInKinds } = await import("#api/registry.ts");
  const owner = await readOwner(kubectl, info);
  const type = builtInKinds.byKind(owner.apiVersion, owner.kind);
  if (!type) throw new Error(`${owner.kind} of ${owner.apiVersion} is not among the known kinds`);
  const kept = await controlledBy(kubectl, owner, "controllerrevisions");
  const all = kept.map((revision): Revision => {
    const patch = revision.data ?? {};
    const object = applyStrategicMergePatch(owner, patch, type) as KubeObject;
    const { template } = object.spec as (DaemonSet | StatefulSet)["spec"];
    return {
      number: Number(revision.revision ?? 0),
      changeCause: revision.metadata.annotations?.[changeCauseAnnotation] ?? "",
      template,
      object,
      patch,
    };
  });
  return { owner, all };
}

/** The template as it is described, with tabs between the columns. */
export async function templateText(template: PodTemplateSpec): Promise<string> {
  const [{ DescribeWriter }, { writePodTemplate }] = await Promise.all([
    import("../../describe/writer.ts"),
    import("../../describe/pod-template.ts"),
  ]);
  const writer = new DescribeWriter();
  writePodTemplate(writer, template);
  return writer.unaligned();
}
