import type { KubeObject } from "../../objects.ts";
import { rowAt, rowsOf } from "./rows.ts";

interface Port {
  readonly port: string;
  readonly protocol: string;
}

/** The ports that an object's pods listen on, or a service has; each once. */
export function portsOf(object: KubeObject): string[] {
  return [...new Set(listed(object).map(({ port }) => port))];
}

/** The protocols of each port. */
export function protocolsOf(object: KubeObject): ReadonlyMap<string, readonly string[]> {
  const protocols = new Map<string, string[]>();
  for (const { port, protocol } of listed(object)) {
    protocols.set(port, [...(protocols.get(port) ?? []), protocol]);
  }
  return protocols;
}

function listed(object: KubeObject): Port[] {
  const spec = rowAt(object, "spec");
  if (object.kind === "Service") {
    return rowsOf(spec.ports).map(({ port, protocol }) => portOf(port, protocol));
  }
  const podSpec = object.kind === "Pod" ? spec : rowAt(spec, "template", "spec");
  return rowsOf(podSpec.containers).flatMap(({ ports }) =>
    rowsOf(ports).map(({ containerPort, protocol }) => portOf(containerPort, protocol)),
  );
}

function portOf(port: unknown, protocol: unknown): Port {
  return { port: String(port), protocol: typeof protocol === "string" ? protocol : "TCP" };
}
