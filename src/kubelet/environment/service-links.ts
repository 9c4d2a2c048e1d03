import type { Service } from "#api/core/v1.ts";

/** The variables that tell a container of Services: `REDIS_SERVICE_HOST` and those of old links. */
export function serviceVariables(services: readonly Service[]): Map<string, string> {
  const variables = new Map<string, string>();
  for (const { metadata, spec } of services) {
    const { clusterIP = "", ports = [] } = spec;
    const [first] = ports;
    if (!clusterIP || clusterIP === "None" || !first) continue;
    const prefix = variableName(metadata.name);
    variables.set(`${prefix}_SERVICE_HOST`, clusterIP);
    variables.set(`${prefix}_SERVICE_PORT`, String(first.port));
    for (const { name, port } of ports) {
      if (name) variables.set(`${prefix}_SERVICE_PORT_${variableName(name)}`, String(port));
    }
    const host = clusterIP.includes(":") ? `[${clusterIP}]` : clusterIP;
    const url = (port: (typeof ports)[number]) =>
      `${port.protocol.toLowerCase()}://${host}:${port.port}`;
    variables.set(`${prefix}_PORT`, url(first));
    for (const port of ports) {
      const link = `${prefix}_PORT_${port.port}_${port.protocol}`;
      variables.set(link, url(port));
      variables.set(`${link}_PROTO`, port.protocol.toLowerCase());
      variables.set(`${link}_PORT`, String(port.port));
      variables.set(`${link}_ADDR`, clusterIP);
    }
  }
  return variables;
}

function variableName(name: string): string {
  return name.toUpperCase().replaceAll("-", "_");
}
