import { list, object, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/**
 * Whether a part of the control plane is healthy. Outdated: ask each component's own health
 * endpoint instead.
 */
export abstract class ComponentStatus extends kind(
  "io.k8s.api.core.v1.ComponentStatus",
  {
    group: "",
    version: "v1",
    kind: "ComponentStatus",
    resource: "componentstatuses",
    singular: "componentstatus",
    namespaced: false,
    shortNames: ["cs"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** What was found. */
    conditions: list(2, () => ComponentCondition)
      .mapBy("type")
      .merge("type")
      .optional(),
  },
) {}

/** Health of a component. */
export abstract class ComponentCondition extends message("io.k8s.api.core.v1.ComponentCondition", {
  /** What it is about: always Healthy. */
  type: string(1),
  /** True, False or Unknown. Unknown is also an answer that could not be understood. */
  status: string(2),
  /** What the component answered, such as ok. */
  message: string(3).optional(),
  /** What went wrong while asking it. */
  error: string(4).optional(),
}) {}

export abstract class ComponentStatusList extends kind(
  "io.k8s.api.core.v1.ComponentStatusList",
  { group: "", version: "v1", kind: "ComponentStatusList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => ComponentStatus),
  },
) {}
