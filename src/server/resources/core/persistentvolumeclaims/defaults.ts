import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from "#api/core/v1.ts";
import type { Draft } from "#schema/message.ts";

export function applyClaimDefaults(claim: Draft<PersistentVolumeClaim>): void {
  const status = (claim.status ??= {});
  status.phase ??= "Pending";
}

const snapshots = { kind: "VolumeSnapshot", apiGroup: "snapshot.storage.k8s.io" };

/** `dataSource` once took anything and ignored what it did not know. It still ignores it. */
export function dropUnknownSource(
  spec: PersistentVolumeClaimSpec,
  old?: Readonly<PersistentVolumeClaimSpec>,
): void {
  const { dataSource, dataSourceRef } = spec;
  if (!dataSource || dataSourceRef || old?.dataSource || old?.dataSourceRef) return;
  const isClaim = dataSource.kind === "PersistentVolumeClaim" && !dataSource.apiGroup;
  const isSnapshot =
    dataSource.kind === snapshots.kind && dataSource.apiGroup === snapshots.apiGroup;
  if (!isClaim && !isSnapshot) delete spec.dataSource;
}

/** Where only one of the two fields for a source is given, the other one says the same. */
export function completeSources(spec: PersistentVolumeClaimSpec): void {
  const { dataSource, dataSourceRef } = spec;
  if (dataSource && !dataSourceRef) spec.dataSourceRef = { ...dataSource };
  else if (dataSourceRef && !dataSource && !dataSourceRef.namespace) {
    const { namespace: _namespace, ...source } = dataSourceRef;
    spec.dataSource = source;
  }
}
