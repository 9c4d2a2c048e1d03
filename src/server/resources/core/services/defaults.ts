import type { Service } from "#api/core/v1.ts";
import type { Draft } from "#schema/message.ts";

export function applyServiceDefaults(service: Draft<Service>): void {
  const spec = (service.spec ??= {});
  const type = spec.type ?? "ClusterIP";
  if (spec.sessionAffinity === "ClientIP") {
    const timeoutSeconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10800;
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds } };
  } else {
    delete spec.sessionAffinityConfig;
  }
  for (const port of spec.ports ?? []) {
    port.targetPort ||= port.port;
  }
  const isExternal =
    type === "NodePort" ||
    type === "LoadBalancer" ||
    (type === "ClusterIP" && (spec.externalIPs?.length ?? 0) > 0);
  if (isExternal) spec.externalTrafficPolicy ??= "Cluster";
  if (type !== "ExternalName") spec.internalTrafficPolicy ??= "Cluster";
  if (type === "LoadBalancer") {
    spec.allocateLoadBalancerNodePorts ??= true;
    for (const ingress of service.status?.loadBalancer?.ingress ?? []) {
      if (ingress.ip) ingress.ipMode ??= "VIP";
    }
  }
}
