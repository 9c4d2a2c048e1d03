import { list, object, oneOf, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

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
    spec: object(2, () => NamespaceSpec).default({}),
    status: object(3, () => NamespaceStatus).default({}),
  },
) {}

export abstract class NamespaceSpec extends message("io.k8s.api.core.v1.NamespaceSpec", {
  finalizers: list(1, string).optional(),
}) {}

export abstract class NamespaceStatus extends message("io.k8s.api.core.v1.NamespaceStatus", {
  phase: oneOf(1, "Active", "Terminating").optional(),
  conditions: list(2, () => NamespaceCondition)
    .mapBy("type")
    .merge("type")
    .optional(),
}) {}

export abstract class NamespaceCondition extends message("io.k8s.api.core.v1.NamespaceCondition", {
  type: string(1),
  status: oneOf(2, "True", "False", "Unknown"),
  lastTransitionTime: time(4).optional(),
  reason: string(5).optional(),
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
