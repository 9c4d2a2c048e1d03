import { builtInKinds } from "#api/registry.ts";
import { DeleteOptions, Status } from "#api/meta/v1.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { KindType } from "#schema/message.ts";
import type { ServedResource, ServedSubresource, ServedVersion } from "../discovery/groups.ts";
import type { Dialect, Schema, SchemaCollector } from "./schema.ts";
import { gvkOf } from "./schema.ts";

/** What a document's paths are made with. */
interface Context {
  readonly dialect: Dialect;
  readonly collector: SchemaCollector;
}

const dynamicBodies = ["application/json", "application/yaml"];
const bodies = [...dynamicBodies, "application/vnd.kubernetes.protobuf"];
const dynamicPatches = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/apply-patch+yaml",
];
const patches = [...dynamicPatches, "application/strategic-merge-patch+json"];

/** What is known only at run time has no form in protobuf, and no keys to merge lists by. */
const bodiesOf = (type: KindType) => (type.dynamic ? dynamicBodies : bodies);
const patchesOf = (type: KindType) => (type.dynamic ? dynamicPatches : patches);

/** The paths of one group version, and what can be done there. */
export function versionPaths(version: ServedVersion, context: Context): Record<string, Schema> {
  const base = version.group
    ? `/apis/${version.group}/${version.version}`
    : `/api/${version.version}`;
  const paths: Record<string, Schema> = {};
  for (const resource of version.resources) {
    const { type } = resource.definition;
    const place = resource.namespaced ? `${base}/namespaces/{namespace}` : base;
    const collection = `${place}/${resource.name}`;
    addItem(paths, collection, collectionOperations(resource, type, context));
    if (resource.namespaced) {
      addItem(paths, `${base}/${resource.name}`, everywhereOperations(resource, type, context));
    }
    const single = `${collection}/{name}`;
    addItem(paths, single, singleOperations(resource, type, context));
    for (const subresource of resource.subresources) {
      const operations = subresourceOperations(subresource, type, context);
      addItem(paths, `${single}/${subresource.name}`, operations);
    }
  }
  return paths;
}

function addItem(paths: Record<string, Schema>, path: string, operations: Schema): void {
  if (Object.keys(operations).length === 0) return;
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: "path" }));
  paths[path] = operations;
  if (parameters.length) {
    paths[path]["parameters"] = parameters.map((one) => ({ ...one, required: true }));
  }
}

function collectionOperations({ verbs }: ServedResource, type: KindType, context: Context): Schema {
  const item = context.collector.reference(type);
  const operations: Schema = {};
  if (verbs.includes("list")) {
    operations["get"] = operation("list", type, context, {
      parameters: [...listParameters, ...watchParameters],
      answer: listReference(type, context),
    });
  }
  if (verbs.includes("create")) {
    operations["post"] = operation("post", type, context, {
      parameters: writeParameters,
      body: item,
      answer: item,
      codes: ["200", "201", "202"],
    });
  }
  if (verbs.includes("deletecollection")) {
    operations["delete"] = operation("deletecollection", type, context, {
      parameters: [...listParameters, ...deleteParameters],
      body: context.collector.reference(DeleteOptions),
      answer: context.collector.reference(Status),
    });
  }
  return operations;
}

/** All namespaces at once can only be listed. */
function everywhereOperations({ verbs }: ServedResource, type: KindType, context: Context): Schema {
  if (!verbs.includes("list")) return {};
  const parameters = [...listParameters, ...watchParameters];
  const answer = listReference(type, context);
  return { get: operation("list", type, context, { parameters, answer }) };
}

function singleOperations({ verbs }: ServedResource, type: KindType, context: Context): Schema {
  const item = context.collector.reference(type);
  const operations: Schema = {};
  if (verbs.includes("get")) {
    operations["get"] = operation("get", type, context, { parameters: [], answer: item });
  }
  if (verbs.includes("update")) {
    operations["put"] = operation("put", type, context, {
      parameters: writeParameters,
      body: item,
      answer: item,
    });
  }
  if (verbs.includes("patch")) operations["patch"] = patchOperation(type, item, context);
  if (verbs.includes("delete")) {
    operations["delete"] = operation("delete", type, context, {
      parameters: deleteParameters,
      body: context.collector.reference(DeleteOptions),
      answer: context.collector.reference(Status),
      codes: ["200", "202"],
    });
  }
  return operations;
}

