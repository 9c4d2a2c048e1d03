import type { Pod, Service, ServicePort } from "#api/core/v1.ts";
import { Pod as PodType, Service as ServiceType } from "#api/core/v1.ts";
import type { ObjectReference } from "#client/client.ts";
import { indexBy } from "#component/controller.ts";
import type { IndexDefinition, ReadCache } from "#component/controller.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { isFinished } from "#machinery/pod-resources.ts";

/** Both ways between Services and their pods: to be declared by whoever goes one of them. */
export const serviceIndexes: readonly IndexDefinition[] = [
  // One label that a pod must have is enough to find the few Services that may select it.
  indexBy(ServiceType, "selector", ({ metadata, spec }) => {
    for (const key in spec.selector) return [labelKey(metadata.namespace, key, spec.selector[key])];
    return [];
  }),
  indexBy(PodType, "label", ({ metadata: { labels, namespace } }) =>
    Object.entries(labels ?? {}).map(([key, value]) => labelKey(namespace, key, value)),
  ),
];

const labelKey = (namespace = "", key: string, value = "") => `${namespace}/${key}=${value}`;

/** The Services that a change of a pod concerns: those that select it, or selected it before. */
export function servicesOf(
  pod: Pod,
  cache: ReadCache,
  old: Pod | undefined,
): readonly ObjectReference[] {
  if (old && !changesEndpoints(pod, old)) return [];
  const services = servicesFor(pod, cache);
  if (old && old.metadata.labels !== pod.metadata.labels) {
    for (const service of servicesFor(old, cache)) services.add(service);
  }
  return [...services].map(({ metadata: { namespace, name } }) => ({ namespace, name }));
}

function servicesFor(pod: Pod, cache: ReadCache): Set<Service> {
  const { labels, namespace } = pod.metadata;
  const services = new Set<Service>();
  for (const key in labels) {
    const candidates = cache.byIndex(
      ServiceType,
      "selector",
      labelKey(namespace, key, labels[key]),
    );
    for (const service of candidates) if (selects(service, pod)) services.add(service);
  }
  return services;
}

/** Pods that back the Service. One without a selector has its endpoints made by others. */
export function podsOf(service: Service, cache: ReadCache): readonly Pod[] {
  const { namespace } = service.metadata;
  const { selector } = service.spec;
  for (const key in selector) {
    const candidates = cache.byIndex(PodType, "label", labelKey(namespace, key, selector[key]));
    return candidates.filter((pod) => selects(service, pod));
  }
  return [];
}

function selects({ spec }: Service, { metadata }: Pod): boolean {
  const { selector } = spec;
  let selectsAny = false;
  for (const key in selector) {
    if (metadata.labels?.[key] !== selector[key]) return false;
    selectsAny = true;
  }
  return selectsAny;
}

/** Heartbeats and container states do not matter here; there are many of them. */
function changesEndpoints(pod: Pod, old: Pod): boolean {
  const view = ({ metadata, spec, status }: Pod) => [
    metadata.labels,
    metadata.deletionTimestamp,
    spec.nodeName,
    spec.hostname,
    spec.subdomain,
    status.phase,
    status.podIP,
    status.podIPs,
    status.conditions?.find(({ type }) => type === "Ready"),
  ];
  return !deepEqual(view(pod), view(old));
}

export const isHeadless = ({ spec }: Service) => spec.clusterIP === "None";

/** Has an address, and has not finished. Pods on their way out are kept where it is asked for. */
export function hasEndpoint(pod: Pod, includeTerminating: boolean): boolean {
  if (isFinished(pod) || !pod.status.podIP) return false;
  return includeTerminating || !pod.metadata.deletionTimestamp;
}

/** The pod's port behind a Service's port; undefined where the pod has none of that name. */
export function targetPortOf(pod: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort ?? port.port;
  // An unset target is 0 or empty to some clients: it means the same port.
  if (target === 0 || target === "") return port.port;
  if (typeof target === "number") return target;
  const sidecars = (pod.spec.initContainers ?? []).filter(
    ({ restartPolicy }) => restartPolicy === "Always",
  );
  for (const { ports } of [...pod.spec.containers, ...sidecars]) {
    const found = ports?.find(
      ({ name, protocol }) => name === target && protocol === port.protocol,
    );
    if (found) return found.containerPort;
  }
  return undefined;
}

/** The name that DNS gives the pod below a headless Service. */
export function hostnameOf(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec;
  return hostname && subdomain === service.metadata.name ? hostname : undefined;
}

export function addressOf(pod: Pod, family: "IPv4" | "IPv6"): string | undefined {
  const all = pod.status.podIPs?.map(({ ip }) => ip) ?? [pod.status.podIP ?? ""];
  return all.find((ip) => ip !== "" && ip.includes(":") === (family === "IPv6"));
}

export function targetReference(pod: Pod) {
  const { namespace, name, uid } = pod.metadata;
  return { kind: "Pod", ...(namespace && { namespace }), name, uid };
}

/**
 * What set off a change of endpoints: the earliest readiness change (or the Service itself) that
 * the last written endpoints do not know of yet. Clients measure the network's delay by it.
 */
export function triggerTime(
  service: Service,
  pods: readonly Pod[],
  last: string | undefined,
): string | undefined {
  const since = last ?? "";
  const times = [
    service.metadata.creationTimestamp,
    ...pods.flatMap(
      (pod) =>
        pod.status.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime ?? [],
    ),
  ];
  return times.filter((time) => time > since).sort()[0];
}
