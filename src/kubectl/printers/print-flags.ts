import type { FlagSpecs } from "#base/flags.ts";
import { CommandError } from "../errors.ts";
import type { Kubectl } from "../kubectl.ts";
import type { Printer } from "./printer.ts";

/** The formats of commands that print what they made or changed. */
export const objectFormats = [
  "json",
  "yaml",
  "kyaml",
  "name",
  "go-template",
  "go-template-file",
  "template",
  "templatefile",
  "jsonpath",
  "jsonpath-as-json",
  "jsonpath-file",
] as const;

/** Flags of every command that can print objects. */
export const printFlags = {
  output: {
    type: "string",
    short: "o",
    default: "",
    usage: `Output format. One of: (${objectFormats.filter((name) => name !== "kyaml").join(", ")}).`,
  },
  template: {
    type: "string",
    default: "",
    usage:
      "The template, or the path of its file, for -o=go-template and -o=go-template-file. " +
      "See [http://golang.org/pkg/text/template/#pkg-overview].",
  },
  "allow-missing-template-keys": {
    type: "bool",
    default: true,
    usage:
      "If true, what a template names and an object lacks is no error. " +
      "For golang and jsonpath formats only.",
  },
  "show-managed-fields": {
    type: "bool",
    usage: "If true, JSON and YAML keep the managedFields of objects.",
  },
} as const satisfies FlagSpecs;

export interface PrintValues {
  readonly output: string;
  readonly template: string;
  readonly "allow-missing-template-keys": boolean;
  readonly "show-managed-fields": boolean;
}

/**
 * What `-o` asks for. Without it, the line that tells what was done: "pod/web created".
 * `operation` is that word, with what a dry run adds.
 */
export async function printerOf(
  kubectl: Kubectl,
  values: PrintValues,
  operation: string,
): Promise<Printer> {
  const printer = await formatPrinter(kubectl, values, operation);
  if (printer) return printer;
  throw unknownFormat(values.output, objectFormats);
}

export function unknownFormat(format: string, allowed: readonly string[]): CommandError {
  // A newer format than the clients that these words are compared with know.
  const listed = allowed.filter((name) => name !== "kyaml");
  return new CommandError(
    `unable to match a printer suitable for the output format "${format}", ` +
      `allowed formats are: ${listed.toSorted().join(",")}`,
  );
}

/** Undefined for a format that not all commands have. */
export async function formatPrinter(
  kubectl: Kubectl,
  values: PrintValues,
  operation: string,
): Promise<Printer | undefined> {
  const { output } = values;
  // "jsonpath={.x}" brings its template along.
  const equals = output.indexOf("=");
  const format = equals < 0 ? output : output.slice(0, equals);
  const inline = equals < 0 ? "" : output.slice(equals + 1);
  const options = { showManagedFields: values["show-managed-fields"] };
  switch (format) {
    case "": {
      if (values.template) return await templated("go-template", values.template);
      const { namePrinter } = await import("./name.ts");
      return namePrinter(operation);
    }
    case "name": {
      const { namePrinter } = await import("./name.ts");
      return namePrinter("");
    }
    case "json": {
      const { jsonPrinter } = await import("./structured.ts");
      return jsonPrinter(options);
    }
    case "yaml": {
      const { yamlPrinter } = await import("./structured.ts");
      return yamlPrinter(options);
    }
    case "kyaml": {
      const { kyamlPrinter } = await import("./structured.ts");
      return await kyamlPrinter(options);
    }
    case "go-template":
    case "go-template-file":
    case "template":
    case "templatefile":
    case "jsonpath":
    case "jsonpath-as-json":
    case "jsonpath-file":
      return await templated(format, inline || values.template);
    default:
      return undefined;
  }

  async function templated(name: string, text: string): Promise<Printer> {
    const { templatePrinter } = await import("./templates.ts");
    return await templatePrinter(kubectl.host, {
      format: name,
      text,
      allowMissingKeys: values["allow-missing-template-keys"],
    });
  }
}
