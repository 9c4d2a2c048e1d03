import type { Pod } from "#api/core/v1.ts";
import { affinityTermsOf, matchesTerm, withNamespaces } from "../cache/affinity-term.ts";
import type { AffinityTerm, Labels } from "../cache/affinity-term.ts";
import type { NodeInfo } from "../cache/node-info.ts";
import type { PodInfo } from "../cache/pod-info.ts";
import { nodeScoreMax } from "../framework.ts";
import type { ClusterEvent, ClusterView, CountsByNode, Plugin, PodFilter } from "../framework.ts";
import type { InterPodAffinityArgs } from "../profile/arguments.ts";

const reasons = {
  near: "node(s) didn't match pod affinity rules",
  far: "node(s) didn't match pod anti-affinity rules",
  others: "node(s) didn't satisfy existing pods anti-affinity rules",
};

/** Places pods near to, or far from, other pods, by the topology of their nodes. */
export function interPodAffinity(args: InterPodAffinityArgs): Plugin {
  return {
    name: "InterPodAffinity",
    weight: 2,
    prepareFilter,
    prepareScore: (pod, cluster) => prepareScore(pod, cluster, args),

    mayFitAfter(event, pod) {
      switch (event.kind) {
        case "NodeAdded":
          return mayFitOnNewNode(pod, event.node.metadata.labels ?? {});
        case "NodeUpdated":
          return mayFitAfterMove(
            pod,
            event.before.metadata.labels ?? {},
            event.node.metadata.labels ?? {},
          );
        case "PodAdded":
        case "PodUpdated":
        case "PodDeleted":
          return mayFitAfterPod(event, pod);
        default:
          return false;
      }
    },
  };
}

/** Numbers by the value of a node label. */
class DomainCounts {
  readonly #byKey = new Map<string, Map<string, number>>();

  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  add(node: NodeInfo | undefined, topologyKey: string, count: number): void {
    const value = node?.labels[topologyKey];
    if (value === undefined || count === 0) return;
    let values = this.#byKey.get(topologyKey);
    if (!values) this.#byKey.set(topologyKey, (values = new Map()));
    const sum = (values.get(value) ?? 0) + count;
    if (sum === 0) values.delete(value);
    else values.set(value, sum);
    if (values.size === 0) this.#byKey.delete(topologyKey);
  }

  addAll(cluster: ClusterView, counts: CountsByNode, topologyKey: string, weight = 1): void {
    for (const [name, count] of counts) this.add(cluster.node(name), topologyKey, count * weight);
  }

  get(node: NodeInfo, topologyKey: string): number {
    return this.#byKey.get(topologyKey)?.get(node.labels[topologyKey] ?? "") ?? 0;
  }

  /** The sum over all keys that the node has. */
  sum(node: NodeInfo): number {
    let sum = 0;
    for (const [key, values] of this.#byKey) {
      const value = node.labels[key];
      if (value !== undefined) sum += values.get(value) ?? 0;
    }
    return sum;
  }
}

function prepareFilter(pod: PodInfo, cluster: ClusterView): PodFilter | undefined {
  const resolve = (term: AffinityTerm) => withNamespaces(term, () => cluster.objects.namespaces());
  const near = pod.terms.required.map(resolve);
  const far = pod.terms.requiredAnti.map(resolve);
  const namespaceLabels = namespaceLabelsOf(pod, cluster);

  const others = new DomainCounts();
  for (const { term, counts } of cluster.placedTerms("requiredAnti")) {
    if (matchesTerm(term, pod.pod, namespaceLabels())) {
      others.addAll(cluster, counts, term.topologyKey);
    }
  }
  if (others.isEmpty && near.length === 0 && far.length === 0) return undefined;

  const isNear = (other: Pod) => near.length > 0 && near.every((term) => matchesTerm(term, other));
  const nearby = new DomainCounts();
  if (near.length > 0) {
    const counts = cluster.countPods(near.map(({ signature }) => signature).join(), isNear);
    for (const { topologyKey } of near) nearby.addAll(cluster, counts, topologyKey);
  }
  const hated = new DomainCounts();
  for (const term of far) {
    const counts = cluster.countPods(term.signature, (other) => matchesTerm(term, other));
    hated.addAll(cluster, counts, term.topologyKey);
  }

  const change = (other: PodInfo, node: NodeInfo, sign: 1 | -1) => {
    for (const term of other.terms.requiredAnti) {
      if (matchesTerm(term, pod.pod, namespaceLabels())) others.add(node, term.topologyKey, sign);
    }
    if (isNear(other.pod)) {
      for (const { topologyKey } of near) nearby.add(node, topologyKey, sign);
    }
    for (const term of far) {
      if (matchesTerm(term, other.pod)) hated.add(node, term.topologyKey, sign);
    }
  };
  return {
    check(node) {
      const has = ({ topologyKey }: AffinityTerm) => node.labels[topologyKey] !== undefined;
      const satisfied = near.every((term) => nearby.get(node, term.topologyKey) > 0);
      // The first of a group that wants to be near itself may go anywhere.
      const isFirst = !satisfied && nearby.isEmpty && isNear(pod.pod);
      if (!near.every(has) || !(satisfied || isFirst)) return refuse(reasons.near, true);
      if (far.some((term) => has(term) && hated.get(node, term.topologyKey) > 0)) {
        return refuse(reasons.far, false);
      }
      return others.sum(node) > 0 ? refuse(reasons.others, false) : undefined;
    },
    add: (other, node) => change(other, node, 1),
    remove: (other, node) => change(other, node, -1),
  };
}

