/** A resource that the server serves in one version. */
export interface ApiResource {
  readonly group: string;
  readonly version: string;
  /** Plural, as in paths: "pods". */
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly Subresource[];
}

export interface Subresource {
  readonly name: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

/** One API group with its versions, the preferred one first, as the server lists them. */
export interface ApiGroup {
  readonly name: string;
  readonly versions: readonly ApiGroupVersion[];
}

export interface ApiGroupVersion {
  readonly version: string;
  readonly resources: readonly ApiResource[];
  /** The server behind it did not answer when the list was made. */
  readonly stale?: boolean;
}

/** "deployments.apps"; the core group has no suffix. */
export function qualifiedName({ group, resource }: ApiResource): string {
  return group ? `${resource}.${group}` : resource;
}

/** "deployment.apps", as messages call one object. */
export function singularName({ group, kind }: Pick<ApiResource, "group" | "kind">): string {
  const name = kind.toLowerCase();
  return group ? `${name}.${group}` : name;
}
