import { jsonPathText, parseJsonPath } from "#machinery/jsonpath/jsonpath.ts";
import { CommandError, messageOf } from "../../errors.ts";
import type { KubeObject } from "../../objects.ts";
import { alignRows } from "../../printers/tabwriter.ts";

interface Column {
  readonly header: string;
  find(object: unknown): unknown[];
}

/** `NAME:.metadata.name,IMAGE:.spec.containers[*].image`. */
export function parseColumns(spec: string): Column[] {
  if (spec === "") {
    throw new CommandError("custom-columns format specified but no custom columns given");
  }
  return spec.split(",").map((part) => {
    const colon = part.indexOf(":");
    if (colon < 0) {
      throw new CommandError(
        `unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`,
      );
    }
    return { header: part.slice(0, colon), find: pathOf(part.slice(colon + 1)) };
  });
}

/** A file with two lines: the headers, and below each of them its path. */
export function parseColumnsFile(text: string): Column[] {
  const [headers = "", paths = ""] = text.split("\n");
  const words = (line: string) => line.split(/\s+/).filter(Boolean);
  const [names, expressions] = [words(headers), words(paths)];
  if (names.length !== expressions.length) {
    throw new CommandError(
      `number of headers (${names.length}) and field specifications (${expressions.length}) don't match`,
    );
  }
  return names.map((header, index) => ({ header, find: pathOf(expressions[index] ?? "") }));
}

/** Braces and the leading dot may be left out. */
export function pathOf(expression: string): (object: unknown) => unknown[] {
  const bare = expression.replace(/^\{(.*)\}$/s, "$1");
  const path =
    bare.startsWith(".") || bare.startsWith("[") || bare.startsWith("$") ? bare : `.${bare}`;
  try {
    const parsed = parseJsonPath(path);
    return (object) => parsed.find(object);
  } catch (error) {
    throw new CommandError(messageOf(error), { cause: error });
  }
}

export function columnsText(
  columns: readonly Column[],
  objects: readonly KubeObject[],
  noHeaders: boolean,
): string {
  const rows = objects.map((object) =>
    columns.map((column) => {
      const found = column.find(object);
      return found.length > 0 ? found.map(valueText).join(",") : "<none>";
    }),
  );
  const headers = noHeaders ? [] : [columns.map(({ header }) => header)];
  return alignRows([...headers, ...rows]);
}

function valueText(value: unknown): string {
  return value === null ? "<nil>" : jsonPathText(value);
}
