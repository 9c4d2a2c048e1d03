import { exactJsonText } from "#machinery/codec/exact-json.ts";
import { humanDuration } from "#machinery/age.ts";
import { isRow } from "#machinery/json.ts";
import type { KubeObject, ObjectMetadata } from "../../objects.ts";
import { alignRows } from "../../printers/tabwriter.ts";

/** A list or an object as the server tabulates it. */
export interface ServerTable {
  readonly kind: "Table";
  readonly metadata?: { resourceVersion?: string; continue?: string };
  readonly columnDefinitions: readonly ColumnDefinition[];
  readonly rows: readonly ServerRow[];
}

export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  /** 0 is always shown, what is above only with `-o wide`. */
  readonly priority?: number;
}

export interface ServerRow {
  readonly cells: readonly unknown[];
  readonly object?: { metadata?: ObjectMetadata } & Record<string, unknown>;
}

export interface TableOptions {
  readonly wide: boolean;
  readonly withNamespace: boolean;
  /** "pod", "deployment.apps": before each name, where several kinds are shown. */
  readonly kindPrefix: string;
  readonly showLabels: boolean;
  readonly labelColumns: readonly string[];
  readonly noHeaders: boolean;
  /** A column of their own for the events of a watch. */
  readonly eventType?: string;
}

/** What the server tabulated. Of a watch, all tables but the first leave their columns out. */
export function serverTableOf(answer: unknown): ServerTable | undefined {
  if (!isRow(answer) || answer.kind !== "Table") return undefined;
  const table = answer as unknown as Partial<ServerTable>;
  return {
    ...table,
    kind: "Table",
    columnDefinitions: table.columnDefinitions ?? [],
    rows: table.rows ?? [],
  };
}

/** What a server that knows no tables would have said. */
export function plainTable(items: readonly KubeObject[], now: number): ServerTable {
  return {
    kind: "Table",
    columnDefinitions: [
      { name: "Name", type: "string", format: "name" },
      { name: "Age", type: "string" },
    ],
    rows: items.map((object) => ({
      object,
      cells: [object.metadata.name ?? "", ageOf(object, now)],
    })),
  };
}

function ageOf({ metadata }: KubeObject, now: number): string {
  if (!metadata.creationTimestamp) return "<unknown>";
  return humanDuration(now - Date.parse(metadata.creationTimestamp));
}

/** The lines of a table before they are aligned: the headers first, if they are wanted. */
export function tableRows(tables: readonly ServerTable[], options: TableOptions): string[][] {
  const [first] = tables;
  if (!first) return [];
  const shown = first.columnDefinitions
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => options.wide || (column.priority ?? 0) === 0);
  const rows = tables.flatMap((table) => table.rows.map((row) => cellsOf(row, shown, options)));
  return options.noHeaders ? rows : [headersOf(shown, options), ...rows];
}

interface ShownColumn {
  readonly column: ColumnDefinition;
  readonly index: number;
}

function headersOf(shown: readonly ShownColumn[], options: TableOptions): string[] {
  return [
    ...(options.eventType === undefined ? [] : [eventCell("EVENT")]),
    ...(options.withNamespace ? ["NAMESPACE"] : []),
    ...shown.map(({ column }) => column.name.toUpperCase()),
    ...options.labelColumns.map((label) => label.slice(label.lastIndexOf("/") + 1).toUpperCase()),
    ...(options.showLabels ? ["LABELS"] : []),
  ];
}

function cellsOf(row: ServerRow, shown: readonly ShownColumn[], options: TableOptions): string[] {
  const { namespace, labels = {} } = row.object?.metadata ?? {};
  const cells = shown.map(({ column, index }) => {
    const text = cellText(row.cells[index]);
    const isName = column.type === "string" && column.format === "name";
    return isName && options.kindPrefix ? `${options.kindPrefix}/${text}` : text;
  });
  return [
    ...(options.eventType === undefined ? [] : [eventCell(options.eventType)]),
    ...(options.withNamespace ? [namespace ?? ""] : []),
    ...cells,
    ...options.labelColumns.map((label) => labels[label] ?? ""),
    ...(options.showLabels ? [labelsText(labels)] : []),
  ];
}

/** As wide as the longest of them, which is not the first to come. */
function eventCell(text: string): string {
  return text.padEnd("MODIFIED".length);
}

/** Line breaks would tear the table: only what is before the first one is shown. */
function cellText(value: unknown): string {
  if (value === null || value === undefined) return "<none>";
  if (typeof value !== "string") return exactJsonText(value);
  const end = value.search(/[\n\r\f]/);
  return end < 0 ? value : `${value.slice(0, end)}...`;
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return pairs.length > 0 ? pairs.sort().join(",") : "<none>";
}

export function tableText(tables: readonly ServerTable[], options: TableOptions): string {
  return alignRows(tableRows(tables, options));
}
