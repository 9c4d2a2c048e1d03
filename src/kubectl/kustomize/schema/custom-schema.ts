import { isRow } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import { failed } from "../error.ts";
import { isClusterScoped, isKnownKind } from "./kinds.ts";
import type { Scopes } from "./kinds.ts";
import { builtInSchemas } from "./merge-schema.ts";
import type { MergeSchema, MergeSchemas } from "./merge-schema.ts";

/** The version whose schema kustomize has, as `openapi.version` may ask for it. */
const builtInVersion = "v1.21.2";

/**
 * The schema of a build. A kustomization may bring its own (`openapi.path`), which then stands
 * instead of the built-in one, unless that has already been used.
 */
export class BuildSchemas implements MergeSchemas, Scopes {
  #custom: (MergeSchemas & Scopes) | undefined;
  #version = "";
  #builtInUsed = false;

  /** The root's say counts; those of bases only where nothing is set yet. */
  set(version: string | undefined, custom: unknown, reset: boolean): void {
    if (!reset && (this.#version !== "" || this.#custom)) return;
    if (custom !== undefined) {
      if (version !== undefined) {
        throw failed("builtin version and custom schema provided, cannot use both");
      }
      this.#custom = openApiSchemas(custom);
      return;
    }
    this.#version = version ?? "";
    if (this.#version !== "" && this.#version !== builtInVersion) {
      throw failed("the specified OpenAPI version is not built in");
    }
  }

  isClusterScoped(apiVersion: string, kind: string): boolean {
    if (isKnownKind(apiVersion, kind) || !this.#custom) return isClusterScoped(apiVersion, kind);
    return this.#custom.isClusterScoped(apiVersion, kind);
  }

  ofKind(apiVersion: string, kind: string): MergeSchema | undefined {
    if (!this.#custom) {
      this.#builtInUsed = true;
      return builtInSchemas.ofKind(apiVersion, kind);
    }
    const own = this.#custom.ofKind(apiVersion, kind);
    return own ?? (this.#builtInUsed ? builtInSchemas.ofKind(apiVersion, kind) : undefined);
  }
}

/** Of an OpenAPI document, which says by extensions how its lists are merged. */
function openApiSchemas(document: unknown): MergeSchemas & Scopes {
  const definitions = rowAt(document, "definitions");
  const byKind = new Map<string, Row>();
  for (const definition of Object.values(definitions)) {
    const kinds = isRow(definition) ? definition["x-kubernetes-group-version-kind"] : undefined;
    if (!isRow(definition) || !Array.isArray(kinds)) continue;
    for (const kind of kinds as unknown[]) byKind.set(kindKey(kind), definition);
  }
  const namespaced = new Map<string, boolean>();
  for (const [path, operations] of Object.entries(rowAt(document, "paths"))) {
    const kind = rowAt(rowAt(operations, "get"), "x-kubernetes-group-version-kind");
    if (Object.keys(kind).length === 0) continue;
    const key = kindKey(kind);
    const inNamespace = path.includes("namespaces/{namespace}");
    namespaced.set(key, inNamespace || (namespaced.get(key) ?? false));
  }
  return {
    ofKind(apiVersion, kind) {
      const definition = byKind.get(`${apiVersion} ${kind}`);
      return definition && new OpenApiSchema(definition, definitions);
    },
    isClusterScoped: (apiVersion, kind) => namespaced.get(`${apiVersion} ${kind}`) === false,
  };
}

function kindKey(kind: unknown): string {
  const [group, version] = [textAt(kind, "group"), textAt(kind, "version")];
  return `${group === "" ? version : `${group}/${version}`} ${textAt(kind, "kind")}`;
}

class OpenApiSchema implements MergeSchema {
  readonly #schema: Row;
  readonly #definitions: Row;

  constructor(schema: Row, definitions: Row) {
    this.#schema = schema;
    this.#definitions = definitions;
  }

  field(name: string): MergeSchema | undefined {
    const properties = rowAt(this.#schema, "properties");
    return this.#resolve(properties[name] ?? this.#schema["additionalProperties"]);
  }

  elements(): MergeSchema | undefined {
    return this.#schema["type"] === "array" ? this.#resolve(this.#schema["items"]) : undefined;
  }

  get mergeKeys(): readonly string[] | undefined {
    const strategy = textAt(this.#schema, "x-kubernetes-patch-strategy");
    if (!strategy.split(",").includes("merge")) return undefined;
    const keys = this.#schema["x-kubernetes-list-map-keys"];
    if (Array.isArray(keys)) return keys.map(String);
    const key = textAt(this.#schema, "x-kubernetes-patch-merge-key");
    return key === "" ? [] : [key];
  }

  #resolve(schema: unknown): MergeSchema | undefined {
    let resolved = schema;
    for (let hops = 0; isRow(resolved) && typeof resolved["$ref"] === "string"; hops++) {
      if (hops > 100) throw failed(`the schema refers to itself: ${resolved["$ref"]}`);
      resolved = this.#definitions[resolved["$ref"].replace(/^#\/definitions\//, "")];
    }
    return isRow(resolved) ? new OpenApiSchema(resolved, this.#definitions) : undefined;
  }
}

function rowAt(value: unknown, name: string): Row {
  const found = isRow(value) ? value[name] : undefined;
  return isRow(found) ? found : {};
}

function textAt(value: unknown, name: string): string {
  const found = isRow(value) ? value[name] : undefined;
  return typeof found === "string" ? found : "";
}
