import { ResourceClaimTemplate } from "#api/resource/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, nameColumn } from "../../common/columns.ts";
import { immutable, validateTemplateMeta } from "../../common/validation.ts";
import { defineResource } from "../../define.ts";
import type { Expressions } from "../common/devices.ts";
import { applyClaimSpecDefaults } from "../resourceclaims/defaults.ts";
import { validateClaimSpec } from "../resourceclaims/validation.ts";

export function resourceClaimTemplates(dependencies: Expressions): ResourceDefinition {
  return defineResource<ResourceClaimTemplate>({
    type: ResourceClaimTemplate,
    requiredMayBeEmpty: true,
    hasGeneration: false,
    columns: [nameColumn(), ageColumn()],
    applyDefaults: ({ spec }) => applyClaimSpecDefaults(spec?.spec),
    validateCreate: ({ spec }) => [
      ...validateTemplateMeta(spec.metadata, "spec.metadata"),
      ...validateClaimSpec(spec.spec, "spec.spec", dependencies),
    ],
    validateUpdate: ({ spec }, old) => immutable("spec", spec, old.spec),
  });
}
