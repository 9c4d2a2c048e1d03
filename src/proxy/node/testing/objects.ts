import { Service } from "#api/core/v1/service.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import { applyDefaults } from "#schema/default.ts";
import type { Draft } from "#schema/message.ts";

/** A Service of the namespace "default", as the API server would store it. */
export function testService(name: string, spec: Draft<Service>["spec"]): Service {
  const draft = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "default", name },
    spec,
  };
  return applyDefaults(Service, structuredClone(draft));
}

export interface TestEndpoint {
  readonly ip: string;
  readonly node?: string;
  readonly hostname?: string;
  readonly ready?: boolean;
}

/** The one slice of a Service of the namespace "default". */
export function testSlice(
  service: string,
  ports: readonly { readonly name?: string; readonly protocol?: string; readonly port: number }[],
  endpoints: readonly TestEndpoint[],
): EndpointSlice {
  const draft = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      namespace: "default",
      name: `${service}-1`,
      labels: { "kubernetes.io/service-name": service },
    },
    addressType: "IPv4",
    ports: ports.map((port) => ({ ...port })),
    endpoints: endpoints.map(({ ip, node, hostname, ready }) => ({
      addresses: [ip],
      ...(node && { nodeName: node }),
      ...(hostname && { hostname }),
      ...(ready !== undefined && { conditions: { ready } }),
    })),
  };
  return applyDefaults(EndpointSlice, draft);
}
