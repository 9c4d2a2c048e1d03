import { text } from "#base/bytes.ts";
import { isRecord } from "#schema/decode.ts";
import type { RemoteAnswer, RemoteQuestion } from "./remote-documents.ts";

type Json = Readonly<Record<string, unknown>>;

/** Of one version of a group, as the aggregated document lists it. */
export type VersionDiscovery = Json;

const aggregatedTypes = ["v2", "v2beta1"].map(
  (version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
);

/**
 * What a server says of one of its versions. It is asked for all of them at once, as newer servers
 * can tell, and else for the version's list. A server that does not name the version has no
 * resources in it. Rejects where it cannot be asked.
 */
export async function readDiscovery(
  { group, version }: { readonly group: string; readonly version: string },
  ask: RemoteQuestion,
): Promise<VersionDiscovery> {
  const whole = await ask("/apis", aggregatedTypes.join(","));
  if (whole.status === 503) throw unanswered("/apis", whole);
  if (whole.status === 200 && isAggregated(whole.contentType)) {
    return versionIn(parsed(whole), group, version) ?? { version };
  }
  const path = `/apis/${group}/${version}`;
  const list = await ask(path, "application/json");
  if (list.status !== 200) throw unanswered(path, list);
  const { resources } = parsed(list);
  return { version, resources: convertResources(recordsIn(resources)) };
}

function unanswered(path: string, { status }: RemoteAnswer): Error {
  return new Error(`discovery of ${path} was answered with status ${status}`);
}

function isAggregated(contentType: string): boolean {
  const parts = contentType.split(";").map((part) => part.trim());
  return ["g=apidiscovery.k8s.io", "as=APIGroupDiscoveryList"].every((part) =>
    parts.includes(part),
  );
}

function parsed({ bytes }: RemoteAnswer): Json {
  const value: unknown = JSON.parse(text(bytes));
  if (!isRecord(value)) throw new Error("the answer is no JSON object");
  return value;
}

function recordsIn(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function versionIn(document: Json, group: string, version: string): Json | undefined {
  for (const { metadata, versions } of recordsIn(document["items"])) {
    if (!isRecord(metadata) || metadata["name"] !== group) continue;
    const found = recordsIn(versions).find((one) => one["version"] === version);
    if (!found) continue;
    return { ...found, resources: recordsIn(found["resources"]).map(withKinds) };
  }
  return undefined;
}

const noKind = { group: "", version: "", kind: "" };

/** Clients of some versions fail where a resource has no kind. */
function withKinds(resource: Json): Json {
  const { responseKind, subresources } = resource;
  return {
    ...resource,
    responseKind: responseKind ?? noKind,
    ...(subresources !== undefined && {
      subresources: recordsIn(subresources).map((one) => ({
        ...one,
        responseKind: one["responseKind"] ?? noKind,
      })),
    }),
  };
}

/** The resources of the older list, in the form of the newer one. */
export function convertResources(list: readonly Json[]): readonly Json[] {
  const resources = new Map<string, Record<string, unknown>>();
  const scopeOf = ({ namespaced }: Json) => (namespaced === true ? "Namespaced" : "Cluster");
  const kindOf = ({ group = "", version = "", kind = "" }: Json) => ({ group, version, kind });
  for (const one of list) {
    const name = String(one["name"]);
    if (name.includes("/")) continue;
    const { shortNames, categories } = one;
    resources.set(name, {
      resource: name,
      responseKind: kindOf(one),
      scope: scopeOf(one),
      singularResource: one["singularName"] ?? "",
      verbs: one["verbs"] ?? [],
      ...(shortNames !== undefined && { shortNames }),
      ...(categories !== undefined && { categories }),
    });
  }
  for (const one of list) {
    const [name = "", ...rest] = String(one["name"]).split("/");
    if (rest.length === 0) continue;
    const scope = scopeOf(one);
    const fresh: Record<string, unknown> = {
      resource: name,
      responseKind: noKind,
      scope,
      singularResource: "",
      verbs: [],
    };
    const parent = resources.get(name) ?? fresh;
    resources.set(name, parent);
    const subresource = {
      subresource: rest.join("/"),
      responseKind: kindOf(one),
      verbs: one["verbs"] ?? [],
    };
    parent["subresources"] = [...recordsIn(parent["subresources"]), subresource];
  }
  return [...resources.values()];
}
