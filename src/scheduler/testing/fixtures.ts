import { Node, Pod } from "#api/core/v1.ts";
import type { Container, NodeSpec, PodSpec, PodStatus } from "#api/core/v1.ts";
import { applyDefaults } from "#schema/default.ts";
import type { Draft } from "#schema/message.ts";
import { SchedulerCache } from "../cache/cache.ts";
import { podInfo } from "../cache/pod-info.ts";
import type { PodInfo } from "../cache/pod-info.ts";
import { decide, refusalText } from "../decide.ts";
import type { NoFit } from "../decide.ts";
import type { ClusterObjects } from "../framework.ts";
import { noObjects } from "../framework.ts";
import { defaultPlugins } from "../plugins/default-plugins.ts";
import { Nominations } from "../preemption/nominations.ts";
import { profileOf } from "../profile/profile.ts";
import type { Profile } from "../profile/profile.ts";

export interface NodeOptions extends Partial<NodeSpec> {
  readonly cpu?: string;
  readonly amounts?: Record<string, string>;
  readonly labels?: Record<string, string>;
  readonly images?: { names: string[]; sizeBytes: number }[];
}

/** A node with room for 2 CPUs, 4 GiB and 110 pods, unless said otherwise. */
export function nodeOf(name: string, options: NodeOptions = {}): Node {
  const { cpu = "2", amounts, labels, images = [], ...spec } = options;
  const allocatable = { cpu, memory: "4Gi", pods: "110", ...amounts };
  const draft: Draft<Node> = {
    metadata: { name, labels: { "kubernetes.io/hostname": name, ...labels } },
    spec,
    status: { allocatable, capacity: allocatable, images },
  };
  return applyDefaults(Node, draft);
}

export interface PodOptions extends Partial<Draft<PodSpec>> {
  readonly cpu?: string;
  readonly memory?: string;
  readonly requests?: Record<string, string>;
  readonly labels?: Record<string, string>;
  readonly namespace?: string;
  readonly status?: Draft<PodStatus>;
  readonly owner?: { apiVersion: string; kind: string; name: string };
}

export function podOf(name: string, options: PodOptions = {}): Pod {
  const { cpu, memory, labels = {}, namespace = "default", status, owner, ...rest } = options;
  const { requests: others, ...spec } = rest;
  const requests = { ...(cpu && { cpu }), ...(memory && { memory }), ...others };
  const container: Draft<Container> = { name: "c", image: "nginx" };
  if (Object.keys(requests).length > 0) container.resources = { requests };
  const ownerReferences = owner ? [{ ...owner, uid: "owner", controller: true }] : [];
  const draft: Draft<Pod> = {
    metadata: { name, namespace, uid: `${namespace}/${name}`, labels, ownerReferences },
    spec: { containers: [container], ...spec },
    ...(status && { status }),
  };
  return applyDefaults(Pod, draft);
}

export function infoOf(name: string, options: PodOptions = {}): PodInfo {
  return podInfo(podOf(name, options));
}

/** A cluster of nodes, each with the pods that are on it. */
export function clusterOf(
  nodes: readonly (Node | readonly [Node, ...PodInfo[]])[],
  objects: Partial<ClusterObjects> = {},
): SchedulerCache {
  const cache = new SchedulerCache({ ...noObjects, ...objects });
  for (const entry of nodes) {
    const [node, ...pods] = Array.isArray(entry) ? entry : [entry];
    cache.setNode(node);
    for (const pod of pods) cache.assume(pod, node.metadata.name);
  }
  return cache;
}

export interface TryOptions {
  readonly profile?: Profile;
  readonly nominations?: Nominations;
}

/** Where the pod goes, or why nowhere; the first of equals wins. */
export function outcome(pod: PodInfo, cluster: SchedulerCache, options: TryOptions = {}): string {
  const decision = decide(pod, cluster, { ...defaults(), ...options });
  return decision.ok ? decision.node : refusalText(decision);
}

/** The decision on a pod that fits nowhere. */
export function noFitOf(pod: PodInfo, cluster: SchedulerCache, options: TryOptions = {}): NoFit {
  const decision = decide(pod, cluster, { ...defaults(), ...options });
  if (decision.ok) throw new Error(`${pod.key} fits on ${decision.node}`);
  return decision;
}

function defaults() {
  return {
    profile: profileOf(defaultPlugins),
    nominations: new Nominations(),
    random: () => 0,
  };
}
