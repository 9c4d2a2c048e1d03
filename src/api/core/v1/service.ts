import { bool, int32, intOrString, list, map, object, oneOf, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { Condition, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class Service extends kind(
  "io.k8s.api.core.v1.Service",
  {
    group: "",
    version: "v1",
    kind: "Service",
    resource: "services",
    singular: "service",
    namespaced: true,
    shortNames: ["svc"],
    categories: ["all"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => ServiceSpec).default({}),
    status: object(3, () => ServiceStatus).default({}),
  },
) {}

export abstract class ServiceSpec extends message("io.k8s.api.core.v1.ServiceSpec", {
  ports: list(1, () => ServicePort)
    .mapBy("port", "protocol")
    .merge("port")
    .optional(),
  selector: map(2, string).atomic().optional(),
  clusterIP: string(3).optional(),
  type: oneOf(4, "ClusterIP", "NodePort", "LoadBalancer", "ExternalName").default("ClusterIP"),
  externalIPs: list(5, string).optional(),
  sessionAffinity: oneOf(7, "ClientIP", "None").default("None"),
  loadBalancerIP: string(8).optional(),
  loadBalancerSourceRanges: list(9, string).optional(),
  externalName: string(10).optional(),
  externalTrafficPolicy: oneOf(11, "Cluster", "Local").optional(),
  healthCheckNodePort: int32(12).optional(),
  publishNotReadyAddresses: bool(13).optional(),
  sessionAffinityConfig: object(14, () => SessionAffinityConfig).optional(),
  ipFamilyPolicy: oneOf(17, "SingleStack", "PreferDualStack", "RequireDualStack").optional(),
  clusterIPs: list(18, string).optional(),
  ipFamilies: list(19, string).optional(),
  allocateLoadBalancerNodePorts: bool(20).optional(),
  loadBalancerClass: string(21).optional(),
  internalTrafficPolicy: oneOf(22, "Cluster", "Local").optional(),
  trafficDistribution: string(23).optional(),
}) {}

export abstract class ServicePort extends message("io.k8s.api.core.v1.ServicePort", {
  name: string(1).optional(),
  protocol: oneOf(2, "TCP", "UDP", "SCTP").default("TCP"),
  port: int32(3),
  targetPort: intOrString(4).optional(),
  nodePort: int32(5).optional(),
  appProtocol: string(6).optional(),
}) {}

export abstract class SessionAffinityConfig extends message(
  "io.k8s.api.core.v1.SessionAffinityConfig",
  {
    clientIP: object(1, () => ClientIPConfig).optional(),
  },
) {}

export abstract class ClientIPConfig extends message("io.k8s.api.core.v1.ClientIPConfig", {
  timeoutSeconds: int32(1).optional(),
}) {}

export abstract class ServiceStatus extends message("io.k8s.api.core.v1.ServiceStatus", {
  loadBalancer: object(1, () => LoadBalancerStatus).default({}),
  conditions: list(2, () => Condition)
    .mapBy("type")
    .merge("type")
    .optional(),
}) {}

export abstract class LoadBalancerStatus extends message("io.k8s.api.core.v1.LoadBalancerStatus", {
  ingress: list(1, () => LoadBalancerIngress).optional(),
}) {}

export abstract class LoadBalancerIngress extends message(
  "io.k8s.api.core.v1.LoadBalancerIngress",
  {
    ip: string(1).optional(),
    hostname: string(2).optional(),
    ipMode: string(3).optional(),
    ports: list(4, () => PortStatus).optional(),
  },
) {}

export abstract class PortStatus extends message("io.k8s.api.core.v1.PortStatus", {
  port: int32(1),
  protocol: oneOf(2, "TCP", "UDP", "SCTP"),
  error: string(3).optional(),
}) {}

export abstract class ServiceList extends kind(
  "io.k8s.api.core.v1.ServiceList",
  { group: "", version: "v1", kind: "ServiceList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => Service),
  },
) {}
