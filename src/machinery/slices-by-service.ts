import type { EndpointSlice } from "#api/discovery/v1.ts";

/** Where an object is. */
export interface ObjectName {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** How Services and slices are called here: "shop/web". */
export const nameKey = ({ namespace, name }: ObjectName) => `${namespace ?? ""}/${name}`;

/** The Service that a slice belongs to; undefined for one that belongs to none. */
export function serviceKeyOf({ metadata }: EndpointSlice): string | undefined {
  const name = metadata.labels?.["kubernetes.io/service-name"];
  return name ? nameKey({ namespace: metadata.namespace, name }) : undefined;
}

/** EndpointSlices by the Service that they belong to, which a label names and may change. */
export class SlicesByService {
  readonly #slices = new Map<string, Map<string, EndpointSlice>>();
  readonly #serviceOfSlice = new Map<string, string>();

  of(service: string): readonly EndpointSlice[] {
    return [...(this.#slices.get(service)?.values() ?? [])];
  }

  /** The Services that changed: the one that has the slice now, and the one that had it before. */
  set(slice: EndpointSlice): readonly string[] {
    const key = nameKey(slice.metadata);
    const service = serviceKeyOf(slice);
    const before = this.#serviceOfSlice.get(key);
    const left = before !== undefined && before !== service ? this.remove(slice.metadata) : [];
    if (!service) return left;
    let slices = this.#slices.get(service);
    if (!slices) this.#slices.set(service, (slices = new Map()));
    slices.set(key, slice);
    this.#serviceOfSlice.set(key, service);
    return [...left, service];
  }

  /** The Service that had the slice. */
  remove(slice: ObjectName): readonly string[] {
    const key = nameKey(slice);
    const service = this.#serviceOfSlice.get(key);
    if (!service) return [];
    this.#serviceOfSlice.delete(key);
    const slices = this.#slices.get(service);
    slices?.delete(key);
    if (slices?.size === 0) this.#slices.delete(service);
    return [service];
  }
}
