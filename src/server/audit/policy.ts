import {
  fieldErrorText,
  invalid,
  notSupported,
  requiredValue,
} from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { isDnsSubdomain } from "#machinery/validation/names.ts";
import type { Attributes } from "../authz/authorizer.ts";
import { readSettings } from "../settings/reader.ts";
import type { Fields } from "../settings/reader.ts";

export const levels = ["None", "Metadata", "Request", "RequestResponse"] as const;
export type Level = (typeof levels)[number];

export const stages = ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"] as const;
export type Stage = (typeof stages)[number];

interface GroupResources {
  readonly group: string;
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
}

interface PolicyRule {
  readonly level: Level;
  readonly users: readonly string[];
  readonly userGroups: readonly string[];
  readonly verbs: readonly string[];
  readonly resources: readonly GroupResources[];
  readonly namespaces: readonly string[];
  readonly nonResourceURLs: readonly string[];
  readonly omitStages: readonly string[];
  readonly omitManagedFields: boolean | undefined;
}

/** What is written down of one request. */
export interface Verdict {
  readonly level: Level;
  readonly omitStages: ReadonlySet<string>;
  readonly omitManagedFields: boolean;
}

/** Says of each request how much of it is written down: the first rule that matches decides. */
export class AuditPolicy {
  readonly #rules: readonly { readonly rule: PolicyRule; readonly verdict: Verdict }[];

  private constructor(
    rules: readonly PolicyRule[],
    omitStages: readonly string[],
    omitManagedFields: boolean,
  ) {
    this.#rules = rules.map((rule) => ({
      rule,
      verdict: {
        level: rule.level,
        omitStages: new Set([...omitStages, ...rule.omitStages]),
        omitManagedFields: rule.omitManagedFields ?? omitManagedFields,
      },
    }));
  }

  /** Reads the file of `--audit-policy-file`. Throws with all that is wrong with it. */
  static parse(text: string): AuditPolicy {
    const expected = { kind: "Policy", apiVersions: ["audit.k8s.io/v1"] };
    const { rules, omitStages, omitManagedFields } = readSettings(text, expected, (fields) => {
      fields.raw("metadata");
      return {
        rules: fields.list("rules", readRule),
        omitStages: fields.texts("omitStages"),
        omitManagedFields: fields.flag("omitManagedFields"),
      };
    });
    if (rules.length === 0) throw new Error("loaded illegal policy with 0 rules");
    const errors = [
      ...omitStageErrors(omitStages, "omitStages"),
      ...rules.flatMap((rule, index) => ruleErrors(rule, `rules[${index}]`)),
    ];
    if (errors.length > 0) throw new Error(errors.map(fieldErrorText).join("; "));
    return new AuditPolicy(rules, omitStages, omitManagedFields);
  }

  evaluate(attributes: Attributes): Verdict {
    return this.#rules.find(({ rule }) => matches(rule, attributes))?.verdict ?? nothing;
  }
}

const nothing: Verdict = { level: "None", omitStages: new Set(), omitManagedFields: false };

function readRule(fields: Fields): PolicyRule {
  return {
    level: fields.text("level") as Level,
    users: fields.texts("users"),
    userGroups: fields.texts("userGroups"),
    verbs: fields.texts("verbs"),
    resources: fields.list("resources", (one) => ({
      group: one.text("group"),
      resources: one.texts("resources"),
      resourceNames: one.texts("resourceNames"),
    })),
    namespaces: fields.texts("namespaces"),
    nonResourceURLs: fields.texts("nonResourceURLs"),
    omitStages: fields.texts("omitStages"),
    omitManagedFields: fields.has("omitManagedFields")
      ? fields.flag("omitManagedFields")
      : undefined,
  };
}

function matches(rule: PolicyRule, attributes: Attributes): boolean {
  const { user, verb, isResource } = attributes;
  if (rule.users.length > 0 && !rule.users.includes(user.name)) return false;
  const { userGroups, verbs, namespaces, resources, nonResourceURLs } = rule;
  if (userGroups.length > 0 && !user.groups.some((group) => userGroups.includes(group))) {
    return false;
  }
  if (verbs.length > 0 && !verbs.includes(verb)) return false;
  if (namespaces.length > 0 || resources.length > 0) {
    return isResource && matchesResource(rule, attributes);
  }
  if (nonResourceURLs.length > 0) {
    return !isResource && nonResourceURLs.some((url) => matchesUrl(url, attributes.path));
  }
  return true;
}

function matchesResource({ namespaces, resources }: PolicyRule, attributes: Attributes): boolean {
  const { group, resource, subresource, namespace, name } = attributes;
  if (namespaces.length > 0 && !namespaces.includes(namespace)) return false;
  if (resources.length === 0) return true;
  const combined = subresource ? `${resource}/${subresource}` : resource;
  const hits = (wanted: string) =>
    wanted === "*" ||
    wanted === combined ||
    (subresource !== "" && (wanted === `*/${subresource}` || wanted === `${resource}/*`));
  return resources.some((one) => {
    if (one.group !== group) return false;
    if (one.resources.length === 0) return true;
    if (one.resourceNames.length > 0 && !one.resourceNames.includes(name)) return false;
    return one.resources.some(hits);
  });
}

function matchesUrl(wanted: string, path: string): boolean {
  if (wanted === "*" || wanted === path) return true;
  return wanted.endsWith("*") && path.startsWith(wanted.slice(0, -1));
}

function ruleErrors(rule: PolicyRule, path: string): FieldError[] {
  const { level, nonResourceURLs, resources, namespaces, omitStages } = rule;
  const errors: FieldError[] = [];
  if ((level as string) === "") errors.push(requiredValue(`${path}.level`));
  else if (!levels.includes(level)) errors.push(notSupported(`${path}.level`, level, levels));
  for (const [index, url] of nonResourceURLs.entries()) {
    errors.push(...urlErrors(url, `${path}.nonResourceURLs[${index}]`));
  }
  for (const { group, resources: names, resourceNames } of resources) {
    const problems = group === "" || group === "*" ? [] : isDnsSubdomain(group);
    if (problems.length > 0) {
      errors.push(invalid(`${path}.resources.group`, group, problems.join(",")));
    }
    if (resourceNames.length > 0 && names.length === 0) {
      const detail = "using resourceNames requires at least one resource";
      errors.push(invalid(`${path}.resources.resourceNames`, resourceNames, detail));
    }
  }
  errors.push(...omitStageErrors(omitStages, `${path}.omitStages`));
  if (nonResourceURLs.length > 0 && (resources.length > 0 || namespaces.length > 0)) {
    const detail = "rules cannot apply to both regular resources and non-resource URLs";
    errors.push(invalid(`${path}.nonResourceURLs`, nonResourceURLs, detail));
  }
  return errors;
}

function urlErrors(url: string, path: string): FieldError[] {
  if (url === "*") return [];
  const errors: FieldError[] = [];
  if (!url.startsWith("/")) {
    errors.push(invalid(path, url, "non-resource URL rules must begin with a '/' character"));
  }
  if (url.slice(0, -1).includes("*")) {
    const detail = "non-resource URL wildcards '*' must be the final character of the rule";
    errors.push(invalid(path, url, detail));
  }
  return errors;
}

function omitStageErrors(omitted: readonly string[], path: string): FieldError[] {
  return omitted.flatMap((stage, index) =>
    (stages as readonly string[]).includes(stage)
      ? []
      : [invalid(`${path}[${index}]`, stage, `allowed stages are ${stages.join(",")}`)],
  );
}
