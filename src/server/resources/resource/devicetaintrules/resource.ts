import { DeviceTaintRule } from "#api/resource/v1beta2.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { tooMany } from "#machinery/validation/field-error.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn, since } from "../../common/columns.ts";
import { validateConditions } from "../../common/conditions.ts";
import { validateDriverName } from "../../common/driver-name.ts";
import { defineResource } from "../../define.ts";
import type { ResourceDependencies } from "../../dependencies.ts";
import { validateTaint } from "../common/devices.ts";
import { validateLabel, validatePoolName } from "../common/lists.ts";

const conditionsMax = 8;

/** Taints all devices that fit, as if their driver had. */
export function deviceTaintRules({
  clock,
}: Pick<ResourceDependencies, "clock">): ResourceDefinition {
  const now = () => `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
  return defineResource<DeviceTaintRule>({
    type: DeviceTaintRule,
    requiredMayBeEmpty: true,
    columns: [
      nameColumn(),
      column("Key", ({ spec }) => spec.taint.key),
      column("Value", ({ spec }) => spec.taint.value ?? ""),
      column("Effect", ({ spec }) => spec.taint.effect),
      column("TimeAdded", ({ spec: { taint } }, time) =>
        taint.timeAdded === undefined ? "" : since(taint.timeAdded, time),
      ),
      ageColumn(),
    ],
    applyDefaults({ spec }) {
      if (spec?.taint) spec.taint.timeAdded ??= now();
    },
    prepareForCreate(rule) {
      rule.status = {};
    },
    prepareForUpdate(rule, old) {
      rule.status = old.status;
      const [taint, before] = [rule.spec.taint, old.spec.taint];
      const isNewEffect = taint.effect !== before.effect;
      if (isNewEffect && taint.timeAdded === before.timeAdded) taint.timeAdded = now();
    },
    validate: validateSelector,
    validateCreate: ({ spec }) => validateTaint(spec.taint, "spec.taint"),
    // An effect that is no longer known may stay.
    validateUpdate: ({ spec }, old) =>
      validateTaint(spec.taint, "spec.taint").filter(
        ({ path }) => path !== "spec.taint.effect" || spec.taint.effect !== old.spec.taint.effect,
      ),
    status: {
      validateUpdate: ({ status: { conditions = [] } }) => [
        ...validateConditions(conditions, "status.conditions"),
        ...(conditions.length > conditionsMax
          ? [tooMany("status.conditions", conditions.length, conditionsMax)]
          : []),
      ],
    },
  });
}

function validateSelector({ spec: { deviceSelector } }: DeviceTaintRule): FieldError[] {
  const { device, driver, pool } = deviceSelector ?? {};
  const at = "spec.deviceSelector";
  return [
    ...(driver === undefined ? [] : validateDriverName(`${at}.driver`, driver)),
    ...(pool === undefined ? [] : validatePoolName(`${at}.pool`, pool)),
    ...(device === undefined ? [] : validateLabel(`${at}.device`, device)),
  ];
}
