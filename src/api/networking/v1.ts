import { int32, intOrString, list, object, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { TypedLocalObjectReference } from "#api/core/v1/shared.ts";
import { Condition, LabelSelector, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

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
    spec: object(2, () => IPAddressSpec),
  },
) {}

export abstract class IPAddressSpec extends message("io.k8s.api.networking.v1.IPAddressSpec", {
  parentRef: object(1, () => ParentReference),
}) {}

export abstract class ParentReference extends message("io.k8s.api.networking.v1.ParentReference", {
  group: string(1).optional(),
  resource: string(2),
  namespace: string(3).optional(),
  name: string(4),
}) {}

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
    spec: object(2, () => IngressSpec).default({}),
    status: object(3, () => IngressStatus).default({}),
  },
) {}

export abstract class IngressSpec extends message("io.k8s.api.networking.v1.IngressSpec", {
  defaultBackend: object(1, () => IngressBackend).optional(),
  tls: list(2, () => IngressTLS).optional(),
  rules: list(3, () => IngressRule).optional(),
  ingressClassName: string(4).optional(),
}) {}

export abstract class IngressBackend extends message("io.k8s.api.networking.v1.IngressBackend", {
  resource: object(3, () => TypedLocalObjectReference)
    .atomic()
    .optional(),
  service: object(4, () => IngressServiceBackend).optional(),
}) {}

export abstract class IngressServiceBackend extends message(
  "io.k8s.api.networking.v1.IngressServiceBackend",
  {
    name: string(1),
    port: object(2, () => ServiceBackendPort)
      .atomic()
      .optional(),
  },
) {}

export abstract class ServiceBackendPort extends message(
  "io.k8s.api.networking.v1.ServiceBackendPort",
  {
    name: string(1).optional(),
    number: int32(2).optional(),
  },
) {}

export abstract class IngressRule extends message("io.k8s.api.networking.v1.IngressRule", {
  host: string(1).optional(),
  http: object(1, () => HTTPIngressRuleValue)
    .within(2)
    .optional(),
}) {}

export abstract class HTTPIngressRuleValue extends message(
  "io.k8s.api.networking.v1.HTTPIngressRuleValue",
  {
    paths: list(1, () => HTTPIngressPath),
  },
) {}

export abstract class HTTPIngressPath extends message("io.k8s.api.networking.v1.HTTPIngressPath", {
  path: string(1).optional(),
  backend: object(2, () => IngressBackend),
  pathType: string(3),
}) {}

export abstract class IngressTLS extends message("io.k8s.api.networking.v1.IngressTLS", {
  hosts: list(1, string).optional(),
  secretName: string(2).optional(),
}) {}

export abstract class IngressStatus extends message("io.k8s.api.networking.v1.IngressStatus", {
  loadBalancer: object(1, () => IngressLoadBalancerStatus).default({}),
}) {}

export abstract class IngressLoadBalancerStatus extends message(
  "io.k8s.api.networking.v1.IngressLoadBalancerStatus",
  {
    ingress: list(1, () => IngressLoadBalancerIngress).optional(),
  },
) {}

export abstract class IngressLoadBalancerIngress extends message(
  "io.k8s.api.networking.v1.IngressLoadBalancerIngress",
  {
    ip: string(1).optional(),
    hostname: string(2).optional(),
    ports: list(4, () => IngressPortStatus).optional(),
  },
) {}

export abstract class IngressPortStatus extends message(
  "io.k8s.api.networking.v1.IngressPortStatus",
  {
    port: int32(1),
    protocol: string(2),
    error: string(3).optional(),
  },
) {}

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
    spec: object(2, () => IngressClassSpec).default({}),
  },
) {}

export abstract class IngressClassSpec extends message(
  "io.k8s.api.networking.v1.IngressClassSpec",
  {
    controller: string(1).optional(),
    parameters: object(2, () => IngressClassParametersReference).optional(),
  },
) {}

export abstract class IngressClassParametersReference extends message(
  "io.k8s.api.networking.v1.IngressClassParametersReference",
  {
    apiGroup: string(1).optional(),
    kind: string(2),
    name: string(3),
    scope: string(4).optional(),
    namespace: string(5).optional(),
  },
) {}

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
    spec: object(2, () => NetworkPolicySpec).default({}),
  },
) {}

export abstract class NetworkPolicySpec extends message(
  "io.k8s.api.networking.v1.NetworkPolicySpec",
  {
    podSelector: object(1, () => LabelSelector)
      .atomic()
      .optional(),
    ingress: list(2, () => NetworkPolicyIngressRule).optional(),
    egress: list(3, () => NetworkPolicyEgressRule).optional(),
    policyTypes: list(4, string).optional(),
  },
) {}

export abstract class NetworkPolicyEgressRule extends message(
  "io.k8s.api.networking.v1.NetworkPolicyEgressRule",
  {
    ports: list(1, () => NetworkPolicyPort).optional(),
    to: list(2, () => NetworkPolicyPeer).optional(),
  },
) {}

export abstract class NetworkPolicyPeer extends message(
  "io.k8s.api.networking.v1.NetworkPolicyPeer",
  {
    podSelector: object(1, () => LabelSelector)
      .atomic()
      .optional(),
    namespaceSelector: object(2, () => LabelSelector)
      .atomic()
      .optional(),
    ipBlock: object(3, () => IPBlock).optional(),
  },
) {}

export abstract class IPBlock extends message("io.k8s.api.networking.v1.IPBlock", {
  cidr: string(1),
  except: list(2, string).optional(),
}) {}

export abstract class NetworkPolicyPort extends message(
  "io.k8s.api.networking.v1.NetworkPolicyPort",
  {
    protocol: string(1).optional(),
    port: intOrString(2).optional(),
    endPort: int32(3).optional(),
  },
) {}

export abstract class NetworkPolicyIngressRule extends message(
  "io.k8s.api.networking.v1.NetworkPolicyIngressRule",
  {
    ports: list(1, () => NetworkPolicyPort).optional(),
    from: list(2, () => NetworkPolicyPeer).optional(),
  },
) {}

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
    spec: object(2, () => ServiceCIDRSpec).default({}),
    status: object(3, () => ServiceCIDRStatus).default({}),
  },
) {}

export abstract class ServiceCIDRSpec extends message("io.k8s.api.networking.v1.ServiceCIDRSpec", {
  cidrs: list(1, string).optional(),
}) {}

export abstract class ServiceCIDRStatus extends message(
  "io.k8s.api.networking.v1.ServiceCIDRStatus",
  {
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
