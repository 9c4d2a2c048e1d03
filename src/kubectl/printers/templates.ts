import { CommandError } from "../errors.ts";
import type { Files } from "../host.ts";
import type { Printer } from "./printer.ts";

export interface TemplateRequest {
  /** "jsonpath", "go-template-file", … */
  readonly format: string;
  readonly text: string;
  readonly allowMissingKeys: boolean;
}

/** The printers whose form the person writes. */
export async function templatePrinter(files: Files, request: TemplateRequest): Promise<Printer> {
  const { format, text } = request;
  if (text === "") {
    throw new CommandError(`template format specified but no template given`);
  }
  const source = format.endsWith("file") ? await files.readText(text) : text;
  if (format === "jsonpath" || format === "jsonpath-file") {
    const { parseJsonPath, jsonPathText } = await import("#machinery/jsonpath/jsonpath.ts");
    const path = parseJsonPath(source.replace(/^\{|\}$/g, ""));
    return { print: (object) => path.find(object).map(jsonPathText).join(" ") };
  }
  throw new CommandError(`the output format ${format} cannot be printed yet`);
}
