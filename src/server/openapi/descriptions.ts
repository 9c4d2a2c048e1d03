import type { Docs } from "#schema/doc-comments.ts";
import type { MessageType } from "#schema/message.ts";
import { fieldsOf, isKindType } from "#schema/message.ts";

/** What people read of a type or a field; undefined where nothing is written. */
export type Describe = (type: Described, field?: string) => string | undefined;

/** A message, or a value that stands in documents under a name of its own. */
export type Described = MessageType | { readonly schemaName: string };

/** Half a megabyte that only readers of documents need, so it is not loaded before one asks. */
export async function loadDescriptions(): Promise<Describe> {
  const { default: docs } = await import("#api/docs.json", { with: { type: "json" } });
  return describeFrom(docs);
}

/** What is written above the definitions; what all kinds have alike is said here, once. */
export function describeFrom(docs: Docs): Describe {
  return (type, field) => {
    const written = docs[type.schemaName];
    if (field === undefined) {
      return written?.description ?? values[type.schemaName] ?? listDescription(type);
    }
    return written?.fields[field] ?? commonDescription(type, field);
  };
}

const isList = (type: MessageType) => {
  const names = fieldsOf(type).map(([name]) => name);
  return isKindType(type) && type.info.kind.endsWith("List") && names.includes("items");
};

function listDescription(type: Described): string | undefined {
  if (!("fields" in type) || !isKindType(type) || !isList(type)) return undefined;
  return kindTexts.list(type.info.kind.slice(0, -"List".length));
}

/** What is said of the fields that all kinds have, custom ones included. */
export const kindTexts = {
  apiVersion:
    "Version of the API in which the object is written, with the API's group before it unless " +
    "that is the core group: v1, apps/v1. A request that leaves it out means the version of its " +
    "own path.",
  kind:
    "Name of the object's type, in upper camel case: Pod, ConfigMap. Cannot be changed. A request " +
    "that leaves it out means the kind of its own path.",
  metadata: "What all objects have: name, namespace, labels, annotations and more.",
  listMetadata: "Where the list stands in the store's history, and how to get its next page.",
  items: "The objects, ordered by namespace and name.",
  list: (kind: string) => `Objects of kind ${kind}, as one request lists them.`,
};

function commonDescription(type: Described, field: string): string | undefined {
  if (!("fields" in type) || !isKindType(type)) return undefined;
  switch (field) {
    case "apiVersion":
    case "kind":
      return kindTexts[field];
    case "metadata":
      return isList(type) ? kindTexts.listMetadata : kindTexts.metadata;
    case "items":
      return isList(type) ? kindTexts.items : undefined;
    default:
      return undefined;
  }
}

const meta = "io.k8s.apimachinery.pkg.apis.meta.v1";
const extensions = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1";

/** Values that documents give a name, though the definitions know no message for them. */
const values: Readonly<Record<string, string>> = {
  [`${meta}.Time`]: "A moment in UTC, to the second, as RFC 3339 writes it: 2026-01-31T09:00:00Z.",
  [`${meta}.MicroTime`]:
    "A moment in UTC, to the microsecond, as RFC 3339 writes it: 2026-01-31T09:00:00.000000Z.",
  [`${meta}.Duration`]: "A length of time, such as 1h30m, 45s or 200ms.",
  [`${meta}.FieldsV1`]:
    "Fields as a tree of objects. Keys: f:NAME is a field, k:KEYS the list item with these keys, " +
    "v:VALUE the list item that is this value, i:INDEX the item at this place, and a dot the " +
    "thing itself.",
  "io.k8s.apimachinery.pkg.api.resource.Quantity":
    "A number, with a unit if need be. Units of ten: n, u, m, k, M, G, T, P, E; of two: Ki, Mi, " +
    "Gi, Ti, Pi, Ei. So 500m is a half, 1.5k is 1500, and 64Mi is 64 times 1048576; 2e3 works " +
    "too. What is finer than a billionth is rounded up. The server returns a canonical form: " +
    "no fraction, and the largest unit that allows that.",
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString":
    "A whole number, or a string such as a port's name or a percentage.",
  "io.k8s.apimachinery.pkg.runtime.RawExtension":
    "Any object. Its own form is known only to those who read it.",
  [`${extensions}.JSON`]: "Any JSON value.",
  [`${extensions}.JSONSchemaPropsOrBool`]: "A schema, or true or false for anything or nothing.",
  [`${extensions}.JSONSchemaPropsOrArray`]: "A schema, or a list of schemas.",
  [`${extensions}.JSONSchemaPropsOrStringArray`]: "A schema, or a list of names of properties.",
};
