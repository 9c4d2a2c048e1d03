import type { KindType } from "#schema/message.ts";
import type { ServedVersion } from "../discovery/groups.ts";
import { tagOf } from "./operation-names.ts";
import type { Parameter } from "./parameters.ts";
import type { Dialect, Schema, SchemaCollector } from "./schema.ts";
import { gvkOf } from "./schema.ts";

/** What a document's paths are made with. */
export interface Context {
  readonly dialect: Dialect;
  readonly collector: SchemaCollector;
}

const bodies = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
/** What is known only at run time has no form in protobuf, and no keys to merge lists by. */
const dynamicBodies = ["application/json", "application/yaml"];

export function patchesOf({ dynamic }: KindType): string[] {
  return [
    "application/json-patch+json",
    "application/merge-patch+json",
    ...(dynamic ? [] : ["application/strategic-merge-patch+json"]),
    "application/apply-patch+yaml",
  ];
}

type Kind = { readonly group: string; readonly version: string; readonly kind: string };

export interface OperationParts {
  /** Unique in the document: clients are generated with methods of these names. */
  readonly id: string;
  readonly parameters: readonly Parameter[];
  readonly answer: Schema;
  readonly kind: Kind;
  /** Of a kind that is known only at run time. */
  readonly isDynamic?: boolean;
  readonly body?: Schema;
  readonly isBodyOptional?: boolean;
  readonly bodyTypes?: readonly string[];
  readonly codes?: readonly string[];
}

export function operation(
  action: string,
  version: ServedVersion,
  { dialect }: Context,
  parts: OperationParts,
): Schema {
  const produced = parts.isDynamic ? dynamicBodies : bodies;
  const { answer, body, bodyTypes = produced, codes = ["200"], kind, parameters } = parts;
  const common = {
    tags: [tagOf(version)],
    operationId: parts.id,
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": gvkOf(kind),
  };
  const required = !parts.isBodyOptional && { required: true };
  if (dialect === "v3") {
    return {
      parameters: queryParameters(parameters, dialect),
      ...(body && { requestBody: { ...content(body, bodyTypes), ...required } }),
      responses: responsesOf(codes, () => content(answer, produced)),
      ...common,
    };
  }
  const inBody = body ? [{ name: "body", in: "body", ...required, schema: body }] : [];
  return {
    consumes: body ? bodyTypes : ["*/*"],
    produces: produced,
    schemes: ["https"],
    parameters: [...inBody, ...queryParameters(parameters, dialect)],
    responses: responsesOf(codes, () => ({ schema: answer })),
    ...common,
  };
}

/** An operation that takes over the connection: what it answers is none of the API's objects. */
export function connectOperation(
  version: ServedVersion,
  { dialect }: Context,
  { id, kind, parameters }: Pick<OperationParts, "id" | "kind" | "parameters">,
): Schema {
  const text = { type: "string" };
  const common = {
    tags: [tagOf(version)],
    operationId: id,
    parameters: queryParameters(parameters, dialect),
    "x-kubernetes-action": "connect",
    "x-kubernetes-group-version-kind": gvkOf(kind),
  };
  if (dialect === "v3") {
    return { ...common, responses: responsesOf(["200"], () => content(text, ["*/*"])) };
  }
  return {
    ...common,
    consumes: ["*/*"],
    produces: ["*/*"],
    schemes: ["https"],
    responses: responsesOf(["200"], () => ({ schema: text })),
  };
}

/** A path of the server itself, which is about no object. */
export function plainOperation(
  id: string,
  tag: string,
  { dialect }: Context,
  answer: Schema,
  types: readonly string[] = bodies,
): Schema {
  const common = { tags: [tag], operationId: id };
  if (dialect === "v3") {
    return { get: { ...common, responses: responsesOf(["200"], () => content(answer, types)) } };
  }
  const responses = responsesOf(["200"], () => ({ schema: answer }));
  return { get: { ...common, consumes: types, produces: types, schemes: ["https"], responses } };
}

function queryParameters(parameters: readonly Parameter[], dialect: Dialect): Schema[] {
  return parameters.map(({ name, type }) => {
    const form = { type, uniqueItems: true };
    return { name, in: "query", ...(dialect === "v3" ? { schema: form } : form) };
  });
}

const content = (schema: Schema, types: readonly string[]): Schema => ({
  content: Object.fromEntries(types.map((mediaType) => [mediaType, { schema }])),
});

function responsesOf(codes: readonly string[], of: () => Schema): Schema {
  const good = codes.map((code) => [code, { description: "OK", ...of() }]);
  return Object.fromEntries([...good, ["401", { description: "Unauthorized" }]]);
}
