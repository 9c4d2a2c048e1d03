import type { CapacityRequestPolicy, CapacityRequestPolicyRange } from "#api/resource/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { forbidden, invalid, requiredValue } from "#machinery/validation/field-error.ts";
import { addQuantities, compareQuantities, quantityValue } from "#schema/quantity.ts";
import { validateList } from "../common/lists.ts";

const optionsMax = 10;

/** How much of a device's capacity a request may take: one of some amounts, or steps in a range. */
export function validateRequestPolicy(
  policy: CapacityRequestPolicy,
  capacity: string,
  at: string,
): FieldError[] {
  const { default: standard, validRange, validValues = [] } = policy;
  if (validValues.length && validRange) {
    const detail =
      'exactly one policy can be specified, cannot specify "validValues" and "validRange" at ' +
      "the same time";
    return [forbidden(at, detail)];
  }
  const field = validValues.length ? "validValues" : validRange ? "validRange" : undefined;
  if (!field) return [];
  if (standard === undefined) {
    return [requiredValue(`${at}.default`, `required when ${field} is defined`)];
  }
  return validRange
    ? validateRange(validRange, standard, capacity, `${at}.validRange`)
    : validateOptions(validValues, standard, capacity, `${at}.validValues`);
}

function validateOptions(
  options: readonly string[],
  standard: string,
  capacity: string,
  at: string,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, option] of options.entries()) {
    const before = options[index - 1];
    if (before !== undefined && compareQuantities(before, option) > 0) {
      const detail = "values must be sorted in ascending order";
      errors.push(invalid(`${at}[${index}]`, option, detail));
    }
  }
  errors.push(
    ...validateList(options, at, {
      max: optionsMax,
      key: (option) => String(quantityValue(option)),
      item: (option, path) =>
        compareQuantities(option, capacity) > 0
          ? [invalid(path, option, `option is larger than capacity value: ${capacity}`)]
          : [],
    }),
  );
  if (!options.some((option) => compareQuantities(option, standard) === 0)) {
    const detail = "default value is not valid according to the requestPolicy";
    errors.push(invalid(at, standard, detail));
  }
  return errors;
}

function validateRange(
  { max, min, step }: CapacityRequestPolicyRange,
  standard: string,
  capacity: string,
  at: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const above = (left: string, right: string) => compareQuantities(left, right) > 0;
  const refuse = (field: string, value: string, detail: string) =>
    errors.push(invalid(`${at}.${field}`, value, detail));
  if (min === undefined) return [requiredValue(`${at}.min`, "required when validRange is defined")];
  if (above(min, capacity)) refuse("min", min, `min is larger than capacity value: ${capacity}`);
  if (above(min, standard)) refuse("min", standard, `default is less than min: ${min}`);
  if (max !== undefined) {
    if (above(min, max)) refuse("max", min, `min is larger than max: ${max}`);
    if (above(max, capacity)) refuse("max", max, `max is larger than capacity value: ${capacity}`);
    if (above(standard, max)) refuse("max", standard, `default is more than max: ${max}`);
  }
  if (step === undefined) return errors;
  const first = addQuantities(min, step);
  if (above(first, capacity)) {
    refuse("step", step, `one step ${first} is larger than capacity value: ${capacity}`);
  }
  for (const value of [standard, ...(max === undefined ? [] : [max])]) {
    const distance = quantityValue(value) - quantityValue(min);
    if (distance % quantityValue(step) === 0) continue;
    refuse("step", value, `value is not a multiple of a given step (${step}) from (${min})`);
  }
  return errors;
}
