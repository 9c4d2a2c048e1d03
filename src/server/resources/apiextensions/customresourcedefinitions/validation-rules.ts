import { invalid, notSupported, requiredValue } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { findFieldPath } from "../../../crd/schema/field-path.ts";
import type { JsonSchema } from "../../../crd/schema/json-schema.ts";

const reasons = [
  "FieldValueDuplicate",
  "FieldValueForbidden",
  "FieldValueInvalid",
  "FieldValueRequired",
];

/** What of the rules of a schema can be told without reading their expressions. */
export function validateRuleTexts(schema: JsonSchema, path: string): FieldError[] {
  return (schema["x-kubernetes-validations"] ?? []).flatMap((given, index) => {
    const { rule = "", message = "", messageExpression = "", reason, fieldPath = "" } = given;
    const at = `${path}.x-kubernetes-validations[${index}]`;
    const errors: FieldError[] = [];
    if (rule.trim() === "") errors.push(requiredValue(`${at}.rule`, "rule is not specified"));
    else if (message !== "" && message.trim() === "") {
      errors.push(invalid(`${at}.message`, message, "must be non-empty if specified"));
    } else if (hasLineBreaks(message.trim())) {
      errors.push(invalid(`${at}.message`, message, "must not contain line breaks"));
    } else if (hasLineBreaks(rule.trim()) && message.trim() === "") {
      const detail = "message must be specified if rule contains line breaks";
      errors.push(requiredValue(`${at}.message`, detail));
    }
    if (messageExpression !== "" && messageExpression.trim() === "") {
      const detail = "messageExpression must be non-empty if specified";
      errors.push(requiredValue(`${at}.messageExpression`, detail));
    }
    if (reason !== undefined && !reasons.includes(reason)) {
      errors.push(notSupported(`${at}.reason`, reason, reasons));
    }
    if (fieldPath === "") return errors;
    const pathAt = `${at}.fieldPath`;
    if (fieldPath.trim() === "") {
      errors.push(invalid(pathAt, fieldPath, "must be non-empty if specified"));
    }
    if (hasLineBreaks(fieldPath)) {
      errors.push(invalid(pathAt, fieldPath, "must not contain line breaks"));
    }
    if ("problem" in findFieldPath(fieldPath, schema, { arrays: true })) {
      errors.push(invalid(pathAt, fieldPath, "must be a valid path"));
    }
    return errors;
  });
}

function hasLineBreaks(text: string): boolean {
  return /[\n\r]/.test(text);
}
