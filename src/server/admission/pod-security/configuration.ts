import { duplicate, invalid } from "#machinery/validation/field-error.ts";
import { fieldErrorText } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { dnsLabelRule, dnsSubdomainRule } from "#machinery/validation/names.ts";
import type { NameRule } from "#machinery/validation/names.ts";
import { settingsOf } from "../../settings/reader.ts";
import type { Fields } from "../../settings/reader.ts";
import {
  latest,
  levelRule,
  parseLevel,
  parseMinor,
  privilegedPolicy,
  versionRule,
} from "./policy.ts";
import type { LevelVersion, Mode, Policy } from "./policy.ts";

/** What holds for namespaces whose labels say nothing, and who is left alone. */
export interface PodSecurityConfiguration {
  readonly defaults: Policy;
  readonly exemptions: {
    readonly usernames: readonly string[];
    readonly runtimeClasses: readonly string[];
    readonly namespaces: readonly string[];
  };
}

export const defaultConfiguration: PodSecurityConfiguration = {
  defaults: privilegedPolicy,
  exemptions: { usernames: [], runtimeClasses: [], namespaces: [] },
};

const group = "pod-security.admission.config.k8s.io";

const expected = {
  kind: "PodSecurityConfiguration",
  apiVersions: [`${group}/v1`, `${group}/v1beta1`, `${group}/v1alpha1`],
};

/** Reads a PodSecurityConfiguration; throws what is wrong with it. */
export function podSecurityConfigurationOf(value: unknown): PodSecurityConfiguration {
  const errors: FieldError[] = [];
  const configuration = settingsOf(value, expected, (fields) => ({
    defaults: fields.read("defaults", (defaults) => defaultsOf(defaults, errors)),
    exemptions: fields.read("exemptions", (exempt) => exemptionsOf(exempt, errors)),
  }));
  if (errors.length === 0) return configuration;
  throw new Error(`PodSecurity invalid: ${errors.map(fieldErrorText).join(", ")}`);
}

function defaultsOf(fields: Fields, errors: FieldError[]): Policy {
  const read = (mode: Mode): LevelVersion => {
    const level = fields.text(mode) || "privileged";
    const version = fields.text(`${mode}-version`) || "latest";
    const parsed = parseLevel(level);
    const minor = parseMinor(version);
    if (parsed === undefined) errors.push(invalid(`defaults.${mode}`, level, levelRule));
    if (minor === undefined) {
      errors.push(invalid(`defaults.${mode}-version`, version, versionRule));
    }
    return { level: parsed ?? "restricted", minor: minor ?? latest };
  };
  return { enforce: read("enforce"), warn: read("warn"), audit: read("audit") };
}

function exemptionsOf(fields: Fields, errors: FieldError[]) {
  const names = (field: string, rule: NameRule) => {
    const found = fields.texts(field);
    errors.push(...exemptionErrors(`exemptions.${field}`, found, rule));
    return found;
  };
  return {
    namespaces: names("namespaces", dnsLabelRule),
    runtimeClasses: names("runtimeClasses", dnsSubdomainRule),
    usernames: names("usernames", (name) => (name ? [] : ["username must not be empty"])),
  };
}

function exemptionErrors(path: string, names: readonly string[], rule: NameRule): FieldError[] {
  return names.flatMap((name, index) => {
    const problems = rule(name);
    if (problems.length > 0) return [invalid(`${path}[${index}]`, name, problems.join(", "))];
    return names.indexOf(name) < index ? [duplicate(`${path}[${index}]`, name)] : [];
  });
}
