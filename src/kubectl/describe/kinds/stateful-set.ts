import { StatefulSet } from "#api/apps/v1.ts";
import { selectorOf } from "#machinery/labels/label-selector.ts";
import { describerFor } from "../context.ts";
import { writeEvents } from "../events.ts";
import { formatTime } from "../go-values.ts";
import { writeLabelsAndAnnotations, writeName } from "../metadata.ts";
import { writePodTemplate } from "../pod-template.ts";
import { podStatusesOf } from "../pods-of.ts";
import { writeClaimTemplates } from "../volume-claims.ts";

export const statefulSet = describerFor(StatefulSet, async (object, context) => {
  const { writer } = context;
  const { metadata, spec, status } = object;
  const statuses = await podStatusesOf(object, spec.selector, context);
  writeName(writer, metadata);
  writer.field(0, "CreationTimestamp", formatTime(metadata.creationTimestamp));
  writer.field(0, "Selector", selectorOf(spec.selector).toString());
  writeLabelsAndAnnotations(writer, metadata);
  writer.field(0, "Replicas", `${spec.replicas} desired | ${status?.replicas ?? 0} total`);
  writer.field(0, "Update Strategy", spec.updateStrategy.type);
  const { partition, maxUnavailable } = spec.updateStrategy.rollingUpdate ?? {};
  if (partition !== undefined) {
    writer.field(1, "Partition", partition);
    if (maxUnavailable !== undefined) writer.field(1, "MaxUnavailable", maxUnavailable);
  }
  writer.field(0, "Pods Status", statuses);
  writePodTemplate(writer, spec.template);
  writeClaimTemplates(writer, spec.volumeClaimTemplates);
  await writeEvents(object, context);
});
