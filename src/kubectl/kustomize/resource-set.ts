import { goJson } from "./go-json.ts";
import { failed } from "./error.ts";
import { effectiveNamespace, idGoText, idText, sameId, sameNamespace } from "./ids.ts";
import type { ResourceId } from "./ids.ts";
import { originAnnotation } from "./resource.ts";
import type { Resource } from "./resource.ts";
import { YamlNode } from "./yaml/node.ts";

/** The objects of a build in the order of their loading; no two of them have the same id. */
export class ResourceSet {
  #list: Resource[] = [];

  static of(resources: Iterable<Resource>): ResourceSet {
    const set = new ResourceSet();
    for (const resource of resources) set.append(resource);
    return set;
  }

  get resources(): readonly Resource[] {
    return this.#list;
  }

  get size(): number {
    return this.#list.length;
  }

  append(resource: Resource): void {
    const { id } = resource;
    if (this.#list.some((other) => sameId(id, other.id))) {
      throw failed(`may not add resource with an already registered id: ${idText(id)}`);
    }
    this.#list.push(resource);
  }

  appendAll(resources: Iterable<Resource>): void {
    for (const resource of resources) this.append(resource);
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

  /** What an object may refer to: what has no namespace, and what is in its own. */
  reachableFrom(referrer: Resource): readonly Resource[] {
    const { id } = referrer;
    if (id.clusterScoped) return this.#list;
    const others = subjectNamespaces(referrer);
    return this.#list.filter((candidate) => {
      const candidateId = candidate.id;
      if (candidateId.clusterScoped || sameNamespace(candidateId, id)) return true;
      return others.has(candidate.namespace);
    });
  }

  byNamespace(of: (resource: Resource) => ResourceId): ReadonlyMap<string, readonly Resource[]> {
    return Map.groupBy(
      this.#list.filter((resource) => !of(resource).clusterScoped),
      (resource) => effectiveNamespace(of(resource)),
    );
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

/** A RoleBinding may name service accounts of other namespaces. */
function subjectNamespaces(referrer: Resource): ReadonlySet<string> {
  if (referrer.kind !== "RoleBinding") return new Set();
  const subjects = referrer.root.get("subjects");
  return new Set(
    (subjects?.kind === "list" ? subjects.items : [])
      .filter((subject) => subject.get("kind")?.text === "ServiceAccount")
      .flatMap((subject) => subject.get("namespace")?.text ?? []),
  );
}
