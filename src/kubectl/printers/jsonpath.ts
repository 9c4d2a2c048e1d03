import { fromByteString, toByteString } from "#machinery/go/byte-string.ts";
import { goSyntax } from "#machinery/go/format.ts";
import { quote } from "#machinery/go/quote.ts";
import { fromJson } from "#machinery/go/values.ts";
import { JsonPathError, parseJsonPathTemplate } from "#machinery/jsonpath/jsonpath.ts";
import type { JsonPathTemplateOptions } from "#machinery/jsonpath/jsonpath.ts";
import type { Row } from "#machinery/json.ts";

export { JsonPathError } from "#machinery/jsonpath/jsonpath.ts";

export interface JsonPathPrinter {
  /** Throws `JsonPathError`, which explains itself at length. */
  print(object: Row): string;
}

/** `-o jsonpath` and, with `printsJson`, `-o jsonpath-as-json`. Throws `JsonPathError`. */
export function jsonPathPrinter(
  source: string,
  options: JsonPathTemplateOptions = {},
): JsonPathPrinter {
  const template = parseJsonPathTemplate(source, options);
  return {
    print: (object) => {
      try {
        return template.print(object);
      } catch (error) {
        if (error instanceof JsonPathError) throw explained(source, error.message, object);
        throw error;
      }
    },
  };
}

function explained(source: string, problem: string, object: Row): JsonPathError {
  const lines = [
    `error executing jsonpath ${fromByteString(quote(toByteString(source)))}: Error executing ` +
      `template: ${problem}. Printing more information for debugging the template:`,
    "\ttemplate was:",
    `\t\t${source}`,
    "\tobject given to jsonpath engine was:",
    `\t\t${fromByteString(goSyntax(fromJson(object)))}`,
    "",
    "",
    "",
  ];
  return new JsonPathError(lines.join("\n"));
}
