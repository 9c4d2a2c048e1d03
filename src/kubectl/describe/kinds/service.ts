import { Service } from "#api/core/v1.ts";
import type { LoadBalancerIngress, ServicePort } from "#api/core/v1.ts";
import type { EndpointSlice } from "#api/discovery/v1.ts";
import { StatusError } from "#client/client.ts";
import { describerFor } from "../context.ts";
import { endpointSlicesOf, formatEndpoints } from "../endpoint-addresses.ts";
import { writeEvents } from "../events.ts";
import { formatLabels, writeIdentity } from "../metadata.ts";
import type { DescribeWriter } from "../writer.ts";

export const service = describerFor(Service, async (object, context) => {
  const { writer } = context;
  const { metadata, spec, status } = object;
  const { name, namespace } = metadata;
  const slices = await endpointSlicesOf({ name, namespace }, context).catch((error: unknown) => {
    // Whoever may not read endpoints still gets the rest.
    if (!(error instanceof StatusError)) throw error;
    return [];
  });
  writeIdentity(writer, metadata);
  writer.field(0, "Selector", formatLabels(spec.selector));
  writer.field(0, "Type", spec.type);
  writeAddresses(writer, object);
  const ingress = status.loadBalancer.ingress ?? [];
  if (ingress.length > 0) {
    writer.field(0, "LoadBalancer Ingress", ingress.map(formatIngress).join(", "));
  }
  for (const port of spec.ports ?? []) writePort(writer, port, slices);
  writeTraffic(writer, object);
  await writeEvents(object, context);
});

function writeAddresses(writer: DescribeWriter, { spec }: Service): void {
  if (spec.ipFamilyPolicy !== undefined) writer.field(0, "IP Family Policy", spec.ipFamilyPolicy);
  writer.field(0, "IP Families", spec.ipFamilies?.join(",") || "<none>");
  writer.field(0, "IP", spec.clusterIP ?? "");
  writer.field(0, "IPs", spec.clusterIPs?.length ? spec.clusterIPs.join(",") : "<none>");
  if (spec.externalIPs?.length) writer.field(0, "External IPs", spec.externalIPs.join(","));
  if (spec.loadBalancerIP) writer.field(0, "Desired LoadBalancer IP", spec.loadBalancerIP);
  if (spec.externalName) writer.field(0, "External Name", spec.externalName);
}

function formatIngress({ ip, ipMode, hostname = "" }: LoadBalancerIngress): string {
  if (!ip) return hostname;
  return ipMode === undefined ? ip : `${ip} (${ipMode})`;
}

function writePort(
  writer: DescribeWriter,
  { name = "", port, protocol, targetPort = 0, nodePort }: ServicePort,
  slices: readonly EndpointSlice[],
): void {
  const title = name || "<unset>";
  writer.row(0, "Port:", title, `${port}/${protocol}`);
  writer.field(0, "TargetPort", `${targetPort}/${protocol}`);
  if (nodePort) writer.row(0, "NodePort:", title, `${nodePort}/${protocol}`);
  writer.field(0, "Endpoints", formatEndpoints(slices, name));
}

function writeTraffic(writer: DescribeWriter, { spec }: Service): void {
  writer.field(0, "Session Affinity", spec.sessionAffinity);
  const { externalTrafficPolicy: external, internalTrafficPolicy: internal } = spec;
  if (external) writer.field(0, "External Traffic Policy", external);
  if (internal !== undefined) writer.field(0, "Internal Traffic Policy", internal);
  if (spec.healthCheckNodePort) writer.field(0, "HealthCheck NodePort", spec.healthCheckNodePort);
  const ranges = spec.loadBalancerSourceRanges ?? [];
  if (ranges.length > 0) writer.field(0, "LoadBalancer Source Ranges", ranges.join(","));
}
