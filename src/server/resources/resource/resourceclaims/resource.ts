import { ResourceClaim } from "#api/resource/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { immutable } from "../../common/validation.ts";
import { defineResource } from "../../define.ts";
import type { Expressions } from "../common/devices.ts";
import { applyClaimSpecDefaults } from "./defaults.ts";
import { validateClaimStatus } from "./validation-status.ts";
import { validateClaimSpec } from "./validation.ts";

export function resourceClaims(dependencies: Expressions): ResourceDefinition {
  return defineResource<ResourceClaim>({
    type: ResourceClaim,
    requiredMayBeEmpty: true,
    hasGeneration: false,
    columns: [nameColumn(), column("State", stateText), ageColumn()],
    applyDefaults: ({ spec }) => applyClaimSpecDefaults(spec),
    prepareForCreate(claim) {
      claim.status = {};
    },
    prepareForUpdate(claim, old) {
      claim.status = old.status;
    },
    validateCreate: ({ spec }) => validateClaimSpec(spec, "spec", dependencies),
    validateUpdate: ({ spec }, old) => immutable("spec", spec, old.spec),
    status: { validateUpdate: validateClaimStatus },
  });
}

function stateText({ metadata, status }: ResourceClaim): string {
  const isDeleted = metadata.deletionTimestamp !== undefined;
  const words = isDeleted ? ["deleted"] : [];
  if (status.allocation) words.push("allocated");
  else if (!isDeleted) words.push("pending");
  if (status.allocation && status.reservedFor?.length) words.push("reserved");
  return words.join(",");
}
