import { PersistentVolumeClaim } from "#api/core/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { formatAccessModes } from "../../common/access-modes.ts";
import { ageColumn, column, nameColumn, wideColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import { applyClaimDefaults, completeSources, dropUnknownSource } from "./defaults.ts";
import {
  validateClaimStatus,
  validatePersistentVolumeClaim,
  validatePersistentVolumeClaimUpdate,
} from "./validation.ts";
import { claimWarnings } from "./warnings.ts";

/** Before the class had a field of its own, it was an annotation, which still counts. */
const classAnnotation = "volume.beta.kubernetes.io/storage-class";

export const persistentVolumeClaims: ResourceDefinition = defineResource<PersistentVolumeClaim>({
  type: PersistentVolumeClaim,
  hasGeneration: false,
  columns: [
    nameColumn(),
    column("Status", ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined ? (status.phase ?? "") : "Terminating",
    ),
    column("Volume", ({ spec }) => spec.volumeName ?? ""),
    column("Capacity", ({ spec, status }) =>
      spec.volumeName ? (status.capacity?.["storage"] ?? "") : "",
    ),
    column("Access Modes", ({ spec, status }) =>
      spec.volumeName ? formatAccessModes(status.accessModes ?? []) : "",
    ),
    column(
      "StorageClass",
      ({ metadata, spec }) =>
        metadata.annotations?.[classAnnotation] ?? spec.storageClassName ?? "",
    ),
    column("VolumeAttributesClass", ({ spec }) => spec.volumeAttributesClassName ?? "<unset>"),
    ageColumn(),
    wideColumn("VolumeMode", ({ spec }) => spec.volumeMode),
  ],
  prepareForCreate(claim) {
    claim.status = { phase: "Pending" };
    dropUnknownSource(claim.spec);
    completeSources(claim.spec);
  },
  prepareForUpdate(claim, old) {
    claim.status = old.status;
    dropUnknownSource(claim.spec, old.spec);
    completeSources(claim.spec);
  },
  applyDefaults: applyClaimDefaults,
  selectableFields: { name: ({ metadata }) => metadata.name },
  validate: validatePersistentVolumeClaim,
  validateUpdate: validatePersistentVolumeClaimUpdate,
  warnings: claimWarnings,
  status: { validateUpdate: validateClaimStatus },
});
