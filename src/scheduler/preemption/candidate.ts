import type { PodInfo } from "../cache/pod-info.ts";

/** A node, and the pods that must leave it so that the pod fits. */
export interface Candidate {
  readonly node: string;
  /** The most important first. */
  readonly victims: readonly PodInfo[];
  /** How many victims are protected by a budget that has nothing left. */
  readonly violations: number;
  /** Of the victims' priorities the highest, and their sum. */
  readonly highest: number;
  readonly sum: number;
  /** When the first of the most important victims started; undefined when none has. */
  readonly startedAt: number | undefined;
}

export function candidateOf(
  node: string,
  victims: readonly PodInfo[],
  violations: number,
): Candidate {
  const highest = victims[0]?.priority ?? 0;
  let sum = 0;
  let startedAt: number | undefined;
  for (const victim of victims) {
    // Shifted, so that more victims never look cheaper because their priority is negative.
    sum += victim.priority + 2 ** 31;
    if (victim.priority !== highest || victim.startedAt === undefined) continue;
    startedAt = Math.min(startedAt ?? Infinity, victim.startedAt);
  }
  return { node, victims, violations, highest, sum, startedAt };
}

/**
 * The candidate that loses least: fewest broken budgets, then the lowest of the highest
 * priorities, the lowest sum, the fewest victims, and the most important victim youngest.
 */
export function leastLoss(candidates: readonly Candidate[], now: number): Candidate | undefined {
  let [least] = candidates;
  for (const candidate of candidates) {
    if (least && losesLess(candidate, least, now)) least = candidate;
  }
  return least;
}

function losesLess(left: Candidate, right: Candidate, now: number): boolean {
  if (left.violations !== right.violations) return left.violations < right.violations;
  if (left.highest !== right.highest) return left.highest < right.highest;
  if (left.sum !== right.sum) return left.sum < right.sum;
  const difference = left.victims.length - right.victims.length;
  return difference === 0 ? startOf(left, now) > startOf(right, now) : difference < 0;
}

/** Who has not started counts as starting now. */
export function startOf({ startedAt }: Pick<PodInfo, "startedAt">, now: number): number {
  return startedAt ?? now;
}
