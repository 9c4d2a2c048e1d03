import type { BackReference } from "../config/transformer-config.ts";
import { failed, within } from "../error.ts";
import { editField, textSetter } from "../field-spec.ts";
import { anyKind, effectiveNamespace, idText, isKindSelected, sameNamespace } from "../ids.ts";
import type { GroupVersionKind, ResourceId } from "../ids.ts";
import type { ResourceSet } from "../resource-set.ts";
import type { Resource } from "../resource.ts";
import { YamlNode } from "../yaml/node.ts";

/** Writes the names that objects have now where others refer to them by earlier ones. */
export function fixNameReferences(set: ResourceSet, references: readonly BackReference[]): void {
  const originalIds = new Map(set.resources.map((resource) => [resource, resource.originalId]));
  const known = new Known(originalIds);
  for (const [referrer, id] of originalIds) {
    const reach = reachOf(referrer);
    for (const target of references) {
      for (const spec of target.referrers) {
        if (!isKindSelected(id, spec)) continue;
        const place = { ...spec, ...referrer.groupVersionKind };
        const reference = new Reference(referrer, spec.path, target, known, reach);
        within(
          () => `updating name reference in '${spec.path}' field of '${idText(referrer.id)}'`,
          () => editField(referrer.root, place, { set: (node) => reference.fix(node) }),
        );
      }
    }
  }
}

/** The objects by what they were called first; their names do not change any more. */
class Known {
  readonly byEarlierName = new Map<string, Resource[]>();
  readonly byOriginalNamespace = new Map<string, Resource[]>();

  constructor(originalIds: ReadonlyMap<Resource, ResourceId>) {
    for (const [resource, originalId] of originalIds) {
      for (const name of new Set(resource.previousIds.map((id) => id.name))) {
        this.#add(this.byEarlierName, name, resource);
      }
      const namespace = effectiveNamespace(originalId);
      if (!originalId.clusterScoped) this.#add(this.byOriginalNamespace, namespace, resource);
    }
  }

  #add(map: Map<string, Resource[]>, key: string, resource: Resource): void {
    const list = map.get(key);
    if (list) list.push(resource);
    else map.set(key, [resource]);
  }
}

/** Whom an object may refer to: what has no namespace, and what is in its own. */
function reachOf(referrer: Resource): (candidate: Resource) => boolean {
  const { id } = referrer;
  if (id.clusterScoped) return () => true;
  const others = subjectNamespaces(referrer);
  return (candidate) => {
    const candidateId = candidate.id;
    if (candidateId.clusterScoped || sameNamespace(candidateId, id)) return true;
    return others.has(candidate.namespace);
  };
}

/** One field that names objects of a kind. */
class Reference {
  readonly #referrer: Resource;
  readonly #path: string;
  readonly #target: GroupVersionKind;
  readonly #known: Known;
  readonly #reach: (candidate: Resource) => boolean;

  constructor(
    referrer: Resource,
    path: string,
    target: GroupVersionKind,
    known: Known,
    reach: (candidate: Resource) => boolean,
  ) {
    this.#referrer = referrer;
    this.#path = path;
    this.#target = target;
    this.#known = known;
    this.#reach = reach;
  }

  fix(node: YamlNode): void {
    if (node.isNull) return;
    if (node.kind === "scalar") return this.#fixName(node);
    if (node.kind === "map") return this.#fixMap(node);
    for (const item of node.items) {
      if (item.isNull) continue;
      if (item.kind === "scalar") this.#fixName(item);
      else if (item.kind === "map") this.#fixMap(item);
      else throw failed("node is expected to be either a string or a map of string");
    }
  }

