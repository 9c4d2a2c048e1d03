import { PersistentVolume } from "#api/core/v1.ts";
import type { NodeSelectorTerm } from "#api/core/v1.ts";
import { describerFor } from "../context.ts";
import { timeSince, writeEvents } from "../events.ts";
import { formatList } from "../go-values.ts";
import { writeLabelsAndAnnotations } from "../metadata.ts";
import { formatAmount } from "../resources.ts";
import { formatAccessModes, storageClassOf } from "../volume-claims.ts";
import { writePersistentVolumeSource } from "../volume-sources.ts";
import type { DescribeWriter } from "../writer.ts";

export const persistentVolume = describerFor(PersistentVolume, async (object, context) => {
  const { writer, now } = context;
  const { metadata, spec, status } = object;
  writer.field(0, "Name", metadata.name);
  writeLabelsAndAnnotations(writer, metadata);
  writer.field(0, "Finalizers", formatList(metadata.finalizers));
  writer.field(0, "StorageClass", storageClassOf(metadata, spec));
  const { deletionTimestamp } = metadata;
  const ending = deletionTimestamp && `Terminating (lasts ${timeSince(deletionTimestamp, now)})`;
  writer.field(0, "Status", ending ?? status.phase ?? "");
  const { claimRef } = spec;
  const claim = claimRef ? `${claimRef.namespace ?? ""}/${claimRef.name ?? ""}` : "";
  writer.field(0, "Claim", claim);
  writer.field(0, "Reclaim Policy", spec.persistentVolumeReclaimPolicy);
  writer.field(0, "Access Modes", formatAccessModes(spec.accessModes));
  writer.field(0, "VolumeMode", spec.volumeMode);
  writer.field(0, "Capacity", formatAmount(spec.capacity?.storage));
  writeNodeAffinity(writer, spec.nodeAffinity?.required?.nodeSelectorTerms);
  writer.field(0, "Message", status.message ?? "");
  writer.row(0, "Source:");
  writePersistentVolumeSource(writer, spec);
  await writeEvents(object, context);
});

function writeNodeAffinity(
  writer: DescribeWriter,
  terms: readonly NodeSelectorTerm[] | undefined,
): void {
  writer.field(0, "Node Affinity", terms ? "" : "<none>");
  if (!terms) return;
  writer.field(1, "Required Terms", terms.length === 0 ? "<none>" : "");
  for (const [index, { matchExpressions = [] }] of terms.entries()) {
    const lines = matchExpressions.map(({ key, operator, values = [] }) => {
      const test = `${key} ${operator.toLowerCase()}`;
      return values.length === 0 ? test : `${test} [${values.join(", ")}]`;
    });
    writer.valueList(`Term ${index}`, lines, { indent: "    " });
  }
}
