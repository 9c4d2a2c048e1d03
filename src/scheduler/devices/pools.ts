import type { Node, NodeSelector } from "#api/core/v1.ts";
import type { Device, ResourceSlice } from "#api/resource/v1.ts";
import { matchesTerm } from "#machinery/scheduling/node-affinity.ts";

/** A device that a node can reach. */
export interface ReachableDevice {
  readonly driver: string;
  readonly pool: string;
  readonly device: Device;
  /** No other device has it. */
  readonly key: string;
  /** From where it can be used; undefined when from everywhere. */
  readonly nodes: NodeSelector | undefined;
}

export interface NodePools {
  readonly devices: readonly ReachableDevice[];
  /** Pools of the node that are being changed: nobody knows just now what they have. */
  readonly incomplete: readonly string[];
}

export function deviceKey(place: { driver: string; pool: string; device: string }): string {
  return `${place.driver}/${place.pool}/${place.device}`;
}

/** What the node can reach, of pools of which the newest generation is there as a whole. */
export function poolsOf(node: Node, slices: readonly ResourceSlice[]): NodePools {
  const { byNode, shared } = placesOf(slices);
  const devices: ReachableDevice[] = [];
  const incomplete: string[] = [];
  for (const { id, members } of [...(byNode.get(node.metadata.name) ?? []), ...shared]) {
    const reachable = members.flatMap((slice) => reachableOf(slice, node));
    if (reachable.length === 0) continue;
    const isWhole = members.length === members[0]?.spec.pool.resourceSliceCount;
    if (isWhole) devices.push(...reachable);
    else incomplete.push(id);
  }
  return { devices, incomplete };
}

interface Pool {
  readonly id: string;
  /** Slices of the newest generation. */
  readonly members: readonly ResourceSlice[];
}

interface PoolPlaces {
  /** Most pools are those of one node. */
  readonly byNode: ReadonlyMap<string, readonly Pool[]>;
  readonly shared: readonly Pool[];
}

/** Worked out once for all nodes, as long as the slices are the same. */
const places = new WeakMap<readonly ResourceSlice[], PoolPlaces>();

function placesOf(slices: readonly ResourceSlice[]): PoolPlaces {
  let known = places.get(slices);
  if (!known) places.set(slices, (known = findPlaces(slices)));
  return known;
}

function findPlaces(slices: readonly ResourceSlice[]): PoolPlaces {
  const pools = new Map<string, ResourceSlice[]>();
  for (const slice of slices) {
    const { driver, pool } = slice.spec;
    const id = `${driver}/${pool.name}`;
    const known = pools.get(id);
    const newest = known?.[0]?.spec.pool.generation ?? pool.generation;
    if (!known || pool.generation > newest) pools.set(id, [slice]);
    else if (pool.generation === newest) known.push(slice);
  }
  const byNode = new Map<string, Pool[]>();
  const shared: Pool[] = [];
  for (const [id, members] of pools) {
    const names = new Set(members.map(({ spec }) => spec.nodeName));
    const [name] = names;
    if (names.size !== 1 || name === undefined) shared.push({ id, members });
    else byNode.set(name, [...(byNode.get(name) ?? []), { id, members }]);
  }
  return { byNode, shared };
}

function reachableOf({ spec }: ResourceSlice, node: Node): readonly ReachableDevice[] {
  const { driver, devices = [], perDeviceNodeSelection } = spec;
  const pool = spec.pool.name;
  return devices.flatMap((device): readonly ReachableDevice[] => {
    const place = perDeviceNodeSelection ? device : spec;
    if (!isReachable(place, node)) return [];
    const key = deviceKey({ driver, pool, device: device.name });
    return [{ driver, pool, device, key, nodes: selectorOf(place) }];
  });
}

interface Place {
  readonly nodeName?: string | undefined;
  readonly nodeSelector?: NodeSelector | undefined;
  readonly allNodes?: boolean | undefined;
}

function isReachable({ nodeName, nodeSelector, allNodes }: Place, node: Node): boolean {
  if (allNodes) return true;
  if (nodeName !== undefined) return nodeName === node.metadata.name;
  return nodeSelector?.nodeSelectorTerms.some((term) => matchesTerm(term, node)) ?? false;
}

function selectorOf({ nodeName, nodeSelector }: Place): NodeSelector | undefined {
  if (nodeName === undefined) return nodeSelector;
  const byName = { key: "metadata.name", operator: "In" as const, values: [nodeName] };
  return { nodeSelectorTerms: [{ matchFields: [byName] }] };
}

/** The nodes that all of the selectors name. Those of slices have one term each. */
export function allOf(selectors: readonly (NodeSelector | undefined)[]): NodeSelector | undefined {
  const terms = selectors.flatMap((selector) => selector?.nodeSelectorTerms ?? []);
  if (terms.length === 0) return undefined;
  const unique = <T>(items: readonly T[]) => [
    ...new Map(items.map((item) => [JSON.stringify(item), item])).values(),
  ];
  const matchExpressions = unique(terms.flatMap((term) => term.matchExpressions ?? []));
  const matchFields = unique(terms.flatMap((term) => term.matchFields ?? []));
  const term = {
    ...(matchExpressions.length > 0 && { matchExpressions }),
    ...(matchFields.length > 0 && { matchFields }),
  };
  return { nodeSelectorTerms: [term] };
}
