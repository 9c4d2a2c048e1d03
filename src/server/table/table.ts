import { humanDuration } from "#machinery/age.ts";
import { badRequest } from "#machinery/status.ts";
import type { Column, ResourceDefinition } from "../registry/resource.ts";
import type { StoredObject } from "../registry/stored-object.ts";

/** What a row carries besides its cells. */
export type IncludeObject = "None" | "Metadata" | "Object";

export interface TableOptions {
  readonly definition: Pick<ResourceDefinition, "columns">;
  readonly objects: readonly StoredObject[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly include: IncludeObject;
  readonly now: number;
  /** Of a watch, only the first table says what its columns are. */
  readonly withoutColumns?: boolean;
}

export function tableOf(options: TableOptions) {
  const columns = columnsOf(options);
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: options.metadata,
    columnDefinitions: options.withoutColumns ? null : columns.map(describe),
    rows: options.objects.map((object) => rowOf(columns, object, options)),
  };
}

/** One row, for tables that leave in pieces. */
export function tableRow(object: StoredObject, options: Omit<TableOptions, "objects">) {
  return rowOf(columnsOf(options), object, options);
}

function columnsOf({ definition }: Pick<TableOptions, "definition">) {
  return definition.columns ?? plainColumns;
}

/** Throws 400 for a value that is none of upstream's. */
export function includeObjectOf(query: URLSearchParams): IncludeObject {
  const given = query.get("includeObject") || "Metadata";
  if (given === "None" || given === "Metadata" || given === "Object") return given;
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ` +
      `${JSON.stringify(given)}: must be 'Metadata', 'Object', 'None', or empty`,
  );
}

/** For kinds without columns of their own, such as those of extensions. */
const plainColumns: readonly Column<unknown>[] = [
  {
    name: "Name",
    type: "string",
    format: "name",
    description: "Name must be unique within a namespace.",
    cell: (object) => (object as StoredObject).metadata.name,
  },
  {
    name: "Age",
    type: "string",
    description: "Time since the object was created.",
    cell: (object, now) => {
      const { creationTimestamp } = (object as StoredObject).metadata;
      return creationTimestamp ? humanDuration(now - Date.parse(creationTimestamp)) : "<unknown>";
    },
  },
];

function describe(column: Column<unknown>) {
  const { name, type, format = "", description = "", priority = 0 } = column;
  return { name, type, format, description, priority };
}

function rowOf(
  columns: readonly Column<unknown>[],
  object: StoredObject,
  { include, now }: Pick<TableOptions, "include" | "now">,
) {
  const cells = columns.map((column) => column.cell(object, now));
  switch (include) {
    case "None":
      return { cells, object: null };
    case "Metadata": {
      const { metadata } = object;
      return {
        cells,
        object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata },
      };
    }
    case "Object":
      return { cells, object };
    default:
      return include satisfies never;
  }
}
