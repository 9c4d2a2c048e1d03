import { bool, int32, list, object, string } from "#schema/field.ts";
import { kind } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** A name for a degree of importance that pods can refer to. */
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
    /**
     * The importance: the higher, the more important. At most 1000000000; higher values are for the
     * system. Cannot be changed.
     */
    value: int32(2).always().implicit().optional(),
    /** Whether pods that name no class get this one. Only one class may be it. Default false. */
    globalDefault: bool(3).implicit().optional(),
    /** When to use it, for people. */
    description: string(4).optional(),
    /**
     * Whether its pods may push out pods of lower priority: PreemptLowerPriority (default) or
     * Never. Cannot be changed.
     */
    preemptionPolicy: string(5).explicit().default("PreemptLowerPriority"),
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
