import { int32, list, object, oneOf, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ObjectReference } from "./shared.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/**
 * The addresses behind a Service, in one object of the Service's name. Outdated: EndpointSlices
 * hold the same and scale better.
 */
export abstract class Endpoints extends kind(
  "io.k8s.api.core.v1.Endpoints",
  {
    group: "",
    version: "v1",
    kind: "Endpoints",
    resource: "endpoints",
    singular: "endpoints",
    namespaced: true,
    shortNames: ["ep"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /**
     * Groups of addresses that have the same ports. The endpoints are all pairs of an address and a
     * port within a group.
     */
    subsets: list(2, () => EndpointSubset).optional(),
  },
) {}

/** Addresses, and the ports that each of them serves. */
export abstract class EndpointSubset extends message("io.k8s.api.core.v1.EndpointSubset", {
  /** Addresses that are ready for traffic. Proxies use these alone. */
  addresses: list(1, () => EndpointAddress).optional(),
  /** Those that are not: starting, failing their probe or stopping. */
  notReadyAddresses: list(2, () => EndpointAddress).optional(),
  /** The ports that each of the addresses serves. */
  ports: list(3, () => EndpointPort).optional(),
}) {}

/** One address behind a Service. */
export abstract class EndpointAddress extends message("io.k8s.api.core.v1.EndpointAddress", {
  /** The address, IPv4 or IPv6. Not loopback, link-local or multicast. */
  ip: string(1),
  /** The object behind the address: mostly a pod. */
  targetRef: object(2, () => ObjectReference)
    .atomic()
    .optional(),
  /** Host name of the endpoint, for DNS. */
  hostname: string(3).optional(),
  /** The node that the endpoint is on. */
  nodeName: string(4).explicit().optional(),
}) {}

/** A port of a group of endpoints. */
export abstract class EndpointPort extends message("io.k8s.api.core.v1.EndpointPort", {
  /** The Service port's name: a DNS label. May be missing only when there is one port. */
  name: string(1).optional(),
  /** Port number of the pods, 1 to 65535. */
  port: int32(2),
  /** Transport protocol of the port: TCP (default), UDP or SCTP. */
  protocol: oneOf(3, "TCP", "UDP", "SCTP").default("TCP"),
  /**
   * What is spoken there, as a hint for proxies: an IANA service name, or one such as
   * kubernetes.io/h2c.
   */
  appProtocol: string(4).explicit().optional(),
}) {}

export abstract class EndpointsList extends kind(
  "io.k8s.api.core.v1.EndpointsList",
  { group: "", version: "v1", kind: "EndpointsList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => Endpoints),
  },
) {}
