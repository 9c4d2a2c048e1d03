import type { NodeInfo } from "./cache/node-info.ts";
import type { Refusal } from "./framework.ts";

/** Why nodes were refused. */
export class Refusals {
  readonly #bySlot: (Refusal | undefined)[] = [];
  #size = 0;
  /** Holds for every node of which nothing else is said. */
  readonly #others: Refusal | undefined;

  constructor(others?: Refusal) {
    this.#others = others;
  }

  of(node: NodeInfo): Refusal | undefined {
    return this.#bySlot[node.slot] ?? this.#others;
  }

  set(node: NodeInfo, refusal: Refusal): void {
    if (!this.#bySlot[node.slot]) this.#size++;
    this.#bySlot[node.slot] = refusal;
  }

  /** Who said no to any node. */
  plugins(): ReadonlySet<string> {
    return new Set([...this.#counts(Infinity).keys()].map(({ plugin }) => plugin));
  }

  /** `1 Insufficient cpu, 2 node(s) were unschedulable`: of so many nodes in all. */
  text(nodes: number): string {
    const counts = new Map<string, number>();
    for (const [{ reasons }, count] of this.#counts(nodes)) {
      for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + count);
    }
    const parts = [...counts].map(([reason, count]) => `${count} ${reason}`);
    return parts.sort().join(", ");
  }

  /** How often each was said. Those that are kept are the same object over and over again. */
  #counts(nodes: number): ReadonlyMap<Refusal, number> {
    const counts = new Map<Refusal, number>();
    const add = (refusal: Refusal | undefined, count: number) => {
      if (refusal && count > 0) counts.set(refusal, (counts.get(refusal) ?? 0) + count);
    };
    let last: Refusal | undefined;
    let times = 0;
    for (let slot = 0; slot < this.#bySlot.length; slot++) {
      const refusal = this.#bySlot[slot];
      if (!refusal) continue;
      if (refusal === last) times++;
      else {
        add(last, times);
        last = refusal;
        times = 1;
      }
    }
    add(last, times);
    add(this.#others, nodes - this.#size);
    return counts;
  }
}

/** Asks about each of the nodes. */
export function refusalsOf(
  nodes: readonly NodeInfo[],
  check: (node: NodeInfo) => Refusal | undefined,
  others?: Refusal,
): Refusals {
  const refusals = new Refusals(others);
  for (const node of nodes) {
    const refusal = check(node);
    if (refusal) refusals.set(node, refusal);
  }
  return refusals;
}
