import { bool, int32, intOrString, list, map, object, oneOf, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { Condition, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** A stable address and name for a set of pods. */
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
    /** Which pods, on which ports, reachable from where. */
    spec: object(2, () => ServiceSpec).default({}),
    /** The load balancer, if there is one. */
    status: object(3, () => ServiceStatus).default({}),
  },
) {}

/** How a Service finds its pods and is reached. */
export abstract class ServiceSpec extends message("io.k8s.api.core.v1.ServiceSpec", {
  /** The ports that the Service offers. */
  ports: list(1, () => ServicePort)
    .mapBy("port", "protocol")
    .merge("port")
    .optional(),
  /**
   * Labels of the pods that get the traffic. When empty, no endpoints are made: others keep them.
   * Ignored for ExternalName.
   */
  selector: map(2, string).atomic().optional(),
  /**
   * The Service's address inside the cluster. Assigned when missing, and fixed from then on. None
   * makes it headless: DNS answers with the pods' addresses. Must be empty for ExternalName.
   */
  clusterIP: string(3).optional(),
  /**
   * From where the Service is reached:
   * - ClusterIP: from inside the cluster. The default.
   * - NodePort: also at a port of every node.
   * - LoadBalancer: also at an address of its own outside.
   * - ExternalName: nothing is forwarded; DNS answers with externalName.
   */
  type: oneOf(4, "ClusterIP", "NodePort", "LoadBalancer", "ExternalName").default("ClusterIP"),
  /**
   * Addresses at which nodes accept traffic for the Service too. Whoever runs the network must
   * bring it there. Discouraged: anyone who can set it can take over addresses.
   */
  externalIPs: list(5, string).optional(),
  /** ClientIP sends the same client to the same pod; None (default) does not. */
  sessionAffinity: oneOf(7, "ClientIP", "None").default("None"),
  /**
   * A wish for the load balancer's address. Deprecated: providers differ in what they do with it.
   */
  loadBalancerIP: string(8).optional(),
  /** Networks, as CIDRs, from which the load balancer accepts clients. Default: all. */
  loadBalancerSourceRanges: list(9, string).optional(),
  /** The DNS name that the Service stands for. Required for ExternalName. */
  externalName: string(10).optional(),
  /**
   * How traffic from outside is passed on: Cluster (default) to pods on any node, Local only to
   * pods on the node that it reached, which keeps the client's address. Without such a pod Local
   * drops it.
   */
  externalTrafficPolicy: oneOf(11, "Cluster", "Local").optional(),
  /**
   * Port of every node that tells the load balancer whether it has pods of this Service. Assigned
   * for LoadBalancer with externalTrafficPolicy Local. Cannot be changed.
   */
  healthCheckNodePort: int32(12).implicit().optional(),
  /**
   * Treat pods as ready even if they are not, in endpoints and DNS. Meant for peers that must find
   * each other before they are ready. Default false.
   */
  publishNotReadyAddresses: bool(13).implicit().optional(),
  /** How long a client stays with its pod. Only with sessionAffinity ClientIP. */
  sessionAffinityConfig: object(14, () => SessionAffinityConfig).optional(),
  /**
   * How many IP families it has: SingleStack (default), PreferDualStack (two where the cluster has
   * them) or RequireDualStack. Cleared for ExternalName.
   */
  ipFamilyPolicy: oneOf(17, "SingleStack", "PreferDualStack", "RequireDualStack")
    .explicit()
    .optional(),
  /**
   * All addresses inside the cluster, one of each family; the first equals clusterIP. At most two.
   */
  clusterIPs: list(18, string).optional(),
  /**
   * IPv4, IPv6 or both, in the order of clusterIPs. Assigned when missing. The first cannot be
   * changed.
   */
  ipFamilies: list(19, string).optional(),
  /** Whether a LoadBalancer gets node ports as well. Default true. Only for LoadBalancer. */
  allocateLoadBalancerNodePorts: bool(20).optional(),
  /**
   * Which load balancer implementation is to serve it, such as example.com/lb. Default: the
   * cluster's own. Only for LoadBalancer; cannot be changed once set.
   */
  loadBalancerClass: string(21).explicit().optional(),
  /**
   * How traffic from inside is passed on: Cluster (default) to pods on any node, Local only to
   * those on the client's node. Without such a pod Local drops it.
   */
  internalTrafficPolicy: oneOf(22, "Cluster", "Local").explicit().optional(),
  /**
   * Which endpoints are preferred: PreferSameZone (PreferClose is its old name) or PreferSameNode.
   * When missing, all are equal.
   */
  trafficDistribution: string(23).explicit().optional(),
}) {}

