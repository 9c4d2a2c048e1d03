import type { ResourceSet } from "../resource-set.ts";

/** Changes the objects of a build in place. */
export interface Transformer {
  transform(set: ResourceSet): void | Promise<void>;
}
