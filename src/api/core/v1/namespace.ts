import { list, object, oneOf, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/**
 * A part of the cluster within which names are unique, and to which permissions and quotas apply.
 */
export abstract class Namespace extends kind(
  "io.k8s.api.core.v1.Namespace",
  {
    group: "",
    version: "v1",
    kind: "Namespace",
    resource: "namespaces",
    singular: "namespace",
    namespaced: false,
    shortNames: ["ns"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** What is to be done before the namespace is gone. */
    spec: object(2, () => NamespaceSpec).default({}),
    /** Whether it is in use or being deleted. */
    status: object(3, () => NamespaceStatus).default({}),
  },
) {}

/** How a namespace behaves. */
export abstract class NamespaceSpec extends message("io.k8s.api.core.v1.NamespaceSpec", {
  /**
   * Tokens that must be taken away for the namespace to vanish. The namespace controller takes away
   * kubernetes once all objects in it are gone.
   */
  finalizers: list(1, string).optional(),
}) {}

/** Where a namespace stands in its life. */
export abstract class NamespaceStatus extends message("io.k8s.api.core.v1.NamespaceStatus", {
  /** Active, or Terminating once it is being deleted; nothing new can then be created in it. */
  phase: oneOf(1, "Active", "Terminating").optional(),
  /** What holds the deletion up, if it takes long. */
  conditions: list(2, () => NamespaceCondition)
    .mapBy("type")
    .merge("type")
    .optional(),
}) {}

/** Something about a namespace that is being deleted. */
export abstract class NamespaceCondition extends message("io.k8s.api.core.v1.NamespaceCondition", {
  /**
   * NamespaceDeletionDiscoveryFailure, NamespaceDeletionContentFailure,
   * NamespaceDeletionGroupVersionParsingFailure, NamespaceContentRemaining or
   * NamespaceFinalizersRemaining.
   */
  type: string(1),
  /** True, False or Unknown. */
  status: oneOf(2, "True", "False", "Unknown"),
  /** When the status last changed, not when it was last looked at. */
  lastTransitionTime: time(4).optional(),
  /** One word in upper camel case that says why, for programs. */
  reason: string(5).optional(),
  /** The same for people, in a sentence. */
  message: string(6).optional(),
}) {}

export abstract class NamespaceList extends kind(
  "io.k8s.api.core.v1.NamespaceList",
  { group: "", version: "v1", kind: "NamespaceList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => Namespace),
  },
) {}
