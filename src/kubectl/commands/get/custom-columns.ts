import { goText } from "#machinery/go-text.ts";
import {
  JsonPathError,
  parseJsonPathTemplate,
  relaxedJsonPath,
} from "#machinery/jsonpath/jsonpath.ts";
import { CommandError } from "../../errors.ts";
import type { KubeObject } from "../../objects.ts";

export interface Column {
  readonly header: string;
  /** With braces around it. */
  readonly path: string;
}

/** `NAME:.metadata.name,IMAGE:.spec.containers[*].image`. */
export function parseColumns(spec: string): Column[] {
  return spec.split(",").map((part) => {
    const colon = part.indexOf(":");
    if (colon < 0) {
      throw new CommandError(
        `unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`,
      );
    }
    return { header: part.slice(0, colon), path: pathOf(part.slice(colon + 1)) };
  });
}

/** A file with two lines: the headers, and below each of them its path. */
export function parseColumnsFile(text: string): Column[] {
  const [headers = "", paths = ""] = lines(text);
  const words = (line: string) => line.split(/\s+/).filter(Boolean);
  const [names, expressions] = [words(headers), words(paths)];
  if (names.length !== expressions.length) {
    throw new CommandError(
      `number of headers (${names.length}) and field specifications (${expressions.length}) don't match`,
    );
  }
  return names.map((header, index) => ({ header, path: pathOf(expressions[index] ?? "") }));
}

function lines(text: string): string[] {
  const found = text.replace(/\n$/, "").split(/\r?\n/);
  const missing = text === "" ? "header" : found.length < 2 ? "spec" : undefined;
  if (!missing) return found;
  throw new CommandError(
    `invalid template, missing ${missing} line. Expected format is one line of space ` +
      "separated headers, one line of space separated column specs.",
  );
}

function pathOf(expression: string): string {
  return orCommandError(() => relaxedJsonPath(expression));
}

/** Throws `CommandError` where the path is none, or leads where it cannot for one of the objects. */
export function finderOf(path: string): (object: unknown) => unknown[][] {
  const template = orCommandError(() => parseJsonPathTemplate(path));
  return (object) => orCommandError(() => template.find(object));
}

function orCommandError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof JsonPathError) throw new CommandError(error.message, { cause: error });
    throw error;
  }
}

/**
 * The rows of a table, the headers first if they are wanted. Each row is made when it is asked
 * for, so that those before a failure can be shown. Throws `CommandError`.
 */
export function* columnRows(
  columns: readonly Column[],
  objects: readonly KubeObject[],
  withHeaders: boolean,
): Generator<string[]> {
  if (withHeaders) yield columns.map(({ header }) => header);
  const finders = columns.map(({ path }) => finderOf(path));
  for (const object of objects) yield finders.map((find) => cellOf(find(object)));
}

function cellOf(found: readonly unknown[][]): string {
  const values = found.flat().map((value) => escapeTerminal(goText(value)));
  return ((found[0]?.length ?? 0) === 0 ? ["<none>", ...values] : values).join(",");
}

/** What a terminal would obey is shown instead. */
function escapeTerminal(text: string): string {
  return text.replaceAll("\x1b", "^[").replaceAll("\r", "\\r");
}
