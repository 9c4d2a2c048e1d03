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
  { labelSelector, allowlist, namespaceGiven }: PruneOptions,
  { infos, applied }: { infos: readonly ResourceInfo[]; applied: readonly KubeObject[] },
): Promise<void> {
  const resources = await resourcesOf(kubectl, allowlist.length > 0 ? allowlist : usual);
  const kept = new Set(applied.map(({ metadata }) => metadata.uid));
  const namespaces = new Set(infos.map(({ namespace }) => namespace).filter((name) => name));
  const prunes = (resource: ApiResource, namespace?: string) =>
    pruneIn(kubectl, options, { resource, namespace, labelSelector, kept });
  for (const namespace of namespaces) {
    for (const resource of resources.filter(({ namespaced }) => namespaced)) {
      await prunes(resource, namespace);
    }
  }
  const clusterScoped = resources.filter(({ namespaced }) => !namespaced);
  if (allowlist.length === 0 && !namespaceGiven) kubectl.tell(warning);
  for (const resource of clusterScoped) await prunes(resource);
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

async function pruneIn(
  kubectl: Kubectl,
  options: ApplyOptions,
  { resource, namespace, labelSelector, kept }: PruneTarget,
): Promise<void> {
  const rest = await kubectl.rest();
  const path = resourcePath(resource, { namespace });
  const { items } = await rest.list(
    { path, query: { ...(labelSelector && { labelSelector }) } },
    500,
  );
  for (const { metadata } of items) {
    const wasApplied = metadata.annotations?.[lastAppliedAnnotation] !== undefined;
    if (!wasApplied || kept.has(metadata.uid)) continue;
    const target = { resource, namespace: metadata.namespace, name: metadata.name ?? "" };
    if (options.dryRun !== "client") {
      await requestDeletion(kubectl, target, options.deletion, dryRunQuery(options.dryRun));
    }
    const told = operationText("pruned", options.dryRun);
    kubectl.printLine(`${singularName(resource)}/${target.name} ${told}`);
  }
}
