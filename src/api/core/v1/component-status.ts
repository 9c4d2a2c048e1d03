import { list, object, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

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
    conditions: list(2, () => ComponentCondition)
      .mapBy("type")
      .merge("type")
      .optional(),
  },
) {}

export abstract class ComponentCondition extends message("io.k8s.api.core.v1.ComponentCondition", {
  type: string(1),
  status: string(2),
  message: string(3).optional(),
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
