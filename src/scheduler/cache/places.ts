import type { NodeInfo } from "./node-info.ts";
import { NodeMask, Topology } from "./topology.ts";

/** Where pods are counted. */
export interface TallyPlace {
  /** By the value of this label; by node when it is missing. */
  readonly label?: string;
  /** Only on these nodes. The same key must always mean the same test. */
  readonly mask?: MaskTest;
}

export interface MaskTest {
  readonly key: string;
  /** May ask of the node what is in its metadata and its spec. */
  test(node: NodeInfo): boolean;
}

/** Masks beyond this many are forgotten, the oldest first; who has one keeps it. */
const masksMax = 256;

/** The topologies and masks that were asked for, kept up to date as nodes come, change and go. */
export class Places {
  readonly #topologies = new Map<string | undefined, Topology>();
  readonly #masks = new Map<string, NodeMask>();

  topology(label: string | undefined, nodes: Iterable<NodeInfo>): Topology {
    let topology = this.#topologies.get(label);
    if (topology) return topology;
    this.#topologies.set(label, (topology = new Topology(label)));
    for (const node of nodes) topology.join(node);
    return topology;
  }

  mask(wanted: MaskTest, nodes: Iterable<NodeInfo>): NodeMask {
    let mask = this.#masks.get(wanted.key);
    if (mask) return mask;
    this.#masks.set(wanted.key, (mask = new NodeMask((node) => wanted.test(node))));
    for (const node of nodes) mask.join(node);
    const oldest = this.#masks.keys().next();
    if (this.#masks.size > masksMax && !oldest.done) this.#masks.delete(oldest.value);
    return mask;
  }

  /** `kept` are masks that somebody has; they may be forgotten here. */
  join(node: NodeInfo, kept: Iterable<NodeMask>): void {
    for (const topology of this.#topologies.values()) topology.join(node);
    for (const mask of new Set([...this.#masks.values(), ...kept])) mask.join(node);
  }

  leave(node: NodeInfo): void {
    for (const topology of this.#topologies.values()) topology.leave(node);
  }
}
