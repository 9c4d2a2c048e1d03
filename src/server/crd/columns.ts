import type { CustomResourceColumnDefinition } from "#api/apiextensions/v1.ts";
import { humanDuration } from "#machinery/age.ts";
import { JsonPathError, jsonPathText, parseJsonPath } from "#machinery/jsonpath/jsonpath.ts";
import type { Column } from "../registry/resource.ts";
import type { StoredObject } from "../registry/stored-object.ts";

const nameColumn: Column<StoredObject> = {
  name: "Name",
  type: "string",
  format: "name",
  description: "Name must be unique within a namespace.",
  cell: ({ metadata }) => metadata.name,
};

const ageColumn: CustomResourceColumnDefinition = {
  name: "Age",
  type: "date",
  description: "Time since the object was created.",
  jsonPath: ".metadata.creationTimestamp",
};

/**
 * What `kubectl get` shows of a custom resource: its name, then the definition's own columns, or
 * its age where there are none. With a path that cannot be read, only the name is left.
 */
export function customColumns(
  given: readonly CustomResourceColumnDefinition[],
): Column<StoredObject>[] {
  try {
    return [nameColumn, ...(given.length > 0 ? given : [ageColumn]).map(columnOf)];
  } catch (error) {
    if (error instanceof JsonPathError) return [nameColumn];
    throw error;
  }
}

function columnOf(column: CustomResourceColumnDefinition): Column<StoredObject> {
  const { name, jsonPath, format, priority } = column;
  const path = parseJsonPath(jsonPath);
  const type = column.type as Column<StoredObject>["type"];
  const fallback = `Custom resource definition column (in JSONPath format): ${jsonPath}`;
  return {
    name,
    type,
    description: column.description || fallback,
    ...(format !== undefined && { format }),
    ...(priority !== undefined && { priority }),
    cell(object, now) {
      const [value] = path.find(object);
      return value === undefined ? null : cellOf(type, value, now);
    },
  };
}

/** Of a value that is not what the column says, nothing is shown. */
function cellOf(type: Column<StoredObject>["type"], value: unknown, now: number) {
  switch (type) {
    case "string":
      return value === null ? null : jsonPathText(value);
    case "integer":
      return typeof value === "number" ? Math.trunc(value) : null;
    case "number":
      return typeof value === "number" ? value : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "date": {
      if (typeof value !== "string") return null;
      const ms = Date.parse(value);
      return Number.isNaN(ms) ? "<invalid>" : humanDuration(now - ms);
    }
    default:
      return type satisfies never;
  }
}
