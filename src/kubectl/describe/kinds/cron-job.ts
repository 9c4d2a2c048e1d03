import { CronJob } from "#api/batch/v1.ts";
import { selectorOf } from "#machinery/labels/label-selector.ts";
import { describerFor } from "../context.ts";
import { writeEvents } from "../events.ts";
import { formatTime } from "../go-values.ts";
import { writeIdentity } from "../metadata.ts";
import { writePodTemplate } from "../pod-template.ts";
import type { DescribeWriter } from "../writer.ts";

export const cronJob = describerFor(CronJob, async (object, context) => {
  const { writer } = context;
  const { spec, status } = object;
  writeIdentity(writer, object.metadata);
  writer.field(0, "Schedule", spec.schedule);
  writer.field(0, "Concurrency Policy", spec.concurrencyPolicy);
  writer.field(0, "Suspend", spec.suspend ? "True" : "False");
  writer.field(0, "Successful Job History Limit", spec.successfulJobsHistoryLimit);
  writer.field(0, "Failed Job History Limit", spec.failedJobsHistoryLimit);
  const { startingDeadlineSeconds: deadline } = spec;
  const deadlineText = deadline === undefined ? "<unset>" : `${deadline}s`;
  writer.field(0, "Starting Deadline Seconds", deadlineText);
  writeJobTemplate(writer, object);
  const { lastScheduleTime: last, active = [] } = status;
  writer.field(0, "Last Schedule Time", last ? formatTime(last) : "<unset>");
  const names = active.map(({ name = "" }) => name).join(", ");
  writer.field(0, "Active Jobs", active.length === 0 ? "<none>" : names);
  await writeEvents(object, context);
});

function writeJobTemplate(writer: DescribeWriter, { spec: { jobTemplate } }: CronJob): void {
  const { selector, parallelism, completions, activeDeadlineSeconds, template } =
    jobTemplate.spec ?? {};
  writer.field(0, "Selector", selector ? selectorOf(selector).toString() : "<unset>");
  writer.field(0, "Parallelism", parallelism ?? "<unset>");
  writer.field(0, "Completions", completions ?? "<unset>");
  if (activeDeadlineSeconds !== undefined) {
    writer.field(0, "Active Deadline Seconds", `${activeDeadlineSeconds}s`);
  }
  writePodTemplate(writer, template ?? {});
}
