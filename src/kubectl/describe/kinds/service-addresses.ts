import { IPAddress, ServiceCIDR } from "#api/networking/v1.ts";
import { writeConditionsWithTime } from "../conditions.ts";
import { describerFor, firstFound, inVersion } from "../context.ts";
import type { DescribeContext } from "../context.ts";
import { writeEvents } from "../events.ts";
import { writeLabelsAndAnnotations } from "../metadata.ts";

/** Servers before v1.33 have them in this version, if at all. */
const earlier = "v1beta1";

export const serviceCidr = firstFound(
  describerFor(ServiceCIDR, describeServiceCidr),
  describerFor(inVersion(ServiceCIDR, earlier), describeServiceCidr),
);

export const ipAddress = firstFound(
  describerFor(IPAddress, describeIpAddress),
  describerFor(inVersion(IPAddress, earlier), describeIpAddress),
);

async function describeServiceCidr(object: ServiceCIDR, context: DescribeContext): Promise<void> {
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
}

async function describeIpAddress(object: IPAddress, context: DescribeContext): Promise<void> {
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
}
