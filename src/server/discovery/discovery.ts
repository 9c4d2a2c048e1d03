import { toBase64, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { ApiResponse } from "#client/transport.ts";
import type { APIGroup, APIResource } from "#api/meta/v1.ts";
import type { ResourceDefinition } from "../registry/resource.ts";
import type {
  ForeignVersion,
  ListedVersion,
  ServedResource,
  ServedSubresource,
  ServedVersion,
} from "./groups.ts";
import { listedVersions, servedVersions } from "./groups.ts";

/** Tells clients what there is: groups, versions, resources, verbs. */
export interface Discovery {
  /** The answer to a GET, or undefined where the path is not discovery's. */
  handle(path: string, headers: Readonly<Record<string, string>>): Promise<ApiResponse | undefined>;
}

export interface DiscoveryOptions {
  /** Read at every request; the documents are made anew when the list is another one. */
  definitions(): readonly ResourceDefinition[];
  /** What other servers answer for; another array whenever that changes. */
  foreign?(): readonly ForeignVersion[];
  /** "10.0.2.15:8443", for clients of the oldest document. */
  readonly serverAddress: string;
  /** What the server answers besides its resources: "/healthz", "/version". */
  readonly otherPaths: readonly string[];
}

const aggregatedType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

export function createDiscovery(options: DiscoveryOptions): Discovery {
  let madeFor: readonly ResourceDefinition[] | undefined;
  let madeWith: readonly ForeignVersion[] | undefined;
  let documents: Promise<Documents> | undefined;
  return {
    async handle(path, headers) {
      const definitions = options.definitions();
      const foreign = options.foreign?.() ?? none;
      if (definitions !== madeFor || foreign !== madeWith || !documents) {
        madeFor = definitions;
        madeWith = foreign;
        documents = makeDocuments(definitions, foreign, options);
      }
      const { plain, aggregated } = await documents;
      const trimmed = path.length > 1 ? path.replace(/\/$/, "") : path;
      const whole = aggregated.get(trimmed);
      if (whole && wantsAggregated(headers["accept"] ?? "")) {
        return aggregatedAnswer(whole, headers["if-none-match"]);
      }
      const object = plain.get(trimmed);
      if (object === undefined) return undefined;
      const vary: Record<string, string> = whole ? { vary: "Accept" } : {};
      return { status: 200, headers: vary, body: { kind: "object", object } };
    },
  };
}

const none: readonly ForeignVersion[] = [];

/** The first form in the Accept header that is served decides; plain JSON is one of them. */
function wantsAggregated(accept: string): boolean {
  for (const part of accept.split(",")) {
    const [type = "", ...pairs] = part.split(";").map((piece) => piece.trim());
    const parameters = new Map(pairs.map((pair) => pair.split("=") as [string, string]));
    const as = parameters.get("as");
    if (as === undefined) {
      if (type === "application/json" || type === "*/*" || type === "application/*") return false;
      continue;
    }
    const matches =
      type === "application/json" &&
      as === "APIGroupDiscoveryList" &&
      parameters.get("g") === "apidiscovery.k8s.io" &&
      parameters.get("v") === "v2";
    if (matches) return true;
  }
  return false;
}

interface Aggregated {
  readonly bytes: Bytes;
  readonly etag: string;
}

function aggregatedAnswer({ bytes, etag }: Aggregated, known: string | undefined): ApiResponse {
  const headers = { etag, vary: "Accept", "cache-control": "public" };
  if (known === etag) return { status: 304, headers, body: { kind: "none" } };
  return { status: 200, headers, body: { kind: "bytes", contentType: aggregatedType, bytes } };
}

interface Documents {
  readonly plain: ReadonlyMap<string, unknown>;
  readonly aggregated: ReadonlyMap<string, Aggregated>;
}

async function makeDocuments(
  definitions: readonly ResourceDefinition[],
  foreign: readonly ForeignVersion[],
  options: DiscoveryOptions,
): Promise<Documents> {
  const versions = servedVersions(definitions);
  const listed = listedVersions(versions, foreign);
  const core = listed.filter(({ group }) => group === "");
  const others = listed.filter(({ group }) => group !== "");
  const plain = new Map<string, unknown>();
  plain.set("/api", {
    kind: "APIVersions",
    apiVersion: "v1",
    versions: core.map(({ version }) => version),
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: options.serverAddress }],
  });
  const groups = [...groupBy(others)].map(([name, members]) => groupOf(name, members));
  plain.set("/apis", { kind: "APIGroupList", apiVersion: "v1", groups });
  for (const group of groups) {
    plain.set(`/apis/${group.name}`, { kind: "APIGroup", apiVersion: "v1", ...group });
  }
  for (const version of versions) {
    const lists = await Promise.all(version.resources.map(resourcesOf));
    plain.set(versionPath(version), {
      kind: "APIResourceList",
      apiVersion: "v1",
      groupVersion: version.groupVersion,
      resources: lists.flat().sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    });
  }
  const paths = [...plain.keys(), ...options.otherPaths].sort();
  plain.set("/", { paths });
  const aggregated = new Map([
    ["/api", await aggregate(core)],
    ["/apis", await aggregate(others)],
  ]);
  return { plain, aggregated };
}

