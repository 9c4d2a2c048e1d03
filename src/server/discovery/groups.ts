import { apiVersionOf } from "#schema/message.ts";
import type { ResourceDefinition } from "../registry/resource.ts";
import { priorityOf } from "./priorities.ts";

/** One served version of a group, with its resources sorted by name. */
export interface ServedVersion {
  readonly group: string;
  readonly version: string;
  /** "v1", "apps/v1" */
  readonly groupVersion: string;
  readonly resources: readonly ServedResource[];
}

export interface ServedResource {
  readonly definition: ResourceDefinition;
  readonly name: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly subresources: readonly ServedSubresource[];
}

export interface ServedSubresource {
  readonly name: string;
  /** What its bodies are. */
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly verbs: readonly string[];
}

/** One version of a group that another server answers for, as an aggregation layer knows it. */
export interface ForeignVersion {
  readonly group: string;
  readonly version: string;
  readonly groupPriority: number;
  readonly versionPriority: number;
  /** The version's entry in the aggregated document; without it there is nothing to say. */
  readonly aggregated?: Readonly<Record<string, unknown>>;
}

/** A version of a group in the order in which clients should see them. */
export type ListedVersion = {
  readonly group: string;
  readonly version: string;
  readonly groupVersion: string;
} & (
  | { readonly from: "here"; readonly served: ServedVersion }
  | { readonly from: "elsewhere"; readonly foreign: ForeignVersion }
);

/**
 * Own and foreign versions, most important group first. A group of both goes by the higher rank; a
 * version of both is the other server's, to whom its requests go.
 */
export function listedVersions(
  own: readonly ServedVersion[],
  foreign: readonly ForeignVersion[],
): ListedVersion[] {
  const ranks = new Map<string, number>();
  const rank = (group: string, priority: number) =>
    ranks.set(group, Math.max(priority, ranks.get(group) ?? 0));
  for (const { group, version } of own) rank(group, priorityOf(group, version).group);
  for (const { group, groupPriority } of foreign) rank(group, groupPriority);
  const elsewhere = new Set(foreign.map(apiVersionOf));
  const listed: ListedVersion[] = [
    ...own
      .filter(({ groupVersion }) => !elsewhere.has(groupVersion))
      .map((served) => {
        const { group, version, groupVersion } = served;
        return { group, version, groupVersion, from: "here" as const, served };
      }),
    ...foreign.map((one) => {
      const { group, version } = one;
      const groupVersion = apiVersionOf(one);
      return { group, version, groupVersion, from: "elsewhere" as const, foreign: one };
    }),
  ];
  const ofVersion = (one: ListedVersion) =>
    one.from === "elsewhere"
      ? one.foreign.versionPriority
      : priorityOf(one.group, one.version).version;
  return listed.sort(
    (a, b) =>
      (ranks.get(b.group) ?? 0) - (ranks.get(a.group) ?? 0) ||
      (a.group < b.group ? -1 : a.group > b.group ? 1 : 0) ||
      ofVersion(b) - ofVersion(a) ||
      compareVersions(b.version, a.version),
  );
}

const allVerbs = [
  "create",
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "update",
  "watch",
];
const viewVerbs = ["get", "patch", "update"];

/** The served groups and versions, most important group and newest version first. */
export function servedVersions(definitions: readonly ResourceDefinition[]): ServedVersion[] {
  const versions = new Map<string, ResourceDefinition[]>();
  for (const definition of definitions) {
    const key = apiVersionOf(definition.type.info);
    versions.set(key, [...(versions.get(key) ?? []), definition]);
  }
  const served = [...versions].map(([groupVersion, members]): ServedVersion => {
    const [first] = members;
    const { group = "", version = "" } = first?.type.info ?? {};
    return { group, version, groupVersion, resources: members.map(servedResource).sort(byName) };
  });
  return served.sort(
    (a, b) =>
      priorityOf(b.group, b.version).group - priorityOf(a.group, a.version).group ||
      (a.group < b.group ? -1 : a.group > b.group ? 1 : compareVersions(b.version, a.version)),
  );
}

const byName = (a: { name: string }, b: { name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

/** v1 before v1beta1 before v1alpha1, and v2 before v1. Positive when `left` is newer. */
export function compareVersions(left: string, right: string): number {
  const rank = (version: string): number[] => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
    if (!match) return [0, 0, 0];
    const stability = match[2] === undefined ? 3 : match[2] === "beta" ? 2 : 1;
    return [stability, Number(match[1]), Number(match[3] ?? 0)];
  };
  const [a, b] = [rank(left), rank(right)];
  for (const [index, part] of a.entries()) {
    const difference = part - (b[index] ?? 0);
    if (difference) return difference;
  }
  return left === right ? 0 : left < right ? 1 : -1;
}

function servedResource(definition: ResourceDefinition): ServedResource {
  const { info } = definition.type;
  return {
    definition,
    name: info.resource ?? "",
    singular: info.singular ?? info.kind.toLowerCase(),
    kind: info.kind,
    namespaced: info.namespaced ?? false,
    verbs: definition.listedVerbs ?? [...(definition.verbs ?? allVerbs)].sort(),
    subresources: subresourcesOf(definition).sort(byName),
  };
}

function subresourcesOf(definition: ResourceDefinition): ServedSubresource[] {
  const { group, version, kind } = definition.type.info;
  const own = { group, version, kind };
  const scale = { group: "autoscaling", version: "v1", kind: "Scale" };
  return [
    ...(definition.status ? [{ name: "status", kind: own, verbs: viewVerbs }] : []),
    ...(definition.scale ? [{ name: "scale", kind: scale, verbs: viewVerbs }] : []),
    ...Object.entries(definition.views ?? {}).map(([name, view]) => ({
      name,
      kind: own,
      verbs: view.verbs ?? viewVerbs,
    })),
    ...Object.entries(definition.subresources ?? {}).map(([name, subresource]) => ({
      name,
      kind: subresource.kind,
      verbs: [...subresource.verbs].sort(),
    })),
  ];
}
