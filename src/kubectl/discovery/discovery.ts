import { isRow } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import { StatusError } from "#machinery/status.ts";
import { messageOf } from "../errors.ts";
import { splitGroupVersion } from "../objects.ts";
import type { RestClient } from "../rest/rest-client.ts";
import type { ApiGroup, ApiGroupVersion, ApiResource, Subresource } from "./api-resource.ts";

/** What a server serves, and which group versions could not be asked. */
export interface Served {
  readonly groups: readonly ApiGroup[];
  /** By group version. */
  readonly failures: Readonly<Record<string, string>>;
}

const aggregated = [
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
  "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
  "application/json",
].join(",");

/** Asks for all in two requests; servers that do not know how are asked version by version. */
export async function discoverServed(rest: RestClient, signal?: AbortSignal): Promise<Served> {
  const [core, others] = await inTurn([
    readRoot(rest, "/api", signal),
    readRoot(rest, "/apis", signal),
  ]);
  const failures: Record<string, string> = {};
  const groups: ApiGroup[] = [];
  for (const { body, isAggregated } of [core, others]) {
    if (isAggregated) groups.push(...aggregatedGroups(body, failures));
    else groups.push(...(await legacyGroups(rest, body, failures, signal)));
  }
  return { groups, failures };
}

/** Both at the same time; of two failures the first one's is told, whichever came first. */
async function inTurn<T>(both: readonly [Promise<T>, Promise<T>]): Promise<[T, T]> {
  await Promise.allSettled(both);
  return [await both[0], await both[1]];
}

async function readRoot(rest: RestClient, path: string, signal: AbortSignal | undefined) {
  try {
    const answer = await rest.send({ path, query: { timeout: "32s" }, accept: aggregated }, signal);
    return {
      body: JSON.parse(answer.text) as Row,
      isAggregated: answer.contentType.includes("as=APIGroupDiscoveryList"),
    };
  } catch (error) {
    // Who may not list either of them still has the other one.
    if (error instanceof StatusError && (error.code === 404 || error.code === 403)) {
      return { body: {}, isAggregated: false };
    }
    throw error;
  }
}

interface AggregatedGroup {
  metadata?: { name?: string };
  versions?: {
    version: string;
    freshness?: string;
    resources?: {
      resource: string;
      responseKind?: { kind?: string };
      scope: string;
      singularResource?: string;
      verbs?: string[];
      shortNames?: string[];
      categories?: string[];
      subresources?: { subresource: string; responseKind?: { kind?: string }; verbs?: string[] }[];
    }[];
  }[];
}

function aggregatedGroups(body: Row, failures: Record<string, string>): ApiGroup[] {
  return listOf<AggregatedGroup>(body.items).map(({ metadata, versions = [] }) => {
    const group = metadata?.name ?? "";
    return {
      name: group,
      versions: versions.map(({ version, freshness, resources = [] }): ApiGroupVersion => {
        const stale = freshness === "Stale";
        if (stale)
          failures[`${group}/${version}`] = `stale GroupVersion discovery: ${group}/${version}`;
        return {
          version,
          ...(stale && { stale }),
          resources: resources.map((entry) => ({
            group,
            version,
            resource: entry.resource,
            singular: entry.singularResource ?? "",
            kind: entry.responseKind?.kind ?? "",
            namespaced: entry.scope === "Namespaced",
            shortNames: entry.shortNames ?? [],
            categories: entry.categories ?? [],
            verbs: entry.verbs ?? [],
            subresources: (entry.subresources ?? []).map((sub) => ({
              name: sub.subresource,
              kind: sub.responseKind?.kind ?? "",
              verbs: sub.verbs ?? [],
            })),
          })),
        };
      }),
    };
  });
}

interface LegacyResource {
  name: string;
  singularName?: string;
  kind: string;
  namespaced: boolean;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
  group?: string;
  version?: string;
}

async function legacyGroups(
  rest: RestClient,
  body: Row,
  failures: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<ApiGroup[]> {
  const named =
    body.kind === "APIVersions"
      ? [{ name: "", versions: listOf<string>(body.versions) }]
      : listOf<{ name: string; versions: { groupVersion: string }[]; preferredVersion?: Row }>(
          body.groups,
        ).map(({ name, versions, preferredVersion }) => {
          const preferred = preferredVersion?.groupVersion;
          const all = versions.map(({ groupVersion }) => groupVersion);
          const first = all.filter((version) => version === preferred);
          return { name, versions: [...first, ...all.filter((version) => version !== preferred)] };
        });
  return Promise.all(
    named.map(async ({ name, versions }) => ({
      name,
      versions: await Promise.all(
        versions.map(async (groupVersion): Promise<ApiGroupVersion> => {
          const { version } = splitGroupVersion(groupVersion);
          const path = name ? `/apis/${groupVersion}` : `/api/${groupVersion}`;
          try {
            const list = await rest.json<{ resources?: LegacyResource[] }>({ path }, signal);
            return { version, resources: legacyResources(name, version, list.resources ?? []) };
          } catch (error) {
            if (!(error instanceof StatusError)) throw error;
            failures[groupVersion] = messageOf(error);
            return { version, resources: [], stale: true };
          }
        }),
      ),
    })),
  );
}

function legacyResources(
  group: string,
  version: string,
  entries: readonly LegacyResource[],
): ApiResource[] {
  const subresources = new Map<string, Subresource[]>();
  for (const { name, kind, verbs } of entries) {
    const [parent = "", sub] = name.split("/");
    if (sub === undefined) continue;
    subresources.set(parent, [...(subresources.get(parent) ?? []), { name: sub, kind, verbs }]);
  }
  return entries
    .filter(({ name }) => !name.includes("/"))
    .map((entry) => ({
      group,
      version,
      resource: entry.name,
      singular: entry.singularName ?? "",
      kind: entry.kind,
      namespaced: entry.namespaced,
      shortNames: entry.shortNames ?? [],
      categories: entry.categories ?? [],
      verbs: entry.verbs,
      subresources: subresources.get(entry.name) ?? [],
    }));
}

function listOf<T>(value: unknown): T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}

/** Whether a kept answer has the shape of today's code. */
export function isServed(value: unknown): value is Served {
  return isRow(value) && Array.isArray(value.groups) && isRow(value.failures);
}
