import { ConfigMap, Secret } from "#api/core/v1.ts";
import { fromBase64, text } from "#base/bytes.ts";
import { describerFor } from "../context.ts";
import { searchEvents, subjectOf, writeEventTable } from "../events.ts";
import { sorted } from "../go-values.ts";
import { writeIdentity } from "../metadata.ts";

const tokenType = "kubernetes.io/service-account-token";

/** A token may be seen, because it is there to be copied; of all else only how long it is. */
export const secret = describerFor(Secret, ({ metadata, type, data = {} }, { writer }) => {
  writeIdentity(writer, metadata);
  writer.row(0);
  writer.field(0, "Type", type);
  writer.row(0);
  writer.row(0, "Data");
  writer.row(0, "====");
  for (const key of sorted(Object.keys(data))) {
    const value = fromBase64(data[key] ?? "");
    const isToken = key === "token" && type === tokenType;
    writer.field(0, key, isToken ? text(value) : `${value.length} bytes`);
  }
});

export const configMap = describerFor(ConfigMap, async (object, context) => {
  const { writer } = context;
  const { data = {}, binaryData = {} } = object;
  writeIdentity(writer, object.metadata);
  writer.raw("\nData\n====\n");
  for (const key of sorted(Object.keys(data))) writer.raw(`${key}:\n----\n${data[key] ?? ""}\n\n`);
  writer.raw("\nBinaryData\n====\n");
  for (const key of sorted(Object.keys(binaryData))) {
    writer.row(0, `${key}: ${fromBase64(binaryData[key] ?? "").length} bytes`);
  }
  writer.row(0);
  if (context.showEvents) writeEventTable(await searchEvents(subjectOf(object), context), context);
});
