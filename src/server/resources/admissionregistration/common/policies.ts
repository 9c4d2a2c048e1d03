import type {
  MatchResources,
  ParamKind,
  ParamRef,
  Variable,
} from "#api/admissionregistration/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  forbidden,
  invalid,
  notSupported,
  requiredValue,
} from "#machinery/validation/field-error.ts";
import { isDns1035Label, isDnsSubdomain, isPathSegment } from "#machinery/validation/names.ts";
import { by, validateLabelSelector } from "../../common/validation.ts";
import type { ExpressionCheck } from "./expressions.ts";
import { validateMatchResources } from "./rules.ts";

export function validateParamKind(param: ParamKind, at: string): FieldError[] {
  const { apiVersion = "", kind = "" } = param;
  const path = `${at}.apiVersion`;
  const errors = apiVersion ? validateApiVersion(apiVersion, path) : [requiredValue(path)];
  if (!kind) return [...errors, requiredValue(`${at}.kind`)];
  const problems = isDns1035Label(kind.toLowerCase());
  if (!problems.length) return errors;
  const detail = `may have mixed case, but should otherwise match: ${problems.join(",")}`;
  return [...errors, invalid(`${at}.kind`, kind, detail)];
}

function validateApiVersion(apiVersion: string, path: string): FieldError[] {
  const parts = apiVersion === "/" ? ["", ""] : apiVersion.split("/");
  if (parts.length > 2) {
    return [invalid(path, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  }
  const version = parts.at(-1) ?? "";
  const group = parts.length === 2 ? (parts[0] ?? "") : "";
  const errors: FieldError[] = [];
  const add = (value: string, problems: readonly string[]) => {
    if (problems.length) errors.push(invalid(path, value, problems.join(",")));
  };
  if (group) add(group, isDnsSubdomain(group));
  if (!version) errors.push(invalid(path, apiVersion, "version must be specified"));
  else add(version, isDns1035Label(version));
  return errors;
}

export function validateConstraints(
  match: MatchResources | undefined,
  at: string,
  use: "validating" | "mutating",
): FieldError[] {
  if (!match) return [requiredValue(at)];
  return [
    ...validateMatchResources(match, at, use),
    ...(match.resourceRules?.length ? [] : [requiredValue(`${at}.resourceRules`)]),
  ];
}

const reserved = new Set(
  (
    "true false null in as break const continue else for function if import let loop package " +
    "namespace return var void while"
  ).split(" "),
);

export function validateVariables(
  variables: readonly Variable[],
  path: string,
  check: ExpressionCheck,
): FieldError[] {
  return variables.flatMap(({ expression, name }, index) => {
    const at = `${path}[${index}]`;
    const errors: FieldError[] = [];
    if (!name?.trim()) errors.push(requiredValue(`${at}.name`, "name is not specified"));
    else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || reserved.has(name)) {
      errors.push(invalid(`${at}.name`, name, "must be a valid CEL identifier"));
    }
    if (!expression?.trim()) {
      errors.push(requiredValue(`${at}.expression`, "expression is not specified"));
    } else errors.push(...check(`${at}.expression`, expression, "variable"));
    return errors;
  });
}

interface Binding {
  readonly policyName?: string;
  readonly paramRef?: ParamRef;
  readonly matchResources?: MatchResources;
}

/** What bindings of both kinds of policies have in common. */
export function validateBinding(spec: Binding, use: "validating" | "mutating"): FieldError[] {
  const { matchResources, paramRef, policyName } = spec;
  return [
    ...(policyName
      ? by("spec.policyName", policyName, isDnsSubdomain)
      : [requiredValue("spec.policyName")]),
    ...(paramRef ? validateParamRef(paramRef, "spec.paramRef") : []),
    ...(matchResources ? validateMatchResources(matchResources, "spec.matchResources", use) : []),
  ];
}

const notFoundActions = ["Deny", "Allow"];

function validateParamRef(param: ParamRef, at: string): FieldError[] {
  const { name, parameterNotFoundAction: action, selector } = param;
  const errors: FieldError[] = [];
  const exclusive = "name and selector are mutually exclusive";
  if (name) {
    errors.push(...by(`${at}.name`, name, isPathSegment));
    if (selector) errors.push(forbidden(`${at}.name`, exclusive));
  }
  if (selector) {
    errors.push(...validateLabelSelector(selector, `${at}.selector`));
    if (name) errors.push(forbidden(`${at}.selector`, exclusive));
  }
  if (!name && !selector) {
    errors.push(requiredValue(at, "one of name or selector must be specified"));
  }
  const path = `${at}.parameterNotFoundAction`;
  if (!action) errors.push(requiredValue(path));
  else if (!notFoundActions.includes(action)) {
    errors.push(notSupported(path, action, notFoundActions));
  }
  return errors;
}

/** The PARAMREF column. */
export function paramRefText(param: ParamRef | undefined): string {
  if (param?.name) return `${param.namespace || "*"}/${param.name}`;
  return param?.selector ? selectorDump(param.selector) : "<unset>";
}

/** Upstream shows its own structure here, as its language prints one. */
function selectorDump({
  matchExpressions,
  matchLabels,
}: NonNullable<ParamRef["selector"]>): string {
  const labels = Object.entries(matchLabels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}: ${value},`)
    .join("");
  const expressions = (matchExpressions ?? [])
    .map(({ key, operator, values = [] }) => {
      const list = values.join(" ");
      return `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${list}],},`;
    })
    .join("");
  return (
    `&LabelSelector{MatchLabels:map[string]string{${labels}},` +
    `MatchExpressions:[]LabelSelectorRequirement{${expressions}},}`
  );
}
