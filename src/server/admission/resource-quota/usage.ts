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

const betaClassAnnotation = "volume.beta.kubernetes.io/storage-class";
const suffix = ".storageclass.storage.k8s.io/";
const computed = ["cpu", "memory", "ephemeral-storage"];
const podNames = new Set([
  "pods",
  "count/pods",
  ...computed,
  ...computed.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
]);
const claimNames = ["persistentvolumeclaims", "requests.storage"];
const serviceNames = new Set([
  "services",
  "count/services",
  "services.nodeports",
  "services.loadbalancers",
]);

/** Whether an object of this resource may take from what a quota bounds under this name. */
export function isMeasured(group: string, resource: string, name: string): boolean {
  switch (group ? "" : resource) {
    case "pods":
      return podNames.has(name) || /^(requests\.)?hugepages-/.test(name) || isExtended(name);
    case "persistentvolumeclaims":
      return (
        name === "count/persistentvolumeclaims" ||
        claimNames.some((each) => name === each || name.endsWith(suffix + each))
      );
    case "services":
      return serviceNames.has(name);
    default:
      return (
        name === (group ? `count/${resource}.${group}` : `count/${resource}`) ||
        (group === "" && plainCounts.has(name) && name === resource)
      );
  }
}

/** `requests.example.com/gpu`: what nodes offer beyond Kubernetes' own resources. */
function isExtended(name: string): boolean {
  if (!name.startsWith("requests.")) return false;
  const resource = name.slice("requests.".length);
  const isNative = !resource.includes("/") || resource.includes("kubernetes.io/");
  return !isNative || resource.startsWith("deviceclass.resource.kubernetes.io/");
}

/** What one object takes from the quotas of its namespace. */
export function usageOf(group: string, resource: string, object: unknown, now: number): Usage {
  const count: Record<string, string> = {
    [group ? `count/${resource}.${group}` : `count/${resource}`]: "1",
    ...(group === "" && plainCounts.has(resource) && { [resource]: "1" }),
  };
  if (group !== "") return count;
  switch (resource) {
    case "pods":
      // All that is stored counts as an object, but only what may still run takes from the rest.
      return isOver(object as Pod, now)
        ? { "count/pods": "1" }
        : { ...count, ...podUsage((object as Pod).spec) };
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

function isOver({ metadata, status }: Pod, now: number): boolean {
  if (status.phase === "Failed" || status.phase === "Succeeded") return true;
  const { deletionTimestamp, deletionGracePeriodSeconds: grace } = metadata;
  if (deletionTimestamp === undefined || grace === undefined) return false;
  return now > Date.parse(deletionTimestamp) + grace * 1000;
}

function claimUsage({ metadata, spec, status }: PersistentVolumeClaim): Usage {
  const requested = spec.resources?.requests?.["storage"];
  const allocated = status?.allocatedResources?.["storage"];
  const isGrown = requested && allocated && compareQuantities(allocated, requested) > 0;
  const storage = isGrown ? allocated : requested;
  const className = metadata.annotations?.[betaClassAnnotation] ?? spec.storageClassName;
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
  // A pod that speaks for itself as a whole need not do so for each container.
  const { requests = {}, limits = {} } = spec.resources ?? {};
  if (Object.keys(requests).length + Object.keys(limits).length > 0) return undefined;
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const parts: string[] = [];
  for (const name of [...bounded].sort()) {
    const match = /^(?:(requests|limits)\.)?(cpu|memory)$/.exec(name);
    if (!match) continue;
    const [, kind = "requests", resource = ""] = match;
    const amounts = kind === "limits" ? "limits" : "requests";
    const silent = containers.filter(
      (container) => container.resources?.[amounts]?.[resource] === undefined,
    );
    if (silent.length === 0) continue;
    const names = new Set(silent.map((container) => container.name).sort());
    parts.push(`${name} for: ${[...names].join(",")}`);
  }
  return parts.length ? `must specify ${parts.join("; ")}` : undefined;
}
