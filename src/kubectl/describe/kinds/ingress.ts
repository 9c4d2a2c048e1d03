import { Ingress, IngressClass } from "#api/networking/v1.ts";
import type { IngressBackend, IngressServiceBackend } from "#api/networking/v1.ts";
import { Service } from "#api/core/v1.ts";
import { StatusError } from "#client/client.ts";
import { describerFor } from "../context.ts";
import type { DescribeContext } from "../context.ts";
import { endpointSlicesOf, formatEndpoints } from "../endpoint-addresses.ts";
import { writeEvents } from "../events.ts";
import { sorted } from "../go-values.ts";
import { writeAnnotations, writeLabels, writeLabelsAndAnnotations } from "../metadata.ts";

export const ingress = describerFor(Ingress, async (object, context) => {
  const { writer } = context;
  const { metadata, spec } = object;
  writer.field(0, "Name", metadata.name);
  writeLabels(writer, "Labels", metadata.labels);
  writer.field(0, "Namespace", metadata.namespace ?? "");
  writer.field(0, "Address", loadBalancerAddresses(object));
  writer.field(0, "Ingress Class", spec.ingressClassName ?? "<none>");
  const { defaultBackend } = spec;
  const { namespace } = metadata;
  const backendText = (backend: IngressBackend) => describeBackend(backend, namespace, context);
  const defaultText = defaultBackend ? await backendText(defaultBackend) : "<default>";
  writer.field(0, "Default backend", defaultText);
  writeTls(object, context);
  await writeRules(object, defaultText, context);
  writeAnnotations(writer, "Annotations", metadata.annotations);
  await writeEvents(object, context);
});

export const ingressClass = describerFor(IngressClass, async (object, context) => {
  const { writer } = context;
  const { metadata, spec } = object;
  writer.field(0, "Name", metadata.name);
  writeLabelsAndAnnotations(writer, metadata);
  writer.field(0, "Controller", spec.controller ?? "");
  const { parameters } = spec;
  if (parameters) {
    writer.row(0, "Parameters:");
    if (parameters.apiGroup !== undefined) writer.field(1, "APIGroup", parameters.apiGroup);
    writer.field(1, "Kind", parameters.kind);
    writer.field(1, "Name", parameters.name);
  }
  await writeEvents(object, context);
});

function loadBalancerAddresses({ status }: Ingress): string {
  const addresses = (status.loadBalancer.ingress ?? []).map(({ ip, hostname }) => ip || hostname);
  return sorted(new Set(addresses.filter((address) => address !== undefined))).join(",");
}

function writeTls({ spec: { tls = [] } }: Ingress, { writer }: DescribeContext): void {
  if (tls.length > 0) writer.row(0, "TLS:");
  for (const { secretName, hosts = [] } of tls) {
    const names = hosts.join(",");
    writer.row(1, secretName ? `${secretName} terminates ${names}` : `SNI routes ${names}`);
  }
}

async function writeRules(
  { metadata, spec }: Ingress,
  defaultText: string,
  context: DescribeContext,
): Promise<void> {
  const { writer } = context;
  const rules = (spec.rules ?? []).filter(({ http }) => http !== undefined);
  writer.row(0, "Rules:");
  writer.table(1, ["Host", "Path", "Backends"], []);
  if (rules.length === 0) writer.row(1, "*", "*", defaultText);
  for (const { host, http } of rules) {
    writer.row(1, host || "*", "");
    for (const { path = "", backend } of http?.paths ?? []) {
      const text = await describeBackend(backend, metadata.namespace, context);
      writer.row(2, "", `${path} `, text);
    }
  }
}

async function describeBackend(
  { service, resource }: IngressBackend,
  namespace: string | undefined,
  context: DescribeContext,
): Promise<string> {
  if (service) return await describeServiceBackend(service, namespace, context);
  if (!resource) return "";
  const { apiGroup = "<none>", kind, name } = resource;
  return `APIGroup: ${apiGroup}, Kind: ${kind}, Name: ${name}`;
}

async function describeServiceBackend(
  { name, port }: IngressServiceBackend,
  namespace: string | undefined,
  context: DescribeContext,
): Promise<string> {
  const title = `${name}:${port?.number || (port?.name ?? "")}`;
  try {
    const slices = await endpointSlicesOf({ name, namespace }, context);
    const { spec } = await context.client.get(Service, { name, namespace });
    const target = spec.ports?.findLast((candidate) => {
      if (port?.number && port.number === candidate.port) return true;
      return Boolean(port?.name) && port?.name === candidate.name;
    });
    return `${title} (${formatEndpoints(slices, target?.name ?? "")})`;
  } catch (error) {
    // A backend that is missing, or must not be seen, is told of in its place.
    if (error instanceof StatusError) return `${title} (<error: ${error.message}>)`;
    throw error;
  }
}
