import type { NodeInfo } from "./cache/node-info.ts";
import type { PodInfo } from "./cache/pod-info.ts";
import { PodFilters } from "./filters.ts";
import type { ClusterView, Refusal } from "./framework.ts";
import type { Nominations } from "./preemption/nominations.ts";
import type { Profile } from "./profile/profile.ts";

export interface DecideOptions {
  readonly profile: Profile;
  /** A number in [0, 1): breaks ties between equal scores. */
  readonly random: () => number;
  readonly nominations?: Nominations;
  /** Where in the nodes to begin, so that large clusters are not filled from one end. */
  readonly start?: number;
}

/** No node fits: why not, for each of them. */
export interface NoFit {
  readonly ok: false;
  readonly refusals: ReadonlyMap<string, Refusal>;
  readonly nodes: number;
  /** Said once about the pod itself, before any node was looked at. */
  readonly upFront?: Refusal;
  readonly filters: PodFilters;
}

export type Decision =
  | { readonly ok: true; readonly node: string; readonly score: number; readonly looked: number }
  | NoFit;

/** Nodes on which the pod could run, in the order they were found in. */
export interface Feasible {
  readonly ok: true;
  readonly nodes: readonly NodeInfo[];
  readonly refusals: Map<string, Refusal>;
  readonly filters: PodFilters;
  readonly looked: number;
}

/** Finds the best node for a pod, or says for each node which plugin said no, and why. */
export function decide(pod: PodInfo, cluster: ClusterView, options: DecideOptions): Decision {
  const feasible = findFeasible(pod, cluster, options);
  if (!feasible.ok) return feasible;
  const scores = scoreNodes(pod, cluster, feasible.nodes, options.profile);
  return { ok: true, ...pickBest(feasible.nodes, scores, options.random), looked: feasible.looked };
}

/** Looks for nodes that no plugin refuses: enough of them, in a large cluster not all. */
export function findFeasible(
  pod: PodInfo,
  cluster: ClusterView,
  options: DecideOptions,
): Feasible | NoFit {
  const { profile, nominations, start = 0 } = options;
  const { nodes } = cluster;
  const filters = new PodFilters(pod, profile.filter, cluster);
  const only = restrict(pod, nodes, profile);
  if ("plugin" in only) {
    const refusals = new Map(nodes.map((node) => [node.name, only]));
    return { ok: false, refusals, nodes: nodes.length, upFront: only, filters };
  }
  const check = (node: NodeInfo) => filters.checkWith(node, nominations?.on(node.name) ?? []);

  const nominated = cluster.node(pod.pod.status.nominatedNodeName ?? "");
  const mayTakeNominated = nominated && (only.names?.has(nominated.name) ?? true);
  if (mayTakeNominated && !check(nominated)) {
    return { ok: true, nodes: [nominated], refusals: new Map(), filters, looked: 0 };
  }

  const refusals = new Map<string, Refusal>();
  const found: NodeInfo[] = [];
  const wanted = nodesToFind(nodes.length, profile.percentageOfNodesToScore);
  let looked = 0;
  for (; looked < nodes.length && found.length < wanted; looked++) {
    const node = nodes[(start + looked) % nodes.length];
    if (!node) break;
    const refusal = only.names && !only.names.has(node.name) ? only.refusal : check(node);
    if (refusal) refusals.set(node.name, refusal);
    else found.push(node);
  }
  if (found.length === 0) return { ok: false, refusals, nodes: nodes.length, filters };
  return { ok: true, nodes: found, refusals, filters, looked };
}

/** The sum of the plugins' weighted scores, in the order of the nodes. */
export function scoreNodes(
  pod: PodInfo,
  cluster: ClusterView,
  nodes: readonly NodeInfo[],
  profile: Profile,
): number[] {
  const totals = nodes.map(() => 0);
  if (nodes.length < 2) return totals;
  for (const { plugin, weight } of profile.score) {
    const scores = scoresOf(plugin, pod, cluster, nodes);
    for (let index = 0; index < scores.length; index++) {
      totals[index] = (totals[index] ?? 0) + (scores[index] ?? 0) * weight;
    }
  }
  return totals;
}

export function pickBest(
  nodes: readonly NodeInfo[],
  scores: readonly number[],
  random: () => number,
): { readonly node: string; readonly score: number } {
  let best = -Infinity;
  let winners: string[] = [];
  nodes.forEach((node, index) => {
    const score = scores[index] ?? 0;
    if (score > best) {
      best = score;
      winners = [];
    }
    if (score === best) winners.push(node.name);
  });
  return { node: winners[Math.floor(random() * winners.length)] ?? "", score: best };
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.` */
export function refusalText(noFit: Pick<NoFit, "refusals" | "nodes" | "upFront">): string {
  const { refusals, nodes, upFront } = noFit;
  if (nodes === 0) return "no nodes available to schedule pods";
  if (upFront) return `0/${nodes} nodes are available: ${upFront.reasons.join(", ")}.`;
  const counts = new Map<string, number>();
  for (const { reasons } of refusals.values()) {
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${nodes} nodes are available: ${parts.join(", ")}.`;
}

/** How many feasible nodes are enough: all of a hundred, fewer in proportion of thousands. */
export function nodesToFind(nodes: number, percentage: number): number {
  const few = 100;
  if (nodes < few || percentage >= 100) return nodes;
  const share = percentage > 0 ? percentage : Math.max(5, 50 - Math.trunc(nodes / 125));
  return Math.max(few, Math.trunc((nodes * share) / 100));
}

/** What plugins say about the pod before they see a node: no at all, or only to these nodes. */
function restrict(
  pod: PodInfo,
  nodes: readonly NodeInfo[],
  profile: Profile,
): Refusal | { readonly names?: ReadonlySet<string>; readonly refusal?: Refusal } {
  let names: ReadonlySet<string> | undefined;
  const restricting: string[] = [];
  for (const plugin of profile.preFilter) {
    const result = plugin.preFilter?.(pod, nodes);
    if (!result) continue;
    if ("plugin" in result) return result;
    restricting.push(plugin.name);
    names = names
      ? new Set([...names].filter((name) => result.nodeNames.has(name)))
      : result.nodeNames;
    if (names.size === 0) {
      const reason =
        restricting.length === 1
          ? `node(s) didn't satisfy plugin ${plugin.name}`
          : `node(s) didn't satisfy plugin(s) [${restricting.join(" ")}] simultaneously`;
      return { plugin: plugin.name, reasons: [reason], unresolvable: true };
    }
  }
  if (!names) return {};
  const reason = `node(s) didn't satisfy plugin(s) [${restricting.join(" ")}]`;
  const plugin = restricting[0] ?? "";
  return { names, refusal: { plugin, reasons: [reason], unresolvable: true } };
}

function scoresOf(
  plugin: Profile["score"][number]["plugin"],
  pod: PodInfo,
  cluster: ClusterView,
  nodes: readonly NodeInfo[],
): readonly number[] {
  if (plugin.prepareScore) {
    const scorer = plugin.prepareScore(pod, cluster, nodes);
    if (!scorer) return [];
    const scores = nodes.map((node) => scorer.score(node));
    scorer.normalize?.(scores);
    return scores;
  }
  const scores = nodes.map((node) => plugin.score?.(pod, node, cluster.nodes) ?? 0);
  plugin.normalize?.(scores);
  return scores;
}
