import type { LabelSelector } from "#api/meta/v1.ts";
import type { Pod, PodAffinityTerm } from "#api/core/v1.ts";
import { matchesLabelSelector } from "#machinery/labels/label-selector.ts";
import type { NodeInfo } from "../cache/node-info.ts";
import { nodeScoreMax } from "../framework.ts";
import type { Plugin } from "../framework.ts";

/** Places pods near to, or far from, other pods, by the topology of their nodes. */
export const interPodAffinity: Plugin = {
  name: "InterPodAffinity",
  weight: 2,

  filter(pod, node, nodes) {
    const refuse = (reason: string) => ({
      plugin: "InterPodAffinity",
      reasons: [reason],
      unresolvable: false,
    });
    const affinity = pod.pod.spec.affinity;
    const near = affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    for (const term of near) {
      if (!nearSatisfied(term, pod.pod, node, nodes)) {
        return refuse("node(s) didn't match pod affinity rules");
      }
    }
    const far = affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    for (const term of far) {
      if (countMatching(term, pod.pod, node, nodes) > 0) {
        return refuse("node(s) didn't match pod anti-affinity rules");
      }
    }
    if (repelledByOthers(pod.pod, node, nodes)) {
      return refuse("node(s) didn't satisfy existing pods anti-affinity rules");
    }
    return undefined;
  },

  score(pod, node, nodes) {
    let sum = 0;
    const affinity = pod.pod.spec.affinity;
    for (const { weight, podAffinityTerm } of affinity?.podAffinity
      ?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
      sum += weight * countMatching(podAffinityTerm, pod.pod, node, nodes);
    }
    for (const { weight, podAffinityTerm } of affinity?.podAntiAffinity
      ?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
      sum -= weight * countMatching(podAffinityTerm, pod.pod, node, nodes);
    }
    return sum;
  },

  normalize(scores) {
    const lowest = Math.min(...scores);
    const range = Math.max(...scores) - lowest;
    for (let index = 0; index < scores.length; index++) {
      const above = (scores[index] ?? 0) - lowest;
      scores[index] = range > 0 ? Math.trunc((nodeScoreMax * above) / range) : 0;
    }
  },

  mayFitAfter: () => true,
};

function nearSatisfied(
  term: PodAffinityTerm,
  pod: Pod,
  node: NodeInfo,
  nodes: readonly NodeInfo[],
): boolean {
  if (node.node.metadata.labels?.[term.topologyKey] === undefined) return false;
  if (countMatching(term, pod, node, nodes) > 0) return true;
  // The first of a group that wants to be near itself may go anywhere.
  const nowhere = nodes.every((other) => !other.pods.some(({ pod }) => matches(term, pod, pod)));
  return nowhere && matches(term, pod, pod);
}

/** Pods that the term selects, in the same topology domain as the node. */
function countMatching(
  term: PodAffinityTerm,
  pod: Pod,
  node: NodeInfo,
  nodes: readonly NodeInfo[],
): number {
  const domain = node.node.metadata.labels?.[term.topologyKey];
  if (domain === undefined) return 0;
  let count = 0;
  for (const other of nodes) {
    if (other.node.metadata.labels?.[term.topologyKey] !== domain) continue;
    for (const { pod: placed } of other.pods) if (matches(term, placed, pod)) count++;
  }
  return count;
}

function repelledByOthers(pod: Pod, node: NodeInfo, nodes: readonly NodeInfo[]): boolean {
  for (const other of nodes) {
    for (const { pod: placed } of other.pods) {
      const terms =
        placed.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
      for (const term of terms) {
        const domain = other.node.metadata.labels?.[term.topologyKey];
        const same =
          domain !== undefined && node.node.metadata.labels?.[term.topologyKey] === domain;
        if (same && matches(term, pod, placed)) return true;
      }
    }
  }
  return false;
}

/** Whether `candidate` is among the pods that `owner`'s term speaks of. */
function matches(term: PodAffinityTerm, candidate: Pod, owner: Pod): boolean {
  return inNamespaces(term, candidate, owner) && matchesSelector(term.labelSelector, candidate);
}

function inNamespaces(term: PodAffinityTerm, candidate: Pod, owner: Pod): boolean {
  const namespace = candidate.metadata.namespace ?? "";
  // An empty selector means every namespace; the labels of namespaces are not known here yet.
  if (term.namespaceSelector && isEmpty(term.namespaceSelector)) return true;
  const listed = term.namespaces ?? [];
  return listed.length > 0 ? listed.includes(namespace) : namespace === owner.metadata.namespace;
}

function isEmpty(selector: LabelSelector): boolean {
  return !selector.matchExpressions?.length && !Object.keys(selector.matchLabels ?? {}).length;
}

export function matchesSelector(selector: LabelSelector | undefined, pod: Pod): boolean {
  return selector !== undefined && matchesLabelSelector(selector, pod.metadata.labels ?? {});
}
