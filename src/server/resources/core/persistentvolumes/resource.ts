import { PersistentVolume } from "#api/core/v1.ts";
import type { Clock } from "#base/clock.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { formatAccessModes } from "../../common/access-modes.ts";
import { ageColumn, column, nameColumn, wideColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import type { ResourceDependencies } from "../../dependencies.ts";
import { validatePersistentVolume, validatePersistentVolumeUpdate } from "./validation.ts";
import { persistentVolumeWarnings } from "./warnings.ts";

/** Before the class had a field of its own, it was an annotation, which still counts. */
const classAnnotation = "volume.beta.kubernetes.io/storage-class";

export function persistentVolumes({ clock }: ResourceDependencies): ResourceDefinition {
  return defineResource<PersistentVolume>({
    type: PersistentVolume,
    requiredMayBeEmpty: true,
    hasGeneration: false,
    columns: [
      nameColumn(),
      column("Capacity", ({ spec }) => spec.capacity?.["storage"] ?? "0"),
      column("Access Modes", ({ spec }) => formatAccessModes(spec.accessModes ?? [])),
      column("Reclaim Policy", ({ spec }) => spec.persistentVolumeReclaimPolicy),
      column("Status", ({ metadata, status }) =>
        metadata.deletionTimestamp === undefined ? (status.phase ?? "") : "Terminating",
      ),
      column("Claim", ({ spec: { claimRef } }) =>
        claimRef ? `${claimRef.namespace ?? ""}/${claimRef.name ?? ""}` : "",
      ),
      column(
        "StorageClass",
        ({ metadata, spec }) =>
          metadata.annotations?.[classAnnotation] ?? spec.storageClassName ?? "",
      ),
      column("VolumeAttributesClass", ({ spec }) => spec.volumeAttributesClassName ?? "<unset>"),
      column("Reason", ({ status }) => status.reason ?? ""),
      ageColumn(),
      wideColumn("VolumeMode", ({ spec }) => spec.volumeMode),
    ],
    selectableFields: { name: ({ metadata }) => metadata.name },
    applyDefaults(volume) {
      const status = (volume.status ??= {});
      status.phase ??= "Pending";
    },
    prepareForCreate(volume) {
      volume.status = { phase: "Pending", lastPhaseTransitionTime: wholeSeconds(clock) };
    },
    prepareForUpdate(volume, old) {
      volume.status = old.status;
    },
    validate: validatePersistentVolume,
    validateUpdate: validatePersistentVolumeUpdate,
    warnings: persistentVolumeWarnings,
    status: {
      prepareForUpdate({ status }, { status: old }) {
        const { lastPhaseTransitionTime: since } = old;
        if (status.phase === old.phase) {
          if (since !== undefined) status.lastPhaseTransitionTime ??= since;
        } else if (status.lastPhaseTransitionTime === since || !status.lastPhaseTransitionTime) {
          status.lastPhaseTransitionTime = wholeSeconds(clock);
        }
      },
    },
  });
}

function wholeSeconds(clock: Clock): string {
  return `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
}
