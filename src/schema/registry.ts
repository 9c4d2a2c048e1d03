import type { KindType } from "./message.ts";
import { apiVersionOf } from "./message.ts";

/** Finds kinds by what is written in objects ("apps/v1", "Deployment") and in paths. */
export class KindRegistry {
  readonly #byKind = new Map<string, KindType>();
  readonly #byResource = new Map<string, KindType>();
  readonly kinds: readonly KindType[];

  constructor(kinds: readonly KindType[]) {
    this.kinds = kinds;
    for (const type of kinds) {
      const apiVersion = apiVersionOf(type.info);
      this.#byKind.set(`${apiVersion} ${type.info.kind}`, type);
      if (type.info.resource) this.#byResource.set(`${apiVersion} ${type.info.resource}`, type);
    }
  }

  byKind(apiVersion: string, kind: string): KindType | undefined {
    return this.#byKind.get(`${apiVersion} ${kind}`);
  }

  byResource(apiVersion: string, resource: string): KindType | undefined {
    return this.#byResource.get(`${apiVersion} ${resource}`);
  }

  /** The list kind of a kind: `PodList` of `Pod`. */
  listOf(type: KindType): KindType | undefined {
    return this.byKind(apiVersionOf(type.info), `${type.info.kind}List`);
  }
}
