import type { Node, Pod } from "#api/core/v1.ts";
import type { NodeInfo } from "../cache/node-info.ts";
import type { PodCondition } from "../cache/counters.ts";
import type { MaskTest } from "../cache/places.ts";
import { podLabels } from "../cache/pod-info.ts";
import type { PodInfo } from "../cache/pod-info.ts";
import type { Tally, Topology } from "../cache/topology.ts";
import { noObjects, nodeScoreMax } from "../framework.ts";
import type {
  ClusterEvent,
  ClusterView,
  Plugin,
  PodFilter,
  PodScorer,
  Refusal,
  Scores,
} from "../framework.ts";
import type { PodTopologySpreadArgs } from "../profile/arguments.ts";
import { constraintsOf, hasAllKeys, isCounted, isIncluded } from "./spread-constraints.ts";
import type { SpreadConstraint } from "./spread-constraints.ts";
import { hasNewTolerations } from "./taint-toleration.ts";

const words = "node(s) didn't match pod topology spread constraints";
const mismatch = refuse(words, false);
const missingLabel = refuse(`${words} (missing required label)`, true);
const hostname = "kubernetes.io/hostname";

function refuse(reason: string, unresolvable: boolean): Refusal {
  return { plugin: "PodTopologySpread", reasons: [reason], unresolvable };
}

/** Spreads the pods that a constraint selects over zones, hosts or whatever its key names. */
export function podTopologySpread(args: PodTopologySpreadArgs): Plugin {
  return {
    name: "PodTopologySpread",
    weight: 2,

    prepareFilter(pod, cluster) {
      const constraints = constraintsOf(pod.pod, "DoNotSchedule", args, cluster.objects);
      return constraints.length > 0 ? hardFilter(pod, cluster, constraints) : undefined;
    },

    prepareScore(pod, cluster, feasible) {
      const constraints = constraintsOf(pod.pod, "ScheduleAnyway", args, cluster.objects);
      if (constraints.length === 0) return undefined;
      // Clusters without zones are still spread over hosts by the system's own constraints.
      const own = (pod.pod.spec.topologySpreadConstraints ?? []).length > 0;
      const needsAllKeys = own || args.defaultingType !== "System";
      return softScorer(pod, cluster, feasible, { constraints, needsAllKeys });
    },

    mayFitAfter(event, pod) {
      // Default constraints that pods must meet have selectors that are looked up; they do not
      // matter here beyond their keys, which all nodes of interest have.
      const constraints = constraintsOf(pod, "DoNotSchedule", args, noObjects);
      if (constraints.length === 0) return true;
      if ("node" in event) return mayFitAfterNode(event, constraints);
      return "pod" in event && mayFitAfterPod(event, pod, constraints);
    },
  };
}

/** A constraint that must be met, with the pods that it counts. */
interface HardConstraint {
  readonly constraint: SpreadConstraint;
  readonly tally: Tally;
  /** Whether the pod itself is among those that are counted. */
  readonly self: 0 | 1;
  /** "What if?", by domain. */
  changes: Map<number, number> | undefined;
}

function hardFilter(
  pod: PodInfo,
  cluster: ClusterView,
  constraints: readonly SpreadConstraint[],
): PodFilter {
  const parts = constraints.map((constraint): HardConstraint => {
    const mask = maskOf(constraint, pod, constraints);
    const place = { label: constraint.topologyKey, ...(mask && { mask }) };
    const tally = cluster.tally(conditionOf(constraint, pod), place);
    const self = isCounted(constraint, pod.labels) ? 1 : 0;
    return { constraint, tally, self, changes: undefined };
  });
  const change = (other: PodInfo, node: NodeInfo, by: 1 | -1) => {
    if (other.labels.namespace !== pod.labels.namespace) return;
    if (!hasAllKeys(node.labels, constraints)) return;
    for (const part of parts) {
      const { constraint, tally } = part;
      if (!isCounted(constraint, other.labels) || !isIncluded(constraint, pod.pod, node)) continue;
      const domain = tally.topology.domainOf(node.slot);
      part.changes ??= new Map();
      part.changes.set(domain, (part.changes.get(domain) ?? 0) + by);
    }
  };
  return {
    check({ slot }) {
      for (const { constraint, tally, self, changes } of parts) {
        const domain = tally.topology.domainOf(slot);
        if (domain < 0) return missingLabel;
        const fewest = tally.domains >= constraint.minDomains ? tally.fewest(changes) : 0;
        const count = tally.at(slot) + (changes?.get(domain) ?? 0);
        if (count + self - fewest > constraint.maxSkew) return mismatch;
      }
      return undefined;
    },
    add: (other, node) => change(other, node, 1),
    remove: (other, node) => change(other, node, -1),
  };
}

/** A constraint that is a wish, with the pods that it counts. */
interface SoftConstraint {
  readonly tally: Tally;
  readonly allowance: number;
  /** Without a weight the few zones would drown the many hosts. */
  readonly weight: number;
  readonly topology: Topology;
}

