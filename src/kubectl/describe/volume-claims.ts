import type {
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimTemplate,
} from "#api/core/v1.ts";
import type { ObjectMeta } from "#api/meta/v1.ts";
import { formatList } from "./go-values.ts";
import { labelLines, writeAnnotations, writeLabels } from "./metadata.ts";
import { formatAmount } from "./resources.ts";
import type { DescribeWriter } from "./writer.ts";

const betaClassAnnotation = "volume.beta.kubernetes.io/storage-class";

/** An annotation of old goes before the field. */
export function storageClassOf(
  metadata: Partial<ObjectMeta> | undefined,
  spec: { readonly storageClassName?: string },
): string {
  return metadata?.annotations?.[betaClassAnnotation] ?? spec.storageClassName ?? "";
}

/** The access modes' abbreviations, in this order. */
export function formatAccessModes(modes: readonly string[] | undefined): string {
  const abbreviations = { ReadWriteOnce: "RWO", ReadOnlyMany: "ROX", ReadWriteMany: "RWX" };
  return Object.entries({ ...abbreviations, ReadWriteOncePod: "RWOP" })
    .filter(([mode]) => modes?.includes(mode))
    .map(([, abbreviation]) => abbreviation)
    .join(",");
}

/** The claim that a pod's ephemeral volume makes: it stands two levels in. */
export function writeClaimTemplate(
  writer: DescribeWriter,
  { metadata, spec }: PersistentVolumeClaimTemplate,
): void {
  const indent = "    ";
  writer.field(2, "StorageClass", storageClassOf(metadata, spec));
  writer.field(2, "Volume", spec.volumeName ?? "");
  // Each piece of a line that is written in pieces is indented: so it is upstream.
  writeIndentedLabels(writer, indent, metadata?.labels);
  writeAnnotations(writer, "Annotations", metadata?.annotations, indent);
  writeClaimSpec(writer, 2, spec, undefined);
}

function writeIndentedLabels(
  writer: DescribeWriter,
  indent: string,
  labels: Readonly<Record<string, string>> | undefined,
): void {
  const lines = labelLines(labels);
  writer.raw(`${indent}Labels:\t`);
  if (lines.length === 0) writer.raw(`${indent}<none>\n`);
  for (const [index, line] of lines.entries()) {
    writer.raw(`${index === 0 ? "" : `${indent}${indent}\t`}${indent}${line}\n`);
  }
}

/** What a claim asks for; of a claim that has its volume, what that has. */
export function writeClaimSpec(
  writer: DescribeWriter,
  level: number,
  spec: PersistentVolumeClaimSpec,
  status: PersistentVolumeClaim["status"] | undefined,
): void {
  const bound = spec.volumeName ? status : undefined;
  writer.field(level, "Capacity", spec.volumeName ? formatAmount(bound?.capacity?.storage) : "");
  writer.field(level, "Access Modes", formatAccessModes(bound?.accessModes));
  writer.field(level, "VolumeMode", spec.volumeMode);
  const { dataSource } = spec;
  if (!dataSource) return;
  writer.row(level, "DataSource:");
  if (dataSource.apiGroup !== undefined) writer.field(level + 1, "APIGroup", dataSource.apiGroup);
  writer.field(level + 1, "Kind", dataSource.kind);
  writer.field(level + 1, "Name", dataSource.name);
}

/** The claims that each pod of a StatefulSet gets. */
export function writeClaimTemplates(
  writer: DescribeWriter,
  templates: readonly PersistentVolumeClaim[] = [],
): void {
  if (templates.length === 0) {
    writer.field(0, "Volume Claims", "<none>");
    return;
  }
  writer.row(0, "Volume Claims:");
  for (const { metadata, spec } of templates) {
    writer.field(1, "Name", metadata.name);
    writer.field(1, "StorageClass", storageClassOf(metadata, spec));
    writeLabels(writer, "Labels", metadata.labels, { indent: "  " });
    writeLabels(writer, "Annotations", metadata.annotations, { indent: "  " });
    const request = spec.resources.requests?.storage;
    writer.field(1, "Capacity", request === undefined ? "<default>" : formatAmount(request));
    writer.field(1, "Access Modes", formatList(spec.accessModes));
  }
}
