import { list, object, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { DerivedVersion } from "#schema/version.ts";
import { Condition, ListMeta, ObjectMeta } from "#api/meta/v1.ts";
import * as v1 from "./v1.ts";

/** What v1beta2 has in common with v1: all but the kinds below. */
export const derivedFromV1 = new DerivedVersion("io.k8s.api.resource", {
  from: "v1",
  to: "v1beta2",
});

/** Taints all devices that fit, as if their driver had. */
export abstract class DeviceTaintRule extends kind(
  "io.k8s.api.resource.v1beta2.DeviceTaintRule",
  {
    group: "resource.k8s.io",
    version: "v1beta2",
    kind: "DeviceTaintRule",
    resource: "devicetaintrules",
    singular: "devicetaintrule",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** Which devices, and the taint. */
    spec: object(2, () => DeviceTaintRuleSpec),
    /** What the taint does. */
    status: object(3, () => DeviceTaintRuleStatus).default({}),
  },
) {}

/** Which devices are tainted, and by what. */
export abstract class DeviceTaintRuleSpec extends message(
  "io.k8s.api.resource.v1beta2.DeviceTaintRuleSpec",
  {
    /** The devices. Empty: all. Missing: none. */
    deviceSelector: object(1, () => DeviceTaintSelector).optional(),
    /** The taint. */
    taint: object(2, () => derivedFromV1.message(v1.DeviceTaint)),
  },
) {}

/** Which devices are tainted: those that fit all that is given. */
export abstract class DeviceTaintSelector extends message(
  "io.k8s.api.resource.v1beta2.DeviceTaintSelector",
  {
    /** The devices of this driver. */
    driver: string(2).explicit().optional(),
    /** The devices of pools of this name. Drivers may use the same names. */
    pool: string(3).explicit().optional(),
    /** The devices of this name. */
    device: string(4).explicit().optional(),
  },
) {}

/** What a taint does. */
export abstract class DeviceTaintRuleStatus extends message(
  "io.k8s.api.resource.v1beta2.DeviceTaintRuleStatus",
  {
    /**
     * EvictionInProgress: whether pods are being evicted because of it. For the effect None the
     * message says what NoExecute would do. At most 8.
     */
    conditions: list(1, () => Condition)
      .mapBy("type")
      .merge("type")
      .optional(),
  },
) {}

export abstract class DeviceTaintRuleList extends kind(
  "io.k8s.api.resource.v1beta2.DeviceTaintRuleList",
  { group: "resource.k8s.io", version: "v1beta2", kind: "DeviceTaintRuleList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => DeviceTaintRule),
  },
) {}
