import { concatBytes, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import { goJson } from "#machinery/codec/go-json.ts";
import { Base64Error, decodeBase64 } from "#machinery/go/base64.ts";
import { fromByteString } from "#machinery/go/byte-string.ts";
import { show } from "#machinery/go/format.ts";
import { quote } from "#machinery/go/quote.ts";
import { toByteString } from "#machinery/go/byte-string.ts";
import { entryOf, fromJson, GoInteger, isList, isMap } from "#machinery/go/values.ts";
import type { GoValue } from "#machinery/go/values.ts";
import { CallError, dataOf, plain, stringOf } from "#machinery/gotemplate/functions.ts";
import type { TemplateFunction, Value } from "#machinery/gotemplate/functions.ts";
import { parseTemplate } from "#machinery/gotemplate/gotemplate.ts";
import type { Row } from "#machinery/json.ts";

export { TemplateError } from "#machinery/gotemplate/gotemplate.ts";

export interface Printed {
  /** What was printed, also where it ended in an error. */
  readonly output: Bytes;
  readonly error?: string;
}

export interface GoTemplatePrinter {
  print(object: Row): Printed;
}

/** `-o go-template`. Throws `TemplateError`. */
export function goTemplatePrinter(
  source: string,
  { allowsMissingKeys = true }: { readonly allowsMissingKeys?: boolean } = {},
): GoTemplatePrinter {
  const functions = { exists, base64decode };
  const template = parseTemplate(source, { name: "output", functions, allowsMissingKeys });
  return {
    print: (object) => {
      const { output, error } = template.execute(object);
      if (!error) return { output };
      const explained = utf8(explain(source, error.message, object));
      const quoted = fromByteString(quote(toByteString(source)));
      return {
        output: concatBytes([output, explained]),
        error: `error executing template ${quoted}: ${error.message}`,
      };
    },
  };
}

/** All that helps to find out what is wrong; it goes where the output would have gone. */
function explain(source: string, problem: string, object: Row): string {
  return [
    `Error executing template: ${problem}. Printing more information for debugging the template:`,
    "\ttemplate was:",
    `\t\t${source}`,
    "\traw data was:",
    `\t\t${goJson(object)}`,
    "\tobject given to template engine was:",
    `\t\t${fromByteString(show(fromJson(object), "v"))}`,
    "",
    "",
  ].join("\n");
}

/** Whether "index" would find something with the same arguments. */
const exists: TemplateFunction = {
  parameters: ["any"],
  rest: "any",
  call: ([item, ...keys]) => plain(isThere(dataOf(item), keys)),
};

function isThere(item: GoValue, keys: readonly Value[]): boolean {
  let value: GoValue | undefined = item;
  for (const key of keys.map(dataOf)) {
    if (typeof value === "string" || (value && isList(value))) {
      if (!(key instanceof GoInteger) || key.value < 0n || key.value >= value.length) return false;
      const at = Number(key.value);
      value =
        typeof value === "string"
          ? new GoInteger("uint8", value.charCodeAt(at))
          : fromJson(value[at]);
    } else if (value !== null && isMap(value)) {
      if (key !== null && typeof key !== "string") return false;
      value = entryOf(value, key ?? "") ?? null;
    } else return false;
  }
  // Upstream takes a bare nil for something.
  return keys.length === 0 || value !== null;
}

const base64decode: TemplateFunction = {
  parameters: ["string"],
  call: ([encoded]) => {
    try {
      return plain(decodeBase64(stringOf(encoded)));
    } catch (error) {
      if (!(error instanceof Base64Error)) throw error;
      throw new CallError(`base64 decode failed: ${error.message}`);
    }
  },
};
