import type { NodeInfo } from "./node-info.ts";

/**
 * Nodes by the value of one label: all with the same value are a domain, which has a number. A
 * node is known here by its slot.
 */
export class Topology {
  /** The label; undefined where every node is a domain of its own. */
  readonly #label: string | undefined;
  readonly #ids = new Map<string, number>();
  readonly #values: (string | undefined)[] = [];
  readonly #members: number[] = [];
  readonly #free: number[] = [];
  #domains = new Int32Array(0);

  constructor(label?: string) {
    this.#label = label;
  }

  /** The domain of the node in the slot; -1 when it has none. */
  domainOf(slot: number): number {
    return this.#domains[slot] ?? -1;
  }

  join({ slot, name, labels }: NodeInfo): void {
    const value = this.#label === undefined ? name : labels[this.#label];
    if (slot >= this.#domains.length) this.#grow(slot);
    if (value === undefined) {
      this.#domains[slot] = -1;
      return;
    }
    let id = this.#ids.get(value);
    if (id === undefined) {
      id = this.#free.pop() ?? this.#values.length;
      this.#ids.set(value, id);
      this.#values[id] = value;
      this.#members[id] = 0;
    }
    this.#members[id] = (this.#members[id] ?? 0) + 1;
    this.#domains[slot] = id;
  }

  /** The number of a domain without nodes is given to another one later. */
  leave({ slot }: NodeInfo): void {
    const id = this.domainOf(slot);
    if (id < 0) return;
    this.#domains[slot] = -1;
    const members = (this.#members[id] ?? 0) - 1;
    this.#members[id] = members;
    if (members > 0) return;
    this.#ids.delete(this.#values[id] ?? "");
    this.#values[id] = undefined;
    this.#free.push(id);
  }

  #grow(slot: number): void {
    const grown = new Int32Array(Math.max(16, (slot + 1) * 2)).fill(-1);
    grown.set(this.#domains);
    this.#domains = grown;
  }
}

/** Which nodes a rule counts; asked once for each node, until its labels or taints change. */
export class NodeMask {
  readonly #test: (node: NodeInfo) => boolean;
  readonly #included: boolean[] = [];

  constructor(test: (node: NodeInfo) => boolean) {
    this.#test = test;
  }

  has(slot: number): boolean {
    return this.#included[slot] ?? false;
  }

  join(node: NodeInfo): void {
    this.#included[node.slot] = this.#test(node);
  }
}

/** A number of pods for each domain of a topology, kept up to date as pods come and go. */
export class Tally {
  readonly topology: Topology;
  readonly mask: NodeMask | undefined;
  /** Of all domains together. */
  total = 0;
  #counts = new Int32Array(16);
  /** How many nodes of each domain are counted; a domain without any does not exist. */
  #nodes = new Int32Array(16);
  #domains = 0;
  #fewest: number | undefined;

  constructor(topology: Topology, mask?: NodeMask) {
    this.topology = topology;
    this.mask = mask;
  }

  /** How many domains there are with nodes that count. */
  get domains(): number {
    return this.#domains;
  }

  /** The pods of the node's domain; 0 when it has none. */
  at(slot: number): number {
    return this.#counts[this.topology.domainOf(slot)] ?? 0;
  }

  /** The pods of the domain that has the fewest; `changes` are counted in. */
  fewest(changes?: ReadonlyMap<number, number>): number {
    if (!changes) return (this.#fewest ??= this.#findFewest());
    return this.#findFewest(changes);
  }

  add(slot: number, count: number): void {
    const domain = this.#domainOf(slot);
    if (domain < 0) return;
    this.#counts[domain] = (this.#counts[domain] ?? 0) + count;
    this.total += count;
    this.#fewest = undefined;
  }

  /** To be called with no pod of the node counted, and the topology up to date. */
  join(slot: number): void {
    const domain = this.#domainOf(slot);
    if (domain < 0) return;
    if (domain >= this.#counts.length) this.#grow(domain);
    const nodes = (this.#nodes[domain] ?? 0) + 1;
    this.#nodes[domain] = nodes;
    if (nodes === 1) this.#domains++;
    this.#fewest = undefined;
  }

  leave(slot: number): void {
    const domain = this.#domainOf(slot);
    if (domain < 0) return;
    const nodes = (this.#nodes[domain] ?? 0) - 1;
    this.#nodes[domain] = nodes;
    if (nodes === 0) this.#domains--;
    this.#fewest = undefined;
  }

  #domainOf(slot: number): number {
    return this.mask && !this.mask.has(slot) ? -1 : this.topology.domainOf(slot);
  }

  #findFewest(changes?: ReadonlyMap<number, number>): number {
    let fewest = Infinity;
    for (let domain = 0; domain < this.#nodes.length; domain++) {
      if (this.#nodes[domain] === 0) continue;
      const count = (this.#counts[domain] ?? 0) + (changes?.get(domain) ?? 0);
      if (count < fewest) fewest = count;
    }
    return fewest;
  }

  #grow(domain: number): void {
    const grow = (before: Int32Array) => {
      const after = new Int32Array((domain + 1) * 2);
      after.set(before);
      return after;
    };
    this.#counts = grow(this.#counts);
    this.#nodes = grow(this.#nodes);
  }
}
