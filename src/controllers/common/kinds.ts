import type { Scale } from "#api/autoscaling/v1.ts";
import type { APIGroup, APIResourceList } from "#api/meta/v1.ts";
import type { Client, Resource } from "#client/client.ts";
import { isNotFound } from "#client/client.ts";
import { resourceOf } from "#client/discovery.ts";
import type { ApiObject } from "#client/object.ts";
import { pathOf } from "#client/typed.ts";

type Reader = Pick<Client, "read">;

/** An object of a kind that may be anybody's, as references name it. */
export interface KindReference {
  readonly apiVersion?: string;
  readonly kind: string;
}

export interface ServedResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** Whether its objects have a scale. */
  readonly scales: boolean;
}

/** How the API calls the objects of a kind: in the preferred version of its group. */
export async function resourceOfKind(
  client: Reader,
  { apiVersion = "v1", kind }: KindReference,
  signal: AbortSignal,
): Promise<ServedResource> {
  const [group = "", version] = apiVersion.includes("/") ? apiVersion.split("/") : [""];
  const unknown = new Error(`no matches for kind "${kind}" in group "${group}"`);
  let path = "/api/v1";
  let served = version ?? "v1";
  if (group) {
    const found = await findOrNone<APIGroup>(client, `/apis/${group}`, signal);
    if (!found) throw unknown;
    served = found.preferredVersion?.version ?? found.versions[0]?.version ?? served;
    path = `/apis/${group}/${served}`;
  }
  const resources = (await findOrNone<APIResourceList>(client, path, signal))?.resources ?? [];
  const entry = resources.find((one) => one.kind === kind && !one.name.includes("/"));
  if (!entry) throw unknown;
  const scales = resources.some(({ name }) => name === `${entry.name}/scale`);
  return { group, version: served, resource: entry.name, scales };
}

/** The scale of an object of any kind, and where it is read and written. */
export async function readScale(
  client: Reader,
  target: KindReference & { readonly namespace: string | undefined; readonly name: string },
  signal: AbortSignal,
): Promise<{ readonly resource: Resource<ApiObject>; readonly scale: Scale }> {
  const { name, namespace } = target;
  const found = await resourceOfKind(client, target, signal);
  if (!found.scales) {
    const named = [found.resource, found.group].filter(Boolean).join(".");
    throw new Error(`${named} does not implement the scale subresource`);
  }
  const resource = resourceOf({ ...found, kind: "Scale", namespaced: true });
  const path = pathOf(resource, { namespace, name, subresource: "scale" });
  return { resource, scale: (await client.read(path, {}, signal)) as Scale };
}

export async function findOrNone<T>(
  client: Reader,
  path: string,
  signal: AbortSignal,
): Promise<T | undefined> {
  try {
    return (await client.read(path, {}, signal)) as T;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
