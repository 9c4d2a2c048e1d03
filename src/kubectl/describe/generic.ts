import type { ObjectReference } from "#client/client.ts";
import type { ApiObject } from "#client/object.ts";
import { isRecord } from "#schema/decode.ts";
import type { KindInfo, KindType } from "#schema/message.ts";
import type { DescribeContext, KindDescriber } from "./context.ts";
import { writeEvents } from "./events.ts";
import { fieldLabel } from "./field-label.ts";
import { formatValue, sorted } from "./go-values.ts";
import { writeIdentity } from "./metadata.ts";
import type { DescribeWriter } from "./writer.ts";

/** Shown already, or of no interest. */
const hiddenPaths: ReadonlySet<string> = new Set([
  ".metadata.managedFields",
  ".metadata.name",
  ".metadata.namespace",
  ".metadata.labels",
  ".metadata.annotations",
]);

/** Describes any object by its fields alone, in the order of their names. */
export function genericDescriber(info: KindInfo): KindDescriber {
  return {
    async describe(reference: ObjectReference, context: DescribeContext) {
      const object = await context.client.get(untyped(info), reference);
      writeIdentity(context.writer, object.metadata);
      writeFields(context.writer, 0, object, "");
      await writeEvents(object, context);
    },
  };
}

/** A kind of which nothing is known but where it is served: its objects come as they are. */
function untyped(info: KindInfo): KindType<ApiObject> {
  return { schemaName: "", fields: {}, info, prototype: undefined as unknown as ApiObject };
}

function writeFields(writer: DescribeWriter, level: number, object: object, path: string): void {
  const fields = new Map<string, unknown>(Object.entries(object));
  for (const name of sorted(fields.keys())) {
    const value = fields.get(name);
    const fieldPath = `${path}.${name}`;
    if (value === undefined || hiddenPaths.has(fieldPath)) continue;
    const label = fieldLabel(name);
    if (Array.isArray(value)) {
      writer.row(level, `${label}:`);
      for (const item of value as unknown[]) {
        if (isRecord(item)) writeFields(writer, level + 1, item, fieldPath);
        else writer.row(level + 1, formatValue(item));
      }
    } else if (isRecord(value)) {
      writer.row(level, `${label}:`);
      writeFields(writer, level + 1, value, fieldPath);
    } else {
      writer.field(level, label, formatValue(value));
    }
  }
}
