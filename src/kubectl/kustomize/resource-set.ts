import { goJson } from "./go-json.ts";
import { failed } from "./error.ts";
import { idGoText, idKey, idText, sameId } from "./ids.ts";
import type { ResourceId } from "./ids.ts";
import { originAnnotation } from "./resource.ts";
import type { Resource } from "./resource.ts";
import { YamlNode } from "./yaml/node.ts";

/** The objects of a build in the order of their loading; no two of them have the same id. */
export class ResourceSet {
  #list: Resource[] = [];

  static of(resources: Iterable<Resource>): ResourceSet {
    const set = new ResourceSet();
    set.appendAll(resources);
    return set;
  }

  get resources(): readonly Resource[] {
    return this.#list;
  }

  get size(): number {
    return this.#list.length;
  }

  append(resource: Resource): void {
    this.appendAll([resource]);
  }

  appendAll(resources: Iterable<Resource>): void {
    const keys = new Set(this.#list.map(({ id }) => idKey(id)));
    for (const resource of resources) {
      const { id } = resource;
      const key = idKey(id);
      if (keys.has(key)) {
        throw failed(`may not add resource with an already registered id: ${idText(id)}`);
      }
      keys.add(key);
      this.#list.push(resource);
    }
  }

  /** Takes others in their place; their ids are checked anew. */
  replaceAll(resources: readonly Resource[]): void {
    this.#list = [];
    this.appendAll(resources);
  }

  /** As `replaceAll` for what is known to be in order. */
  keep(predicate: (resource: Resource) => boolean): void {
    this.#list = this.#list.filter(predicate);
  }

  dropEmpty(): void {
    this.keep((resource) => !resource.isEmpty);
  }

  withAnyId(matches: (id: ResourceId) => boolean): Resource[] {
    return this.#list.filter((resource) =>
      [...resource.previousIds, resource.id].some((id) => matches(id)),
    );
  }

  withCurrentId(id: ResourceId): Resource[] {
    return this.#list.filter((resource) => sameId(id, resource.id));
  }

  /** The one that is or was called so. */
  find(id: ResourceId): Resource {
    const found = this.withAnyId((candidate) => sameId(candidate, id));
    const [resource] = found;
    if (resource && found.length === 1) return resource;
    const count = found.length > 1 ? "multiple" : "no";
    throw failed(
      `${count} matches for Id ${idText(id)}; failed to find unique target for patch ${idText(id)}`,
    );
  }

  /** Takes in what a generator made: new, or instead of or merged into what is there. */
  absorb(resource: Resource): void {
    const { id } = resource;
    const matches = this.withAnyId((candidate) => sameId(id, candidate));
    const [old] = matches;
    if (!old) {
      if (resource.behavior === "merge" || resource.behavior === "replace") {
        throw failed(`id ${idGoText(id)} does not exist; cannot merge or replace`);
      }
      return this.append(resource);
    }
    if (matches.length > 1) {
      throw failed(
        `found multiple objects [${matches.map((match) => goJson(match.json)).join(" ")}] ` +
          `that could accept merge of ${idText(id)}`,
      );
    }
    if (resource.behavior === "replace") resource.inheritFrom(old);
    else if (resource.behavior === "merge") mergeData(resource, old);
    else throw failed(`id ${idGoText(id)} exists; behavior must be merge or replace`);
    this.#list[this.#list.indexOf(old)] = resource;
  }
}

function mergeData(resource: Resource, old: Resource): void {
  const origin = old.annotations.get(originAnnotation);
  resource.inheritFrom(old);
  for (const field of ["data", "binaryData"]) {
    const merged = [old, resource].flatMap((source) => source.root.field(field)?.entries ?? []);
    resource.root.clear(field);
    const values = new Map(merged.map(({ key, value }) => [key.text, value.text]));
    if (values.size > 0) resource.root.set(field, textFields(values));
  }
  if (origin !== undefined) {
    resource.annotations = resource.annotations.set(originAnnotation, origin);
  }
}

/** A map of texts. */
export function textFields(values: ReadonlyMap<string, string>): YamlNode {
  const map = YamlNode.map();
  for (const name of [...values.keys()].sort()) {
    const value = YamlNode.text(values.get(name) ?? "");
    value.quoted = value.text.includes("\n");
    map.set(name, value);
  }
  return map;
}