  #fixName(node: YamlNode): void {
    const referral = this.#select(this.#called(node.text), (one, other) => {
      return one.name === other.name;
    });
    if (!referral) return;
    referral.addReferrer(idText(this.#referrer.id));
    if (referral.name !== node.text) textSetter(referral.name, "")(node);
  }

  /** A map that holds a name and a namespace. */
  #fixMap(node: YamlNode): void {
    const name = node.field("name");
    if (!name) throw failed("path config error; no 'name' field in node");
    const oldName = name.text;
    const candidates = this.#inNamespaceOf(node, this.#called(oldName));
    const referral = this.#select(candidates, (one, other) => {
      return one.name === other.name && one.namespace === other.namespace;
    });
    if (!referral) return;
    referral.addReferrer(idText(this.#referrer.id));
    if (referral.name === oldName && referral.namespace === "") return;
    node.set("name", YamlNode.scalar(referral.name));
    if (referral.namespace !== "") node.set("namespace", YamlNode.scalar(referral.namespace));
  }

  #called(name: string): readonly Resource[] {
    return (this.#known.byEarlierName.get(name) ?? []).filter(this.#reach);
  }

  /** A namespace that some object had at first is meant as such. */
  #inNamespaceOf(node: YamlNode, candidates: readonly Resource[]): readonly Resource[] {
    const namespace = node.field("namespace")?.text;
    if (namespace === undefined) return candidates;
    const original = this.#known.byOriginalNamespace.get(namespace)?.filter(this.#reach) ?? [];
    if (original.length > 0) return candidates.filter((resource) => original.includes(resource));
    return candidates.filter(({ id }) => !id.clusterScoped && effectiveNamespace(id) === namespace);
  }

  #select(
    candidates: readonly Resource[],
    same: (one: Resource, other: Resource) => boolean,
  ): Resource | undefined {
    const role = this.#roleKind();
    let found = candidates.filter((candidate) => {
      const ids = candidate.previousIds;
      return (
        ids.some((id) => isKindSelected(id, this.#target)) &&
        (!role || ids.some((id) => isKindSelected(id, role))) &&
        this.#mayReach(candidate)
      );
    });
    if (found.length === 1) return found[0];
    found = found.filter((candidate) => sameContext(candidate, this.#referrer, true));
    if (found.length > 1) {
      found = found.filter((candidate) => sameContext(candidate, this.#referrer, false));
    }
    const [first] = found;
    if (!first || found.length === 1) return first;
    if (found.every((candidate) => same(first, candidate))) return first;
    throw failed(this.#tooMany(found));
  }

  /** What a binding's roleRef says of its role. */
  #roleKind(): GroupVersionKind | undefined {
    if (!this.#path.endsWith("roleRef/name")) return undefined;
    const role = this.#referrer.root.get("roleRef");
    const [group, kind] = [role?.get("apiGroup"), role?.get("kind")];
    return group && kind ? { ...anyKind, group: group.text, kind: kind.text } : undefined;
  }

  #mayReach(candidate: Resource): boolean {
    const id = this.#referrer.id;
    if (id.clusterScoped) return true;
    const candidateId = candidate.id;
    if (candidateId.clusterScoped || candidate.kind === "ServiceAccount") return true;
    return sameNamespace(id, candidateId);
  }

  #tooMany(found: readonly Resource[]): string {
    const ids = found.map(({ id }) => idText(id)).join(", ");
    const details = found.map((resource, at) => `--- possible referral ${at}:\n${resource.yaml}\n`);
    return (
      `found multiple possible referrals: ${ids}\n` +
      `\n**** Too many possible referral targets to referrer:\n${this.#referrer.yaml}\n` +
      details.join("")
    );
  }
}

/** Whether both were given the same prefixes and suffixes, the outermost at least. */
function sameContext(one: Resource, other: Resource, allowNone: boolean): boolean {
  const same = (left: readonly string[], right: readonly string[]) =>
    (allowNone && (left.length === 0 || right.length === 0)) || sameEnd(left, right);
  return same(one.prefixes, other.prefixes) && same(one.suffixes, other.suffixes);
}

function sameEnd(left: readonly string[], right: readonly string[]): boolean {
  const [short, long] = left.length > right.length ? [right, left] : [left, right];
  if (short.length === 0) return long.length === 0;
  const end = long.slice(long.length - short.length);
  return short.every((text, at) => text === end[at]);
}

/** A RoleBinding may name service accounts of other namespaces. */
function subjectNamespaces(referrer: Resource): ReadonlySet<string> {
  if (referrer.kind !== "RoleBinding") return new Set();
  const namespaces = new Set<string>();
  for (const subject of referrer.root.get("subjects")?.items ?? []) {
    const namespace = subject.get("namespace");
    if (!namespace || subject.get("kind")?.text !== "ServiceAccount") continue;
    if (!namespace.isText) {
      const id = idText(referrer.id);
      throw failed(`Invalid Input: namespace is blank for resource ${JSON.stringify(id)}\n`);
    }
    namespaces.add(namespace.text);
  }
  return namespaces;
}
