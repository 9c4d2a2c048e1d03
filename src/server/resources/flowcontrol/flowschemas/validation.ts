import type {
  FlowSchema,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  Subject,
} from "#api/flowcontrol/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  requiredValue,
} from "#machinery/validation/field-error.ts";
import { isDnsLabel, isDnsSubdomain } from "#machinery/validation/names.ts";
import { by, present, sameValue } from "../../common/validation.ts";
import { mandatoryFlowSchemas } from "../bootstrap.ts";

const precedenceMax = 10_000;
const methods = ["ByNamespace", "ByUser"];
const verbs = [
  "get",
  "list",
  "create",
  "update",
  "delete",
  "deletecollection",
  "patch",
  "watch",
  "proxy",
];

export function validateFlowSchema({ metadata, spec }: FlowSchema): FieldError[] {
  const { distinguisherMethod, matchingPrecedence = 0 } = spec;
  const path = "spec.matchingPrecedence";
  const errors: FieldError[] = [];
  const refuse = (detail: string) => errors.push(invalid(path, matchingPrecedence, detail));
  if (matchingPrecedence <= 0) refuse("must be a positive value");
  if (matchingPrecedence > precedenceMax) refuse(`must not be greater than ${precedenceMax}`);
  if (matchingPrecedence === 1 && metadata.name !== "exempt") {
    refuse("only the schema named 'exempt' may have matchingPrecedence 1");
  }
  if (distinguisherMethod && !methods.includes(distinguisherMethod.type)) {
    errors.push(notSupported("spec.distinguisherMethod.type", distinguisherMethod, methods));
  }
  const { name: level } = spec.priorityLevelConfiguration;
  const levelPath = "spec.priorityLevelConfiguration.name";
  errors.push(
    ...(level
      ? by(levelPath, level, isDnsSubdomain)
      : [requiredValue(levelPath, "must reference a priority level")]),
    ...(spec.rules ?? []).flatMap((rule, index) => validateRule(rule, `spec.rules[${index}]`)),
  );
  const fixed = mandatoryFlowSchemas[metadata.name];
  if (fixed && !sameValue(spec, fixed)) {
    errors.push(invalid("spec", spec, `spec of '${metadata.name}' must equal the fixed value`));
  }
  return errors;
}

export function validateFlowSchemaStatus({ status }: FlowSchema): FieldError[] {
  return validateConditionTypes(status.conditions ?? []);
}

export function validateConditionTypes(
  conditions: readonly { readonly type?: string }[],
): FieldError[] {
  return conditions.flatMap(({ type }, index) => {
    const path = `status.conditions[${index}].type`;
    const isRepeated = conditions.slice(0, index).some((earlier) => earlier.type === type);
    return [...(isRepeated ? [duplicate(path, type ?? "")] : []), ...present(path, type)];
  });
}

function validateRule(rule: PolicyRulesWithSubjects, at: string): FieldError[] {
  const { nonResourceRules = [], resourceRules = [], subjects } = rule;
  const errors = subjects?.length
    ? subjects.flatMap((subject, index) => validateSubject(subject, `${at}.subjects[${index}]`))
    : [requiredValue(`${at}.subjects`, "subjects must contain at least one value")];
  if (!resourceRules.length && !nonResourceRules.length) {
    const detail = "at least one of resourceRules and nonResourceRules has to be non-empty";
    errors.push(requiredValue(at, detail));
  }
  for (const [index, each] of resourceRules.entries()) {
    errors.push(...validateResourceRule(each, `${at}.resourceRules[${index}]`));
  }
  for (const [index, each] of nonResourceRules.entries()) {
    errors.push(...validateNonResourceRule(each, `${at}.nonResourceRules[${index}]`));
  }
  return errors;
}

const subjectFields = { User: "user", Group: "group", ServiceAccount: "serviceAccount" } as const;
type SubjectKind = keyof typeof subjectFields;

