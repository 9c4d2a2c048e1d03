import { IPAddress, ServiceCIDR } from "#api/networking/v1.ts";
import { writeConditionsWithTime } from "../conditions.ts";
import { describerFor } from "../context.ts";
import { writeEvents } from "../events.ts";
import { writeLabelsAndAnnotations } from "../metadata.ts";

export const serviceCidr = describerFor(ServiceCIDR, async (object, context) => {
  const { writer } = context;
  const { metadata, spec, status } = object;
  writer.field(0, "Name", metadata.name);
  writeLabelsAndAnnotations(writer, metadata);
  writer.field(0, "CIDRs", (spec.cidrs ?? []).join(", "));
  if (status.conditions?.length) {
    writer.row(0, "Status:");
    writeConditionsWithTime(writer, status.conditions);
  }
  await writeEvents(object, context);
});

export const ipAddress = describerFor(IPAddress, async (object, context) => {
  const { writer } = context;
  const { group = "", resource, namespace = "", name } = object.spec.parentRef;
  writer.field(0, "Name", object.metadata.name);
  writeLabelsAndAnnotations(writer, object.metadata);
  writer.row(0, "Parent Reference:");
  writer.field(1, "Group", group);
  writer.field(1, "Resource", resource);
  writer.field(1, "Namespace", namespace);
  writer.field(1, "Name", name);
  await writeEvents(object, context);
});
