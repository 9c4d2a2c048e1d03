import { LeaseCandidate } from "#api/coordination/v1beta1.ts";
import { isConfigMapKey } from "#machinery/validation/names.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { immutable } from "../../common/validation.ts";
import { defineResource } from "../../define.ts";
import { validateCandidate } from "./validation.ts";

/** Stands for election to a Lease. */
export const leaseCandidates: ResourceDefinition = defineResource<LeaseCandidate>({
  type: LeaseCandidate,
  requiredMayBeEmpty: true,
  hasGeneration: false,
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
  nameRule: isConfigMapKey,
  columns: [
    nameColumn(),
    column("LeaseName", ({ spec }) => spec.leaseName),
    column("BinaryVersion", ({ spec }) => spec.binaryVersion),
    column("EmulationVersion", ({ spec }) => spec.emulationVersion ?? ""),
    ageColumn(),
  ],
  validate: validateCandidate,
  validateUpdate: ({ spec }, old) =>
    immutable("spec.leaseName", spec.leaseName, old.spec.leaseName),
});
