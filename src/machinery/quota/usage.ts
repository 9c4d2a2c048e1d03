import type { PersistentVolumeClaim, Pod, PodSpec, Service } from "#api/core/v1.ts";
import type { DeviceClass, ResourceClaim } from "#api/resource/v1.ts";
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  subtractQuantities,
} from "#schema/quantity.ts";
import { podLimits, podRequests } from "../pod-resources.ts";

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

/** What usage depends on besides the object itself. */
export interface Surroundings {
  /** In milliseconds. */
  readonly now: number;
  /** Those of the cluster; only claims of devices are counted by them. */
  readonly deviceClasses?: readonly DeviceClass[];
}

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

const deviceSuffix = ".deviceclass.resource.k8s.io/devices";
const devicePrefix = "requests.deviceclass.resource.kubernetes.io/";
/** A claim of "all devices" can get so many. */
const devicesMax = 32;
/** On claims that stand for what a pod asked for as an extended resource. */
const extendedClaimAnnotation = "resource.kubernetes.io/extended-resource-claim";

const isDeviceClaim = (group: string, resource: string) =>
  group === "resource.k8s.io" && resource === "resourceclaims";

/** Whether an object of this resource may take from what a quota bounds under this name. */
export function isMeasured(group: string, resource: string, name: string): boolean {
  if (isDeviceClaim(group, resource) && (name.endsWith(deviceSuffix) || isExtended(name))) {
    return true;
  }
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
export function usageOf(
  group: string,
  resource: string,
  object: unknown,
  { now, deviceClasses = [] }: Surroundings,
): Usage {
  const count: Record<string, string> = {
    [group ? `count/${resource}.${group}` : `count/${resource}`]: "1",
    ...(group === "" && plainCounts.has(resource) && { [resource]: "1" }),
  };
  if (isDeviceClaim(group, resource)) {
    return { ...count, ...deviceUsage(object as ResourceClaim, deviceClasses) };
  }
  if (group !== "") return count;
  switch (resource) {
    case "pods":
      // All that is stored counts as an object, but only what may still run takes from the rest.
      return isPodOver(object as Pod, now)
        ? { "count/pods": "1" }
        : { ...count, ...podUsage(object as Pod) };
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

function podUsage({ spec, status }: Pod): Usage {
  const usage: Record<string, string> = {};
  for (const [name, amount] of Object.entries(podRequests(spec, status))) {
    usage[`requests.${name}`] = amount;
    if (isPlain(name)) usage[name] = amount;
  }
  for (const [name, amount] of Object.entries(podLimits(spec, status))) {
    if (["cpu", "memory", "ephemeral-storage"].includes(name)) usage[`limits.${name}`] = amount;
  }
  return usage;
}

const isPlain = (name: string) =>
  ["cpu", "memory", "ephemeral-storage"].includes(name) || name.startsWith("hugepages-");

function isPodOver(pod: Pod, now: number): boolean {
  if (pod.status.phase === "Failed" || pod.status.phase === "Succeeded") return true;
  const release = releaseOf(pod);
  return release !== undefined && now > release;
}

/**
 * When a pod that is being deleted stops counting, whether it has gone by then or not: a node that
 * is lost must not keep its user from having other pods. Undefined for one that stays.
 */
export function releaseOf({ metadata }: Pod): number | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds: grace } = metadata;
  if (deletionTimestamp === undefined || grace === undefined) return undefined;
  return Date.parse(deletionTimestamp) + grace * 1000;
}

function claimUsage({ metadata, spec, status }: PersistentVolumeClaim): Usage {
  const requested = spec.resources?.requests?.["storage"];
  const allocated = status?.allocatedResources?.["storage"];
  const isGrown = requested && allocated && compareQuantities(allocated, requested) > 0;
  const storage = wholeUnits(isGrown ? allocated : requested);
  const className = metadata.annotations?.[betaClassAnnotation] ?? spec.storageClassName;
  return {
    ...(storage && { "requests.storage": storage }),
    ...(className && { [`${className}${suffix}persistentvolumeclaims`]: "1" }),
    ...(className && storage && { [`${className}${suffix}requests.storage`]: storage }),
  };
}

/** Bytes come whole: a quota takes no fraction of one. */
function wholeUnits(amount: string | undefined): string | undefined {
  const quantity = amount === undefined ? undefined : parseQuantity(amount);
  if (!quantity) return amount;
  const unit = 1_000_000_000n;
  const rest = quantity.nanos % unit;
  if (rest === 0n) return amount;
  return formatQuantity({ ...quantity, nanos: quantity.nanos - rest + unit });
}

/** By class, what the claim may get at most; of alternatives only one is allocated. */
function deviceUsage({ metadata, spec }: ResourceClaim, classes: readonly DeviceClass[]): Usage {
  const devices = new Map<string, number>();
  for (const { exactly, firstAvailable = [] } of spec.devices?.requests ?? []) {
    const most = new Map<string, number>();
    for (const request of exactly ? [exactly] : firstAvailable) {
      const { allocationMode = "ExactCount", count = 1, deviceClassName: name } = request;
      const number =
        allocationMode === "ExactCount" ? count : allocationMode === "All" ? devicesMax : 0;
      most.set(name, Math.max(most.get(name) ?? 0, number));
    }
    for (const [name, number] of most) devices.set(name, (devices.get(name) ?? 0) + number);
  }
  const usage: Record<string, string> = {};
  // Such a claim is the pod's own, and the pod has paid for it.
  const isPaid = metadata.annotations?.[extendedClaimAnnotation] === "true";
  for (const [name, number] of devices) {
    usage[`${name}${deviceSuffix}`] = String(number);
    if (isPaid) continue;
    usage[`${devicePrefix}${name}`] = String(number);
    const extended = classes.find(({ metadata }) => metadata.name === name)?.spec;
    const resource = extended?.extendedResourceName;
    if (!resource) continue;
    const key = `requests.${resource}`;
    usage[key] = addQuantities(usage[key] ?? "0", String(number));
  }
  return usage;
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
