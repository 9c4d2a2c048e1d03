import { bool, int32, list, object, string } from "#schema/field.ts";
import { kind } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class PriorityClass extends kind(
  "io.k8s.api.scheduling.v1.PriorityClass",
  {
    group: "scheduling.k8s.io",
    version: "v1",
    kind: "PriorityClass",
    resource: "priorityclasses",
    singular: "priorityclass",
    namespaced: false,
    shortNames: ["pc"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    value: int32(2).optional(),
    globalDefault: bool(3).optional(),
    description: string(4).optional(),
    preemptionPolicy: string(5).default("PreemptLowerPriority"),
  },
) {}

export abstract class PriorityClassList extends kind(
  "io.k8s.api.scheduling.v1.PriorityClassList",
  { group: "scheduling.k8s.io", version: "v1", kind: "PriorityClassList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => PriorityClass),
  },
) {}
