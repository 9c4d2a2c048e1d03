import type { NodeInfo } from "./cache/node-info.ts";
import type { Refusal } from "./framework.ts";

/** Why nodes were refused: counted, because there are thousands of nodes and few reasons. */
export class Refusals {
  readonly #times = new Map<Refusal, number>();
  #last: Refusal | undefined;
  #lastTimes = 0;
  #size = 0;
  /** Nodes that may do when some of their pods are gone. */
  readonly #resolvable: NodeInfo[] = [];
  /** Holds for every node of which nothing else is said. */
  readonly #others: Refusal | undefined;

  constructor(others?: Refusal) {
    this.#others = others;
  }

  get resolvable(): readonly NodeInfo[] {
    return this.#resolvable;
  }

  /** To be called once for a node. */
  add(node: NodeInfo, refusal: Refusal): void {
    this.#size++;
    if (!refusal.unresolvable) this.#resolvable.push(node);
    if (refusal !== this.#last) {
      this.#countLast();
      this.#last = refusal;
    }
    this.#lastTimes++;
  }

  /** Who said no to any node. */
  plugins(): ReadonlySet<string> {
    this.#countLast();
    const refusals = [...this.#times.keys(), ...(this.#others ? [this.#others] : [])];
    return new Set(refusals.map(({ plugin }) => plugin));
  }

  /** `1 Insufficient cpu, 2 node(s) were unschedulable`: of so many nodes in all. */
  text(nodes: number): string {
    this.#countLast();
    const counts = new Map<string, number>();
    const count = ({ reasons }: Refusal, times: number) => {
      for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + times);
    };
    for (const [refusal, times] of this.#times) count(refusal, times);
    if (this.#others && nodes > this.#size) count(this.#others, nodes - this.#size);
    const parts = [...counts].map(([reason, times]) => `${times} ${reason}`);
    return parts.sort().join(", ");
  }

  /** Most of what is said is what was said of the node before. */
  #countLast(): void {
    if (!this.#last) return;
    this.#times.set(this.#last, (this.#times.get(this.#last) ?? 0) + this.#lastTimes);
    this.#last = undefined;
    this.#lastTimes = 0;
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
    if (refusal) refusals.add(node, refusal);
  }
  return refusals;
}
