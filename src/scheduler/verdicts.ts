import type { NodeInfo } from "./cache/node-info.ts";
import type { PodInfo } from "./cache/pod-info.ts";
import type { PodShape } from "./cache/pod-shape.ts";
import type { Plugin, Refusal, Scores } from "./framework.ts";
import type { Profile } from "./profile/profile.ts";

/** For so many shapes of pods, verdicts are kept; each takes some 40 bytes for every node. */
const shapesMax = 64;

/** What rules about one node said, by profile and shape of the pod. Those of one cache. */
export class KeptVerdicts {
  readonly #kept = new Map<PodShape, Verdicts>();

  /** Of a pod that has no node yet. */
  of({ shape }: PodInfo, profile: Profile): Verdicts {
    let verdicts = this.#kept.get(shape);
    if (verdicts?.profile === profile) {
      // The oldest are forgotten, not those that are in use.
      if (this.#kept.size > shapesMax / 2) {
        this.#kept.delete(shape);
        this.#kept.set(shape, verdicts);
      }
      return verdicts;
    }
    verdicts = new Verdicts(profile);
    this.#kept.set(shape, verdicts);
    const oldest = this.#kept.keys().next();
    if (this.#kept.size > shapesMax && !oldest.done) this.#kept.delete(oldest.value);
    return verdicts;
  }
}

/**
 * What a profile's rules about one node say of pods of one shape. Whoever is asked about again is
 * not asked again: after a decision only one node has changed, and the next replica pays for that
 * one alone.
 */
export class Verdicts {
  readonly profile: Profile;
  readonly #filters: readonly Plugin[];
  readonly #ranks: readonly Rank[];
  readonly #plain: Profile["score"];
  /** The generation of the node that was asked about, by slot. */
  #checkedAt = new Float64Array(0);
  #scoredAt = new Float64Array(0);
  #plainScores = new Float64Array(0);
  readonly #refusals: (Refusal | undefined)[] = [];
  /** Of nodes that were promised to somebody: they are few. */
  readonly #beside: (Beside | undefined)[] = [];
  /** Of the nodes that are ranked just now. */
  #slots = new Int32Array(0);
  readonly #known = new Map<string, Refusal>();

  constructor(profile: Profile) {
    this.profile = profile;
    this.#filters = leadingNodeFilters(profile);
    const ranking = profile.score.filter(({ plugin }) => plugin.score !== undefined);
    this.#plain = ranking.filter(({ plugin }) => plugin.normalize === undefined);
    this.#ranks = ranking
      .filter(({ plugin }) => plugin.normalize !== undefined)
      .map(({ plugin, weight }) => rankOf(plugin, weight));
  }

