import { list, map, object, quantity, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { Toleration } from "#api/core/v1/shared.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class RuntimeClass extends kind(
  "io.k8s.api.node.v1.RuntimeClass",
  {
    group: "node.k8s.io",
    version: "v1",
    kind: "RuntimeClass",
    resource: "runtimeclasses",
    singular: "runtimeclass",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    handler: string(2),
    overhead: object(3, () => Overhead).optional(),
    scheduling: object(4, () => Scheduling).optional(),
  },
) {}

export abstract class Overhead extends message("io.k8s.api.node.v1.Overhead", {
  podFixed: map(1, quantity).optional(),
}) {}

export abstract class Scheduling extends message("io.k8s.api.node.v1.Scheduling", {
  nodeSelector: map(1, string).atomic().optional(),
  tolerations: list(2, () => Toleration).optional(),
}) {}

export abstract class RuntimeClassList extends kind(
  "io.k8s.api.node.v1.RuntimeClassList",
  { group: "node.k8s.io", version: "v1", kind: "RuntimeClassList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => RuntimeClass),
  },
) {}
