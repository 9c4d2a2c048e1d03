import type { Node, Pod } from "#api/core/v1.ts";
import type { NodeInfo } from "../cache/node-info.ts";
import type { PodInfo } from "../cache/pod-info.ts";
import { noObjects, nodeScoreMax } from "../framework.ts";
import type {
  ClusterEvent,
  ClusterView,
  CountsByNode,
  Plugin,
  PodFilter,
  PodScorer,
} from "../framework.ts";
import type { PodTopologySpreadArgs } from "../profile/arguments.ts";
import { constraintsOf, hasAllKeys, isCounted, isIncluded } from "./spread-constraints.ts";
import type { SpreadConstraint } from "./spread-constraints.ts";
import { hasNewTolerations } from "./taint-toleration.ts";

const mismatch = "node(s) didn't match pod topology spread constraints";
const hostname = "kubernetes.io/hostname";

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

/** How many counted pods each domain has. */
class Domains {
  readonly counts = new Map<string, number>();
  #fewest: number | undefined;

  add(domain: string, count: number): void {
    this.counts.set(domain, (this.counts.get(domain) ?? 0) + count);
    this.#fewest = undefined;
  }

  get fewest(): number {
    if (this.#fewest === undefined) {
      let fewest = Infinity;
      for (const count of this.counts.values()) fewest = Math.min(fewest, count);
      this.#fewest = fewest;
    }
    return this.#fewest;
  }
}

function hardFilter(
  pod: PodInfo,
  cluster: ClusterView,
  constraints: readonly SpreadConstraint[],
): PodFilter {
  const domains = constraints.map(() => new Domains());
  const counts = constraints.map((constraint) => countsFor(constraint, pod, cluster));
  for (const node of cluster.nodes) {
    if (!hasAllKeys(node.labels, constraints)) continue;
    constraints.forEach((constraint, index) => {
      if (!isIncluded(constraint, pod.pod, node)) return;
      const domain = node.labels[constraint.topologyKey] ?? "";
      domains[index]?.add(domain, counts[index]?.get(node.name) ?? 0);
    });
  }
  const self = constraints.map((constraint) => (isCounted(constraint, pod.pod) ? 1 : 0));
  const change = (other: PodInfo, node: NodeInfo, sign: 1 | -1) => {
    if (other.pod.metadata.namespace !== pod.pod.metadata.namespace) return;
    if (!hasAllKeys(node.labels, constraints)) return;
    constraints.forEach((constraint, index) => {
      if (!isCounted(constraint, other.pod) || !isIncluded(constraint, pod.pod, node)) return;
      domains[index]?.add(node.labels[constraint.topologyKey] ?? "", sign);
    });
  };
  return {
    check(node) {
      for (const [index, constraint] of constraints.entries()) {
        const domain = node.labels[constraint.topologyKey];
        if (domain === undefined) return refuse(`${mismatch} (missing required label)`, true);
        const known = domains[index];
        const hasEnough = (known?.counts.size ?? 0) >= constraint.minDomains;
        const fewest = hasEnough ? (known?.fewest ?? 0) : 0;
        const skew = (known?.counts.get(domain) ?? 0) + (self[index] ?? 0) - fewest;
        if (skew > constraint.maxSkew) return refuse(mismatch, false);
      }
      return undefined;
    },
    add: (other, node) => change(other, node, 1),
    remove: (other, node) => change(other, node, -1),
  };
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
  const counts = constraints.map((constraint) => countsFor(constraint, pod, cluster));
  const domains = constraints.map(() => new Map<string, number>());
  const isRanked = (node: NodeInfo) => !needsAllKeys || hasAllKeys(node.labels, constraints);
  const ranked = feasible.filter(isRanked);
  const each = (visit: (constraint: SpreadConstraint, index: number) => void) =>
    constraints.forEach((constraint, index) => {
      if (constraint.topologyKey !== hostname) visit(constraint, index);
    });
  for (const node of ranked) {
    each((constraint, index) => domains[index]?.set(domainOf(node, constraint), 0));
  }
  for (const node of cluster.nodes) {
    if (!isRanked(node)) continue;
    each((constraint, index) => {
      const domain = domainOf(node, constraint);
      const known = domains[index]?.get(domain);
      const count = counts[index]?.get(node.name) ?? 0;
      if (known === undefined || count === 0 || !isIncluded(constraint, pod.pod, node)) return;
      domains[index]?.set(domain, known + count);
    });
  }
  // Without a weight the few zones would drown the many hosts.
  const weights = constraints.map(({ topologyKey }, index) =>
    Math.log((topologyKey === hostname ? ranked.length : (domains[index]?.size ?? 0)) + 2),
  );
  const scoreOf = (node: NodeInfo) => {
    let score = 0;
    constraints.forEach((constraint, index) => {
      const domain = node.labels[constraint.topologyKey];
      if (domain === undefined) return;
      const count =
        constraint.topologyKey === hostname
          ? counts[index]?.get(node.name)
          : domains[index]?.get(domain);
      score += (count ?? 0) * (weights[index] ?? 0) + (constraint.maxSkew - 1);
    });
    return Math.round(score);
  };
  return {
    score: (node) => (isRanked(node) ? scoreOf(node) : NaN),
    normalize: fewerIsBetter,
  };
}

/** Nodes that cannot be ranked, which are no numbers, get nothing. */
function fewerIsBetter(scores: number[]): void {
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

function countsFor(
  constraint: SpreadConstraint,
  { pod }: PodInfo,
  cluster: ClusterView,
): CountsByNode {
  const { namespace } = pod.metadata;
  const key = `spread ${namespace} ${JSON.stringify(constraint.selectors)}`;
  return cluster.countPods(
    key,
    (other) =>
      other.metadata.namespace === namespace &&
      !other.metadata.deletionTimestamp &&
      isCounted(constraint, other),
  );
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
  if (event.kind !== "PodUpdated") return constraints.every((each) => isCounted(each, event.pod));
  if (hasNewTolerations(event, pod) && constraints.some(({ honorsTaints }) => honorsTaints)) {
    return true;
  }
  const { before } = event;
  return constraints.some((each) => isCounted(each, before) !== isCounted(each, event.pod));
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

function domainOf(node: NodeInfo, { topologyKey }: SpreadConstraint): string {
  return node.labels[topologyKey] ?? "";
}

function refuse(reason: string, unresolvable: boolean) {
  return { plugin: "PodTopologySpread", reasons: [reason], unresolvable };
}
