import type { Container, Pod } from "#api/core/v1.ts";
import { podRequests } from "#machinery/pod-resources.ts";
import { quantityMilli, quantityValue } from "#schema/quantity.ts";
import { affinityTermsOf } from "./affinity-term.ts";
import type { AffinityTerms } from "./affinity-term.ts";
import { hostPortsOf } from "./host-ports.ts";
import type { HostPort } from "./host-ports.ts";

/** Amounts as numbers: milli-CPUs, and whole units of everything else. */
export type Amounts = ReadonlyMap<string, number>;

/** A pod with what the plugins need of it, computed once. */
export interface PodInfo {
  readonly pod: Pod;
  readonly key: string;
  /** With overhead, and while the pod is resized the larger of what it has and what it wants. */
  readonly requests: Amounts;
  /** For scores: containers that ask for nothing still count as something. */
  readonly scoreRequests: { readonly cpu: number; readonly memory: number };
  readonly hostPorts: readonly HostPort[];
  /** Images of all containers and volumes. */
  readonly images: readonly string[];
  readonly terms: AffinityTerms;
  readonly priority: number;
}

/** What a container without requests counts as in scores: 0.1 CPU and 200 MB. */
const assumedRequests = { cpu: "100m", memory: `${200 * 1024 * 1024}` };

export function podInfo(pod: Pod): PodInfo {
  const requests = amountsOf(podRequests(pod.spec, pod.status));
  const { containers, initContainers = [], volumes = [] } = pod.spec;
  return {
    pod,
    key: podKey(pod),
    requests,
    scoreRequests: scoreRequestsOf(pod, requests),
    hostPorts: hostPortsOf(pod),
    images: [
      ...[...initContainers, ...containers].flatMap(({ image }) => (image ? [image] : [])),
      ...volumes.flatMap(({ image }) => (image?.reference ? [image.reference] : [])),
    ],
    terms: affinityTermsOf(pod),
    priority: pod.spec.priority ?? 0,
  };
}

export function podKey(pod: Pod): string {
  return `${pod.metadata.namespace ?? ""}/${pod.metadata.name}`;
}

/** Quantities as numbers. */
export function amountsOf(quantities: Readonly<Record<string, string>>): Map<string, number> {
  return new Map(
    Object.entries(quantities).map(([name, amount]) => [
      name,
      name === "cpu" ? quantityMilli(amount) : quantityValue(amount),
    ]),
  );
}

function scoreRequestsOf(pod: Pod, requests: Amounts): { cpu: number; memory: number } {
  const { containers, initContainers = [] } = pod.spec;
  const isComplete = ({ resources }: Container) =>
    resources?.requests?.cpu !== undefined && resources.requests.memory !== undefined;
  const complete = containers.every(isComplete) && initContainers.every(isComplete);
  const amounts = complete
    ? requests
    : amountsOf(
        podRequests(
          {
            ...pod.spec,
            containers: containers.map(withAssumed),
            initContainers: initContainers.map(withAssumed),
          },
          pod.status,
        ),
      );
  return { cpu: amounts.get("cpu") ?? 0, memory: amounts.get("memory") ?? 0 };
}

function withAssumed(container: Container): Container {
  const requests = { ...assumedRequests, ...container.resources?.requests };
  return { ...container, resources: { ...container.resources, requests } };
}
