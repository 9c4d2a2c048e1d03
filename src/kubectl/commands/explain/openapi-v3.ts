import { isRow } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import { CommandError } from "../../errors.ts";
import { indent, wrapWords } from "./word-wrap.ts";

/** A schema of OpenAPI v3, as far as it is explained. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly allOf?: readonly Schema[];
  readonly "x-kubernetes-group-version-kind"?: readonly GroupVersionKind[];
}

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface ExplainedResource {
  readonly group: string;
  readonly version: string;
  /** Plural. */
  readonly resource: string;
}

export interface Explanation {
  readonly resource: ExplainedResource;
  readonly fields: readonly string[];
  readonly recursive: boolean;
}

/**
 * What a resource, or a field of it, is. `print` is given text as it comes: what is printed stays
 * when the field turns out to be none.
 */
export function explainV3(
  document: Row,
  { resource, fields, recursive }: Explanation,
  print: (text: string) => void,
): void {
  const kind = kindOf(document, resource);
  const { group, version, resource: plural } = resource;
  if (!kind) {
    const shown = `${group}/${version}, Resource=${plural}`;
    throw new CommandError(`error: GVR (${shown}) not found in OpenAPI schema`);
  }
  if (kind.group) print(`GROUP:      ${kind.group}\n`);
  print(`KIND:       ${kind.kind}\nVERSION:    ${kind.version}\n\n`);
  const schemas = isRow(document.components) ? document.components.schemas : undefined;
  const schema = Object.values((schemas ?? {}) as Record<string, Schema>).find((one) =>
    one["x-kubernetes-group-version-kind"]?.some((other) => isSameKind(other, kind)),
  );
  if (!schema) throw new CommandError("error: the kind was not found in OpenAPI schema");
  const text = new Explainer(document, recursive).explain(schema, fields);
  if (text === "") {
    throw new CommandError(`error: field "${fields.at(-1) ?? ""}" does not exist`);
  }
  print(`${text}\n`);
}

function isSameKind(left: GroupVersionKind, right: GroupVersionKind): boolean {
  return left.group === right.group && left.version === right.version && left.kind === right.kind;
}

const methods = ["get", "post", "put", "patch", "delete"];

/** What the resource's paths say that they are about. */
function kindOf(document: Row, resource: ExplainedResource): GroupVersionKind | undefined {
  const { group, version, resource: plural } = resource;
  const prefix = group ? `/apis/${group}/${version}` : `/api/${version}`;
  const paths = isRow(document.paths) ? document.paths : {};
  const places = [`${prefix}/${plural}`, `${prefix}/namespaces/{namespace}/${plural}`];
  for (const place of places.flatMap((path) => [path, `${path}/{name}`])) {
    const operations = paths[place];
    if (!isRow(operations)) continue;
    for (const method of methods) {
      const operation = operations[method];
      const kind = isRow(operation) ? operation["x-kubernetes-group-version-kind"] : undefined;
      if (isRow(kind)) return kind as unknown as GroupVersionKind;
    }
  }
  return undefined;
}

class Explainer {
  readonly #document: Row;
  readonly #recursive: boolean;

  constructor(document: Row, recursive: boolean) {
    this.#document = document;
    this.#recursive = recursive;
  }

  /** "" where there is no such field. `seen` are the references on the way since the last field. */
  explain(
    schema: Schema,
    [field, ...rest]: readonly string[],
    seen: ReadonlySet<string> = new Set(),
  ): string {
    const { $ref = "" } = schema;
    const resolved = this.#resolve(schema);
    if (field === undefined) return this.#whole(resolved);
    if ($ref && seen.has($ref)) return "";
    const next = new Set(seen).add($ref);
    const property = own(resolved.properties, field);
    if (property) {
      const header =
        rest.length === 0
          ? `FIELD: ${field} <${this.#typeOf(property)}>\n${longEnum(property)}\n\n`
          : "";
      return header + this.explain(property, rest);
    }
    const path = [field, ...rest];
    if (resolved.items) return this.explain(resolved.items, path, next);
    if (isRow(resolved.additionalProperties)) {
      return this.explain(resolved.additionalProperties, path, next);
    }
    for (const part of resolved.allOf ?? []) {
      const text = this.explain(part, path, next);
      if (text !== "") return text;
    }
    return "";
  }

