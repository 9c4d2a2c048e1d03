import { duplicate, invalid } from "#machinery/validation/field-error.ts";
import { fieldErrorText } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { dnsLabelRule, dnsSubdomainRule } from "#machinery/validation/names.ts";
import type { NameRule } from "#machinery/validation/names.ts";
import { ConfigurationReader } from "../../settings/configuration-reader.ts";
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

/** Reads a PodSecurityConfiguration; throws what is wrong with it. */
export function podSecurityConfigurationOf(value: unknown): PodSecurityConfiguration {
  const reader = ConfigurationReader.open("PodSecurityConfiguration", value, {
    kind: "PodSecurityConfiguration",
    apiVersions: [`${group}/v1`, `${group}/v1beta1`, `${group}/v1alpha1`],
  });
  const errors: FieldError[] = [];
  const defaults = reader.object("defaults");
  const read = (mode: Mode): LevelVersion => {
    const level = defaults.string(mode) || "privileged";
    const version = defaults.string(`${mode}-version`) || "latest";
    const parsed = parseLevel(level);
    const minor = parseMinor(version);
    if (parsed === undefined) errors.push(invalid(`defaults.${mode}`, level, levelRule));
    if (minor === undefined) {
      errors.push(invalid(`defaults.${mode}-version`, version, versionRule));
    }
    return { level: parsed ?? "restricted", minor: minor ?? latest };
  };
  const policy = { enforce: read("enforce"), warn: read("warn"), audit: read("audit") };
  const exempt = reader.object("exemptions");
  const names = (field: string, rule: NameRule) => {
    const found = exempt.strings(field);
    errors.push(...exemptionErrors(`exemptions.${field}`, found, rule));
    return found;
  };
  const exemptions = {
    namespaces: names("namespaces", dnsLabelRule),
    runtimeClasses: names("runtimeClasses", dnsSubdomainRule),
    usernames: names("usernames", (name) => (name ? [] : ["username must not be empty"])),
  };
  for (const each of [defaults, exempt, reader]) each.close();
  if (errors.length > 0) {
    throw new Error(`PodSecurity invalid: ${errors.map(fieldErrorText).join(", ")}`);
  }
  return { defaults: policy, exemptions };
}

function exemptionErrors(path: string, names: readonly string[], rule: NameRule): FieldError[] {
  return names.flatMap((name, index) => {
    const problems = rule(name);
    if (problems.length > 0) return [invalid(`${path}[${index}]`, name, problems.join(", "))];
    return names.indexOf(name) < index ? [duplicate(`${path}[${index}]`, name)] : [];
  });
}
