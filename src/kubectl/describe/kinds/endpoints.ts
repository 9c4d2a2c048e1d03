import { Endpoints } from "#api/core/v1.ts";
import type { EndpointSubset } from "#api/core/v1.ts";
import { describerFor } from "../context.ts";
import { writeEvents } from "../events.ts";
import { writeIdentity } from "../metadata.ts";
import type { DescribeWriter } from "../writer.ts";

export const endpoints = describerFor(Endpoints, async (object, context) => {
  const { writer } = context;
  writeIdentity(writer, object.metadata);
  writer.row(0, "Subsets:");
  for (const subset of object.subsets ?? []) {
    writeSubset(writer, subset);
    writer.row(0);
  }
  await writeEvents(object, context);
});

function writeSubset(writer: DescribeWriter, subset: EndpointSubset): void {
  const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
  const list = (items: readonly { ip: string }[]) => items.map(({ ip }) => ip).join(",");
  writer.field(1, "Addresses", list(addresses) || "<none>");
  writer.field(1, "NotReadyAddresses", list(notReadyAddresses) || "<none>");
  if (ports.length === 0) return;
  writer.row(1, "Ports:");
  const rows = ports.map(({ name, port, protocol }) => [name || "<unset>", `${port}`, protocol]);
  writer.table(2, ["Name", "Port", "Protocol"], rows);
}
