import { goJson } from "#machinery/codec/go-json.ts";
import { toYaml, YamlWriteError } from "#machinery/codec/yaml-writer.ts";
import { CommandError } from "../errors.ts";
import { fieldOrder } from "../writes/field-order.ts";
import { withoutManagedFields } from "./printer.ts";
import type { Printer } from "./printer.ts";

export interface StructuredOptions {
  readonly showManagedFields: boolean;
  /** JSON has its keys in the order that the objects have them in. */
  readonly inOrder?: boolean;
}

export function jsonPrinter({ showManagedFields, inOrder = false }: StructuredOptions): Printer {
  return {
    print(object) {
      const shown = showManagedFields ? object : withoutManagedFields(object);
      return `${goJson(shown, { indent: "    ", keysOf: inOrder ? ownOrder : fieldOrder })}\n`;
    },
  };
}

const ownOrder = (row: Readonly<Record<string, unknown>>) =>
  Object.keys(row).filter((key) => row[key] !== undefined);

export function yamlPrinter({ showManagedFields }: StructuredOptions): Printer {
  let count = 0;
  return {
    print(object) {
      const shown = showManagedFields ? object : withoutManagedFields(object);
      const separator = count++ > 0 ? "---\n" : "";
      return separator + writable(() => toYaml(shown));
    },
  };
}

/** Each document begins with its separator. */
export async function kyamlPrinter({ showManagedFields }: StructuredOptions): Promise<Printer> {
  const { toKyaml } = await import("#machinery/codec/kyaml.ts");
  return {
    print(object) {
      const shown = showManagedFields ? object : withoutManagedFields(object);
      return writable(() => toKyaml(shown));
    },
  };
}

function writable(write: () => string): string {
  try {
    return write();
  } catch (error) {
    if (error instanceof YamlWriteError) throw new CommandError(error.message, { cause: error });
    throw error;
  }
}