const methods: Readonly<Record<string, readonly [method: string, action: string]>> = {
  create: ["post", "post"],
  delete: ["delete", "delete"],
  get: ["get", "get"],
  update: ["put", "put"],
};

function subresourceOperations(
  { kind, verbs }: ServedSubresource,
  parent: KindType,
  context: Context,
): Schema {
  const apiVersion = kind.group ? `${kind.group}/${kind.version}` : kind.version;
  const isParent = kind.kind === parent.info.kind && apiVersion === apiVersionOf(parent.info);
  const type = isParent ? parent : builtInKinds.byKind(apiVersion, kind.kind);
  const operations: Schema = {};
  for (const verb of verbs) {
    // Options such as PodExecOptions only travel in queries: they have no schema.
    const item = type ? context.collector.reference(type) : { type: "string" };
    if (verb === "patch") {
      operations["patch"] = type
        ? patchOperation(type, item, context)
        : operation("connect", parent, context, { parameters: [], answer: item, kind });
      continue;
    }
    const [method, action] = methods[verb] ?? [];
    if (!method || !action) continue;
    const writes = method === "post" || method === "put";
    operations[method] = operation(type ? action : "connect", parent, context, {
      parameters: writes && type ? writeParameters : [],
      ...(writes && type && { body: item }),
      answer: item,
      kind,
    });
  }
  return operations;
}

function patchOperation(type: KindType, item: Schema, context: Context): Schema {
  return operation("patch", type, context, {
    parameters: [...writeParameters, query("force", "boolean")],
    body: { type: "object" },
    bodyTypes: patchesOf(type),
    answer: item,
    codes: ["200", "201"],
  });
}

interface Parameter {
  readonly name: string;
  readonly type: string;
}

const query = (name: string, type: string): Parameter => ({ name, type });

const listParameters = [
  query("continue", "string"),
  query("fieldSelector", "string"),
  query("labelSelector", "string"),
  query("limit", "integer"),
  query("resourceVersion", "string"),
  query("resourceVersionMatch", "string"),
  query("sendInitialEvents", "boolean"),
  query("timeoutSeconds", "integer"),
];
const watchParameters = [query("allowWatchBookmarks", "boolean"), query("watch", "boolean")];
const writeParameters = [
  query("dryRun", "string"),
  query("fieldManager", "string"),
  query("fieldValidation", "string"),
];
const deleteParameters = [
  query("dryRun", "string"),
  query("gracePeriodSeconds", "integer"),
  query("orphanDependents", "boolean"),
  query("propagationPolicy", "string"),
];

interface OperationParts {
  readonly parameters: readonly Parameter[];
  readonly answer: Schema;
  readonly body?: Schema;
  readonly bodyTypes?: readonly string[];
  readonly codes?: readonly string[];
  readonly kind?: { group: string; version: string; kind: string };
}

function operation(
  action: string,
  type: KindType,
  context: Context,
  parts: OperationParts,
): Schema {
  const produced = bodiesOf(type);
  const { parameters, answer, body, bodyTypes = produced, codes = ["200"], kind } = parts;
  const common = {
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": gvkOf(kind ?? type.info),
  };
  if (context.dialect === "v3") {
    const content = (schema: Schema, types: readonly string[]) => ({
      content: Object.fromEntries(types.map((mediaType) => [mediaType, { schema }])),
    });
    return {
      parameters: parameters.map((one) => ({
        name: one.name,
        in: "query",
        schema: { type: one.type, uniqueItems: true },
      })),
      ...(body && { requestBody: content(body, bodyTypes) }),
      responses: responsesOf(codes, () => content(answer, produced)),
      ...common,
    };
  }
  const inBody = body ? [{ name: "body", in: "body", required: true, schema: body }] : [];
  return {
    consumes: body ? bodyTypes : ["*/*"],
    produces: produced,
    schemes: ["https"],
    parameters: [
      ...inBody,
      ...parameters.map((one) => ({ ...one, in: "query", uniqueItems: true })),
    ],
    responses: responsesOf(codes, () => ({ schema: answer })),
    ...common,
  };
}

function responsesOf(codes: readonly string[], of: () => Schema): Schema {
  const good = codes.map((code) => [code, { description: "OK", ...of() }]);
  return Object.fromEntries([...good, ["401", { description: "Unauthorized" }]]);
}

function listReference(type: KindType, { collector }: Context): Schema {
  return collector.listReference(type, builtInKinds.listOf(type));
}
