import { exactJsonText } from "#machinery/codec/exact-json.ts";
import { isRow } from "#machinery/json.ts";
import { StatusError } from "#machinery/status.ts";
import type { ApiResource } from "../discovery/api-resource.ts";
import type { ResourceMapper } from "../discovery/resource-mapper.ts";
import { CommandError, ConnectionError } from "../errors.ts";
import type { Host } from "../host.ts";
import type { KubeObject } from "../objects.ts";
import { resourcePath } from "../rest/paths.ts";
import type { RestClient } from "../rest/rest-client.ts";
import { namesFiles, objectsOf, readManifests } from "./manifests.ts";
import type { BuildKustomization, FileQuery, ManifestObject } from "./manifests.ts";
import { parseArguments } from "./arguments.ts";
import type { ResourceInfo } from "./resource-info.ts";

/** What a command acts on, as the command line says it. */
export interface ResourceQuery {
  /** "pods web", "pods,services", "deployment/web service/web". */
  readonly args?: readonly string[];
  readonly files?: FileQuery;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Every object of the types named, where no selector is given. */
  readonly all?: boolean;
  readonly allNamespaces?: boolean;
  readonly subresource?: string | undefined;
  /** Of the first request for a list; 0 asks for everything at once. */
  readonly chunkSize?: number;
  /**
   * `whole` gives a list as one info without a name, which is not read yet; `items` reads lists
   * and gives what is in them.
   */
  readonly lists?: "whole" | "items";
  /** Objects as the server has them, also where a file or a name told what they are. */
  readonly latest?: boolean;
  /** Objects that are named are not read: what is done to them needs no more than their names. */
  readonly namesOnly?: boolean;
  /** Nothing is asked of a server: objects are those of files alone. */
  readonly local?: boolean;
  /** Types stand for themselves: without names and selectors there is nothing to act on. */
  readonly requireNames?: boolean;
  /** The flag of commands that check files before they send them. */
  readonly validate?: string;
  /** "Accept" of what is read. */
  readonly accept?: string;
}

/** One thing found, or why one was not: what follows is still to be acted on. */
export type Found = ResourceInfo | { readonly error: unknown };

export interface FindContext {
  readonly host: Host;
  readonly programName: string;
  readonly mapper: ResourceMapper;
  rest(): Promise<RestClient>;
  namespace(): Promise<{ readonly name: string; readonly explicit: boolean }>;
  readonly buildKustomization: BuildKustomization;
}

/** Everything that the query means, in the order in which it was named. */
export async function* findResources(
  context: FindContext,
  query: ResourceQuery,
): AsyncGenerator<Found> {
  const { args = [], files } = query;
  const hasFiles = namesFiles(files);
  if (hasFiles && args.length > 0) {
    throw new CommandError(
      "when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well",
    );
  }
  if (files && hasFiles) yield* ofFiles(context, files, query);
  else yield* ofArguments(context, query);
}

export function isFailure(found: Found): found is { readonly error: unknown } {
  return "error" in found;
}

async function* ofFiles(
  context: FindContext,
  files: FileQuery,
  query: ResourceQuery,
): AsyncGenerator<Found> {
  const selects = query.labelSelector
    ? (await import("#machinery/labels/selector.ts")).parseSelector(query.labelSelector)
    : undefined;
  for await (const manifest of readManifests(context.host, files, context.buildKustomization)) {
    if ("error" in manifest) {
      yield manifest;
      continue;
    }
    try {
      for await (const item of objectsOf(manifest)) {
        if (query.validate) await check(item, query.validate);
        const info = await infoOf(context, item, query).catch(async (error: unknown) => {
          throw await unrecognized(item, query, error);
        });
        const labels = info.object?.metadata.labels ?? {};
        if (selects && !selects.matches(labels)) continue;
        yield query.latest && !query.local ? await read(context, info, query) : info;
      }
    } catch (error) {
      yield { error };
    }
  }
}

async function check({ source, value }: ManifestObject, validate: string): Promise<void> {
  const { checkObject, fieldValidationOf } = await import("../writes/validation.ts");
  checkObject(value, source, fieldValidationOf(validate));
}

async function unrecognized(
  { source }: ManifestObject,
  { validate }: ResourceQuery,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof ConnectionError)) return error;
  const { unrecognizedError } = await import("../writes/validation.ts");
  return unrecognizedError(error, source, validate);
}

async function infoOf(
  context: FindContext,
  { source, value }: ManifestObject,
  query: ResourceQuery,
): Promise<ResourceInfo> {
  const { apiVersion, kind } = value;
  const text = () => exactJsonText(value);
  if (typeof kind !== "string" || kind === "") {
    throw new CommandError(`unable to decode "${source}": Object 'Kind' is missing in '${text()}'`);
  }
  if (typeof apiVersion !== "string" || apiVersion === "") {
    throw new CommandError(
      `unable to decode "${source}": Object 'apiVersion' is missing in '${text()}'`,
    );
  }
  const metadata = isRow(value.metadata) ? value.metadata : {};
  const object = { ...value, metadata } as KubeObject;
  const { name = "", namespace: own } = object.metadata;
  if (query.local) {
    const resource = localResource(apiVersion, kind);
    return { resource, namespace: own, name, object, source };
  }
  const resource = await context.mapper.byKind(apiVersion, kind);
  if (!resource) {
    throw new CommandError(
      `resource mapping not found for name: "${name}" namespace: "${own ?? ""}" from "${source}": ` +
        `no matches for kind "${kind}" in version "${apiVersion}"\nensure CRDs are installed first`,
    );
  }
  if (!resource.namespaced) return { resource, namespace: undefined, name, object, source };
  const given = await context.namespace();
  if (own && given.explicit && own !== given.name) {
    throw new CommandError(
      `the namespace from the provided object "${own}" does not match the namespace "${given.name}". ` +
        `You must pass '--namespace=${own}' to perform this operation.`,
    );
  }
  const namespace = own || given.name;
  object.metadata = { ...object.metadata, namespace };
  return { resource, namespace, name, object, source };
}

