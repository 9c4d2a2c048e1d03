import { isDnsSubdomain, isPortName, isPortNumber } from "#machinery/validation/names.ts";
import { CommandError } from "../../../errors.ts";
import type { Generated } from "../generator.ts";

export const tcpFlag = {
  tcp: { type: "list", usage: "A port and the pods' one behind it, as '<port>:<targetPort>'." },
} as const;

interface ServiceValues {
  readonly type: "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName";
  readonly tcp: readonly string[];
  readonly clusterIP?: string;
  readonly nodePort?: number;
  readonly externalName?: string;
}

/** A service for the pods with the label app=NAME. */
export function serviceOf(name: string, values: ServiceValues): Generated {
  const { type, tcp, clusterIP = "", nodePort = 0, externalName } = values;
  if (clusterIP !== "None" && tcp.length === 0 && type !== "ExternalName") {
    throw new CommandError("at least one tcp port specifier must be provided");
  }
  if (externalName !== undefined && isDnsSubdomain(externalName).length > 0) {
    throw new CommandError(`invalid service external name ${externalName}`);
  }
  const ports = tcp.map((text) => ({
    name: text.replaceAll(":", "-"),
    protocol: "TCP",
    ...portsOf(text),
    ...(nodePort !== 0 && { nodePort }),
  }));
  const labels = { app: name };
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, labels },
    spec: {
      ...(ports.length > 0 && { ports }),
      selector: labels,
      ...(clusterIP && { clusterIP }),
      type,
      ...(externalName !== undefined && { externalName }),
    },
  };
}

function portsOf(text: string): { port: number; targetPort: number | string } {
  const [first = "", target] = text.split(":");
  const port = portNumber(first);
  if (target === undefined) return { port, targetPort: port };
  const isNumber = /^[+-]?\d+$/.test(target);
  const problems = isNumber ? isPortNumber(Number(target)) : isPortName(target);
  if (problems.length > 0) throw new CommandError(problems.join(","));
  return { port, targetPort: isNumber ? Number(target) : target };
}

/** A number of 16 bits; what is none is told in the words of Go's parser. */
function portNumber(text: string): number {
  const problem = !/^\d+$/.test(text)
    ? "invalid syntax"
    : Number(text) > 65535
      ? "value out of range"
      : undefined;
  if (problem === undefined) return Number(text);
  throw new CommandError(`strconv.ParseUint: parsing ${JSON.stringify(text)}: ${problem}`);
}
