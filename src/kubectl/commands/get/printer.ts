import { CommandError, messageOf } from "../../errors.ts";
import type { Files } from "../../host.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import { formatPrinter, objectFormats, unknownFormat } from "../../printers/print-flags.ts";
import type { Printer } from "../../printers/printer.ts";
import type { GetValues } from "./values.ts";

/** Undefined for the tables that the server makes. */
export async function getPrinter(
  kubectl: Kubectl,
  values: GetValues,
): Promise<Printer | undefined> {
  const { output } = values;
  if ((output === "" && !values.template) || output === "wide") return undefined;
  const [format = "", ...rest] = output.split("=");
  if (format === "custom-columns" || format === "custom-columns-file") {
    return await columnsPrinter(kubectl, values, format, rest.join("="));
  }
  const printer = await formatPrinter(kubectl, values, "");
  if (printer) return printer;
  throw unknownFormat(output, [...objectFormats, "custom-columns", "custom-columns-file", "wide"]);
}

async function columnsPrinter(
  kubectl: Kubectl,
  values: GetValues,
  format: string,
  spec: string,
): Promise<Printer> {
  if (spec === "") {
    throw new CommandError("custom-columns format specified but no custom columns given");
  }
  const { columnRows, parseColumns, parseColumnsFile } = await import("./custom-columns.ts");
  const { alignRows } = await import("../../printers/tabwriter.ts");
  const { files, stdout } = kubectl.host;
  const columns =
    format === "custom-columns"
      ? parseColumns(spec)
      : parseColumnsFile(await readColumns(files, spec));
  let withHeaders = !values["no-headers"];
  return {
    print(object) {
      const { items } = object;
      const objects = Array.isArray(items) ? (items as KubeObject[]) : [object];
      const rows: string[][] = [];
      try {
        for (const row of columnRows(columns, objects, withHeaders)) rows.push(row);
      } catch (error) {
        stdout.write(alignRows(rows));
        throw error;
      }
      withHeaders = false;
      return alignRows(rows);
    },
  };
}

async function readColumns(files: Files, path: string): Promise<string> {
  try {
    return await files.readText(path);
  } catch (error) {
    const problem = `error reading template ${path}, ${messageOf(error)}`;
    throw new CommandError(problem, { cause: error });
  }
}
