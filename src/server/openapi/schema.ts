import type { FieldSpec, Kind } from "#schema/field.ts";
import type { MessageType } from "#schema/message.ts";
import { fieldsOf, isKindType } from "#schema/message.ts";
import {
  atomicTypes,
  fieldAdditions,
  granularTypes,
  jsonTypes,
  optionalAnyway,
  requiredAnyway,
  unions,
} from "./additions.ts";
import type { Describe } from "./descriptions.ts";
import { wordsOf } from "./words.ts";

/** A JSON schema, as OpenAPI has it. */
export type Schema = { [key: string]: unknown };

/** Version 2 keeps definitions elsewhere than version 3, which also says defaults and enums. */
export type Dialect = "v2" | "v3";

/** A type that says itself what documents say of it: one that is known only at run time. */
export interface DescribedType extends MessageType {
  readonly describe: {
    item(dialect: Dialect, reference: (type: MessageType) => Schema): Schema;
    readonly listName: string;
    list(dialect: Dialect, item: Schema, reference: (type: MessageType) => Schema): Schema;
  };
}

function isDescribed(type: MessageType): type is DescribedType {
  return "describe" in type;
}

const metaPrefix = "io.k8s.apimachinery.pkg.apis.meta.v1";
const quantityName = "io.k8s.apimachinery.pkg.api.resource.Quantity";
const intOrStringName = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
const rawName = "io.k8s.apimachinery.pkg.runtime.RawExtension";

/** Collects the definitions that a document needs, each once, and what they refer to. */
export class SchemaCollector {
  readonly #schemas = new Map<string, Schema>();
  readonly #dialect: Dialect;
  readonly #describe: Describe;

  constructor(dialect: Dialect, describe: Describe) {
    this.#dialect = dialect;
    this.#describe = describe;
  }

