import { CSINode, StorageClass, VolumeAttributesClass } from "#api/storage/v1.ts";
import type { TopologySelectorTerm } from "#api/core/v1.ts";
import { describerFor } from "../context.ts";
import { writeEvents } from "../events.ts";
import { formatList, formatTime } from "../go-values.ts";
import { formatLabels, writeLabelsAndAnnotations } from "../metadata.ts";
import type { DescribeWriter } from "../writer.ts";

const defaultAnnotations = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];

export const storageClass = describerFor(StorageClass, async (object, context) => {
  const { writer } = context;
  const { annotations } = object.metadata;
  const { mountOptions = [], allowVolumeExpansion: expands, allowedTopologies } = object;
  const isDefault = defaultAnnotations.some((key) => annotations?.[key] === "true");
  writer.field(0, "Name", object.metadata.name);
  writer.field(0, "IsDefaultClass", isDefault ? "Yes" : "No");
  writer.field(0, "Annotations", formatLabels(annotations));
  writer.field(0, "Provisioner", object.provisioner);
  writer.field(0, "Parameters", formatLabels(object.parameters));
  const expansion = expands === undefined ? "<unset>" : expands ? "True" : "False";
  writer.field(0, "AllowVolumeExpansion", expansion);
  if (mountOptions.length === 0) writer.field(0, "MountOptions", "<none>");
  else writer.row(0, "MountOptions:");
  for (const option of mountOptions) writer.row(1, option);
  writer.field(0, "ReclaimPolicy", object.reclaimPolicy);
  writer.field(0, "VolumeBindingMode", object.volumeBindingMode);
  if (allowedTopologies) writeAllowedTopologies(writer, allowedTopologies);
  await writeEvents(object, context);
});

export const volumeAttributesClass = describerFor(
  VolumeAttributesClass,
  async (object, context) => {
    const { writer } = context;
    writer.field(0, "Name", object.metadata.name);
    writer.field(0, "Annotations", formatLabels(object.metadata.annotations));
    writer.field(0, "DriverName", object.driverName);
    writer.field(0, "Parameters", formatLabels(object.parameters));
    await writeEvents(object, context);
  },
);

export const csiNode = describerFor(CSINode, async (object, context) => {
  const { writer } = context;
  writer.field(0, "Name", object.metadata.name);
  writeLabelsAndAnnotations(writer, object.metadata);
  writer.field(0, "CreationTimestamp", formatTime(object.metadata.creationTimestamp));
  writer.row(0, "Spec:");
  const { drivers } = object.spec;
  if (drivers.length > 0) writer.row(1, "Drivers:");
  for (const { name, nodeID, allocatable, topologyKeys } of drivers) {
    writer.row(2, `${name}:`);
    writer.field(3, "Node ID", nodeID);
    if (allocatable?.count !== undefined) {
      writer.row(3, "Allocatables:");
      writer.field(4, "Count", allocatable.count);
    }
    if (topologyKeys?.length) writer.field(3, "Topology Keys", formatList(topologyKeys));
  }
  await writeEvents(object, context);
});

function writeAllowedTopologies(
  writer: DescribeWriter,
  terms: readonly TopologySelectorTerm[],
): void {
  writer.field(0, "AllowedTopologies", terms.length === 0 ? "<none>" : "");
  for (const [index, { matchLabelExpressions = [] }] of terms.entries()) {
    const lines = matchLabelExpressions.map(({ key, values }) =>
      values.length === 0 ? `${key} in` : `${key} in [${values.join(", ")}]`,
    );
    writer.valueList(`Term ${index}`, lines, { indent: "  " });
  }
}
