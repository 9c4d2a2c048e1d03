import { Workload } from "#api/scheduling/v1alpha2.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { duplicate, invalid, requiredValue, tooMany } from "#machinery/validation/field-error.ts";
import { isDnsLabel, isDnsSubdomain, isPathSegment } from "#machinery/validation/names.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, nameColumn } from "../../common/columns.ts";
import { by, sameValue } from "../../common/validation.ts";
import { defineResource } from "../../define.ts";
import { requiredBy, validateGroup } from "../common/groups.ts";

const templatesMax = 8;

/** What groups of pods an application consists of. */
export const workloads: ResourceDefinition = defineResource<Workload>({
  type: Workload,
  requiredMayBeEmpty: true,
  hasGeneration: false,
  columns: [nameColumn(), ageColumn()],
  validateCreate: (workload) => [...validateController(workload), ...validateTemplates(workload)],
  validateUpdate: ({ spec }, { spec: old }) =>
    (["controllerRef", "podGroupTemplates"] as const).flatMap((field) =>
      sameValue(spec[field], old[field])
        ? []
        : [invalid(`spec.${field}`, null, "field is immutable")],
    ),
});

function validateController({ spec: { controllerRef } }: Workload): FieldError[] {
  if (!controllerRef) return [];
  const { apiGroup, kind, name } = controllerRef;
  const at = "spec.controllerRef";
  return [
    ...(apiGroup ? by(`${at}.apiGroup`, apiGroup, isDnsSubdomain) : []),
    ...requiredBy(`${at}.kind`, kind, isPathSegment),
    ...requiredBy(`${at}.name`, name, isPathSegment),
  ];
}

function validateTemplates({ spec: { podGroupTemplates: templates } }: Workload): FieldError[] {
  const path = "spec.podGroupTemplates";
  if (!templates.length) return [requiredValue(path)];
  if (templates.length > templatesMax) return [tooMany(path, templates.length, templatesMax)];
  const names = templates.map(({ name }) => name);
  return [
    ...templates.flatMap((template, index) =>
      names.indexOf(template.name) < index ? [duplicate(`${path}[${index}]`, template)] : [],
    ),
    ...templates.flatMap((template, index) => [
      ...requiredBy(`${path}[${index}].name`, template.name, isDnsLabel),
      ...validateGroup(template, `${path}[${index}]`),
    ]),
  ];
}
