import type { Node } from "#api/core/v1.ts";
import { ready } from "./health.ts";

/** Upstream's numbers. */
const evictionsPerSecond = 0.1;
const evictionsPerSecondInTrouble = 0.01;
const largeZone = 50;
const unhealthyShare = 0.55;

type ZoneState = "normal" | "partial" | "full";

/**
 * How fast nodes may be emptied. When many nodes of a zone are silent at once, the fault is likely
 * ours: evictions slow down, and stop when no node anywhere is heard of.
 */
export class EvictionLimits {
  readonly #next = new Map<string, number>();
  #states = new Map<string, { state: ZoneState; size: number }>();

  observe(nodes: readonly Node[]): void {
    const zones = new Map<string, { ready: number; unready: number }>();
    for (const node of nodes) {
      const zone = zones.get(zoneOf(node)) ?? { ready: 0, unready: 0 };
      if (ready(node)?.status === "True") zone.ready++;
      else zone.unready++;
      zones.set(zoneOf(node), zone);
    }
    this.#states = new Map(
      [...zones].map(([name, { ready, unready }]) => [
        name,
        { state: stateOf(ready, unready), size: ready + unready },
      ]),
    );
  }

  /** No node anywhere is heard of: nobody is to be evicted. */
  get everythingIsSilent(): boolean {
    const states = [...this.#states.values()];
    return states.length > 0 && states.every(({ state }) => state === "full");
  }

  /** Takes one eviction, if the zone's rate has one left now. */
  tryTake(node: Node, monotonic: number): boolean {
    if (this.everythingIsSilent) return false;
    const zone = zoneOf(node);
    const rate = this.#rate(zone);
    if (rate === 0 || monotonic < (this.#next.get(zone) ?? 0)) return false;
    this.#next.set(zone, monotonic + 1000 / rate);
    return true;
  }

  #rate(zone: string): number {
    const known = this.#states.get(zone);
    if (known?.state !== "partial") return evictionsPerSecond;
    return known.size > largeZone ? evictionsPerSecondInTrouble : 0;
  }
}

function stateOf(ready: number, unready: number): ZoneState {
  if (ready === 0 && unready > 0) return "full";
  if (unready > 2 && unready / (ready + unready) >= unhealthyShare) return "partial";
  return "normal";
}

function zoneOf({ metadata }: Node): string {
  const { labels } = metadata;
  const region = labels?.["topology.kubernetes.io/region"] ?? "";
  return `${region}/${labels?.["topology.kubernetes.io/zone"] ?? ""}`;
}