function prepareScore(pod: PodInfo, cluster: ClusterView, args: InterPodAffinityArgs) {
  const own = pod.terms.preferred;
  if (args.ignorePreferredTermsOfExistingPods && own.length === 0) return undefined;
  const total = new DomainCounts();
  for (const preference of own) {
    const term = withNamespaces(preference, () => cluster.objects.namespaces());
    const counts = cluster.countPods(term.signature, (other) => matchesTerm(term, other));
    total.addAll(cluster, counts, term.topologyKey, term.weight);
  }
  const namespaceLabels = namespaceLabelsOf(pod, cluster);
  const fromOthers = (kind: "required" | "preferred", factor: number) => {
    for (const { term, counts } of cluster.placedTerms(kind)) {
      if (matchesTerm(term, pod.pod, namespaceLabels())) {
        total.addAll(cluster, counts, term.topologyKey, term.weight * factor);
      }
    }
  };
  if (args.hardPodAffinityWeight > 0) fromOthers("required", args.hardPodAffinityWeight);
  fromOthers("preferred", 1);
  if (total.isEmpty) return undefined;
  return { score: (node: NodeInfo) => total.sum(node), normalize: spread };
}

/** The lowest becomes 0, the highest 100. */
function spread(scores: number[]): void {
  let lowest = Infinity;
  let highest = -Infinity;
  for (const score of scores) {
    lowest = Math.min(lowest, score);
    highest = Math.max(highest, score);
  }
  const range = highest - lowest;
  for (let index = 0; index < scores.length; index++) {
    const above = (scores[index] ?? 0) - lowest;
    scores[index] = range > 0 ? Math.trunc(nodeScoreMax * (above / range)) : 0;
  }
}

/** Looked up only when a term asks for them, and once. */
function namespaceLabelsOf({ pod }: PodInfo, cluster: ClusterView): () => Labels {
  let labels: Labels | undefined;
  return () =>
    (labels ??=
      cluster.objects.namespaces().find(({ metadata }) => metadata.name === pod.metadata.namespace)
        ?.metadata.labels ?? {});
}

function mayFitAfterPod(event: Extract<ClusterEvent, { pod: Pod }>, pod: Pod): boolean {
  const own = event.pod.metadata.uid === pod.metadata.uid;
  if (event.kind === "PodUpdated") {
    const { before } = event;
    if (JSON.stringify(before.metadata.labels) === JSON.stringify(event.pod.metadata.labels)) {
      return false;
    }
    if (own) return true;
  }
  if (!event.pod.spec.nodeName && !event.pod.status.nominatedNodeName) return false;
  const { required, requiredAnti } = affinityTermsOf(pod);
  const meetsAll = (terms: readonly AffinityTerm[], other: Pod) =>
    terms.length > 0 && terms.every((term) => matchesForHint(term, other));
  switch (event.kind) {
    case "PodAdded":
      return meetsAll(required, event.pod);
    case "PodDeleted":
      return (
        meetsAll(requiredAnti, event.pod) || meetsAll(affinityTermsOf(event.pod).requiredAnti, pod)
      );
    case "PodUpdated":
      return (
        (!meetsAll(required, event.before) && meetsAll(required, event.pod)) ||
        (meetsAll(requiredAnti, event.before) && !meetsAll(requiredAnti, event.pod))
      );
    default:
      return event satisfies never;
  }
}

/** A selector of namespaces cannot be judged here: better one attempt too many. */
function matchesForHint(term: AffinityTerm, pod: Pod): boolean {
  const namespaces = new Set([...term.namespaces, pod.metadata.namespace ?? ""]);
  return matchesTerm(term.namespaceSelector ? { ...term, namespaces } : term, pod);
}

function mayFitOnNewNode(pod: Pod, labels: Labels): boolean {
  const { required, requiredAnti } = affinityTermsOf(pod);
  return (
    requiredAnti.length > 0 || required.some(({ topologyKey }) => labels[topologyKey] !== undefined)
  );
}

function mayFitAfterMove(pod: Pod, before: Labels, after: Labels): boolean {
  const { required, requiredAnti } = affinityTermsOf(pod);
  return (
    required.some(
      ({ topologyKey: key }) => after[key] !== undefined && after[key] !== before[key],
    ) ||
    requiredAnti.some(
      ({ topologyKey: key }) => before[key] !== undefined && after[key] !== before[key],
    )
  );
}

function refuse(reason: string, unresolvable: boolean) {
  return { plugin: "InterPodAffinity", reasons: [reason], unresolvable };
}
