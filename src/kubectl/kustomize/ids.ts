import type { Scopes } from "./schema/kinds.ts";

/** Which objects are meant: what is empty means any. */
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** What an object is known by, now or at an earlier stage of the build. */
export interface ResourceId extends GroupVersionKind {
  readonly name: string;
  readonly namespace: string;
  readonly clusterScoped: boolean;
}

export const anyKind: GroupVersionKind = { group: "", version: "", kind: "" };

export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf("/");
  if (slash < 0) return { group: "", version: apiVersion };
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export function apiVersionText({ group, version }: GroupVersionKind): string {
  return group === "" ? version : `${group}/${version}`;
}

/** An id of an object that is there: whether its kind has namespaces is looked up. */
export function currentId(
  kind: GroupVersionKind,
  name: string,
  namespace: string,
  scopes: Scopes,
): ResourceId {
  const clusterScoped = scopes.isClusterScoped(apiVersionText(kind), kind.kind);
  return { ...pickKind(kind), name, namespace, clusterScoped };
}

/** An id out of the books, of which only what is written counts. */
export function writtenId(kind: GroupVersionKind, name: string, namespace: string): ResourceId {
  return { ...pickKind(kind), name, namespace, clusterScoped: false };
}

export function pickKind({ group, version, kind }: GroupVersionKind): GroupVersionKind {
  return { group, version, kind };
}

/** The namespace of what can have none. */
const noNamespace = "_non_namespaceable_";
export const defaultNamespace = "default";

export function effectiveNamespace(id: ResourceId): string {
  if (id.clusterScoped) return noNamespace;
  return id.namespace === "" ? defaultNamespace : id.namespace;
}

export function sameNamespace(left: ResourceId, right: ResourceId): boolean {
  return effectiveNamespace(left) === effectiveNamespace(right);
}

export function sameKind(left: GroupVersionKind, right: GroupVersionKind): boolean {
  return left.group === right.group && left.version === right.version && left.kind === right.kind;
}

export function sameKindAndName(left: ResourceId, right: ResourceId): boolean {
  return left.name === right.name && sameKind(left, right);
}

export function sameId(left: ResourceId, right: ResourceId): boolean {
  return sameNamespace(left, right) && sameKindAndName(left, right);
}

/** The same for ids that are the same. */
export function idKey(id: ResourceId): string {
  return [effectiveNamespace(id), id.group, id.version, id.kind, id.name].join("\n");
}

/** Whether a kind is what the selector, whose empty parts mean anything, asks for. */
export function isKindSelected(id: GroupVersionKind, selector: GroupVersionKind): boolean {
  return (
    (selector.group === "" || selector.group === id.group) &&
    (selector.version === "" || selector.version === id.version) &&
    (selector.kind === "" || selector.kind === id.kind)
  );
}

export function isIdSelected(id: ResourceId, selector: ResourceId): boolean {
  return (
    (selector.name === "" || selector.name === id.name) &&
    (selector.namespace === "" || sameNamespace(selector, id)) &&
    isKindSelected(id, selector)
  );
}

export function isEmptyId(id: ResourceId): boolean {
  return [id.group, id.version, id.kind, id.name, id.namespace].every((part) => part === "");
}

export function kindText({ group, version, kind }: GroupVersionKind): string {
  return `${kind || "[noKind]"}.${version || "[noVer]"}.${group || "[noGrp]"}`;
}

export function idText(id: ResourceId): string {
  return `${kindText(id)}/${id.name || "[noName]"}.${id.namespace || "[noNs]"}`;
}

/** As Go's %#v prints an id. */
export function idGoText(id: ResourceId): string {
  const quoted = (text: string) => JSON.stringify(text);
  const kind =
    `resid.Gvk{Group:${quoted(id.group)}, Version:${quoted(id.version)}, ` +
    `Kind:${quoted(id.kind)}, isClusterScoped:${id.clusterScoped}}`;
  return `resid.ResId{Gvk:${kind}, Name:${quoted(id.name)}, Namespace:${quoted(id.namespace)}}`;
}
