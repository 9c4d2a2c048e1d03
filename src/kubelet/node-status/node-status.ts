import type { ContainerImage, Node, NodeCondition, NodeStatus } from "#api/core/v1.ts";
import type { Draft } from "#schema/message.ts";
import { rfc3339 } from "../status/pod-status.ts";

/** What the machine and the runtime say of themselves. */
export interface NodeFacts {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly podsMax: number;
  readonly address: string;
  readonly kubeletPort: number;
  readonly machineId: string;
  readonly systemUuid: string;
  readonly bootId: string;
  readonly kernelVersion: string;
  readonly osImage: string;
  /** "amd64", "arm64". */
  readonly architecture: string;
  readonly runtimeVersion: string;
  readonly kubeletVersion: string;
  readonly swapBytes: number;
}

/** What changes from one heartbeat to the next. */
export interface NodeHealth {
  /** Empty when all is well; else what keeps the node from being ready. */
  readonly problems: readonly string[];
  readonly memoryAvailableBytes: number;
  readonly diskAvailableBytes: number;
  readonly images: readonly ContainerImage[];
}

/** Upstream's hard eviction thresholds: what pods may not count on. */
const memoryReservedBytes = 100 * 1024 * 1024;
const diskReservedFraction = 0.1;

/** The node object as a kubelet registers it. */
export function newNode(
  name: string,
  facts: NodeFacts,
  labels: Record<string, string>,
  annotations: Record<string, string> = {},
): Draft<Node> {
  return {
    metadata: {
      name,
      labels: {
        "beta.kubernetes.io/arch": facts.architecture,
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": facts.architecture,
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        ...labels,
      },
      annotations: {
        "volumes.kubernetes.io/controller-managed-attach-detach": "true",
        ...annotations,
      },
    },
    spec: {},
  };
}

/** The status of a node now. Pure; times of conditions that did not change are kept. */
export function nodeStatus(
  name: string,
  facts: NodeFacts,
  health: NodeHealth,
  before: Pick<NodeStatus, "conditions"> | undefined,
  nowMs: number,
): Draft<NodeStatus> {
  const capacity = {
    cpu: String(facts.cpus),
    "ephemeral-storage": `${Math.floor(facts.diskBytes / 1024)}Ki`,
    memory: `${Math.floor(facts.memoryBytes / 1024)}Ki`,
    pods: String(facts.podsMax),
  };
  const allocatableMemory = Math.max(0, facts.memoryBytes - memoryReservedBytes);
  return {
    capacity,
    allocatable: {
      ...capacity,
      "ephemeral-storage": String(Math.floor(facts.diskBytes * (1 - diskReservedFraction))),
      memory: `${Math.floor(allocatableMemory / 1024)}Ki`,
    },
    conditions: conditions(facts, health, before?.conditions ?? [], nowMs),
    addresses: [
      { type: "InternalIP", address: facts.address },
      { type: "Hostname", address: name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: facts.kubeletPort } },
    nodeInfo: {
      machineID: facts.machineId,
      systemUUID: facts.systemUuid,
      bootID: facts.bootId,
      kernelVersion: facts.kernelVersion,
      osImage: facts.osImage,
      containerRuntimeVersion: facts.runtimeVersion,
      kubeletVersion: facts.kubeletVersion,
      kubeProxyVersion: "",
      operatingSystem: "linux",
      architecture: facts.architecture,
      swap: { capacity: facts.swapBytes },
    },
    images: [...health.images],
  };
}

function conditions(
  facts: NodeFacts,
  health: NodeHealth,
  before: readonly NodeCondition[],
  nowMs: number,
): NodeCondition[] {
  const memoryLow = health.memoryAvailableBytes < memoryReservedBytes;
  const diskLow = health.diskAvailableBytes < facts.diskBytes * diskReservedFraction;
  const ready = health.problems.length === 0;
  const drafts: Omit<NodeCondition, "lastHeartbeatTime" | "lastTransitionTime">[] = [
    memoryLow
      ? condition(
          "MemoryPressure",
          "True",
          "KubeletHasInsufficientMemory",
          "kubelet has insufficient memory available",
        )
      : condition(
          "MemoryPressure",
          "False",
          "KubeletHasSufficientMemory",
          "kubelet has sufficient memory available",
        ),
    diskLow
      ? condition("DiskPressure", "True", "KubeletHasDiskPressure", "kubelet has disk pressure")
      : condition(
          "DiskPressure",
          "False",
          "KubeletHasNoDiskPressure",
          "kubelet has no disk pressure",
        ),
    condition(
      "PIDPressure",
      "False",
      "KubeletHasSufficientPID",
      "kubelet has sufficient PID available",
    ),
    ready
      ? condition("Ready", "True", "KubeletReady", "kubelet is posting ready status")
      : condition("Ready", "False", "KubeletNotReady", health.problems.join(", ")),
  ];
  const now = rfc3339(nowMs);
  return drafts.map((draft) => {
    const old = before.find(({ type }) => type === draft.type);
    return {
      ...draft,
      lastHeartbeatTime: now,
      lastTransitionTime: old?.status === draft.status ? (old.lastTransitionTime ?? now) : now,
    };
  });
}

function condition(type: string, status: "True" | "False", reason: string, message: string) {
  return { type, status, reason, message };
}
