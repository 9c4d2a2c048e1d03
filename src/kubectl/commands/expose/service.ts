import type { Row } from "#machinery/json.ts";
import { CommandError } from "../../errors.ts";
import type { KubeObject } from "../../objects.ts";
import { integerOf, intOrString } from "../../writes/flag-values.ts";

/** What the command line says of the service. */
export interface ServiceValues {
  readonly "cluster-ip": string;
  readonly "external-ip": string;
  readonly labels: string;
  readonly "load-balancer-ip": string;
  readonly name: string;
  readonly port: string;
  readonly protocol: string;
  readonly selector: string;
  readonly "session-affinity": string;
  readonly "target-port": string;
  readonly type: string;
}

/** What is known of the pods. */
export interface Exposed {
  readonly selector: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly ports: readonly string[];
  readonly protocols: ReadonlyMap<string, readonly string[]>;
}

export function serviceOf(
  defaultName: string,
  values: ServiceValues,
  exposed: Exposed,
): KubeObject {
  if (Object.keys(exposed.selector).length === 0) {
    throw new CommandError("selector must be specified");
  }
  const { type, "session-affinity": sessionAffinity } = values;
  const ports = exposed.ports.flatMap((port, index) => portsAt(port, index, values, exposed));
  if (!["", "None", "ClientIP"].includes(sessionAffinity)) {
    throw new CommandError(`unknown session affinity: ${sessionAffinity}`);
  }
  const loadBalancerIP = type === "LoadBalancer" ? values["load-balancer-ip"] : "";
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: values.name || defaultName,
      ...(exposed.labels && { labels: { ...exposed.labels } }),
    },
    spec: {
      ...(ports.length > 0 && { ports }),
      selector: exposed.selector,
      ...(values["cluster-ip"] && { clusterIP: values["cluster-ip"] }),
      ...(type && { type }),
      ...(values["external-ip"] && { externalIPs: [values["external-ip"]] }),
      ...(sessionAffinity && { sessionAffinity }),
      ...(loadBalancerIP && { loadBalancerIP }),
    },
    status: { loadBalancer: {} },
  };
}

/** A port that the pods have for several protocols is one port of the service for each. */
function portsAt(text: string, index: number, values: ServiceValues, exposed: Exposed): Row[] {
  const port = integerOf(text);
  const targetPort = values["target-port"] ? intOrString(values["target-port"]) : port;
  const name = exposed.ports.length > 1 ? `port-${index + 1}` : "";
  const protocols = values.protocol ? [values.protocol] : (exposed.protocols.get(text) ?? ["TCP"]);
  return protocols.map((protocol) => {
    const own = protocols.length > 1 ? `port-${index + 1}-${protocol.toLowerCase()}` : name;
    return { ...(own && { name: own }), protocol, port, targetPort };
  });
}
