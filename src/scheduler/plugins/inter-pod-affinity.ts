import type { Pod } from "#api/core/v1.ts";
import { affinityTermsOf, matchesTerm, withNamespaces } from "../cache/affinity-term.ts";
import type { AffinityTerm, Labels } from "../cache/affinity-term.ts";
import type { NodeInfo } from "../cache/node-info.ts";
import { podLabels } from "../cache/pod-info.ts";
import type { PodInfo, PodLabels } from "../cache/pod-info.ts";
import type { Tally } from "../cache/topology.ts";
import { nodeScoreMax } from "../framework.ts";
import type {
  ClusterEvent,
  ClusterView,
  Plugin,
  PodFilter,
  PodScorer,
  Refusal,
  Scores,
} from "../framework.ts";
import type { InterPodAffinityArgs } from "../profile/arguments.ts";

const noNear = refuse("node(s) didn't match pod affinity rules", true);
const tooNear = refuse("node(s) didn't match pod anti-affinity rules", false);
const keepsAway = refuse("node(s) didn't satisfy existing pods anti-affinity rules", false);

function refuse(reason: string, unresolvable: boolean): Refusal {
  return { plugin: "InterPodAffinity", reasons: [reason], unresolvable };
}

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

/** Counted pods near a node, with what is different when "what if?" is asked. */
class Nearness {
  readonly tally: Tally;
  #changes: Map<number, number> | undefined;
  #changed = 0;

  constructor(tally: Tally) {
    this.tally = tally;
  }

  /** Whether there is none anywhere. */
  get isEmpty(): boolean {
    return this.tally.total + this.#changed === 0;
  }