/** Of a kind that no server was asked about. */
export function localResource(apiVersion: string, kind: string): ApiResource {
  const slash = apiVersion.indexOf("/");
  return {
    group: slash < 0 ? "" : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    resource: `${kind.toLowerCase()}s`,
    singular: kind.toLowerCase(),
    kind,
    namespaced: true,
    shortNames: [],
    categories: [],
    verbs: [],
    subresources: [],
  };
}

async function* ofArguments(context: FindContext, query: ResourceQuery): AsyncGenerator<Found> {
  const parsed = parseArguments(query.args ?? [], context.programName);
  if (parsed.types.length === 0 && parsed.pairs.length === 0) throw new CommandError(nothingNamed);
  const selected = Boolean(query.labelSelector || query.fieldSelector || query.all);
  const named = parsed.pairs.length > 0 || parsed.names.length > 0;
  if (query.all && (query.labelSelector || query.fieldSelector)) {
    throw new CommandError("setting 'all' parameter but found a non empty selector. ");
  }
  if (selected && named) {
    throw new CommandError("name cannot be provided when a selector is specified");
  }
  if (!named && !selected && query.requireNames) {
    throw new CommandError("resource(s) were provided, but no name was specified");
  }
  for (const { type, name } of parsed.pairs) {
    yield* one(context, await context.mapper.byName(type), name, query);
  }
  const resources = await expand(context, parsed.types);
  for (const resource of resources) {
    if (parsed.names.length > 0) {
      for (const name of parsed.names) yield* one(context, resource, name, query);
    } else yield* list(context, resource, query);
  }
}

/** Types by name; a category stands for all that is in it. */
async function expand(context: FindContext, types: readonly string[]): Promise<ApiResource[]> {
  const resources: ApiResource[] = [];
  for (const type of types) {
    const category = type.includes(".") ? [] : await context.mapper.byCategory(type);
    if (category.length > 0) resources.push(...category);
    else resources.push(await context.mapper.byName(type));
  }
  return resources;
}

async function* one(
  context: FindContext,
  resource: ApiResource,
  name: string,
  query: ResourceQuery,
): AsyncGenerator<Found> {
  if (query.allNamespaces && resource.namespaced) {
    throw new CommandError("a resource cannot be retrieved by name across all namespaces");
  }
  const namespace = resource.namespaced ? (await context.namespace()).name : undefined;
  const info = { resource, namespace, name, object: undefined, source: undefined };
  if (query.namesOnly) {
    yield info;
    return;
  }
  try {
    yield await read(context, info, query);
  } catch (error) {
    yield { error };
  }
}

async function read(
  context: FindContext,
  info: ResourceInfo,
  query: ResourceQuery,
): Promise<ResourceInfo> {
  const rest = await context.rest();
  const { subresource, accept } = query;
  const path = resourcePath(info.resource, { ...info, subresource });
  try {
    return { ...info, object: await rest.json({ path, ...(accept && { accept }) }) };
  } catch (error) {
    throw (await missingNamespace(rest, info, error)) ?? error;
  }
}

/** Of an object that is not there, it is more helpful to hear that its namespace is not, either. */
async function missingNamespace(
  rest: RestClient,
  { namespace }: ResourceInfo,
  error: unknown,
): Promise<unknown> {
  const isMissing = (failure: unknown) =>
    failure instanceof StatusError && failure.reason === "NotFound";
  if (!isMissing(error) || !namespace || namespace === "default") return undefined;
  try {
    await rest.send({ path: `/api/v1/namespaces/${namespace}` });
    return undefined;
  } catch (failure) {
    // Who may not see namespaces hears of the object.
    return isMissing(failure) ? failure : undefined;
  }
}

async function* list(
  context: FindContext,
  resource: ApiResource,
  query: ResourceQuery,
): AsyncGenerator<Found> {
  const namespace =
    resource.namespaced && !query.allNamespaces ? (await context.namespace()).name : undefined;
  const whole = { resource, namespace, name: "", object: undefined, source: undefined };
  if (query.lists !== "items") {
    yield whole;
    return;
  }
  const { labelSelector, fieldSelector, chunkSize = 500 } = query;
  const path = resourcePath(resource, { namespace });
  const rest = await context.rest();
  try {
    const found = await rest.list({ path, query: { labelSelector, fieldSelector } }, chunkSize);
    const apiVersion = found.apiVersion;
    for (const item of found.items) {
      const object = { ...item, apiVersion, kind: resource.kind };
      const { name = "", namespace: own } = object.metadata;
      yield { resource, namespace: own, name, object, source: undefined };
    }
  } catch (error) {
    yield { error };
  }
}

const nothingNamed = `You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`;