  #resolve(schema: Schema): Schema {
    if (!schema.$ref?.startsWith("#/")) return schema;
    let value: unknown = this.#document;
    for (const key of schema.$ref.slice(2).split("/")) {
      value = isRow(value) ? value[key] : undefined;
    }
    return isRow(value) ? value : schema;
  }

  #whole(schema: Schema): string {
    const description = this.#descriptionOf(schema) || "<empty>";
    const fields = this.#fieldsOf(schema, 1, new Set());
    return [
      `DESCRIPTION:\n${indent(wrapWords(description, 76), 4)}\n`,
      fields && `FIELDS:\n${fields}`,
    ].join("");
  }

  /** Its own, and those of all that it is made of. */
  #descriptionOf(schema: Schema): string {
    const { description, allOf = [], items, additionalProperties } = this.#resolve(schema);
    const parts = [...allOf, items, isRow(additionalProperties) ? additionalProperties : undefined];
    return [
      description ? `${description}\n` : "",
      ...parts.map((part) => (part ? this.#descriptionOf(part) : "")),
    ].join("");
  }

  #fieldsOf(schema: Schema, level: number, seen: ReadonlySet<string>): string {
    const { $ref = "" } = schema;
    if ($ref && seen.has($ref)) return "";
    const next = new Set(seen).add($ref);
    const resolved = this.#resolve(schema);
    const { properties = {}, allOf = [], items, additionalProperties } = resolved;
    let text = "";
    for (const name of Object.keys(properties).toSorted()) {
      const property = properties[name] ?? {};
      text += this.#fieldText(name, property, resolved.required?.includes(name) ?? false, level);
      if (this.#recursive) text += this.#fieldsOf(property, level + 1, next);
    }
    for (const part of allOf) text += this.#fieldsOf(part, level, next);
    if (items) text += this.#fieldsOf(items, level, next);
    if (isRow(additionalProperties)) {
      text += this.#fieldsOf(additionalProperties, level, next);
    }
    return text;
  }

  #fieldText(name: string, schema: Schema, isRequired: boolean, level: number): string {
    const columns = level * 2;
    const required = isRequired ? " -required-" : "";
    const type = `<${this.#typeOf(schema)}>`;
    const line = `${indent(name, columns)}\t${type}${required}${shortEnum(schema, columns)}\n`;
    if (this.#recursive) return line;
    const description = wrapWords(schema.description || "<no description>", 78 - columns);
    return `${line}${indent(description, columns + 2)}\n\n`;
  }

  #typeOf(schema: Schema): string {
    const { items, additionalProperties, allOf = [], properties, $ref, type } = schema;
    if (items) return `[]${this.#typeOf(items)}`;
    if (isRow(additionalProperties)) {
      return `map[string]${this.#typeOf(additionalProperties)}`;
    }
    const [only, ...others] = allOf;
    if (only && others.length === 0 && !properties) return this.#typeOf(only);
    if ($ref) {
      const resolved = this.#resolve(schema);
      if (resolved !== schema && resolved.type && resolved.type !== "object") return resolved.type;
      return $ref.split("/").at(-1)?.split(".").at(-1) || "Object";
    }
    return !type || type === "object" ? "Object" : type;
  }
}

function own<T>(row: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return row && Object.hasOwn(row, key) ? row[key] : undefined;
}

const shownValue = (value: unknown): string => (value === "" ? '""' : String(value));

function longEnum({ enum: values }: Schema): string {
  return values?.length ? `ENUM:${values.map((one) => `\n    ${shownValue(one)}`).join("")}` : "";
}

/** Four of the values tell what they are like. */
const valuesMax = 4;

function shortEnum({ enum: values }: Schema, columns: number): string {
  if (!values?.length) return "";
  const shown = values.slice(0, valuesMax).map(shownValue).join(", ");
  return `\n${indent("enum: ", columns)}${shown}${values.length > valuesMax ? ", ...." : ""}`;
}
