import type { NodeInfo } from "./cache/node-info.ts";
import type { PodInfo } from "./cache/pod-info.ts";
import { PodFilters } from "./filters.ts";
import type { ClusterView, Refusal, Scores } from "./framework.ts";
import type { Nominations } from "./preemption/nominations.ts";
import type { Profile } from "./profile/profile.ts";
import { Refusals, refusalsOf } from "./refusals.ts";
import type { KeptVerdicts, Verdicts } from "./verdicts.ts";

export interface DecideOptions {
  readonly profile: Profile;
  /** A number in [0, 1): breaks ties between equal scores. */
  readonly random: () => number;
  readonly nominations?: Nominations;
  /** Where in the nodes to begin, so that large clusters are not filled from one end. */
  readonly start?: number;
  /** What was said of nodes before; without it every rule is asked again, with the same result. */
  readonly kept?: KeptVerdicts;
}

/** No node fits: why not, for each of them. */
export interface NoFit {
  readonly ok: false;
  readonly refusals: Refusals;
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
  readonly filters: PodFilters;
  readonly looked: number;
  readonly verdicts: Verdicts | undefined;
  /** Why the nodes were refused that were looked at besides; worked out when it is asked for. */
  refusals(): Refusals;
}

/** Finds the best node for a pod, or says for each node which plugin said no, and why. */
export function decide(pod: PodInfo, cluster: ClusterView, options: DecideOptions): Decision {
  const feasible = findFeasible(pod, cluster, options);
  if (!feasible.ok) return feasible;
  const scores = scoreNodes(pod, cluster, feasible, options.profile);
  return { ok: true, ...pickBest(feasible.nodes, scores, options.random), looked: feasible.looked };
}

/** Looks for nodes that no plugin refuses: enough of them, in a large cluster not all. */
export function findFeasible(
  pod: PodInfo,
  cluster: ClusterView,
  options: DecideOptions,
): Feasible | NoFit {
  const { profile, nominations, start = 0, kept } = options;
  const verdicts = pod.pod.spec.nodeName ? undefined : kept?.of(pod, profile);
  const filters = new PodFilters(pod, profile, cluster, verdicts);
  const total = cluster.nodes.length;
  const only = restrict(pod, cluster.nodes, profile);
  if ("plugin" in only) {
    const refusals = new Refusals(only);
    return { ok: false, refusals, nodes: total, upFront: only, filters };
  }
  const check = (node: NodeInfo) => {
    const promised = nominations?.on(node.name);
    return promised ? filters.checkWith(node, promised) : filters.check(node);
  };
  const found = (nodes: readonly NodeInfo[], looked: number, seen: readonly NodeInfo[] = nodes) => {
    const refusals = () => refusalsOf(seen, check, only.refusal);
    return { ok: true as const, nodes, filters, looked, verdicts, refusals };
  };

  const nominated = cluster.node(pod.pod.status.nominatedNodeName ?? "");
  const mayTakeNominated = nominated && (only.names?.has(nominated.name) ?? true);
  if (mayTakeNominated && !check(nominated)) return found([nominated], 0);

  const nodes = only.names
    ? [...only.names].flatMap((name) => cluster.node(name) ?? [])
    : cluster.nodes;
  const wanted = nodesToFind(nodes.length, profile.percentageOfNodesToScore);
  const fitting: NodeInfo[] = [];
  const refusals = new Refusals(only.refusal);
  let looked = 0;
  for (let at = start; looked < nodes.length && fitting.length < wanted; looked++, at++) {
    const node = nodes[at % nodes.length];
    const refusal = node && check(node);
    if (!node) break;
    if (!refusal) fitting.push(node);
    // Nobody asks for reasons as soon as there is one node that fits.
    else if (fitting.length === 0) refusals.add(node, refusal);
  }
  if (fitting.length > 0) return found(fitting, looked, nodes);
  return { ok: false, refusals, nodes: total, filters };
}

/** The sum of the plugins' weighted scores, in the order of the nodes. */
export function scoreNodes(
  pod: PodInfo,
  cluster: ClusterView,
  { nodes, verdicts }: Pick<Feasible, "nodes" | "verdicts">,
  profile: Profile,
): Scores {
  const totals = new Float64Array(nodes.length);
  if (nodes.length < 2) return totals;
  verdicts?.addScores(pod, nodes, totals);
  for (const { plugin, weight } of profile.score) {
    if (plugin.score && verdicts) continue;
    const scores = scoresOf(plugin, pod, cluster, nodes);
    if (!scores) continue;
    for (let index = 0; index < scores.length; index++) {
      totals[index] = (totals[index] ?? 0) + (scores[index] ?? 0) * weight;
    }
  }
  return totals;
}

export function pickBest(
  nodes: readonly NodeInfo[],
  scores: Scores,
  random: () => number,
): { readonly node: string; readonly score: number } {
  let best = -Infinity;
  let equals = 0;
  for (let index = 0; index < nodes.length; index++) {
    const score = scores[index] ?? 0;
    if (score > best) {
      best = score;
      equals = 0;
    }
    if (score === best) equals++;
  }
  let before = Math.floor(random() * equals);
  let chosen = 0;
  while (scores[chosen] !== best || before-- > 0) chosen++;
  return { node: nodes[chosen]?.name ?? "", score: best };
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.` */
export function refusalText(noFit: Pick<NoFit, "refusals" | "nodes" | "upFront">): string {
  const { refusals, nodes, upFront } = noFit;
  if (nodes === 0) return "no nodes available to schedule pods";
  if (upFront) return `0/${nodes} nodes are available: ${upFront.reasons.join(", ")}.`;
  return `0/${nodes} nodes are available: ${refusals.text(nodes)}.`;
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
): Scores | undefined {
  const scorer = plugin.prepareScore?.(pod, cluster, nodes);
  if (plugin.prepareScore && !scorer) return undefined;
  const scores = new Float64Array(nodes.length);
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index];
    if (node) scores[index] = scorer ? scorer.score(node) : (plugin.score?.(pod, node) ?? 0);
  }
  if (scorer) scorer.normalize?.(scores);
  else plugin.normalize?.(scores);
  return scores;
}
