import { list, map, object, quantity, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { Toleration } from "#api/core/v1/shared.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** A way of running containers that pods can ask for by name. */
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
    /**
     * The runtime's configuration on the nodes, as the container runtime knows it. A DNS label.
     * Cannot be changed.
     */
    handler: string(2),
    /** What running a pod this way takes besides its containers. */
    overhead: object(3, () => Overhead).optional(),
    /** Which nodes can run pods this way. Missing: all. */
    scheduling: object(4, () => Scheduling).optional(),
  },
) {}

/** What a pod takes besides its containers. */
export abstract class Overhead extends message("io.k8s.api.node.v1.Overhead", {
  /** The amount for each pod, by resource name. */
  podFixed: map(1, quantity).optional(),
}) {}

/** Which nodes can run pods of a RuntimeClass. */
export abstract class Scheduling extends message("io.k8s.api.node.v1.Scheduling", {
  /** Labels that the nodes have. Added to the pods' own; contradictory pods are refused. */
  nodeSelector: map(1, string).atomic().optional(),
  /** Tolerations that are added to the pods' own. */
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
