import { object } from "#schema/field.ts";
import { kind } from "#schema/message.ts";
import { ObjectReference } from "./shared.ts";
import { ObjectMeta } from "#api/meta/v1.ts";

/**
 * Ties a pod to a node. The scheduler creates it at the pod's binding subresource; it is not
 * stored.
 */
export abstract class Binding extends kind(
  "io.k8s.api.core.v1.Binding",
  {
    group: "",
    version: "v1",
    kind: "Binding",
    resource: "bindings",
    singular: "binding",
    namespaced: true,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** The node that the pod is to run on. */
    target: object(2, () => ObjectReference).atomic(),
  },
) {}
