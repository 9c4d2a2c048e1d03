import { estimatedSchemaCostLimit } from "#machinery/cel/cel.ts";
import { forbidden } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { hasDefault, itemsOf, valuesOf } from "../schema/json-schema.ts";
import type { JsonSchema } from "../schema/json-schema.ts";

const requestBytesMax = 3 * 1024 * 1024;

/** How often a schema can apply within one object; undefined where nothing bounds it. */
export type Cardinality = number | undefined;

/** The same for schemas directly below. */
export function cardinalityBelow(schema: JsonSchema, own: Cardinality): Cardinality {
  if (own === undefined) return undefined;
  const most = elementsMax(schema);
  return most === undefined ? undefined : own * most;
}

function elementsMax(schema: JsonSchema): number | undefined {
  if (schema.type === "array") return schema.maxItems;
  if (schema.type === "object" && schema.additionalProperties !== undefined) {
    return schema.maxProperties;
  }
  return 1;
}

/** What a rule can cost within one object: where nothing bounds its place, a request's size does. */
export function totalCost(schema: JsonSchema, costMax: number, own: Cardinality): number {
  if (costMax === 0) return 0;
  return costMax * (own ?? Math.trunc(requestBytesMax / (smallestSize(schema) + 1)));
}

/** Bytes of the shortest JSON that the schema allows. */
function smallestSize(schema: JsonSchema): number {
  if (schema["x-kubernetes-int-or-string"]) return 1;
  switch (schema.type) {
    case "array":
      return 2;
    case "object": {
      if (valuesOf(schema)) return 2;
      const required = Object.entries(schema.properties ?? {}).filter(
        ([name, property]) => schema.required?.includes(name) && !hasDefault(property),
      );
      return required.reduce(
        (size, [name, property]) => size + name.length + smallestSize(property) + 4,
        2,
      );
    }
    case "string":
      return { duration: 3, date: 12, "date-time": 21 }[schema.format ?? ""] ?? 2;
    case "boolean":
      return 4;
    default:
      return itemsOf(schema) ? 2 : 1;
  }
}

/** Adds up what the rules of a schema cost, and remembers the most expensive ones. */
export class CostTotal {
  #total = 0;
  #expensive: { readonly path: string; readonly cost: number }[] = [];

  add(path: string, cost: number): void {
    this.#total += cost;
    if (cost < estimatedSchemaCostLimit / 100) return;
    this.#expensive.push({ path, cost });
    this.#expensive.sort((left, right) => right.cost - left.cost);
    this.#expensive = this.#expensive.slice(0, 4);
  }

  errors(path: string): FieldError[] {
    if (this.#total <= estimatedSchemaCostLimit) return [];
    const part =
      "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema";
    const name = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema";
    return [
      ...this.#expensive.map((one) => forbidden(one.path, part)),
      forbidden(path, costText(name, this.#total, estimatedSchemaCostLimit)),
    ];
  }
}

export function costText(name: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const times =
    factor > 100
      ? "more than 100x"
      : factor < 1.5
        ? `${factor.toFixed(6)}x`
        : `${factor.toFixed(1)}x`;
  return (
    `${name} exceeds budget by factor of ${times} (try simplifying the rule, or adding maxItems, ` +
    "maxProperties, and maxLength where arrays, maps, and strings are declared)"
  );
}
