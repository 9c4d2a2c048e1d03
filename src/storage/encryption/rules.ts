import { resourcePrefixOf } from "../cacher/resource-prefix.ts";
import { KeyRing, clearRing } from "./key-ring.ts";
import type { Provider, Ring } from "./key-ring.ts";

/** Which providers the objects of some resources have. */
export interface EncryptionRule {
  /** "secrets", "deployments.apps", "*." of the core group, "*.apps", "*.*". */
  readonly resources: readonly string[];
  readonly providers: readonly Provider[];
}

export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

/** "deployments.apps" → deployments of apps; "*." → all of the core group. */
export function parseGroupResource(text: string): GroupResource {
  const dot = text.indexOf(".");
  if (dot < 0) return { group: "", resource: text };
  return { group: text.slice(dot + 1), resource: text.slice(0, dot) };
}

/** The keys for each place in the registry. The rule that names a resource best decides. */
export class EncryptionRules {
  readonly #rings: ReadonlyMap<string, KeyRing>;
  readonly #byPrefix = new Map<string, Ring>();

  constructor(rules: readonly EncryptionRule[]) {
    const providers = new Map<string, Provider[]>();
    for (const rule of rules) {
      for (const resource of rule.resources) {
        const name = nameOf(parseGroupResource(resource));
        // Rules that name the same resource are one: the later one's keys open, too.
        providers.set(name, [...(providers.get(name) ?? []), ...rule.providers]);
      }
    }
    this.#rings = new Map([...providers].map(([name, all]) => [name, new KeyRing(all)]));
  }

  ringOf(key: string): Ring {
    const prefix = resourcePrefixOf(key, root);
    if (prefix === undefined) return clearRing;
    let ring = this.#byPrefix.get(prefix);
    if (!ring) {
      ring = this.#ringOf(prefix.slice(root.length, -1));
      this.#byPrefix.set(prefix, ring);
    }
    return ring;
  }

  #ringOf(path: string): Ring {
    const slash = path.indexOf("/");
    const group = slash < 0 ? "" : path.slice(0, slash);
    const resource = path.slice(slash + 1);
    const candidates = [
      { group, resource },
      { group, resource: "*" },
      { group: "*", resource: "*" },
    ];
    for (const candidate of candidates) {
      const ring = this.#rings.get(nameOf(candidate));
      if (ring) return ring;
    }
    return clearRing;
  }
}

const root = "/registry/";

const nameOf = ({ group, resource }: GroupResource): string => `${resource}.${group}`;
