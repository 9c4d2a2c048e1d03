import { bool, int32, list, map, object, oneOf, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ObjectReference } from "#api/core/v1/shared.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/**
 * Some of the addresses behind a Service. All slices with the label kubernetes.io/service-name
 * belong together.
 */
export abstract class EndpointSlice extends kind(
  "io.k8s.api.discovery.v1.EndpointSlice",
  {
    group: "discovery.k8s.io",
    version: "v1",
    kind: "EndpointSlice",
    resource: "endpointslices",
    singular: "endpointslice",
    namespaced: true,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** The backends, up to 1000. */
    endpoints: list(2, () => Endpoint)
      .always()
      .optional(),
    /** The ports that each of them serves, up to 100. Each name is unique. */
    ports: list(3, () => EndpointPort)
      .always()
      .optional(),
    /** What the addresses are: IPv4, IPv6 or FQDN (deprecated). Cannot be changed. */
    addressType: oneOf(4, "IPv4", "IPv6", "FQDN"),
  },
) {}

/** One backend of a Service. */
export abstract class Endpoint extends message("io.k8s.api.discovery.v1.Endpoint", {
  /**
   * Its address. More than one, up to 100, are taken for the same backend, and only the first is
   * used.
   */
  addresses: list(1, string).set(),
  /** Whether it can take traffic now. */
  conditions: object(2, () => EndpointConditions)
    .implicit()
    .optional(),
  /** Its host name, for DNS. A DNS label. */
  hostname: string(3).explicit().optional(),
  /** The object behind the endpoint: mostly a pod. */
  targetRef: object(4, () => ObjectReference)
    .atomic()
    .optional(),
  /** Where it is, from older versions of this API. Read-only. */
  deprecatedTopology: map(5, string).optional(),
  /** Name of the node that the endpoint is on. */
  nodeName: string(6).explicit().optional(),
  /** Name of the zone that the endpoint is in. */
  zone: string(7).explicit().optional(),
  /** Whose traffic it should get, if not everybody's. */
  hints: object(8, () => EndpointHints).optional(),
}) {}

/** The state of an endpoint. */
export abstract class EndpointConditions extends message(
  "io.k8s.api.discovery.v1.EndpointConditions",
  {
    /**
     * Whether it should get traffic: ready and not ending, or its Service publishes all. Missing
     * means true.
     */
    ready: bool(1).optional(),
    /** Whether it can take traffic, even if it is ending. Missing means the same as ready. */
    serving: bool(2).optional(),
    /** Whether it is ending. Missing means false. */
    terminating: bool(3).optional(),
  },
) {}

/** For whom an endpoint is meant. Proxies use it to keep traffic near. */
export abstract class EndpointHints extends message("io.k8s.api.discovery.v1.EndpointHints", {
  /** Zones whose clients should use it. At most 8. */
  forZones: list(1, () => ForZone).optional(),
  /** Nodes whose clients should use it. At most 8. */
  forNodes: list(2, () => ForNode).optional(),
}) {}

/** A node whose clients should use an endpoint. */
export abstract class ForNode extends message("io.k8s.api.discovery.v1.ForNode", {
  /** Name of the node. */
  name: string(1),
}) {}

/** A zone whose clients should use an endpoint. */
export abstract class ForZone extends message("io.k8s.api.discovery.v1.ForZone", {
  /** Name of the zone. */
  name: string(1),
}) {}

/** A port of all endpoints of a slice. */
export abstract class EndpointPort extends message("io.k8s.api.discovery.v1.EndpointPort", {
  /** The Service port's name: empty, or a DNS label. Unique in the slice. */
  name: string(1).explicit().optional(),
  /** Transport protocol of the port: TCP (default), UDP or SCTP. */
  protocol: oneOf(2, "TCP", "UDP", "SCTP").explicit().default("TCP"),
  /** Port number. Missing: it is left to whoever reads it. */
  port: int32(3).optional(),
  /**
   * What is spoken there, as a hint for proxies: an IANA service name, or one such as
   * kubernetes.io/h2c.
   */
  appProtocol: string(4).explicit().optional(),
}) {}

export abstract class EndpointSliceList extends kind(
  "io.k8s.api.discovery.v1.EndpointSliceList",
  { group: "discovery.k8s.io", version: "v1", kind: "EndpointSliceList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => EndpointSlice),
  },
) {}
