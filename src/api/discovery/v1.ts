import { bool, int32, list, map, object, oneOf, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ObjectReference } from "#api/core/v1/shared.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

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
    endpoints: list(2, () => Endpoint).optional(),
    ports: list(3, () => EndpointPort).optional(),
    addressType: oneOf(4, "IPv4", "IPv6", "FQDN"),
  },
) {}

export abstract class Endpoint extends message("io.k8s.api.discovery.v1.Endpoint", {
  addresses: list(1, string).set(),
  conditions: object(2, () => EndpointConditions).optional(),
  hostname: string(3).optional(),
  targetRef: object(4, () => ObjectReference)
    .atomic()
    .optional(),
  deprecatedTopology: map(5, string).optional(),
  nodeName: string(6).optional(),
  zone: string(7).optional(),
  hints: object(8, () => EndpointHints).optional(),
}) {}

export abstract class EndpointConditions extends message(
  "io.k8s.api.discovery.v1.EndpointConditions",
  {
    ready: bool(1).optional(),
    serving: bool(2).optional(),
    terminating: bool(3).optional(),
  },
) {}

export abstract class EndpointHints extends message("io.k8s.api.discovery.v1.EndpointHints", {
  forZones: list(1, () => ForZone).optional(),
  forNodes: list(2, () => ForNode).optional(),
}) {}

export abstract class ForNode extends message("io.k8s.api.discovery.v1.ForNode", {
  name: string(1),
}) {}

export abstract class ForZone extends message("io.k8s.api.discovery.v1.ForZone", {
  name: string(1),
}) {}

export abstract class EndpointPort extends message("io.k8s.api.discovery.v1.EndpointPort", {
  name: string(1).optional(),
  protocol: oneOf(2, "TCP", "UDP", "SCTP").default("TCP"),
  port: int32(3).optional(),
  appProtocol: string(4).optional(),
}) {}

export abstract class EndpointSliceList extends kind(
  "io.k8s.api.discovery.v1.EndpointSliceList",
  { group: "discovery.k8s.io", version: "v1", kind: "EndpointSliceList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => EndpointSlice),
  },
) {}
