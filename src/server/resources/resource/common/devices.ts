import type {
  DeviceClassConfiguration,
  DeviceSelector,
  DeviceTaint,
  DeviceToleration,
} from "#api/resource/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  invalid,
  notSupported,
  requiredValue,
  tooLong,
} from "#machinery/validation/field-error.ts";
import { exceedsBytes, isLabelValue, isQualifiedName } from "#machinery/validation/names.ts";
import { validateDriverName } from "../../common/driver-name.ts";
import { by } from "../../common/validation.ts";
import type { ResourceDependencies } from "../../dependencies.ts";
import { validateList, validateRaw } from "./lists.ts";

const selectorsMax = 32;
const expressionBytesMax = 10 * 1024;
export const parameterBytesMax = 10 * 1024;

export type Expressions = Pick<ResourceDependencies, "expressions">;

export function validateSelectors(
  selectors: readonly DeviceSelector[] | undefined,
  path: string,
  { expressions }: Expressions,
): FieldError[] {
  return validateList(selectors, path, {
    max: selectorsMax,
    item({ cel }, at) {
      if (!cel) return [requiredValue(`${at}.cel`)];
      const field = `${at}.cel.expression`;
      const { expression } = cel;
      if (exceedsBytes(expression, expressionBytesMax)) return [tooLong(field, expressionBytesMax)];
      const scope = { hasParams: false, variables: [] };
      const problem = expressions?.problem(expression, "deviceSelector", scope);
      return problem === undefined ? [] : [invalid(field, expression, problem)];
    },
  });
}

export function validateConfiguration(
  { opaque }: DeviceClassConfiguration,
  at: string,
): FieldError[] {
  if (!opaque) return [requiredValue(`${at}.opaque`)];
  return [
    ...validateDriverName(`${at}.opaque.driver`, opaque.driver),
    ...validateRaw(opaque.parameters, `${at}.opaque.parameters`, parameterBytesMax),
  ];
}

const effects = ["NoExecute", "NoSchedule", "None"];

export function validateTaint(taint: DeviceTaint, at: string): FieldError[] {
  const { effect, key, value } = taint;
  return [
    ...by(`${at}.key`, key ?? "", isQualifiedName),
    ...(value ? by(`${at}.value`, value, isLabelValue) : []),
    ...(effect ? validateEffect(effect, at) : [requiredValue(`${at}.effect`)]),
  ];
}

export function validateToleration(toleration: DeviceToleration, at: string): FieldError[] {
  const { effect, key, operator, value = "" } = toleration;
  const errors = key ? by(`${at}.key`, key, isQualifiedName) : [];
  switch (operator) {
    case "Exists":
      if (value) {
        errors.push(invalid(`${at}.value`, value, "must be empty for operator `Exists`"));
      }
      break;
    case "Equal":
      errors.push(...by(`${at}.value`, value, isLabelValue));
      break;
    default:
      errors.push(
        operator
          ? notSupported(`${at}.operator`, operator, ["Equal", "Exists"])
          : requiredValue(`${at}.operator`),
      );
  }
  return [...errors, ...(effect ? validateEffect(effect, at) : [])];
}

const validateEffect = (effect: string, at: string): FieldError[] =>
  effects.includes(effect) ? [] : [notSupported(`${at}.effect`, effect, effects)];
