import { PodGroup } from "#api/scheduling/v1alpha2.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { duplicate, invalid, tooMany } from "#machinery/validation/field-error.ts";
import { isDnsLabel, isDnsSubdomain } from "#machinery/validation/names.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { validateConditions } from "../../common/conditions.ts";
import { by, sameValue } from "../../common/validation.ts";
import { defineResource } from "../../define.ts";
import { oneMember, requiredBy, validateGroup } from "../common/groups.ts";

const claimStatusesMax = 4;
const fixedFields = [
  "podGroupTemplateRef",
  "schedulingPolicy",
  "schedulingConstraints",
  "resourceClaims",
  "disruptionMode",
  "priorityClassName",
  "priority",
] as const;

/** Pods that are scheduled as one. */
export const podGroups: ResourceDefinition = defineResource<PodGroup>({
  type: PodGroup,
  requiredMayBeEmpty: true,
  hasGeneration: false,
  columns: [
    nameColumn(),
    column("Policy", ({ spec }) => (spec.schedulingPolicy.gang ? "Gang" : "Basic")),
    column("Workload", ({ spec: { podGroupTemplateRef: from } }) =>
      from ? (from.workload?.workloadName ?? "") : "<none>",
    ),
    column("Status", statusText),
    ageColumn(),
  ],
  prepareForCreate(group) {
    group.status = {};
  },
  prepareForUpdate(group, old) {
    group.status = old.status;
  },
  validateCreate: (group) => [...validateTemplate(group), ...validateGroup(group.spec, "spec")],
  validateUpdate: ({ spec }, { spec: old }) =>
    fixedFields.flatMap((field) =>
      sameValue(spec[field], old[field])
        ? []
        : [invalid(`spec.${field}`, null, "field is immutable")],
    ),
  status: { validateUpdate: validateStatus },
});

function statusText({ status: { conditions = [] } }: PodGroup): string {
  const find = (type: string) => conditions.findLast((condition) => condition.type === type);
  const scheduled = find("PodGroupScheduled");
  const state = scheduled?.status === "True" ? "Scheduled" : "Unschedulable";
  return find("DisruptionTarget")?.reason ?? (scheduled ? state : "Pending");
}

function validateTemplate({ spec: { podGroupTemplateRef } }: PodGroup): FieldError[] {
  if (!podGroupTemplateRef) return [];
  const { workload } = podGroupTemplateRef;
  const at = "spec.podGroupTemplateRef";
  if (!workload) return oneMember(at, podGroupTemplateRef, ["workload"]);
  const { podGroupTemplateName, workloadName } = workload;
  return [
    ...requiredBy(`${at}.workload.workloadName`, workloadName, isDnsSubdomain),
    ...requiredBy(`${at}.workload.podGroupTemplateName`, podGroupTemplateName, isDnsLabel),
  ];
}

function validateStatus({ spec, status }: PodGroup): FieldError[] {
  const { conditions, resourceClaimStatuses: claims = [] } = status;
  const path = "status.resourceClaimStatuses";
  const known = new Set((spec.resourceClaims ?? []).map(({ name }) => name));
  const names = claims.map(({ name }) => name);
  const errors = validateConditions(conditions, "status.conditions");
  for (const [index, { name }] of claims.entries()) {
    if (known.has(name)) continue;
    const detail = "must match the name of an entry in `spec.resourceClaims`";
    errors.push(invalid(`${path}[${index}].name`, name, detail));
  }
  if (claims.length > claimStatusesMax) {
    return [...errors, tooMany(path, claims.length, claimStatusesMax)];
  }
  for (const [index, claim] of claims.entries()) {
    const at = `${path}[${index}]`;
    if (names.indexOf(claim.name) < index) errors.push(duplicate(at, claim));
    const { resourceClaimName: name } = claim;
    if (name !== undefined) errors.push(...by(`${at}.resourceClaimName`, name, isDnsSubdomain));
  }
  return errors;
}
