import { Lease } from "#api/coordination/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import { validateLease } from "./validation.ts";

export const leases: ResourceDefinition = defineResource<Lease>({
  type: Lease,
  hasGeneration: false,
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
  columns: [
    nameColumn(),
    column("Holder", (lease) => lease.spec?.holderIdentity ?? ""),
    ageColumn(),
  ],
  validate: validateLease,
});
