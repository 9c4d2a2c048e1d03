import { toYaml } from "#machinery/codec/yaml.ts";
import { isRow, setKey } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import { withoutManagedFields } from "./printer.ts";
import type { Printer } from "./printer.ts";

export interface StructuredOptions {
  readonly showManagedFields: boolean;
}

export function jsonPrinter({ showManagedFields }: StructuredOptions): Printer {
  return {
    print(object) {
      const shown = showManagedFields ? object : withoutManagedFields(object);
      return `${JSON.stringify(sorted(shown), null, 4)}\n`;
    },
  };
}

export function yamlPrinter({ showManagedFields }: StructuredOptions): Printer {
  let count = 0;
  return {
    print(object) {
      const shown = showManagedFields ? object : withoutManagedFields(object);
      const separator = count++ > 0 ? "---\n" : "";
      return separator + toYaml(sorted(shown));
    },
  };
}

/** Objects of the API are printed with their keys in the alphabet's order. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRow(value)) return value;
  const result: Row = {};
  for (const key of Object.keys(value).sort()) setKey(result, key, sorted(value[key]));
  return result;
}
