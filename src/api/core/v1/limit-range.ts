import { list, map, object, quantity, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/**
 * Bounds and defaults for the resources of each single pod, container or claim in a namespace. Only
 * checked when objects are created or changed.
 */
export abstract class LimitRange extends kind(
  "io.k8s.api.core.v1.LimitRange",
  {
    group: "",
    version: "v1",
    kind: "LimitRange",
    resource: "limitranges",
    singular: "limitrange",
    namespaced: true,
    shortNames: ["limits"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** The limits, one entry for each type of object. */
    spec: object(2, () => LimitRangeSpec),
  },
) {}

/** The limits of a LimitRange. */
export abstract class LimitRangeSpec extends message("io.k8s.api.core.v1.LimitRangeSpec", {
  /** One entry for each type of object. */
  limits: list(1, () => LimitRangeItem),
}) {}

/** Limits for objects of one type. All maps are by resource name. */
export abstract class LimitRangeItem extends message("io.k8s.api.core.v1.LimitRangeItem", {
  /** What it applies to: Container, Pod (the sum of its containers) or PersistentVolumeClaim. */
  type: string(1),
  /** The largest limit allowed, by resource name. An object that asks for more is refused. */
  max: map(2, quantity).optional(),
  /** The smallest request allowed, by resource name. An object that asks for less is refused. */
  min: map(3, quantity).optional(),
  /** The limit of containers that give none. */
  default: map(4, quantity).optional(),
  /** The request of containers that give none. Default: their limit. */
  defaultRequest: map(5, quantity).optional(),
  /** How many times its request a limit may be, at most. */
  maxLimitRequestRatio: map(6, quantity).optional(),
}) {}

export abstract class LimitRangeList extends kind(
  "io.k8s.api.core.v1.LimitRangeList",
  { group: "", version: "v1", kind: "LimitRangeList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => LimitRange),
  },
) {}
