import { EndpointSlice } from "#api/discovery/v1.ts";
import type { Endpoint } from "#api/discovery/v1.ts";
import { describerFor } from "../context.ts";
import { writeEvents } from "../events.ts";
import { writeIdentity } from "../metadata.ts";
import type { DescribeWriter } from "../writer.ts";

export const endpointSlice = describerFor(EndpointSlice, async (object, context) => {
  const { writer } = context;
  const { ports = [], endpoints = [] } = object;
  writeIdentity(writer, object.metadata);
  writer.field(0, "AddressType", object.addressType);
  writer.row(0, ports.length === 0 ? "Ports: <unset>" : "Ports:");
  if (ports.length > 0) {
    const rows = ports.map(({ name, port, protocol }) => {
      return [name || "<unset>", String(port ?? "<unset>"), protocol];
    });
    writer.table(1, ["Name", "Port", "Protocol"], rows);
  }
  writer.row(0, endpoints.length === 0 ? "Endpoints: <none>" : "Endpoints:");
  for (const endpoint of endpoints) writeEndpoint(writer, endpoint);
  await writeEvents(object, context);
});

function writeEndpoint(writer: DescribeWriter, endpoint: Endpoint): void {
  const { addresses, conditions, hostname, targetRef, nodeName, zone } = endpoint;
  writer.field(1, "- Addresses", addresses.join(", ") || "<none>");
  writer.row(2, "Conditions:");
  writer.field(3, "Ready", conditions?.ready ?? "<unset>");
  writer.field(2, "Hostname", hostname ?? "<unset>");
  if (targetRef) writer.field(2, "TargetRef", `${targetRef.kind ?? ""}/${targetRef.name ?? ""}`);
  writer.field(2, "NodeName", nodeName ?? "<unset>");
  writer.field(2, "Zone", zone ?? "<unset>");
}