/** A port of a Service. */
export abstract class ServicePort extends message("io.k8s.api.core.v1.ServicePort", {
  /** DNS label, unique in the Service. Required where there is more than one port. */
  name: string(1).optional(),
  /** Transport protocol of the port: TCP (default), UDP or SCTP. */
  protocol: oneOf(2, "TCP", "UDP", "SCTP").default("TCP"),
  /** Port number at the Service's address, 1 to 65535. */
  port: int32(3),
  /**
   * Port of the pods: a number, or the name of a container port, which each pod may give another
   * number. Default: the value of port. Ignored for headless Services.
   */
  targetPort: intOrString(4).implicit().optional(),
  /**
   * Port of every node that leads here, from the cluster's range (usually 30000 to 32767). Assigned
   * for NodePort and LoadBalancer when missing.
   */
  nodePort: int32(5).implicit().optional(),
  /**
   * What is spoken there, as a hint for proxies: an IANA service name, or one such as
   * kubernetes.io/h2c.
   */
  appProtocol: string(6).explicit().optional(),
}) {}

/** Details of session affinity. */
export abstract class SessionAffinityConfig extends message(
  "io.k8s.api.core.v1.SessionAffinityConfig",
  {
    /** How sessions are kept by the client's address. */
    clientIP: object(1, () => ClientIPConfig).optional(),
  },
) {}

/** How sessions are kept by the client's address. */
export abstract class ClientIPConfig extends message("io.k8s.api.core.v1.ClientIPConfig", {
  /**
   * Seconds without traffic after which a client may get another pod: 1 to 86400. Default 10800,
   * three hours.
   */
  timeoutSeconds: int32(1).optional(),
}) {}

/** What was last seen of a Service. */
export abstract class ServiceStatus extends message("io.k8s.api.core.v1.ServiceStatus", {
  /** Where the load balancer is reached. */
  loadBalancer: object(1, () => LoadBalancerStatus).default({}),
  /** What is known about the Service's state. */
  conditions: list(2, () => Condition)
    .mapBy("type")
    .merge("type")
    .optional(),
}) {}

/** The state of a load balancer. */
export abstract class LoadBalancerStatus extends message("io.k8s.api.core.v1.LoadBalancerStatus", {
  /** Points at which traffic for the Service should arrive. */
  ingress: list(1, () => LoadBalancerIngress).optional(),
}) {}

/** A point at which a load balancer is reached. */
export abstract class LoadBalancerIngress extends message(
  "io.k8s.api.core.v1.LoadBalancerIngress",
  {
    /** Address of the load balancer, where it is reached by one. */
    ip: string(1).optional(),
    /** DNS name of the load balancer, where it is reached by one. */
    hostname: string(2).optional(),
    /**
     * How the address works: VIP (default) delivers packets with the address as destination, Proxy
     * with the node's or pod's. Only together with ip.
     */
    ipMode: string(3).explicit().optional(),
    /** What became of each port of the Service. */
    ports: list(4, () => PortStatus).optional(),
  },
) {}

/** The state of one port of a load balancer. */
export abstract class PortStatus extends message("io.k8s.api.core.v1.PortStatus", {
  /** The port's number. */
  port: int32(1),
  /** Transport protocol of the port: TCP, UDP or SCTP. */
  protocol: oneOf(2, "TCP", "UDP", "SCTP"),
  /** What is wrong with it, in one word. Missing when all is well. */
  error: string(3).explicit().optional(),
}) {}

export abstract class ServiceList extends kind(
  "io.k8s.api.core.v1.ServiceList",
  { group: "", version: "v1", kind: "ServiceList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => Service),
  },
) {}
