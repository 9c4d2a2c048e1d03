import { int32, intOrString, list, object, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { TypedLocalObjectReference } from "#api/core/v1/shared.ts";
import { Condition, LabelSelector, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/**
 * An address that is taken, such as a Service's. Its name is the address in canonical form. Kept by
 * the API server.
 */
export abstract class IPAddress extends kind(
  "io.k8s.api.networking.v1.IPAddress",
  {
    group: "networking.k8s.io",
    version: "v1",
    kind: "IPAddress",
    resource: "ipaddresses",
    singular: "ipaddress",
    namespaced: false,
    shortNames: ["ip"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** The object that has the address. */
    spec: object(2, () => IPAddressSpec),
  },
) {}

/** Who has an address. */
export abstract class IPAddressSpec extends message("io.k8s.api.networking.v1.IPAddressSpec", {
  /** The object that has the address, such as a Service. Required. */
  parentRef: object(1, () => ParentReference).explicit(),
}) {}

/** The object that something belongs to. */
export abstract class ParentReference extends message("io.k8s.api.networking.v1.ParentReference", {
  /** The object's API group. Empty means the core group. */
  group: string(1).optional(),
  /** The object's resource, such as services. */
  resource: string(2),
  /** The object's namespace. */
  namespace: string(3).optional(),
  /** The object's name. */
  name: string(4),
}) {}

/**
 * Brings HTTP requests from outside to Services, by host and path. An Ingress controller must run
 * for it to have an effect.
 */
export abstract class Ingress extends kind(
  "io.k8s.api.networking.v1.Ingress",
  {
    group: "networking.k8s.io",
    version: "v1",
    kind: "Ingress",
    resource: "ingresses",
    singular: "ingress",
    namespaced: true,
    shortNames: ["ing"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** Where requests go, by host and path, and with which certificates. */
    spec: object(2, () => IngressSpec).default({}),
    /** Where the controller listens. */
    status: object(3, () => IngressStatus).default({}),
  },
) {}

/** Rules for requests from outside. */
export abstract class IngressSpec extends message("io.k8s.api.networking.v1.IngressSpec", {
  /**
   * Where requests go that fit no rule. Needed if there are no rules; without it such requests are
   * up to the controller.
   */
  defaultBackend: object(1, () => IngressBackend).optional(),
  /**
   * Certificates for hosts. All use port 443; they are told apart by the name that the client asks
   * for.
   */
  tls: list(2, () => IngressTLS).optional(),
  /** Where requests go, by host and path. A request that fits none goes to the default backend. */
  rules: list(3, () => IngressRule).optional(),
  /** The IngressClass, and thereby the controller, that serves it. Default: the default class. */
  ingressClassName: string(4).explicit().optional(),
}) {}

/** Where requests go. Exactly one of the two. */
export abstract class IngressBackend extends message("io.k8s.api.networking.v1.IngressBackend", {
  /** An object of another kind in the same namespace, such as a bucket. */
  resource: object(3, () => TypedLocalObjectReference)
    .atomic()
    .optional(),
  /** A Service in the same namespace, and its port. */
  service: object(4, () => IngressServiceBackend).optional(),
}) {}

/** A port of a Service. */
export abstract class IngressServiceBackend extends message(
  "io.k8s.api.networking.v1.IngressServiceBackend",
  {
    /** Name of the Service, in the Ingress's namespace. */
    name: string(1),
    /** Port of the Service, by name or number. */
    port: object(2, () => ServiceBackendPort)
      .implicit()
      .atomic()
      .optional(),
  },
) {}

/** A port of a Service: exactly one of name and number. */
export abstract class ServiceBackendPort extends message(
  "io.k8s.api.networking.v1.ServiceBackendPort",
  {
    /** Name of the Service's port. */
    name: string(1).optional(),
    /** Number of the Service's port, 1 to 65535. */
    number: int32(2).implicit().optional(),
  },
) {}

/** Where the requests for a host go. */
export abstract class IngressRule extends message("io.k8s.api.networking.v1.IngressRule", {
  /**
   * The host name: no address, no port. *.example.com fits one label before the dot. Missing: all
   * hosts.
   */
  host: string(1).optional(),
  /** The paths of the host. Missing: all of its requests go to the default backend. */
  http: object(1, () => HTTPIngressRuleValue)
    .within(2)
    .optional(),
}) {}

/** Where HTTP requests go. */
export abstract class HTTPIngressRuleValue extends message(
  "io.k8s.api.networking.v1.HTTPIngressRuleValue",
  {
    /** The paths that are told apart. At least one. */
    paths: list(1, () => HTTPIngressPath),
  },
) {}

/** Requests of certain paths, and where they go. */
export abstract class HTTPIngressPath extends message("io.k8s.api.networking.v1.HTTPIngressPath", {
  /** The path, beginning with a slash. Required for Exact and Prefix. Missing matches all. */
  path: string(1).optional(),
  /** The Service or other object to which the requests go. */
  backend: object(2, () => IngressBackend),
  /**
   * How the path is compared:
   * - Exact: the whole path, with case.
   * - Prefix: step by step, so that /a fits /a and /a/b but not /ab. The longest one wins.
   * - ImplementationSpecific: as the Ingress controller will have it.
   */
  pathType: string(3).explicit(),
}) {}

/** A certificate for some hosts. */
export abstract class IngressTLS extends message("io.k8s.api.networking.v1.IngressTLS", {
  /** The hosts. They must be in the certificate. Default: what the controller takes. */
  hosts: list(1, string).optional(),
  /**
   * The Secret of type kubernetes.io/tls with certificate and key. Missing: the host's TLS is
   * passed on as it is, where the controller can.
   */
  secretName: string(2).optional(),
}) {}

/** What was last seen of an Ingress. */
export abstract class IngressStatus extends message("io.k8s.api.networking.v1.IngressStatus", {
  /** Where requests for the Ingress should arrive. */
  loadBalancer: object(1, () => IngressLoadBalancerStatus).default({}),
}) {}

/** The state of an Ingress's load balancer. */
export abstract class IngressLoadBalancerStatus extends message(
  "io.k8s.api.networking.v1.IngressLoadBalancerStatus",
  {
    /** Points at which requests should arrive. */
    ingress: list(1, () => IngressLoadBalancerIngress).optional(),
  },
) {}

/** A point at which an Ingress is reached. */
export abstract class IngressLoadBalancerIngress extends message(
  "io.k8s.api.networking.v1.IngressLoadBalancerIngress",
  {
    /** Address of the load balancer, where it is reached by one. */
    ip: string(1).optional(),
    /** DNS name of the load balancer, where it is reached by one. */
    hostname: string(2).optional(),
    /** What became of each port of the Ingress. */
    ports: list(4, () => IngressPortStatus).optional(),
  },
) {}

/** The state of one port of an Ingress. */
export abstract class IngressPortStatus extends message(
  "io.k8s.api.networking.v1.IngressPortStatus",
  {
    /** The port's number on the load balancer. */
    port: int32(1),
    /** Transport protocol of the port: TCP, UDP or SCTP. */
    protocol: string(2),
    /** What is wrong with it, in one word. Missing when all is well. */
    error: string(3).explicit().optional(),
  },
) {}

/**
 * A kind of Ingress controller. The annotation ingressclass.kubernetes.io/is-default-class makes it
 * the default.
 */
export abstract class IngressClass extends kind(
  "io.k8s.api.networking.v1.IngressClass",
  {
    group: "networking.k8s.io",
    version: "v1",
    kind: "IngressClass",
    resource: "ingressclasses",
    singular: "ingressclass",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** Which controller, with which settings. */
    spec: object(2, () => IngressClassSpec).default({}),
  },
) {}

/** Which Ingress controller, with which settings. */
export abstract class IngressClassSpec extends message(
  "io.k8s.api.networking.v1.IngressClassSpec",
  {
    /**
     * Name of the controller, such as example.com/ingress. At most 250 characters. Cannot be
     * changed.
     */
    controller: string(1).optional(),
    /** An object with more settings for the controller. */
    parameters: object(2, () => IngressClassParametersReference).optional(),
  },
) {}

/** An object with settings for an Ingress controller. */
export abstract class IngressClassParametersReference extends message(
  "io.k8s.api.networking.v1.IngressClassParametersReference",
  {
    /** The object's API group. Missing means the core group. */
    apiGroup: string(1).explicit().optional(),
    /** Kind of the object with the settings. */
    kind: string(2),
    /** Name of the object with the settings. */
    name: string(3),
    /** Cluster (default) or Namespace: where the object lives. */
    scope: string(4).explicit().optional(),
    /** The object's namespace. Required for scope Namespace, not allowed for Cluster. */
    namespace: string(5).explicit().optional(),
  },
) {}

/** Which traffic some pods may receive and send. The network plugin must enforce it. */
export abstract class NetworkPolicy extends kind(
  "io.k8s.api.networking.v1.NetworkPolicy",
  {
    group: "networking.k8s.io",
    version: "v1",
    kind: "NetworkPolicy",
    resource: "networkpolicies",
    singular: "networkpolicy",
    namespaced: true,
    shortNames: ["netpol"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** Which pods are meant, and which traffic they may receive and send. */
    spec: object(2, () => NetworkPolicySpec).default({}),
  },
) {}

/** Which pods, and which traffic. Policies add up: what one of them allows is allowed. */
export abstract class NetworkPolicySpec extends message(
  "io.k8s.api.networking.v1.NetworkPolicySpec",
  {
    /** The pods that the policy is for, by label. Empty: all of the namespace. */
    podSelector: object(1, () => LabelSelector)
      .implicit()
      .atomic()
      .optional(),
    /**
     * Traffic that the pods may receive. If the policy is for incoming traffic and this is empty,
     * none.
     */
    ingress: list(2, () => NetworkPolicyIngressRule).optional(),
    /**
     * Traffic that the pods may send. If the policy is for outgoing traffic and this is empty,
     * none.
     */
    egress: list(3, () => NetworkPolicyEgressRule).optional(),
    /**
     * Ingress, Egress or both: what the policy is for. Default: Ingress, and Egress if there are
     * egress rules.
     */
    policyTypes: list(4, string).optional(),
  },
) {}

/** Traffic that pods may send: to these places at these ports. */
export abstract class NetworkPolicyEgressRule extends message(
  "io.k8s.api.networking.v1.NetworkPolicyEgressRule",
  {
    /** Ports at the places. Missing or empty: all. */
    ports: list(1, () => NetworkPolicyPort).optional(),
    /** The places, any of them. Missing or empty: everywhere. */
    to: list(2, () => NetworkPolicyPeer).optional(),
  },
) {}

/** The other side of traffic: pods, or addresses. */
export abstract class NetworkPolicyPeer extends message(
  "io.k8s.api.networking.v1.NetworkPolicyPeer",
  {
    /**
     * Pods by label, in the namespaces of namespaceSelector, or in the policy's own when that is
     * missing. Empty chooses all.
     */
    podSelector: object(1, () => LabelSelector)
      .atomic()
      .optional(),
    /** Namespaces by label; all their pods unless podSelector narrows it. Empty chooses all. */
    namespaceSelector: object(2, () => LabelSelector)
      .atomic()
      .optional(),
    /** A range of addresses. Not together with the others. */
    ipBlock: object(3, () => IPBlock).optional(),
  },
) {}

/** A range of addresses. */
export abstract class IPBlock extends message("io.k8s.api.networking.v1.IPBlock", {
  /** The range, such as 192.168.1.0/24 or 2001:db8::/64. */
  cidr: string(1),
  /** Ranges within it that are left out. */
  except: list(2, string).optional(),
}) {}

/** A port, or a range of ports. */
export abstract class NetworkPolicyPort extends message(
  "io.k8s.api.networking.v1.NetworkPolicyPort",
  {
    /** Transport protocol of the port: TCP (default), UDP or SCTP. */
    protocol: string(1).explicit().optional(),
    /** A number, or the name of a container port. Missing: all ports. */
    port: intOrString(2).optional(),
    /** The last port of a range that begins at port, which then must be a number. */
    endPort: int32(3).optional(),
  },
) {}

/** Traffic that pods may receive: from these places at these ports. */
export abstract class NetworkPolicyIngressRule extends message(
  "io.k8s.api.networking.v1.NetworkPolicyIngressRule",
  {
    /** The ports of the receiving pods. Missing or empty: all. */
    ports: list(1, () => NetworkPolicyPort).optional(),
    /** The places, any of them. Missing or empty: from everywhere. */
    from: list(2, () => NetworkPolicyPeer).optional(),
  },
) {}

/** A range of addresses for Services. */
export abstract class ServiceCIDR extends kind(
  "io.k8s.api.networking.v1.ServiceCIDR",
  {
    group: "networking.k8s.io",
    version: "v1",
    kind: "ServiceCIDR",
    resource: "servicecidrs",
    singular: "servicecidr",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** The range of addresses. */
    spec: object(2, () => ServiceCIDRSpec).default({}),
    /** Whether Services are given addresses from it. */
    status: object(3, () => ServiceCIDRStatus).default({}),
  },
) {}

/** A range of addresses for Services. */
export abstract class ServiceCIDRSpec extends message("io.k8s.api.networking.v1.ServiceCIDRSpec", {
  /** The range, or one of each IP family. Cannot be changed. */
  cidrs: list(1, string).optional(),
}) {}

/** Whether addresses are given from a range. */
export abstract class ServiceCIDRStatus extends message(
  "io.k8s.api.networking.v1.ServiceCIDRStatus",
  {
    /** Ready, when it is used. While it is being deleted: what still uses it. */
    conditions: list(1, () => Condition)
      .mapBy("type")
      .merge("type")
      .optional(),
  },
) {}

export abstract class IPAddressList extends kind(
  "io.k8s.api.networking.v1.IPAddressList",
  { group: "networking.k8s.io", version: "v1", kind: "IPAddressList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => IPAddress),
  },
) {}

export abstract class IngressClassList extends kind(
  "io.k8s.api.networking.v1.IngressClassList",
  { group: "networking.k8s.io", version: "v1", kind: "IngressClassList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => IngressClass),
  },
) {}

export abstract class IngressList extends kind(
  "io.k8s.api.networking.v1.IngressList",
  { group: "networking.k8s.io", version: "v1", kind: "IngressList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => Ingress),
  },
) {}

export abstract class NetworkPolicyList extends kind(
  "io.k8s.api.networking.v1.NetworkPolicyList",
  { group: "networking.k8s.io", version: "v1", kind: "NetworkPolicyList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => NetworkPolicy),
  },
) {}

export abstract class ServiceCIDRList extends kind(
  "io.k8s.api.networking.v1.ServiceCIDRList",
  { group: "networking.k8s.io", version: "v1", kind: "ServiceCIDRList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => ServiceCIDR),
  },
) {}
