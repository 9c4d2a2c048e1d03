import type { Draft } from "#schema/message.ts";
import type { LimitRangeItem } from "#api/core/v1.ts";
import { LimitRange } from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { duplicate, forbidden, invalid } from "#machinery/validation/field-error.ts";
import { isQualifiedName } from "#machinery/validation/names.ts";
import { compareQuantities, quantityMilli } from "#schema/quantity.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { createdAtColumn, nameColumn } from "../../common/columns.ts";
import { by } from "../../common/validation.ts";
import { defineResource } from "../../define.ts";

export const limitRanges: ResourceDefinition = defineResource<LimitRange>({
  type: LimitRange,
  requiredMayBeEmpty: true,
  allowCreateOnUpdate: true,
  hasGeneration: false,
  columns: [nameColumn(), createdAtColumn()],
  applyDefaults({ spec }) {
    for (const item of spec?.limits ?? []) applyItemDefaults(item);
  },
  validate: validateLimitRange,
});

/** What a container may use at most is also its default limit, and that its default request. */
function applyItemDefaults(item: Draft<LimitRangeItem>): void {
  if (item.type !== "Container") return;
  item.default = { ...item.max, ...item.default };
  item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest };
}

function validateLimitRange({ spec }: LimitRange): FieldError[] {
  const errors: FieldError[] = [];
  const types = new Set<string>();
  for (const [index, item] of spec.limits.entries()) {
    const at = `spec.limits[${index}]`;
    errors.push(...by(`${at}.type`, item.type, isQualifiedName));
    if (types.has(item.type)) errors.push(duplicate(`${at}.type`, item.type));
    types.add(item.type);
    if (item.type === "Pod") {
      for (const field of ["default", "defaultRequest"] as const) {
        if (!Object.keys(item[field] ?? {}).length) continue;
        errors.push(forbidden(`${at}.${field}`, "may not be specified when `type` is 'Pod'"));
      }
    }
    errors.push(...validateOrder(item, at), ...validateRatios(item, at));
  }
  return errors;
}

/** How many times its request a limit may be: no more than the bounds themselves allow. */
function validateRatios({ max, maxLimitRequestRatio, min }: LimitRangeItem, at: string) {
  return Object.entries(maxLimitRequestRatio ?? {}).flatMap(([name, ratio]): FieldError[] => {
    const path = `${at}.maxLimitRequestRatio[${name}]`;
    const errors: FieldError[] = [];
    if (compareQuantities(ratio, "1") < 0) {
      errors.push(invalid(path, ratio, `ratio ${ratio} is less than 1`));
    }
    const [least, most] = [min?.[name], max?.[name]];
    if (least === undefined || most === undefined) return errors;
    const bound = quantityMilli(most) / quantityMilli(least);
    if (quantityMilli(ratio) / 1000 > bound) {
      const detail = `ratio ${ratio} is greater than max/min = ${bound.toFixed(6)}`;
      errors.push(invalid(path, ratio, detail));
    }
    return errors;
  });
}

/** From the least to the most, as far as they are given. */
const order = [
  ["min", "min"],
  ["defaultRequest", "default request"],
  ["default", "default"],
  ["max", "max"],
] as const;

function validateOrder(item: LimitRangeItem, at: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [lower, [field, word]] of order.entries()) {
    for (const [higherField, higherWord] of order.slice(lower + 1)) {
      for (const [name, value] of Object.entries(item[field] ?? {})) {
        const bound = item[higherField]?.[name];
        if (bound === undefined || compareQuantities(value, bound) <= 0) continue;
        const detail = `${word} value ${value} is greater than ${higherWord} value ${bound}`;
        errors.push(invalid(`${at}.${field}[${name}]`, value, detail));
      }
    }
  }
  return errors;
}
