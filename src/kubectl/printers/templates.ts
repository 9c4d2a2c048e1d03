import { CommandError, messageOf } from "../errors.ts";
import type { Host } from "../host.ts";
import type { Printer } from "./printer.ts";

export interface TemplateRequest {
  /** "jsonpath", "go-template-file", … */
  readonly format: string;
  readonly text: string;
  readonly allowMissingKeys: boolean;
}

/** The printers whose form the person writes. */
export async function templatePrinter(
  { files, stdout }: Pick<Host, "files" | "stdout">,
  { format, text, allowMissingKeys: allowsMissingKeys }: TemplateRequest,
): Promise<Printer> {
  if (text === "") throw new CommandError("template format specified but no template given");
  const source = format.endsWith("file") ? await readTemplate(files, text) : text;
  if (format.startsWith("jsonpath")) {
    const printsJson = format === "jsonpath-as-json";
    return await pathPrinter(source, { allowsMissingKeys, printsJson });
  }
  return await goPrinter(stdout, source, allowsMissingKeys);
}

async function goPrinter(
  stdout: Host["stdout"],
  source: string,
  allowsMissingKeys: boolean,
): Promise<Printer> {
  const { goTemplatePrinter, TemplateError } = await import("./go-template.ts");
  const printer = orCommandError(TemplateError, `error parsing template ${source}, `, () =>
    goTemplatePrinter(source, { allowsMissingKeys }),
  );
  return {
    print(object) {
      const { output, error } = printer.print(object);
      if (error === undefined) return output;
      // What was printed up to the error is shown, and with it what helps to understand.
      stdout.write(output);
      throw new CommandError(error);
    },
  };
}

async function readTemplate(files: Host["files"], path: string): Promise<string> {
  try {
    return await files.readText(path);
  } catch (error) {
    const problem = `error reading --template ${path}, ${messageOf(error)}`;
    throw new CommandError(problem, { cause: error });
  }
}

async function pathPrinter(
  source: string,
  options: { readonly allowsMissingKeys: boolean; readonly printsJson: boolean },
): Promise<Printer> {
  const { jsonPathPrinter, JsonPathError } = await import("./jsonpath.ts");
  const printer = orCommandError(JsonPathError, `error parsing jsonpath ${source}, `, () =>
    jsonPathPrinter(source, options),
  );
  return {
    print: (object) => orCommandError(JsonPathError, "", () => printer.print(object)),
  };
}

function orCommandError<T>(
  expected: new (message: string) => Error,
  start: string,
  work: () => T,
): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof expected)) throw error;
    throw new CommandError(start + error.message, { cause: error });
  }
}
