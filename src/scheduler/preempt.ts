import type { NodeInfo } from "./cache/node-info.ts";
import type { PodInfo } from "./cache/pod-info.ts";
import { filter, refusalText } from "./decide.ts";
import type { Plugin, Refusal } from "./framework.ts";

export type Preemption =
  | { readonly ok: true; readonly node: string; readonly victims: readonly PodInfo[] }
  /** For the end of the FailedScheduling message. */
  | { readonly ok: false; readonly text: string };

/**
 * Looks for a node on which the pod would fit if pods of lower priority went, and picks the one
 * that loses least: the lowest highest priority, then the lowest sum, then the fewest victims.
 */
export function preempt(
  pod: PodInfo,
  nodes: readonly NodeInfo[],
  refusals: ReadonlyMap<string, Refusal>,
  plugins: readonly Plugin[],
): Preemption {
  const why = new Map<string, Refusal>();
  const say = (node: NodeInfo, reason: string) =>
    why.set(node.name, { plugin: "DefaultPreemption", reasons: [reason], unresolvable: true });
  if (pod.pod.spec.preemptionPolicy === "Never") {
    return { ok: false, text: "not eligible due to preemptionPolicy=Never." };
  }
  const candidates: { node: NodeInfo; victims: readonly PodInfo[] }[] = [];
  for (const node of nodes) {
    if (refusals.get(node.name)?.unresolvable) {
      say(node, "Preemption is not helpful for scheduling");
      continue;
    }
    const victims = victimsOn(node, pod, nodes, plugins);
    if (victims) candidates.push({ node, victims });
    else say(node, "No preemption victims found for incoming pod");
  }
  const best = candidates.sort((left, right) => compareLoss(left.victims, right.victims))[0];
  if (!best) return { ok: false, text: refusalText(why, nodes.length) };
  return { ok: true, node: best.node.name, victims: best.victims };
}

function victimsOn(
  node: NodeInfo,
  pod: PodInfo,
  nodes: readonly NodeInfo[],
  plugins: readonly Plugin[],
): readonly PodInfo[] | undefined {
  const lower = node.pods.filter((other) => other.priority < pod.priority);
  if (lower.length === 0) return undefined;
  const fits = (gone: ReadonlySet<string>) => {
    const what = node.without(gone);
    const others = nodes.map((other) => (other.name === node.name ? what : other));
    return !filter(pod, what, others, plugins);
  };
  const gone = new Set(lower.map((other) => other.key));
  if (!fits(gone)) return undefined;
  // Give back as many as possible, the most important first.
  for (const other of [...lower].sort((left, right) => right.priority - left.priority)) {
    gone.delete(other.key);
    if (!fits(gone)) gone.add(other.key);
  }
  return lower.filter((other) => gone.has(other.key));
}

function compareLoss(left: readonly PodInfo[], right: readonly PodInfo[]): number {
  const highest = (pods: readonly PodInfo[]) =>
    Math.max(...pods.map(({ priority }) => priority), -Infinity);
  const sum = (pods: readonly PodInfo[]) =>
    pods.reduce((total, { priority }) => total + priority + 2 ** 31, 0);
  return highest(left) - highest(right) || sum(left) - sum(right) || left.length - right.length;
}
