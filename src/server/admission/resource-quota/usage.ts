import type { PersistentVolumeClaim, Pod, PodSpec, Service } from "#api/core/v1.ts";
import { podLimits, podRequests } from "#machinery/pod-resources.ts";
import { compareQuantities, subtractQuantities } from "#schema/quantity.ts";

/** Amounts by the names that quotas use: "requests.cpu", "pods", "count/deployments.apps". */
export type Usage = Readonly<Record<string, string>>;

/** Kinds of the core group that quotas also count without `count/`. */
const plainCounts = new Set([
  "configmaps",
  "secrets",
  "services",
  "replicationcontrollers",
  "resourcequotas",
  "persistentvolumeclaims",
  "pods",
]);

/** What one object takes from the quotas of its namespace. */
export function usageOf(group: string, resource: string, object: unknown): Usage {
  const count: Record<string, string> = {
    [group ? `count/${resource}.${group}` : `count/${resource}`]: "1",
    ...(group === "" && plainCounts.has(resource) && { [resource]: "1" }),
  };
  if (group !== "") return count;
  switch (resource) {
    case "pods":
      return { ...count, ...podUsage((object as Pod).spec) };
    case "persistentvolumeclaims":
      return { ...count, ...claimUsage(object as PersistentVolumeClaim) };
    case "services":
      return { ...count, ...serviceUsage(object as Service) };
    default:
      return count;
  }
}

/** What a change takes in addition; what it gives back is left to the quota controller. */
export function increase(usage: Usage, before: Usage): Usage {
  const more: Record<string, string> = {};
  for (const [name, amount] of Object.entries(usage)) {
    const difference = subtractQuantities(amount, before[name] ?? "0");
    if (compareQuantities(difference, "0") > 0) more[name] = difference;
  }
  return more;
}

function podUsage(spec: PodSpec): Usage {
  const usage: Record<string, string> = {};
  for (const [name, amount] of Object.entries(podRequests(spec))) {
    usage[`requests.${name}`] = amount;
    if (isPlain(name)) usage[name] = amount;
  }
  for (const [name, amount] of Object.entries(podLimits(spec))) {
    if (["cpu", "memory", "ephemeral-storage"].includes(name)) usage[`limits.${name}`] = amount;
  }
  return usage;
}

const isPlain = (name: string) =>
  ["cpu", "memory", "ephemeral-storage"].includes(name) || name.startsWith("hugepages-");

function claimUsage({ spec }: PersistentVolumeClaim): Usage {
  const storage = spec.resources?.requests?.["storage"];
  const className = spec.storageClassName;
  const suffix = ".storageclass.storage.k8s.io/";
  return {
    ...(storage && { "requests.storage": storage }),
    ...(className && { [`${className}${suffix}persistentvolumeclaims`]: "1" }),
    ...(className && storage && { [`${className}${suffix}requests.storage`]: storage }),
  };
}

function serviceUsage({ spec }: Service): Usage {
  const type = spec?.type ?? "ClusterIP";
  const ports = spec?.ports?.length ?? 0;
  if (type === "NodePort") return { "services.nodeports": String(ports) };
  if (type !== "LoadBalancer") return {};
  // Load balancers take node ports too, unless they are told not to.
  const nodePorts =
    spec?.allocateLoadBalancerNodePorts === false
      ? (spec.ports ?? []).filter(({ nodePort }) => nodePort).length
      : ports;
  return { "services.loadbalancers": "1", "services.nodeports": String(nodePorts) };
}

/** Resources that a quota bounds and that a container of the pod says nothing of. */
export function unspecified(spec: PodSpec, bounded: readonly string[]): string | undefined {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const parts: string[] = [];
  for (const name of [...bounded].sort()) {
    const match = /^(?:(requests|limits)\.)?(cpu|memory|ephemeral-storage)$/.exec(name);
    if (!match) continue;
    const [, kind = "requests", resource = ""] = match;
    const amounts = kind === "limits" ? "limits" : "requests";
    if (spec.resources?.[amounts]?.[resource] !== undefined) continue;
    const silent = containers.filter(
      (container) => container.resources?.[amounts]?.[resource] === undefined,
    );
    if (silent.length === 0) continue;
    parts.push(
      `${name} for: ${silent
        .map((container) => container.name)
        .sort()
        .join(",")}`,
    );
  }
  return parts.length ? `must specify ${parts.join("; ")}` : undefined;
}
