import type { PodDisruptionBudget } from "#api/policy/v1.ts";
import type { NodeInfo } from "../cache/node-info.ts";
import type { PodInfo } from "../cache/pod-info.ts";
import type { Refusal } from "../framework.ts";
import type { Verdicts } from "../verdicts.ts";
import type { Candidate } from "./candidate.ts";

/** Who would have to leave each node for pods of one shape and priority, until it changes. */
export class KeptCandidates {
  readonly #budgets: readonly PodDisruptionBudget[];
  readonly #priority: number;
  readonly #seenAt: number[] = [];
  readonly #promised: (readonly PodInfo[] | undefined)[] = [];
  readonly #results: (Candidate | Refusal | undefined)[] = [];

  private constructor(priority: number, budgets: readonly PodDisruptionBudget[]) {
    this.#priority = priority;
    this.#budgets = budgets;
  }

  /** For pods about which only rules about one node have something to say. */
  static for(
    verdicts: Verdicts,
    priority: number,
    budgets: readonly PodDisruptionBudget[],
  ): KeptCandidates {
    let kept = keptFor.get(verdicts);
    if (!kept || kept.#priority !== priority || !isSame(kept.#budgets, budgets)) {
      keptFor.set(verdicts, (kept = new KeptCandidates(priority, budgets)));
    }
    return kept;
  }

  /** `promised`: whom the node is promised to; the same list stands for the same pods. */
  get(
    node: NodeInfo,
    promised: readonly PodInfo[] | undefined,
    select: () => Candidate | Refusal,
  ): Candidate | Refusal {
    const { slot, generation } = node;
    const isSeen = this.#seenAt[slot] === generation && this.#promised[slot] === promised;
    const known = isSeen && this.#results[slot];
    if (known) return known;
    const result = select();
    this.#seenAt[slot] = generation;
    this.#promised[slot] = promised;
    this.#results[slot] = result;
    return result;
  }
}

const keptFor = new WeakMap<Verdicts, KeptCandidates>();

function isSame(left: readonly object[], right: readonly object[]): boolean {
  return left === right || (left.length === 0 && right.length === 0);
}
