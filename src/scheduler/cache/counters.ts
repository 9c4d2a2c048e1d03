import type { Pod } from "#api/core/v1.ts";
import type { CountsByNode, PlacedTerm } from "../framework.ts";
import type { AffinityTerm } from "./affinity-term.ts";
import type { PodInfo } from "./pod-info.ts";

/** Conditions beyond this many are forgotten, the longest unused first. */
const conditionsMax = 256;

interface Condition {
  readonly matches: (pod: Pod) => boolean;
  readonly counts: Map<string, number>;
}

/**
 * How many placed pods meet a condition, by node. A workload's replicas all ask the same, so the
 * first one pays for a look at every pod, and the others read what has been kept since.
 */
export class PodCounters {
  readonly #conditions = new Map<string, Condition>();

  counts(
    key: string,
    matches: (pod: Pod) => boolean,
    placed: () => Iterable<readonly [PodInfo, string]>,
  ): CountsByNode {
    let condition = this.#conditions.get(key);
    if (condition) this.#conditions.delete(key);
    else {
      condition = { matches, counts: new Map() };
      for (const [pod, node] of placed()) if (matches(pod.pod)) change(condition.counts, node, 1);
      const oldest = this.#conditions.keys().next();
      if (this.#conditions.size >= conditionsMax && !oldest.done) {
        this.#conditions.delete(oldest.value);
      }
    }
    this.#conditions.set(key, condition);
    return condition.counts;
  }

  placed(pod: PodInfo, node: string, sign: 1 | -1): void {
    for (const { matches, counts } of this.#conditions.values()) {
      if (matches(pod.pod)) change(counts, node, sign);
    }
  }
}

/** Which terms placed pods have, each different one once, and on how many pods of each node. */
export class TermCounters {
  readonly #terms = new Map<string, { term: AffinityTerm; counts: Map<string, number> }>();

  values(): Iterable<PlacedTerm> {
    return this.#terms.values();
  }

  placed(terms: readonly AffinityTerm[], node: string, sign: 1 | -1): void {
    for (const term of terms) {
      let entry = this.#terms.get(term.signature);
      if (!entry) this.#terms.set(term.signature, (entry = { term, counts: new Map() }));
      change(entry.counts, node, sign);
      if (entry.counts.size === 0) this.#terms.delete(term.signature);
    }
  }
}

function change(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
