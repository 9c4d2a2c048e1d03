import { CommandError } from "../errors.ts";
import { joinGroupVersion, splitGroupVersion } from "../objects.ts";
import type { ApiResource } from "./api-resource.ts";
import { discoverServed, isServed } from "./discovery.ts";
import type { Served } from "./discovery.ts";
import type { RestClient } from "../rest/rest-client.ts";

/** Keeps what was discovered from one command to the next. */
export interface DiscoveryCache {
  read(): Promise<unknown>;
  write(served: Served): Promise<void>;
}

/** Finds resources by what people type and by what objects say. */
export class ResourceMapper {
  readonly #rest: () => Promise<RestClient>;
  readonly #cache: DiscoveryCache | undefined;
  #served: Promise<Served> | undefined;
  /** The cache was asked: what is not in it may still be new on the server. */
  #isFromCache = false;

  constructor(rest: () => Promise<RestClient>, cache?: DiscoveryCache) {
    this.#rest = rest;
    this.#cache = cache;
  }

  served(): Promise<Served> {
    this.#served ??= this.#load();
    return this.#served;
  }

  /** All resources of all versions, the preferred version of a group first. */
  async all(): Promise<readonly ApiResource[]> {
    return resourcesOf(await this.served());
  }

  /** Asks the server anew. */
  async refresh(): Promise<void> {
    this.#isFromCache = false;
    const served = await discoverServed(await this.#rest());
    await this.#cache?.write(served);
    this.#served = Promise.resolve(served);
  }

  /** By "pods", "po", "Pod", "deployments.apps" or "deployments.v1.apps". */
  async byName(name: string): Promise<ApiResource> {
    const found = await this.find(name);
    if (found) return found;
    // A version in the middle is no part of what is missing.
    const shown = name.replace(/^([^.]+)\.v\d[^.]*\..*$/, "$1");
    throw new CommandError(`the server doesn't have a resource type "${shown}"`);
  }

  async find(name: string): Promise<ApiResource | undefined> {
    return await this.#orRefreshed((all) => lookUp(all, name));
  }

  /** By what an object says of itself; undefined where the server has no such kind. */
  async byKind(apiVersion: string, kind: string): Promise<ApiResource | undefined> {
    const { group, version } = splitGroupVersion(apiVersion);
    return await this.#orRefreshed((all) =>
      all.find(
        (entry) => entry.kind === kind && entry.group === group && entry.version === version,
      ),
    );
  }

  /** The preferred version of a kind of a group. */
  async byGroupKind(group: string, kind: string): Promise<ApiResource | undefined> {
    return await this.#orRefreshed((all) =>
      all.find((entry) => entry.kind === kind && entry.group === group),
    );
  }

  /** Resources of a category such as "all", each in its preferred version. */
  async byCategory(category: string): Promise<readonly ApiResource[]> {
    const seen = new Set<string>();
    return (await this.all()).filter((entry) => {
      const key = `${entry.group}/${entry.resource}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return entry.categories.includes(category);
    });
  }

  async #orRefreshed(
    search: (all: readonly ApiResource[]) => ApiResource | undefined,
  ): Promise<ApiResource | undefined> {
    const found = search(await this.all());
    if (found || !this.#isFromCache) return found;
    await this.refresh();
    return search(await this.all());
  }

  async #load(): Promise<Served> {
    const kept = await this.#cache?.read();
    if (isServed(kept)) {
      this.#isFromCache = true;
      return kept;
    }
    const served = await discoverServed(await this.#rest());
    await this.#cache?.write(served);
    return served;
  }
}

export function resourcesOf(served: Served): ApiResource[] {
  return served.groups.flatMap(({ versions }) => versions.flatMap(({ resources }) => resources));
}

/** A name with dots may be resource.version.group, or resource.group. */
function lookUp(all: readonly ApiResource[], name: string): ApiResource | undefined {
  const [resource = "", ...rest] = name.split(".");
  const word = resource.toLowerCase();
  const [version = "", ...group] = rest;
  if (group.length > 0) {
    const groupVersion = joinGroupVersion(group.join("."), version);
    const found = byWord(
      all.filter((entry) => joinGroupVersion(entry.group, entry.version) === groupVersion),
      word,
    );
    if (found) return found;
  }
  if (rest.length === 0) return byWord(all, word);
  const wanted = rest.join(".");
  return (
    byWord(
      all.filter((entry) => entry.group === wanted),
      word,
    ) ??
    byWord(
      all.filter((entry) => entry.group.startsWith(`${wanted}.`)),
      word,
    ) ??
    byWord(
      all.filter((entry) => entry.group === "" && entry.version === wanted),
      word,
    )
  );
}

function byWord(all: readonly ApiResource[], word: string): ApiResource | undefined {
  return (
    all.find(({ resource }) => resource === word) ??
    all.find(({ singular, kind }) => (singular || kind.toLowerCase()) === word) ??
    all.find(({ shortNames }) => shortNames.includes(word))
  );
}
