import type {
  PodGroupResourceClaim,
  PodGroupSchedulingConstraints,
  PodGroupSchedulingPolicy,
  PodGroupSpec,
  PodGroupTemplate,
} from "#api/scheduling/v1alpha2.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  duplicate,
  invalid,
  notSupported,
  requiredValue,
  tooMany,
} from "#machinery/validation/field-error.ts";
import { isDnsLabel, isDnsSubdomain, isQualifiedName } from "#machinery/validation/names.ts";
import { by } from "../../common/validation.ts";

const topologiesMax = 1;
const claimsMax = 4;
const priorityMax = 1_000_000_000;
const priorityMin = -(2 ** 31);
const modes = ["Pod", "PodGroup"];

type Group = PodGroupSpec | PodGroupTemplate;

/** What a template of pods' groups and such a group have in common. */
export function validateGroup(group: Group, at: string): FieldError[] {
  const { disruptionMode, priority, priorityClassName } = group;
  return [
    ...validatePolicy(group.schedulingPolicy, `${at}.schedulingPolicy`),
    ...validateTopology(group.schedulingConstraints, `${at}.schedulingConstraints.topology`),
    ...validateClaims(group.resourceClaims, `${at}.resourceClaims`),
    ...(disruptionMode === undefined || modes.includes(disruptionMode)
      ? []
      : [notSupported(`${at}.disruptionMode`, disruptionMode, modes)]),
    ...(priorityClassName ? by(`${at}.priorityClassName`, priorityClassName, isDnsSubdomain) : []),
    ...(priority === undefined ? [] : validatePriority(priority, `${at}.priority`)),
  ];
}

/** What must be there, and then follow a rule. */
export function requiredBy(
  path: string,
  value: string,
  rule: (value: string) => readonly string[],
): FieldError[] {
  return value ? by(path, value, rule) : [requiredValue(path)];
}

/** Exactly one of an object's alternatives, which are told in this order. */
export function oneMember(path: string, object: object, members: readonly string[]): FieldError[] {
  const values = object as Readonly<Record<string, unknown>>;
  const given = members.filter((member) => values[member] !== undefined);
  const all = members.map((member) => `\`${member}\``).join(", ");
  if (given.length === 1) return [];
  return given.length
    ? [invalid(path, `{${given.join(", ")}}`, `must specify exactly one of: ${all}`)]
    : [invalid(path, "", `must specify one of: ${all}`)];
}

function validatePolicy(policy: PodGroupSchedulingPolicy, at: string): FieldError[] {
  const errors = oneMember(at, policy, ["basic", "gang"]);
  const path = `${at}.gang.minCount`;
  const { minCount = 1 } = policy.gang ?? {};
  if (minCount === 0) errors.push(requiredValue(path));
  else if (minCount < 1) {
    errors.push(invalid(path, minCount, "must be greater than or equal to 1"));
  }
  return errors;
}

function validateTopology(
  constraints: PodGroupSchedulingConstraints | undefined,
  path: string,
): FieldError[] {
  const { topology = [] } = constraints ?? {};
  if (topology.length > topologiesMax) return [tooMany(path, topology.length, topologiesMax)];
  return topology.flatMap(({ key }, index) =>
    requiredBy(`${path}[${index}].key`, key, isQualifiedName),
  );
}

function validateClaims(
  claims: readonly PodGroupResourceClaim[] | undefined,
  path: string,
): FieldError[] {
  if (!claims) return [];
  if (claims.length > claimsMax) return [tooMany(path, claims.length, claimsMax)];
  const names = claims.map(({ name }) => name);
  const subdomain = (at: string, value: string | undefined) =>
    value === undefined ? [] : by(at, value, isDnsSubdomain);
  return [
    ...claims.flatMap((claim, index) =>
      names.indexOf(claim.name) < index ? [duplicate(`${path}[${index}]`, claim)] : [],
    ),
    ...claims.flatMap((claim, index) => {
      const at = `${path}[${index}]`;
      const { resourceClaimName, resourceClaimTemplateName } = claim;
      return [
        ...oneMember(at, claim, ["resourceClaimName", "resourceClaimTemplateName"]),
        ...requiredBy(`${at}.name`, claim.name, isDnsLabel),
        ...subdomain(`${at}.resourceClaimName`, resourceClaimName),
        ...subdomain(`${at}.resourceClaimTemplateName`, resourceClaimTemplateName),
      ];
    }),
  ];
}

function validatePriority(priority: number, path: string): FieldError[] {
  if (priority > priorityMax) {
    return [invalid(path, priority, `must be less than or equal to ${priorityMax}`)];
  }
  return priority < priorityMin
    ? [invalid(path, priority, `must be greater than or equal to ${priorityMin}`)]
    : [];
}
