import type { Attributes } from "../authz/authorizer.ts";
import { pinnedField } from "../authz/selectors.ts";

/** Counts watches by what they are about, to know how many are told of a change. */
export class WatchCounts {
  readonly #counts = new Map<string, number>();

  /** Until what it returns is called. */
  add(attributes: Attributes): () => void {
    const { group, resource, namespace, name } = attributes;
    // One node's pods: a change of any pod is told to very few of these.
    if (isOfOneNode(attributes)) return () => {};
    const key = keyOf(group, resource, namespace, name);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const left = (this.#counts.get(key) ?? 1) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    };
  }

  /** Of those that the change of such an object may be told to. */
  toldOf({ group, resource, namespace, name }: Attributes): number {
    const keys = new Set([
      keyOf(group, resource, "", ""),
      keyOf(group, resource, namespace, ""),
      keyOf(group, resource, namespace, name),
    ]);
    let count = 0;
    for (const key of keys) count += this.#counts.get(key) ?? 0;
    return count;
  }
}

function isOfOneNode({ group, resource, selectors }: Attributes): boolean {
  return group === "" && resource === "pods" && Boolean(pinnedField(selectors, "spec.nodeName"));
}

const keyOf = (...parts: readonly string[]) => parts.join("/");
