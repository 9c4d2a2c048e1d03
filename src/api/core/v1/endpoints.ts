import { int32, list, object, oneOf, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ObjectReference } from "./shared.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

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
    subsets: list(2, () => EndpointSubset).optional(),
  },
) {}

export abstract class EndpointSubset extends message("io.k8s.api.core.v1.EndpointSubset", {
  addresses: list(1, () => EndpointAddress).optional(),
  notReadyAddresses: list(2, () => EndpointAddress).optional(),
  ports: list(3, () => EndpointPort).optional(),
}) {}

export abstract class EndpointAddress extends message("io.k8s.api.core.v1.EndpointAddress", {
  ip: string(1),
  targetRef: object(2, () => ObjectReference)
    .atomic()
    .optional(),
  hostname: string(3).optional(),
  nodeName: string(4).optional(),
}) {}

export abstract class EndpointPort extends message("io.k8s.api.core.v1.EndpointPort", {
  name: string(1).optional(),
  port: int32(2),
  protocol: oneOf(3, "TCP", "UDP", "SCTP").default("TCP"),
  appProtocol: string(4).optional(),
}) {}

export abstract class EndpointsList extends kind(
  "io.k8s.api.core.v1.EndpointsList",
  { group: "", version: "v1", kind: "EndpointsList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => Endpoints),
  },
) {}
