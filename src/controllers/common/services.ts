import type { Pod, Service, ServicePort } from "#api/core/v1.ts";
import { Service as ServiceType } from "#api/core/v1.ts";
import type { ObjectReference } from "#client/client.ts";
import type { ReadCache } from "#component/controller.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { isFinished } from "#machinery/pod-resources.ts";

/** The Services that a change of a pod concerns: those that select it, or selected it before. */
export function servicesOf(
  pod: Pod,
  cache: ReadCache,
  old: Pod | undefined,
): readonly ObjectReference[] {
  if (old && !changesEndpoints(pod, old)) return [];
  const services = cache.list(ServiceType, pod.metadata.namespace ?? "");
  return services
    .filter((service) => selects(service, pod) || (old && selects(service, old)))
    .map(({ metadata }) => ({ namespace: metadata.namespace, name: metadata.name }));
}

/** Pods that back the Service. One without a selector has its endpoints made by others. */
export function podsOf(service: Service, pods: readonly Pod[]): readonly Pod[] {
  return pods.filter((pod) => selects(service, pod));
}

function selects({ spec }: Service, { metadata }: Pod): boolean {
  const { selector } = spec;
  let selectsAny = false;
  // Asked of each Service of a namespace for each change of a pod: no lists for it.
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