  /** What the first of the rules says that refuses the node. */
  refusal(pod: PodInfo, node: NodeInfo): Refusal | undefined {
    const { slot, generation } = node;
    if (this.#checkedAt[slot] === generation) return this.#refusals[slot];
    if (slot >= this.#checkedAt.length) this.#grow(slot);
    const refusal = firstRefusal(this.#filters, pod, node);
    this.#checkedAt[slot] = generation;
    this.#refusals[slot] = refusal && this.#same(refusal);
    return this.#refusals[slot];
  }

  /**
   * What was said of the node together with pods that are expected there; `check` asks. The same
   * list stands for the same pods.
   */
  beside(
    expected: readonly PodInfo[],
    node: NodeInfo,
    check: () => Refusal | undefined,
  ): Refusal | undefined {
    const { slot, generation } = node;
    const known = this.#beside[slot];
    if (known?.expected === expected && known.generation === generation) return known.refusal;
    const found = check();
    const refusal = found && this.#same(found);
    this.#beside[slot] = { expected, generation, refusal };
    return refusal;
  }

  /** Adds the weighted scores of these rules to the totals. */
  addScores(pod: PodInfo, nodes: readonly NodeInfo[], totals: Scores): void {
    const slots = this.#slots.length < nodes.length ? new Int32Array(nodes.length) : this.#slots;
    this.#slots = slots;
    for (let index = 0; index < nodes.length; index++) {
      const node = nodes[index];
      if (!node) continue;
      const { slot } = node;
      if (this.#scoredAt[slot] !== node.generation) this.#score(pod, node);
      slots[index] = slot;
      totals[index] = (totals[index] ?? 0) + (this.#plainScores[slot] ?? 0);
    }
    for (const { plugin, weight, raw, isTelling, ifAlike } of this.#ranks) {
      // Nodes that are all the same, as far as this rule goes, need not be compared.
      if (!isTelling) {
        for (let index = 0; index < nodes.length; index++)
          totals[index] = (totals[index] ?? 0) + ifAlike;
        continue;
      }
      const scores = new Float64Array(nodes.length);
      for (let index = 0; index < scores.length; index++)
        scores[index] = raw[slots[index] ?? 0] ?? 0;
      plugin.normalize?.(scores);
      for (let index = 0; index < scores.length; index++) {
        totals[index] = (totals[index] ?? 0) + (scores[index] ?? 0) * weight;
      }
    }
  }

  #score(pod: PodInfo, node: NodeInfo): void {
    const { slot, generation } = node;
    if (slot >= this.#scoredAt.length) this.#grow(slot);
    let sum = 0;
    for (const { plugin, weight } of this.#plain) sum += (plugin.score?.(pod, node) ?? 0) * weight;
    this.#plainScores[slot] = sum;
    for (const rank of this.#ranks) {
      const score = rank.plugin.score?.(pod, node) ?? 0;
      rank.raw[slot] = score;
      if (score !== 0) rank.isTelling = true;
    }
    this.#scoredAt[slot] = generation;
  }

  /** Thousands of nodes refuse for few reasons: each is one object. */
  #same(refusal: Refusal): Refusal {
    const key = `${refusal.plugin} ${refusal.unresolvable} ${refusal.reasons.join("\0")}`;
    const known = this.#known.get(key);
    if (known) return known;
    this.#known.set(key, refusal);
    return refusal;
  }

  #grow(slot: number): void {
    const length = Math.max(16, Math.ceil((slot + 1) * 1.5));
    const grow = (before: Float64Array<ArrayBuffer>) => {
      const after = new Float64Array(length);
      after.set(before);
      return after;
    };
    this.#checkedAt = grow(this.#checkedAt);
    this.#scoredAt = grow(this.#scoredAt);
    this.#plainScores = grow(this.#plainScores);
    for (const rank of this.#ranks) rank.raw = grow(rank.raw);
    while (this.#refusals.length < length) this.#refusals.push(undefined);
  }
}

interface Beside {
  readonly expected: readonly PodInfo[];
  readonly generation: number;
  readonly refusal: Refusal | undefined;
}

interface Rank {
  readonly plugin: Plugin;
  readonly weight: number;
  /** Scores before they are compared, by slot. */
  raw: Float64Array<ArrayBuffer>;
  /** Whether any node ever had another score than 0. */
  isTelling: boolean;
  /** What each node gets as long as none had. */
  readonly ifAlike: number;
}

function rankOf(plugin: Plugin, weight: number): Rank {
  const alike = new Float64Array(1);
  plugin.normalize?.(alike);
  const ifAlike = (alike[0] ?? 0) * weight;
  return { plugin, weight, raw: new Float64Array(0), isTelling: false, ifAlike };
}

/** Rules about one node that stand before all others: who refuses first is who is named. */
export function leadingNodeFilters({ filter }: Profile): readonly Plugin[] {
  const end = filter.findIndex((plugin) => plugin.prepareFilter !== undefined);
  return end < 0 ? filter : filter.slice(0, end);
}

export function firstRefusal(
  plugins: readonly Plugin[],
  pod: PodInfo,
  node: NodeInfo,
): Refusal | undefined {
  for (const plugin of plugins) {
    const refusal = plugin.filter?.(pod, node);
    if (refusal) return refusal;
  }
  return undefined;
}