function versionPath({ group, groupVersion }: ServedVersion): string {
  return group === "" ? `/api/${groupVersion}` : `/apis/${groupVersion}`;
}

function groupBy(versions: readonly ListedVersion[]): Map<string, ListedVersion[]> {
  const groups = new Map<string, ListedVersion[]>();
  for (const version of versions) {
    groups.set(version.group, [...(groups.get(version.group) ?? []), version]);
  }
  return groups;
}

function groupOf(
  name: string,
  members: readonly ListedVersion[],
): Pick<APIGroup, "name" | "versions"> & { preferredVersion: unknown } {
  const versions = members.map(({ groupVersion, version }) => ({ groupVersion, version }));
  return { name, versions, preferredVersion: versions[0] };
}

/** A resource and its subresources, as entries of the older list. */
async function resourcesOf(resource: ServedResource): Promise<APIResource[]> {
  const { name, singular, kind, namespaced, verbs, definition } = resource;
  const { info } = definition.type;
  const stored = definition.storedAs?.type.info ?? info;
  const main: APIResource = {
    name,
    singularName: singular,
    namespaced,
    kind,
    verbs: [...verbs],
    ...(info.shortNames && { shortNames: [...info.shortNames] }),
    ...(info.categories && { categories: [...info.categories] }),
    ...(!definition.virtual && {
      storageVersionHash: await hashOf(`${stored.group}/${stored.version}/${stored.kind}`),
    }),
  };
  const subresources = resource.subresources.map((subresource): APIResource => {
    const { group, version } = subresource.kind;
    const foreign = group !== info.group || version !== info.version;
    return {
      name: `${name}/${subresource.name}`,
      singularName: "",
      namespaced,
      kind: subresource.kind.kind,
      verbs: [...subresource.verbs],
      ...(foreign && { group, version }),
    };
  });
  return [main, ...subresources];
}

/** Tells clients that the stored form changed: the first bytes of a digest of its name. */
async function hashOf(storedKind: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", utf8(storedKind));
  return toBase64(new Uint8Array(digest).subarray(0, 8));
}

async function aggregate(versions: readonly ListedVersion[]): Promise<Aggregated> {
  const items = [...groupBy(versions)]
    .map(([name, members]) => ({
      metadata: { ...(name && { name }), creationTimestamp: null },
      versions: members.flatMap(aggregatedVersion),
    }))
    .filter((group) => group.versions.length > 0);
  const document = {
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    metadata: {},
    items,
  };
  const bytes = utf8(JSON.stringify(document));
  return { bytes, etag: `"${await hexDigest(bytes)}"` };
}

function aggregatedVersion(listed: ListedVersion): object[] {
  if (listed.from === "elsewhere") {
    return listed.foreign.aggregated ? [listed.foreign.aggregated] : [];
  }
  const { version, resources } = listed.served;
  return [{ version, resources: resources.map(aggregatedResource), freshness: "Current" }];
}

async function hexDigest(bytes: Bytes): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-512", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase();
}

function aggregatedResource(resource: ServedResource) {
  const { group, version, kind, shortNames, categories } = resource.definition.type.info;
  const subresources = resource.subresources.map((subresource: ServedSubresource) => ({
    subresource: subresource.name,
    responseKind: subresource.kind,
    verbs: subresource.verbs,
  }));
  return {
    resource: resource.name,
    responseKind: { group, version, kind },
    scope: resource.namespaced ? "Namespaced" : "Cluster",
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(shortNames && { shortNames }),
    ...(categories && { categories }),
    ...(subresources.length > 0 && { subresources }),
  };
}