function softScorer(
  pod: PodInfo,
  cluster: ClusterView,
  feasible: readonly NodeInfo[],
  {
    constraints,
    needsAllKeys,
  }: { constraints: readonly SpreadConstraint[]; needsAllKeys: boolean },
): PodScorer {
  const isRanked = (node: NodeInfo) => !needsAllKeys || hasAllKeys(node.labels, constraints);
  const ranked = feasible.filter(isRanked);
  const parts = constraints.map((constraint): SoftConstraint => {
    const label = constraint.topologyKey;
    const condition = conditionOf(constraint, pod);
    const allowance = constraint.maxSkew - 1;
    if (label === hostname) {
      const { topology } = cluster.tally(condition, { label });
      const weight = Math.log(ranked.length + 2);
      return { tally: cluster.tally(condition, {}), topology, allowance, weight };
    }
    const mask = maskOf(constraint, pod, needsAllKeys ? constraints : []);
    const tally = cluster.tally(condition, { label, ...(mask && { mask }) });
    const { topology } = tally;
    // Nodes without the label are a domain, too, where they are ranked at all.
    const domains = new Set(ranked.map(({ slot }) => topology.domainOf(slot)));
    return { tally, topology, allowance, weight: Math.log(domains.size + 2) };
  });
  return {
    score(node) {
      if (!isRanked(node)) return NaN;
      let score = 0;
      for (const { tally, topology, allowance, weight } of parts) {
        if (topology.domainOf(node.slot) < 0) continue;
        score += tally.at(node.slot) * weight + allowance;
      }
      return Math.round(score);
    },
    normalize: fewerIsBetter,
  };
}

/** Nodes that cannot be ranked, which are no numbers, get nothing. */
function fewerIsBetter(scores: Scores): void {
  let highest = 0;
  let lowest = Infinity;
  for (const score of scores) {
    if (Number.isNaN(score)) continue;
    highest = Math.max(highest, score);
    lowest = Math.min(lowest, score);
  }
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index] ?? NaN;
    if (Number.isNaN(score)) scores[index] = 0;
    else if (highest === 0) scores[index] = nodeScoreMax;
    else scores[index] = Math.trunc((nodeScoreMax * (highest + lowest - score)) / highest);
  }
}

function conditionOf(constraint: SpreadConstraint, { labels }: PodInfo): PodCondition {
  const { namespace } = labels;
  return {
    key: `spread ${namespace} ${JSON.stringify(constraint.selectors)}`,
    matches: (other) =>
      other.namespace === namespace && !other.isLeaving && isCounted(constraint, other),
  };
}

/** The nodes that count for the pod; undefined when all do that have the constraint's label. */
function maskOf(
  constraint: SpreadConstraint,
  { pod }: PodInfo,
  needed: readonly SpreadConstraint[],
): MaskTest | undefined {
  const { nodeSelector, affinity, tolerations } = pod.spec;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const isChoosy = constraint.honorsAffinity && (nodeSelector ?? required) !== undefined;
  const others = needed.filter(({ topologyKey }) => topologyKey !== constraint.topologyKey);
  if (!isChoosy && !constraint.honorsTaints && others.length === 0) return undefined;
  const key = JSON.stringify([
    others.map(({ topologyKey }) => topologyKey),
    isChoosy && [nodeSelector, required],
    constraint.honorsTaints && [tolerations],
  ]);
  return {
    key,
    test: (node) => hasAllKeys(node.labels, others) && isIncluded(constraint, pod, node),
  };
}

function mayFitAfterPod(
  event: Extract<ClusterEvent, { pod: Pod }>,
  pod: Pod,
  constraints: readonly SpreadConstraint[],
): boolean {
  const isSelf = event.pod.metadata.uid === pod.metadata.uid;
  const isPlaced = !!(event.pod.spec.nodeName || event.pod.status.nominatedNodeName);
  const concerns = isSelf || (isPlaced && event.pod.metadata.namespace === pod.metadata.namespace);
  if (!concerns) return false;
  if (event.kind !== "PodUpdated")
    return constraints.every((each) => isCounted(each, podLabels(event.pod)));
  if (hasNewTolerations(event, pod) && constraints.some(({ honorsTaints }) => honorsTaints)) {
    return true;
  }
  const { before } = event;
  const [then, now] = [podLabels(before), podLabels(event.pod)];
  return constraints.some((each) => isCounted(each, then) !== isCounted(each, now));
}

function mayFitAfterNode(
  event: Extract<ClusterEvent, { node: Node }>,
  constraints: readonly SpreadConstraint[],
): boolean {
  const labels = event.node.metadata.labels ?? {};
  const matches = hasAllKeys(labels, constraints);
  if (event.kind !== "NodeUpdated") return matches;
  const before = event.before.metadata.labels ?? {};
  if (hasAllKeys(before, constraints) !== matches) return true;
  if (!matches) return false;
  return (
    constraints.some(({ topologyKey: key }) => labels[key] !== before[key]) ||
    JSON.stringify(event.node.spec.taints) !== JSON.stringify(event.before.spec.taints)
  );
}