function validateSubject(subject: Subject, at: string): FieldError[] {
  const kinds = Object.keys(subjectFields) as SubjectKind[];
  const kind = kinds.find((each) => each === subject.kind);
  if (!kind) return [notSupported(`${at}.kind`, subject.kind, kinds)];
  const field = subjectFields[kind];
  const path = `${at}.${field}`;
  const errors: FieldError[] = [];
  const named = subject[field];
  if (!named) {
    errors.push(requiredValue(path, `${field} is required when subject kind is '${kind}'`));
  } else if (!named.name) errors.push(requiredValue(`${path}.name`));
  if (kind === "ServiceAccount" && subject.serviceAccount) {
    const { name, namespace } = subject.serviceAccount;
    if (name && name !== "*") errors.push(...by(`${path}.name`, name, isDnsSubdomain));
    errors.push(
      ...(namespace
        ? by(`${path}.namespace`, namespace, isDnsLabel)
        : [requiredValue(`${path}.namespace`, "must specify namespace for service account")]),
    );
  }
  for (const other of ["ServiceAccount", "User", "Group"] as const) {
    const name = subjectFields[other];
    if (other === kind || !subject[name]) continue;
    const detail = `${name} is forbidden when subject kind is not '${other}'`;
    errors.push(forbidden(`${at}.${name}`, detail));
  }
  return errors;
}

function validateVerbs(given: readonly string[], path: string): FieldError[] {
  if (!given.length) return [requiredValue(path, "verbs must contain at least one value")];
  if (given.includes("*")) return alone(given, path, "verbs");
  return given.every((verb) => verbs.includes(verb)) ? [] : [notSupported(path, given, verbs)];
}

function alone(values: readonly string[], path: string, what: string): FieldError[] {
  return values.length > 1 && values.includes("*")
    ? [invalid(path, values, `if '*' is present, must not specify other ${what}`)]
    : [];
}

function validateNonResourceRule(rule: NonResourcePolicyRule, at: string): FieldError[] {
  const { nonResourceURLs: urls } = rule;
  const path = `${at}.nonResourceURLs`;
  const errors = validateVerbs(rule.verbs, `${at}.verbs`);
  if (!urls.length) {
    errors.push(requiredValue(path, "nonResourceURLs must contain at least one value"));
  } else if (urls.includes("*")) errors.push(...alone(urls, path, "non-resource URLs"));
  else errors.push(...urls.flatMap((url, index) => validateUrl(url, `${path}[${index}]`)));
  return errors;
}

function validateUrl(url: string, path: string): FieldError[] {
  const refuse = (detail: string) => [invalid(path, url, detail)];
  if (!url) return refuse("must not be empty");
  if (url === "/") return [];
  if (!url.startsWith("/")) return refuse("must start with slash");
  if (url.includes(" ")) return refuse("must not contain white-space");
  if (url.includes("//")) return refuse("must not contain double slash");
  if (url.slice(0, -1).includes("*") || (url.endsWith("*") && !url.endsWith("/*"))) {
    return refuse("wildcard can only do suffix matching");
  }
  return [];
}

function validateResourceRule(rule: ResourcePolicyRule, at: string): FieldError[] {
  const { apiGroups, clusterScope, namespaces = [], resources } = rule;
  const errors = validateVerbs(rule.verbs, `${at}.verbs`);
  if (!apiGroups.length) {
    const detail = "resource rules must supply at least one api group";
    errors.push(requiredValue(`${at}.apiGroups`, detail));
  } else errors.push(...alone(apiGroups, `${at}.apiGroups`, "api groups"));
  if (!resources.length) {
    const detail = "resource rules must supply at least one resource";
    errors.push(requiredValue(`${at}.resources`, detail));
  } else errors.push(...alone(resources, `${at}.resources`, "resources"));
  const path = `${at}.namespaces`;
  if (!namespaces.length && !clusterScope) {
    const detail = "resource rules that are not cluster scoped must supply at least one namespace";
    errors.push(requiredValue(path, detail));
  } else if (namespaces.includes("*")) errors.push(...alone(namespaces, path, "namespaces"));
  else {
    const intro = "each member of this list must be '*' or a DNS-1123 label; ";
    const rule = (name: string) => isDnsLabel(name).map((problem) => intro + problem);
    errors.push(...namespaces.flatMap((name, index) => by(`${path}[${index}]`, name, rule)));
  }
  return errors;
}
