import { CommandError } from "../../errors.ts";
import type { ApiResource } from "../../discovery/api-resource.ts";
import { singularName } from "../../discovery/api-resource.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { resourcePath } from "../../rest/paths.ts";
import { requestDeletion } from "../../writes/deletion.ts";
import { dryRunQuery, operationText } from "../../writes/dry-run.ts";
import { lastAppliedAnnotation } from "../../writes/last-applied.ts";
import type { ApplyOptions, PruneOptions } from "./options.ts";

/** The kinds that are pruned when none are named. */
const usual = [
  "/v1/ConfigMap",
  "/v1/Endpoints",
  "/v1/Namespace",
  "/v1/PersistentVolumeClaim",
  "/v1/PersistentVolume",
  "/v1/Pod",
  "/v1/ReplicationController",
  "/v1/Secret",
  "/v1/Service",
  "batch/v1/Job",
  "batch/v1/CronJob",
  "networking.k8s.io/v1/Ingress",
  "apps/v1/DaemonSet",
  "apps/v1/Deployment",
  "apps/v1/ReplicaSet",
  "apps/v1/StatefulSet",
];

const warning =
  "Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used " +
  "with the --namespace flag in a future release. To preserve the current behaviour, list the " +
  "resources you want to target explicitly in the --prune-allowlist flag.";

/** Deletes what was applied once and is not among what was applied now. */
export async function prune(
  kubectl: Kubectl,
  options: ApplyOptions,
  rules: PruneOptions,
  { infos, applied }: { infos: readonly ResourceInfo[]; applied: readonly KubeObject[] },
): Promise<void> {
  const kept = new Set(applied.map(({ metadata }) => metadata.uid));
  const namespaces = new Set(infos.flatMap(({ namespace }) => namespace || []));
  for await (const { resource, object } of prunable(kubectl, rules, { namespaces, kept })) {
    const { namespace, name = "" } = object.metadata;
    const target = { resource, namespace, name };
    if (options.dryRun !== "client") {
      await requestDeletion(kubectl, target, options.deletion, dryRunQuery(options.dryRun));
    }
    const told = operationText("pruned", options.dryRun);
    kubectl.printLine(`${singularName(resource)}/${name} ${told}`);
  }
}

export interface Prunable {
  readonly resource: ApiResource;
  readonly object: KubeObject;
}

/** What was applied once, in these namespaces and in none, but what is kept. */
export async function* prunable(
  kubectl: Kubectl,
  { labelSelector, allowlist, namespaceGiven }: PruneOptions,
  { namespaces, kept }: { namespaces: ReadonlySet<string>; kept: ReadonlySet<string | undefined> },
): AsyncGenerator<Prunable> {
  const resources = await resourcesOf(kubectl, allowlist.length > 0 ? allowlist : usual);
  if (allowlist.length === 0 && !namespaceGiven) kubectl.tell(warning);
  const found = (resource: ApiResource, namespace?: string) =>
    prunableIn(kubectl, { resource, namespace, labelSelector, kept });
  for (const namespace of namespaces) {
    for (const resource of resources.filter(({ namespaced }) => namespaced)) {
      yield* found(resource, namespace);
    }
  }
  const clusterScoped = resources.filter(({ namespaced }) => !namespaced);
  for (const resource of clusterScoped) yield* found(resource);
}

async function resourcesOf(kubectl: Kubectl, allowlist: readonly string[]): Promise<ApiResource[]> {
  const found: ApiResource[] = [];
  for (const entry of allowlist) {
    const [group = "", version = "", kind = ""] = entry.split("/");
    const apiVersion = group === "" || group === "core" ? version : `${group}/${version}`;
    const resource = await kubectl.mapper.byKind(apiVersion, kind);
    if (!resource) {
      throw new CommandError(`no matches for kind "${kind}" in version "${apiVersion}"`);
    }
    found.push(resource);
  }
  return found;
}

interface PruneTarget {
  readonly resource: ApiResource;
  readonly namespace: string | undefined;
  readonly labelSelector: string;
  readonly kept: ReadonlySet<string | undefined>;
}

async function* prunableIn(
  kubectl: Kubectl,
  { resource, namespace, labelSelector, kept }: PruneTarget,
): AsyncGenerator<Prunable> {
  const rest = await kubectl.rest();
  const path = resourcePath(resource, { namespace });
  const { items, apiVersion } = await rest.list(
    { path, query: { ...(labelSelector && { labelSelector }) } },
    500,
  );
  for (const item of items) {
    const wasApplied = item.metadata.annotations?.[lastAppliedAnnotation] !== undefined;
    if (!wasApplied || kept.has(item.metadata.uid)) continue;
    yield { resource, object: { ...item, apiVersion, kind: resource.kind } };
  }
}
