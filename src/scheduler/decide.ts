import type { NodeInfo } from "./cache/node-info.ts";
import type { PodInfo } from "./cache/pod-info.ts";
import type { Plugin, Refusal } from "./framework.ts";

export type Decision =
  | { readonly ok: true; readonly node: string; readonly score: number }
  | { readonly ok: false; readonly refusals: ReadonlyMap<string, Refusal>; readonly nodes: number };

/** Ties between equal scores are broken by `random`, a number in [0, 1). */
export interface DecideOptions {
  readonly plugins: readonly Plugin[];
  readonly random: () => number;
}

/** Finds the best node for a pod, or says for each node which plugin said no, and why. */
export function decide(
  pod: PodInfo,
  nodes: readonly NodeInfo[],
  { plugins, random }: DecideOptions,
): Decision {
  for (const plugin of plugins) {
    const refusal = plugin.preFilter?.(pod, nodes);
    if (refusal) {
      const refusals = new Map(nodes.map((node) => [node.name, refusal]));
      return { ok: false, refusals, nodes: nodes.length };
    }
  }
  const refusals = new Map<string, Refusal>();
  const feasible: NodeInfo[] = [];
  for (const node of nodes) {
    const refusal = filter(pod, node, nodes, plugins);
    if (refusal) refusals.set(node.name, refusal);
    else feasible.push(node);
  }
  const first = feasible[0];
  if (!first) return { ok: false, refusals, nodes: nodes.length };
  if (feasible.length === 1) return { ok: true, node: first.name, score: 0 };

  const totals = scoreNodes(pod, feasible, plugins);
  const best = Math.max(...totals);
  const winners = feasible.filter((_, index) => totals[index] === best);
  const winner = winners[Math.floor(random() * winners.length)] ?? first;
  return { ok: true, node: winner.name, score: best };
}

/** The first "no" to one node, or undefined when the pod fits. */
export function filter(
  pod: PodInfo,
  node: NodeInfo,
  nodes: readonly NodeInfo[],
  plugins: readonly Plugin[],
): Refusal | undefined {
  for (const plugin of plugins) {
    const refusal = plugin.filter?.(pod, node, nodes);
    if (refusal) return refusal;
  }
  return undefined;
}

function scoreNodes(
  pod: PodInfo,
  nodes: readonly NodeInfo[],
  plugins: readonly Plugin[],
): readonly number[] {
  const totals = nodes.map(() => 0);
  for (const plugin of plugins) {
    if (!plugin.score) continue;
    const scores = nodes.map((node) => plugin.score?.(pod, node, nodes) ?? 0);
    plugin.normalize?.(scores);
    scores.forEach((score, index) => {
      totals[index] = (totals[index] ?? 0) + score * (plugin.weight ?? 1);
    });
  }
  return totals;
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.` */
export function refusalText(refusals: ReadonlyMap<string, Refusal>, nodes: number): string {
  if (nodes === 0) return "no nodes available to schedule pods";
  const counts = new Map<string, number>();
  for (const { reasons } of refusals.values()) {
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${nodes} nodes are available: ${parts.join(", ")}.`;
}
