import { Job } from "#api/batch/v1.ts";
import { humanDuration } from "#machinery/age.ts";
import { selectorOf } from "#machinery/labels/label-selector.ts";
import { describerFor } from "../context.ts";
import { writeEvents } from "../events.ts";
import { formatTime } from "../go-values.ts";
import { writeController, writeLabelsAndAnnotations, writeName } from "../metadata.ts";
import { writePodTemplate } from "../pod-template.ts";
import type { DescribeWriter } from "../writer.ts";

/** A list of indexes is cut at the first comma behind this many characters. */
const indexesLengthSoftMax = 50;

export const job = describerFor(Job, async (object, context) => {
  const { writer } = context;
  writeName(writer, object.metadata);
  writer.field(0, "Selector", selectorOf(object.spec.selector).toString());
  writeLabelsAndAnnotations(writer, object.metadata);
  writeController(writer, object);
  writeSettings(writer, object);
  writeProgress(writer, object);
  writePodTemplate(writer, object.spec.template);
  await writeEvents(object, context);
});

function writeSettings(writer: DescribeWriter, { spec }: Job): void {
  const { parallelism, completions, completionMode, suspend, backoffLimit } = spec;
  if (parallelism !== undefined) writer.field(0, "Parallelism", parallelism);
  writer.field(0, "Completions", completions ?? "<unset>");
  if (completionMode !== undefined) writer.field(0, "Completion Mode", completionMode);
  if (suspend !== undefined) writer.field(0, "Suspend", suspend);
  if (backoffLimit !== undefined) writer.field(0, "Backoff Limit", backoffLimit);
  const { ttlSecondsAfterFinished: ttl } = spec;
  if (ttl !== undefined) writer.field(0, "TTL Seconds After Finished", ttl);
}

function writeProgress(writer: DescribeWriter, { spec, status }: Job): void {
  const { startTime, completionTime, active = 0, ready, succeeded = 0, failed = 0 } = status;
  if (startTime) writer.field(0, "Start Time", formatTime(startTime));
  if (completionTime) writer.field(0, "Completed At", formatTime(completionTime));
  if (startTime && completionTime) {
    const took = Date.parse(completionTime) - Date.parse(startTime);
    writer.field(0, "Duration", humanDuration(took));
  }
  const { activeDeadlineSeconds: deadline, completionMode } = spec;
  if (deadline !== undefined) writer.field(0, "Active Deadline Seconds", `${deadline}s`);
  const readyText = ready === undefined ? "" : ` (${ready} Ready)`;
  const counts = `${active} Active${readyText} / ${succeeded} Succeeded / ${failed} Failed`;
  writer.field(0, "Pods Statuses", counts);
  if (completionMode === "Indexed") {
    writer.field(0, "Completed Indexes", shortIndexes(status.completedIndexes));
  }
}

function shortIndexes(indexes = ""): string {
  if (indexes === "") return "<none>";
  const comma = indexes.indexOf(",", indexesLengthSoftMax);
  return comma < 0 ? indexes : `${indexes.slice(0, comma + 1)}...`;
}
