import type {
  AuditAnnotation,
  ValidatingAdmissionPolicy,
  Validation,
} from "#api/admissionregistration/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { duplicate, invalid, requiredValue } from "#machinery/validation/field-error.ts";
import { exceedsBytes, isQualifiedName } from "#machinery/validation/names.ts";
import { by, present, sameValue } from "../../common/validation.ts";
import type { ResourceDependencies } from "../../dependencies.ts";
import { expressionCheck } from "../common/expressions.ts";
import type { ExpressionCheck } from "../common/expressions.ts";
import { validateConstraints, validateParamKind, validateVariables } from "../common/policies.ts";
import { failurePolicies, oneOfWords, validateMatchConditions } from "../common/rules.ts";

type Policy = ValidatingAdmissionPolicy;

const annotationsMax = 20;
const annotationBytesMax = 5 * 1024;
const reasons = ["Forbidden", "Invalid", "RequestEntityTooLarge"];

export function validatePolicy(
  { metadata, spec }: Policy,
  old: Readonly<Policy> | undefined,
  dependencies: Pick<ResourceDependencies, "expressions">,
): FieldError[] {
  const { auditAnnotations = [], matchConditions = [], paramKind, validations = [] } = spec;
  const variables = spec.variables ?? [];
  const check = expressionCheck(dependencies, { hasParams: paramKind !== undefined, variables });
  // A condition that did not change was compiled by the server that took it.
  const isKept = old !== undefined && sameValue(matchConditions, old.spec.matchConditions ?? []);
  const errors = [
    ...oneOfWords("spec.failurePolicy", spec.failurePolicy, failurePolicies),
    ...(paramKind ? validateParamKind(paramKind, "spec.paramKind") : []),
    ...validateConstraints(spec.matchConstraints, "spec.matchConstraints", "validating"),
    ...(isKept ? [] : validateMatchConditions(matchConditions, "spec.matchConditions", check)),
    ...validateVariables(variables, "spec.variables", check),
  ];
  if (!validations.length && !auditAnnotations.length) {
    const detail = "validations or auditAnnotations must contain at least one item";
    const fields = ["spec.validations", "spec.auditAnnotations"];
    return [...errors, ...fields.map((path) => requiredValue(path, detail))];
  }
  for (const [index, validation] of validations.entries()) {
    errors.push(...validateValidation(validation, `spec.validations[${index}]`, check));
  }
  const path = "spec.auditAnnotations";
  if (auditAnnotations.length > annotationsMax) {
    const detail = `must not have more than ${annotationsMax} auditAnnotations`;
    errors.push(invalid(path, auditAnnotations, detail));
  }
  const keys = auditAnnotations.map(({ key }) => key);
  for (const [index, annotation] of auditAnnotations.entries()) {
    const at = `${path}[${index}]`;
    errors.push(...validateAnnotation(annotation, metadata.name, at, check));
    if (keys.indexOf(annotation.key) < index) {
      errors.push(duplicate(`${at}.key`, annotation.key));
    }
  }
  return errors;
}

function validateValidation(
  { expression, message, messageExpression, reason }: Validation,
  at: string,
  check: ExpressionCheck,
): FieldError[] {
  const errors = expression?.trim()
    ? check(`${at}.expression`, expression, "validation")
    : [requiredValue(`${at}.expression`, "expression is not specified")];
  const blank = "must be non-empty if specified";
  if (messageExpression) {
    const path = `${at}.messageExpression`;
    errors.push(
      ...(messageExpression.trim()
        ? check(path, messageExpression, "message")
        : [invalid(path, messageExpression, blank)]),
    );
  }
  if (message && !message.trim()) errors.push(invalid(`${at}.message`, message, blank));
  else if (/[\r\n]/.test(message?.trim() ?? "")) {
    errors.push(invalid(`${at}.message`, message, "must not contain line breaks"));
  }
  return [...errors, ...oneOfWords(`${at}.reason`, reason, reasons)];
}

function validateAnnotation(
  { key, valueExpression }: AuditAnnotation,
  policy: string,
  at: string,
  check: ExpressionCheck,
): FieldError[] {
  const errors = policy
    ? by(`${at}.key`, `${policy}/${key}`, isQualifiedName)
    : [invalid(`${at}.key`, key, "requires metadata.name be non-empty")];
  const path = `${at}.valueExpression`;
  const trimmed = valueExpression?.trim() ?? "";
  if (!trimmed) errors.push(requiredValue(path, "valueExpression is not specified"));
  else if (exceedsBytes(trimmed, annotationBytesMax)) {
    const detail = `must not exceed ${annotationBytesMax} bytes in length`;
    errors.push(requiredValue(path, detail));
  } else errors.push(...check(path, trimmed, "auditAnnotation"));
  return errors;
}

export function validatePolicyStatus({ status }: Policy): FieldError[] {
  return (status.typeChecking?.expressionWarnings ?? []).flatMap(({ fieldRef, warning }, index) => {
    const at = `status.typeChecking.expressionWarnings[${index}]`;
    return [...present(`${at}.warning`, warning), ...present(`${at}.fieldRef`, fieldRef?.trim())];
  });
}
