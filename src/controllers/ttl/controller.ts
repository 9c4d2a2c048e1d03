import { Node } from "#api/core/v1.ts";
import type { Controller } from "#component/controller.ts";
import { defineController, watch } from "#component/controller.ts";

const annotation = "node.alpha.kubernetes.io/ttl";

/** The ranges overlap, so that a cluster on a boundary does not go back and forth. */
const ranges = [
  { from: 0, to: 100, seconds: 0 },
  { from: 90, to: 500, seconds: 15 },
  { from: 450, to: 1_000, seconds: 30 },
  { from: 900, to: 2_000, seconds: 60 },
  { from: 1_800, to: Infinity, seconds: 300 },
] as const;

/** For how long kubelets may keep secrets and config maps: longer, the more nodes would ask. */
export class CacheSeconds {
  #range = 0;

  get value(): number {
    return ranges[this.#range]?.seconds ?? 0;
  }

  /** Whether that is another one now. */
  observe(nodes: number): boolean {
    const before = this.#range;
    while (nodes > (ranges[this.#range]?.to ?? Infinity)) this.#range++;
    while (nodes < (ranges[this.#range]?.from ?? 0)) this.#range--;
    return this.#range !== before;
  }
}

/** Tells nodes, by an annotation, how long they may keep what they read. */
export function ttlController(): Controller {
  const seconds = new CacheSeconds();
  return defineController({
    name: "ttl-controller",
    for: Node,
    watches: [
      watch(Node, (_node, cache, old) => {
        if (old) return [];
        const nodes = cache.list(Node);
        return seconds.observe(nodes.length) ? nodes.map(({ metadata }) => metadata) : [];
      }),
    ],

    async reconcile({ metadata }, ctx) {
      const { name, annotations } = metadata;
      const wanted = String(seconds.value);
      if (annotations?.[annotation] === wanted) return;
      const patch = { metadata: { annotations: { [annotation]: wanted } } };
      await ctx.patch(Node, { name }, { type: "strategic", patch });
    },
  });
}
