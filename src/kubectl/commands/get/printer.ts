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
  const { columnsText, parseColumns, parseColumnsFile } = await import("./custom-columns.ts");
  const columns =
    format === "custom-columns"
      ? parseColumns(spec)
      : parseColumnsFile(await kubectl.host.files.readText(spec));
  let noHeaders = values["no-headers"];
  return {
    print(object) {
      const { items } = object;
      const objects = Array.isArray(items) ? (items as KubeObject[]) : [object];
      const text = columnsText(columns, objects, noHeaders);
      noHeaders = true;
      return text;
    },
  };
}
