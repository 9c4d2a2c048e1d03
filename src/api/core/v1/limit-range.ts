import { list, map, object, quantity, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

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
    spec: object(2, () => LimitRangeSpec),
  },
) {}

export abstract class LimitRangeSpec extends message("io.k8s.api.core.v1.LimitRangeSpec", {
  limits: list(1, () => LimitRangeItem),
}) {}

export abstract class LimitRangeItem extends message("io.k8s.api.core.v1.LimitRangeItem", {
  type: string(1),
  max: map(2, quantity).optional(),
  min: map(3, quantity).optional(),
  default: map(4, quantity).optional(),
  defaultRequest: map(5, quantity).optional(),
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