  /** By name, sorted. */
  schemas(): Record<string, Schema> {
    const names = [...this.#schemas.keys()].sort();
    return Object.fromEntries(names.map((name) => [name, this.#schemas.get(name) ?? {}]));
  }

  /** A reference to the definition of a type; adds the definition. */
  reference(type: MessageType): Schema {
    const name = type.schemaName;
    if (!this.#schemas.has(name)) {
      // First the name, so that a type that contains itself ends here.
      const schema: Schema = {};
      this.#schemas.set(name, schema);
      Object.assign(
        schema,
        isDescribed(type)
          ? type.describe.item(this.#dialect, this.#reference)
          : this.#message(type),
      );
    }
    return this.#referenceTo(name);
  }

  readonly #reference = (type: MessageType): Schema => this.reference(type);

  /** A reference to the definition of a kind's list. */
  listReference(type: MessageType, builtIn: MessageType | undefined): Schema {
    if (!isDescribed(type)) return this.reference(builtIn ?? type);
    const { listName } = type.describe;
    if (!this.#schemas.has(listName)) {
      this.#schemas.set(
        listName,
        type.describe.list(this.#dialect, this.reference(type), this.#reference),
      );
    }
    return this.#referenceTo(listName);
  }

  /** More than one API may use a type as its own, such as DeleteOptions. */
  setKinds(type: MessageType, kinds: readonly object[]): void {
    this.reference(type);
    const schema = this.#schemas.get(type.schemaName);
    if (schema) schema["x-kubernetes-group-version-kind"] = kinds;
  }

  #referenceTo(name: string): Schema {
    const place = this.#dialect === "v2" ? "#/definitions" : "#/components/schemas";
    return { $ref: `${place}/${name}` };
  }

  #message(type: MessageType): Schema {
    // What is known beyond the fields is known of the version that is defined.
    const { schemaName: definedName } = type.derivedFrom ?? type;
    const properties: Record<string, Schema> = {};
    const required: string[] = [];
    for (const [name, spec] of fieldsOf(type)) {
      const path = `${definedName}.${name}`;
      properties[name] = this.#field(type, name, spec);
      const given = !spec.optional && !optionalAnyway.has(path);
      if (given || requiredAnyway.has(path)) required.push(name);
    }
    const description = this.#describe(type);
    const union = unions[definedName];
    const isAtomic = atomicTypes.has(definedName) && !granularTypes.has(type.schemaName);
    return {
      ...(description && { description }),
      type: "object",
      ...(required.length > 0 && { required }),
      ...(Object.keys(properties).length > 0 && { properties: sortKeys(properties) }),
      ...(isAtomic && { "x-kubernetes-map-type": "atomic" }),
      ...(union && { "x-kubernetes-unions": [union] }),
      ...(isKindType(type) && { "x-kubernetes-group-version-kind": [gvkOf(type.info)] }),
    };
  }

  #field(type: MessageType, name: string, spec: FieldSpec): Schema {
    const path = `${(type.derivedFrom ?? type).schemaName}.${name}`;
    let schema = this.#kind(spec.of, path);
    const isTypeMeta = name === "apiVersion" || name === "kind";
    const extras: Schema = { ...listExtensions(spec), ...fieldAdditions[path] };
    const description = this.#describe(type, name);
    if (description) extras["description"] = description;
    const { defaultValue } = spec;
    if (this.#dialect === "v3" && defaultValue !== undefined && !(isTypeMeta && spec.tag === 0)) {
      extras["default"] = defaultValue;
    }
    if (Object.keys(extras).length === 0) return schema;
    // Beside a reference, version 3 allows nothing else.
    if ("$ref" in schema && this.#dialect === "v3") schema = { allOf: [schema] };
    return { ...schema, ...extras };
  }

  #kind(of: Kind, path: string): Schema {
    switch (of.kind) {
      case "string":
        return this.#string(wordsOf(path));
      case "enum":
        return this.#string(wordsOf(path, of.values));
      case "bool":
        return { type: "boolean" };
      case "int32":
      case "int64":
        return { type: "integer", format: of.kind };
      case "uint32":
      case "uint64":
        return { type: "integer", format: "int64" };
      case "double":
        return { type: "number", format: "double" };
      case "bytes":
      case "octets":
        return { type: "string", format: "byte" };
      case "quantity":
        return this.#scalar(quantityName, { type: "string" }, oneOfTypes("string", "number"));
      case "time":
        return this.#scalar(`${metaPrefix}.Time`, { type: "string", format: "date-time" });
      case "microTime":
        return this.#scalar(`${metaPrefix}.MicroTime`, { type: "string", format: "date-time" });
      case "duration":
        return this.#scalar(`${metaPrefix}.Duration`, { type: "string" });
      case "intOrString":
        return this.#scalar(
          intOrStringName,
          { type: "string", format: "int-or-string" },
          { ...oneOfTypes("integer", "string"), format: "int-or-string" },
        );
      case "json":
        return this.#free(jsonTypes[path] ?? rawName);
      case "message":
        return this.reference(of.type());
      case "list":
        return { type: "array", items: this.#kind(of.item, path) };
      case "map":
        return { type: "object", additionalProperties: this.#kind(of.value, path) };
      default:
        return of satisfies never;
    }
  }

  #string(values: readonly string[] | undefined): Schema {
    return values && this.#dialect === "v3" ? { type: "string", enum: values } : { type: "string" };
  }

  /** A value whose form the document does not say. */
  #free(name: string): Schema {
    return this.#scalar(name, name.includes("apiextensions") ? {} : { type: "object" });
  }

  #scalar(name: string, v2: Schema, v3: Schema = v2): Schema {
    if (!this.#schemas.has(name)) {
      const description = this.#describe({ schemaName: name });
      const schema = this.#dialect === "v2" ? v2 : v3;
      this.#schemas.set(name, description ? { description, ...schema } : schema);
    }
    return this.#referenceTo(name);
  }
}

export function gvkOf({ group, version, kind }: { group: string; version: string; kind: string }) {
  return { group, kind, version };
}

function oneOfTypes(...types: string[]): Schema {
  return { oneOf: types.map((type) => ({ type })) };
}

function listExtensions(spec: FieldSpec): Schema {
  const extensions: Schema = {};
  if (spec.of.kind === "list") {
    extensions["x-kubernetes-list-type"] = spec.listType ?? "atomic";
    if (spec.mapKeys) extensions["x-kubernetes-list-map-keys"] = [...spec.mapKeys];
  } else if (spec.of.kind === "map" && spec.mapType) {
    extensions["x-kubernetes-map-type"] = spec.mapType;
  }
  if (spec.patchStrategy) extensions["x-kubernetes-patch-strategy"] = spec.patchStrategy;
  if (spec.mergeKey) extensions["x-kubernetes-patch-merge-key"] = spec.mergeKey;
  return extensions;
}

function sortKeys<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
