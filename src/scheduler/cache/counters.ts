import type { PlacedTerm } from "../framework.ts";
import { matchesTerm } from "./affinity-term.ts";
import type { AffinityTerm, Labels } from "./affinity-term.ts";
import type { PodInfo, PodLabels } from "./pod-info.ts";
import { Tally } from "./topology.ts";
import type { NodeMask, Topology } from "./topology.ts";

/** Which pods are counted. The same key must always mean the same condition. */
export interface PodCondition {
  readonly key: string;
  matches(pod: PodLabels): boolean;
}

/** Tallies beyond this many are forgotten, the longest unused first. */
const talliesMax = 512;

interface Kept {
  readonly condition: PodCondition;
  readonly tally: Tally;
}

/**
 * Counts placed pods that meet conditions. A workload's replicas all ask the same, so the first
 * one pays for a look at every pod, and the others read what has been kept since. Pods with equal
 * labels meet the same conditions, which is found out once for all of them.
 */
export class PodTallies {
  readonly #kept = new Map<string, Kept>();
  /** Which tallies count pods with these labels; void when others are kept than then. */
  readonly #concerned = new WeakMap<PodLabels, { version: number; tallies: readonly Tally[] }>();
  #version = 0;

  /** The tally, and whether it is a new one that nothing is counted in. */
  get(
    condition: PodCondition,
    { key, topology, mask }: { key: string; topology: Topology; mask: NodeMask | undefined },
  ): { tally: Tally; isNew: boolean } {
    const full = `${condition.key} ${key}`;
    const known = this.#kept.get(full);
    if (known) {
      if (this.#kept.size > talliesMax / 2) {
        this.#kept.delete(full);
        this.#kept.set(full, known);
      }
      return { tally: known.tally, isNew: false };
    }
    const tally = new Tally(topology, mask);
    this.#kept.set(full, { condition, tally });
    const oldest = this.#kept.keys().next();
    if (this.#kept.size > talliesMax && !oldest.done) this.#kept.delete(oldest.value);
    this.#version++;
    return { tally, isNew: true };
  }

  placed({ labels }: PodInfo, slot: number, sign: 1 | -1): void {
    for (const tally of this.#talliesFor(labels)) tally.add(slot, sign);
  }

  *all(): Iterable<Tally> {
    for (const { tally } of this.#kept.values()) yield tally;
  }

  #talliesFor(labels: PodLabels): readonly Tally[] {
    const known = this.#concerned.get(labels);
    if (known?.version === this.#version) return known.tallies;
    const tallies: Tally[] = [];
    for (const { condition, tally } of this.#kept.values()) {
      if (condition.matches(labels)) tallies.push(tally);
    }
    this.#concerned.set(labels, { version: this.#version, tallies });
    return tallies;
  }
}

/** Which terms placed pods have, each different one once, and on how many pods of each domain. */
export class TermTallies {
  readonly #terms = new Map<string, { term: AffinityTerm; tally: Tally; pods: number }>();
  readonly #speaking = new WeakMap<
    PodLabels,
    { version: number; namespaceLabels: Labels; terms: readonly PlacedTerm[] }
  >();
  readonly #open: (label: string) => Tally;
  #version = 0;

  /** `open` makes an empty tally for the topology of a term. */
  constructor(open: (label: string) => Tally) {
    this.#open = open;
  }

  /** The terms that speak of pods with these labels, in a namespace with those. */
  speakingOf(labels: PodLabels, namespaceLabels: () => Labels): readonly PlacedTerm[] {
    if (this.#terms.size === 0) return [];
    const current = namespaceLabels();
    const known = this.#speaking.get(labels);
    if (known?.version === this.#version && known.namespaceLabels === current) return known.terms;
    const terms = [...this.#terms.values()].filter(({ term }) =>
      matchesTerm(term, labels, current),
    );
    this.#speaking.set(labels, { version: this.#version, namespaceLabels: current, terms });
    return terms;
  }

  placed(terms: readonly AffinityTerm[], slot: number, sign: 1 | -1): void {
    for (const term of terms) {
      let entry = this.#terms.get(term.signature);
      if (!entry) {
        entry = { term, tally: this.#open(term.topologyKey), pods: 0 };
        this.#terms.set(term.signature, entry);
        this.#version++;
      }
      entry.tally.add(slot, sign);
      entry.pods += sign;
      if (entry.pods > 0) continue;
      this.#terms.delete(term.signature);
      this.#version++;
    }
  }

  *all(): Iterable<Tally> {
    for (const { tally } of this.#terms.values()) yield tally;
  }
}