  at({ slot }: NodeInfo): number {
    const count = this.tally.at(slot);
    if (!this.#changes) return count;
    return count + (this.#changes.get(this.tally.topology.domainOf(slot)) ?? 0);
  }

  change({ slot }: NodeInfo, by: number): void {
    const domain = this.tally.topology.domainOf(slot);
    if (domain < 0) return;
    this.#changes ??= new Map();
    this.#changes.set(domain, (this.#changes.get(domain) ?? 0) + by);
    this.#changed += by;
  }
}

/** A term of the pod's own, and the pods that it speaks of. */
interface OwnTerm {
  readonly term: AffinityTerm;
  readonly near: Nearness;
}

function prepareFilter(pod: PodInfo, cluster: ClusterView): PodFilter | undefined {
  const others = cluster
    .placedTerms("requiredAnti", pod.labels)
    .map(({ term, tally }) => ({ term, near: new Nearness(tally) }));
  const { required, requiredAnti } = pod.terms;
  if (required.length + requiredAnti.length === 0) {
    return others.length > 0 ? keptAway(pod, cluster, others) : undefined;
  }
  const resolve = (term: AffinityTerm) => withNamespaces(term, () => cluster.objects.namespaces());
  const terms = required.map(resolve);
  const isNear = (labels: PodLabels) => terms.every((term) => matchesTerm(term, labels));
  const all = { key: terms.map(({ signature }) => signature).join(), matches: isNear };
  const wanted = terms.map((term): OwnTerm => {
    return { term, near: new Nearness(cluster.tally(all, { label: term.topologyKey })) };
  });
  const avoided = requiredAnti.map(resolve).map((term): OwnTerm => {
    return { term, near: new Nearness(tallyOf(term, cluster)) };
  });
  const away = keptAway(pod, cluster, others);
  const change = (other: PodInfo, node: NodeInfo, by: 1 | -1) => {
    if (terms.length > 0 && isNear(other.labels)) {
      for (const { near } of wanted) near.change(node, by);
    }
    for (const { term, near } of avoided) {
      if (matchesTerm(term, other.labels)) near.change(node, by);
    }
  };
  return {
    check(node) {
      const { slot } = node;
      let hasAll = true;
      let isSatisfied = true;
      for (const { near } of wanted) {
        if (near.tally.topology.domainOf(slot) < 0) hasAll = false;
        else if (near.at(node) <= 0) isSatisfied = false;
      }
      if (!hasAll) return noNear;
      // The first of a group that wants to be near itself may go anywhere.
      const isFirst = !isSatisfied && wanted.every(({ near }) => near.isEmpty);
      if (!isSatisfied && !(isFirst && isNear(pod.labels))) return noNear;
      for (const { near } of avoided) if (near.at(node) > 0) return tooNear;
      return away.check(node);
    },
    add(other, node) {
      change(other, node, 1);
      away.add(other, node);
    },
    remove(other, node) {
      change(other, node, -1);
      away.remove(other, node);
    },
  };
}

/** What placed pods say, who want no such pod near them. */
function keptAway(
  pod: PodInfo,
  cluster: ClusterView,
  others: readonly OwnTerm[],
): Required<PodFilter> {
  const known = new Map(others.map(({ term, near }) => [term.signature, near]));
  const change = (other: PodInfo, node: NodeInfo, by: 1 | -1) => {
    for (const term of other.terms.requiredAnti) known.get(term.signature)?.change(node, by);
  };
  /** Those of pods that are placed nowhere yet. */
  const expected: OwnTerm[] = [];
  const expect = ({ terms }: PodInfo) => {
    for (const term of terms.requiredAnti) {
      if (known.has(term.signature)) continue;
      if (!matchesTerm(term, pod.labels, namespaceLabelsOf(pod, cluster))) continue;
      const nobody = { key: "nobody", matches: () => false };
      const near = new Nearness(cluster.tally(nobody, { label: term.topologyKey }));
      known.set(term.signature, near);
      expected.push({ term, near });
    }
  };
  return {
    check(node) {
      for (const { near } of others) if (near.at(node) > 0) return keepsAway;
      for (const { near } of expected) if (near.at(node) > 0) return keepsAway;
      return undefined;
    },
    add(other, node) {
      expect(other);
      change(other, node, 1);
    },
    remove: (other, node) => change(other, node, -1),
  };
}

function prepareScore(
  pod: PodInfo,
  cluster: ClusterView,
  args: InterPodAffinityArgs,
): PodScorer | undefined {
  const own = pod.terms.preferred;
  if (args.ignorePreferredTermsOfExistingPods && own.length === 0) return undefined;
  const parts: { readonly tally: Tally; readonly weight: number }[] = [];
  for (const preference of own) {
    const term = withNamespaces(preference, () => cluster.objects.namespaces());
    parts.push({ tally: tallyOf(term, cluster), weight: term.weight });
  }
  const fromOthers = (kind: "required" | "preferred", factor: number) => {
    for (const { term, tally } of cluster.placedTerms(kind, pod.labels)) {
      parts.push({ tally, weight: term.weight * factor });
    }
  };
  if (args.hardPodAffinityWeight > 0) fromOthers("required", args.hardPodAffinityWeight);
  fromOthers("preferred", 1);
  const telling = parts.filter(({ tally }) => tally.total > 0);
  if (telling.length === 0) return undefined;
  return {
    score({ slot }) {
      let sum = 0;
      for (const { tally, weight } of telling) sum += tally.at(slot) * weight;
      return sum;
    },
    normalize: spread,
  };
}

function tallyOf(term: AffinityTerm, cluster: ClusterView): Tally {
  const matches = (labels: PodLabels) => matchesTerm(term, labels);
  return cluster.tally({ key: term.signature, matches }, { label: term.topologyKey });
}

/** The lowest becomes 0, the highest 100. */
function spread(scores: Scores): void {
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

function namespaceLabelsOf({ labels }: PodInfo, cluster: ClusterView): Labels {
  const namespaces = cluster.objects.namespaces();
  return (
    namespaces.find(({ metadata }) => metadata.name === labels.namespace)?.metadata.labels ?? {}
  );
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
  return matchesTerm(term.namespaceSelector ? { ...term, namespaces } : term, podLabels(pod));
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
