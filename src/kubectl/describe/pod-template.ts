import type {
  PodSpec,
  PodTemplateSpec,
  Toleration,
  TopologySpreadConstraint,
  Volume,
} from "#api/core/v1.ts";
import { SelectorError } from "#machinery/labels/selector.ts";
import { formatLabelSelector } from "#machinery/labels/label-selector.ts";
import type { LabelSelector } from "#api/meta/v1.ts";
import { writeContainers } from "./containers.ts";
import { sortedBy } from "./go-values.ts";
import { writeAnnotations, writeLabels } from "./metadata.ts";
import { writeVolumeSource } from "./volume-sources.ts";
import type { DescribeWriter } from "./writer.ts";

export function writePodTemplate(
  writer: DescribeWriter,
  template: Partial<PodTemplateSpec> | undefined,
): void {
  writer.row(0, "Pod Template:");
  if (!template) {
    writer.raw("  <unset>");
    return;
  }
  const indent = "  ";
  const { metadata } = template;
  const spec: Partial<PodSpec> = template.spec ?? {};
  writeLabels(writer, "  Labels", metadata?.labels);
  const annotations = metadata?.annotations;
  if (annotations && Object.keys(annotations).length > 0) {
    writeAnnotations(writer, "  Annotations", annotations);
  }
  if (spec.serviceAccountName) writer.field(1, "Service Account", spec.serviceAccountName);
  if (spec.initContainers?.length) {
    writeContainers(writer, "Init Containers", spec.initContainers, { indent });
  }
  writeContainers(writer, "Containers", spec.containers ?? [], { indent });
  writeVolumes(writer, spec.volumes, indent);
  writeTopologySpread(writer, spec.topologySpreadConstraints, indent);
  if (spec.priorityClassName) writer.field(1, "Priority Class Name", spec.priorityClassName);
  writeNodeSelection(writer, spec, indent);
}

/** On which nodes the pod may run. */
export function writeNodeSelection(
  writer: DescribeWriter,
  spec: Pick<PodSpec, "nodeSelector" | "tolerations">,
  indent = "",
): void {
  writeLabels(writer, `${indent}Node-Selectors`, spec.nodeSelector);
  writer.valueList(`${indent}Tolerations`, tolerationLines(spec.tolerations));
}

export function writeVolumes(
  writer: DescribeWriter,
  volumes: readonly Volume[] = [],
  indent = "",
): void {
  if (volumes.length === 0) {
    writer.field(0, `${indent}Volumes`, "<none>");
    return;
  }
  writer.row(0, `${indent}Volumes:`);
  for (const volume of volumes) {
    writer.row(1, `${indent && " "}${volume.name}:`);
    writeVolumeSource(writer, volume);
  }
}

export function writeTopologySpread(
  writer: DescribeWriter,
  constraints: readonly TopologySpreadConstraint[] = [],
  indent = "",
): void {
  if (constraints.length === 0) return;
  const lines = sortedBy(constraints, ({ topologyKey }) => topologyKey).map(
    ({ topologyKey, whenUnsatisfiable, maxSkew, labelSelector }) => {
      const text = `${topologyKey}:${whenUnsatisfiable} when max skew ${maxSkew} is exceeded`;
      return labelSelector ? `${text} for selector ${selectorText(labelSelector)}` : text;
    },
  );
  writer.valueList("Topology Spread Constraints", lines, { indent });
}

/** A selector in one line; "<none>" when it names nothing. */
export function selectorText(selector: LabelSelector | undefined): string {
  try {
    return formatLabelSelector(selector) || "<none>";
  } catch (error) {
    if (error instanceof SelectorError) return "<error>";
    throw error;
  }
}

function tolerationLines(tolerations: readonly Toleration[] = []): string[] {
  return sortedBy(tolerations, ({ key = "" }) => key).map(
    ({ key = "", value, effect, operator, tolerationSeconds }) => {
      let line = key;
      if (value) line += `=${value}`;
      if (effect) line += `:${effect}`;
      if (operator === "Exists" && !value) line += line === "" ? "op=Exists" : " op=Exists";
      if (tolerationSeconds !== undefined) line += ` for ${tolerationSeconds}s`;
      return line;
    },
  );
}
