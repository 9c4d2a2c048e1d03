import { DaemonSet } from "#api/apps/v1.ts";
import { selectorOf } from "#machinery/labels/label-selector.ts";
import { describerFor } from "../context.ts";
import { writeEvents } from "../events.ts";
import { formatLabels, writeLabelsAndAnnotations, writeName } from "../metadata.ts";
import { writePodTemplate } from "../pod-template.ts";
import { podStatusesOf } from "../pods-of.ts";

export const daemonSet = describerFor(DaemonSet, async (object, context) => {
  const { writer } = context;
  const { metadata, spec, status } = object;
  const statuses = await podStatusesOf(object, spec.selector, context);
  writeName(writer, metadata);
  writer.field(0, "Selector", selectorOf(spec.selector).toString());
  writer.field(0, "Node-Selector", formatLabels(spec.template.spec?.nodeSelector));
  writeLabelsAndAnnotations(writer, metadata);
  const counts = {
    "Desired Number of Nodes Scheduled": status?.desiredNumberScheduled,
    "Current Number of Nodes Scheduled": status?.currentNumberScheduled,
    "Number of Nodes Scheduled with Up-to-date Pods": status?.updatedNumberScheduled,
    "Number of Nodes Scheduled with Available Pods": status?.numberAvailable,
    "Number of Nodes Misscheduled": status?.numberMisscheduled,
  };
  for (const [title, count = 0] of Object.entries(counts)) writer.row(0, `${title}: ${count}`);
  writer.field(0, "Pods Status", statuses);
  writePodTemplate(writer, spec.template);
  await writeEvents(object, context);
});
