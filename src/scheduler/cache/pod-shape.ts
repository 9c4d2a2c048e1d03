import type { Container, Pod, PodSpec } from "#api/core/v1.ts";
import { amountsOf, podRequests } from "#machinery/pod-resources.ts";
import type { Amounts } from "#machinery/pod-resources.ts";
import { hostPortsOf } from "#machinery/scheduling/host-ports.ts";
import type { HostPort } from "#machinery/scheduling/host-ports.ts";

/** What a pod is to one node, whatever it is called and however it is labelled. */
export interface PodShape {
  /** With overhead, and while the pod is resized the larger of what it has and what it wants. */
  readonly requests: Amounts;
  /** For scores: containers that ask for nothing still count as something. */
  readonly scoreRequests: { readonly cpu: number; readonly memory: number };
  readonly hostPorts: readonly HostPort[];
  /** Images of all containers and volumes. */
  readonly images: readonly string[];
}

/** What a container without requests counts as in scores: 0.1 CPU and 200 MB. */
const assumedRequests = { cpu: "100m", memory: `${200 * 1024 * 1024}` };

export function podShape(pod: Pod): PodShape {
  const requests = amountsOf(podRequests(pod.spec, pod.status));
  const { containers, initContainers = [], volumes = [] } = pod.spec;
  return {
    requests,
    scoreRequests: scoreRequestsOf(pod, requests),
    hostPorts: hostPortsOf(pod),
    images: [
      ...[...initContainers, ...containers].flatMap(({ image }) => (image ? [image] : [])),
      ...volumes.flatMap(({ image }) => (image?.reference ? [image.reference] : [])),
    ],
  };
}

/**
 * Equal for pods about which every rule that looks at one node says the same, as long as they have
 * no node yet. Such rules may ask of a pod only what is in here, and for the node's name.
 */
export function shapeKey({ spec, status }: Pod): string {
  const { nodeSelector, affinity, tolerations, overhead, resources, volumes } = spec;
  const statuses = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
  const resizing = statuses.flatMap(({ name, resources: actual, allocatedResources }) =>
    actual ? [name, actual, allocatedResources] : [],
  );
  const pending =
    resizing.length > 0 && status.conditions?.find(({ type }) => type === "PodResizePending");
  return JSON.stringify([
    partsOf(spec.containers),
    partsOf(spec.initContainers),
    nodeSelector,
    affinity?.nodeAffinity,
    tolerations,
    overhead,
    resources,
    volumes?.flatMap(({ image }) => image?.reference ?? []),
    resizing,
    pending && pending.reason,
  ]);
}

function partsOf(containers: PodSpec["containers"] | undefined): unknown {
  return containers?.map(({ name, image, resources, ports, restartPolicy }) => [
    name,
    image,
    resources,
    ports?.some(({ hostPort }) => hostPort) && ports,
    restartPolicy,
  ]);
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
