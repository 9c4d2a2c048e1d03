import type { Draft } from "#schema/message.ts";
import type { JobSpec } from "#api/batch/v1.ts";
import { CronJob, Job } from "#api/batch/v1.ts";
import { humanDuration } from "#machinery/age.ts";
import { parseSchedule } from "#machinery/cron/schedule.ts";
import { timeZone, utc } from "#machinery/cron/zone.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid, requiredValue } from "#machinery/validation/field-error.ts";
import type { Column, ResourceDefinition } from "../../registry/resource.ts";
import {
  ageColumn,
  column,
  containerColumns,
  formatSelector,
  nameColumn,
  since,
  wideColumn,
} from "../common/columns.ts";
import { nonNegative, oneOf } from "../common/validation.ts";
import { applyPodSpecDefaults } from "../core/pods/defaults.ts";
import { validatePodTemplateSpec } from "../core/pods/validation.ts";
import { defineResource } from "../define.ts";
import {
  validateFailurePolicy,
  validateIndexes,
  validateSuccessPolicy,
} from "./validation-policies.ts";
import { validateJobUpdate } from "./validation-update.ts";

const uidLabels = ["batch.kubernetes.io/controller-uid", "controller-uid"] as const;
const nameLabels = ["batch.kubernetes.io/job-name", "job-name"] as const;

export const jobs: ResourceDefinition = defineResource<Job>({
  type: Job,
  requiredMayBeEmpty: true,
  columns: [
    nameColumn(),
    column("Status", jobWord),
    column("Completions", completionText),
    column("Duration", ({ status }, now) => {
      if (status.startTime === undefined) return "";
      const end = status.completionTime === undefined ? now : Date.parse(status.completionTime);
      return humanDuration(end - Date.parse(status.startTime));
    }),
    ageColumn(),
    ...templateColumns<Job>(({ spec }) => spec),
  ],
  selectableFields: { "status.successful": ({ status }) => String(status.succeeded ?? 0) },
  applyDefaults(job) {
    applyJobSpecDefaults(job.spec);
    const labels = job.spec.template?.metadata?.labels;
    if (labels && job.metadata && !Object.keys(job.metadata.labels ?? {}).length) {
      job.metadata.labels = { ...labels };
    }
  },
  prepareForCreate(job) {
    job.status = {};
    if (!job.spec.manualSelector) selectOwnPods(job);
    // Where the user gave none, the job is found by what its pods are found by.
    const { labels } = job.spec.template.metadata;
    if (labels && !Object.keys(job.metadata.labels ?? {}).length)
      job.metadata.labels = { ...labels };
  },
  prepareForUpdate(job, old) {
    job.status = old.status;
  },
  validate: ({ spec }) => [
    ...(spec.selector ? [] : [requiredValue("spec.selector")]),
    ...validateJobSpec(spec, "spec"),
  ],
  validateUpdate: validateJobUpdate,
  status: {},
});

/** A CronJob's template has none of these: each of its Jobs gets them when it is made. */
function applyJobSpecDefaults(spec: Draft<JobSpec>): void {
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : 2 ** 31 - 1;
  spec.completionMode ??= "NonIndexed";
  spec.suspend ??= false;
  spec.manualSelector ??= false;
  for (const { onPodConditions = [] } of spec.podFailurePolicy?.rules ?? []) {
    for (const condition of onPodConditions) condition.status ||= "True";
  }
  // Neither said: one pod that succeeds. Only how many at once: whoever is first ends the rest.
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? "Failed" : "TerminatingOrFailed";
  if (spec.template?.spec) applyPodSpecDefaults(spec.template.spec);
}

/** Two jobs of one template must not count each other's pods: each selects its own by its uid. */
function selectOwnPods({ metadata, spec }: Job): void {
  const own: Record<string, string> = {};
  for (const label of uidLabels) own[label] = metadata.uid;
  // A missing name is told by the rules, which look at the labels too.
  const { name = "" } = metadata as { name?: string };
  for (const label of nameLabels) own[label] = name;
  spec.template.metadata.labels = { ...spec.template.metadata.labels, ...own };
  const [uidLabel] = uidLabels;
  spec.selector = { matchLabels: { [uidLabel]: metadata.uid } };
}

function validateJobSpec(spec: JobSpec, path: string): FieldError[] {
  const errors = [
    ...nonNegative(`${path}.parallelism`, spec.parallelism),
    ...nonNegative(`${path}.completions`, spec.completions),
    ...nonNegative(`${path}.activeDeadlineSeconds`, spec.activeDeadlineSeconds),
    ...nonNegative(`${path}.backoffLimit`, spec.backoffLimit),
    ...nonNegative(`${path}.ttlSecondsAfterFinished`, spec.ttlSecondsAfterFinished),
    ...oneOf(`${path}.completionMode`, spec.completionMode, ["NonIndexed", "Indexed"]),
    ...validateIndexes(spec, path),
    ...validateFailurePolicy(spec, path),
    ...validateSuccessPolicy(spec, path),
    ...oneOf(
      `${path}.podReplacementPolicy`,
      spec.podReplacementPolicy,
      spec.podFailurePolicy ? ["Failed"] : ["Failed", "TerminatingOrFailed"],
    ),
    ...validatePodTemplateSpec(spec.template, `${path}.template`),
  ];
  if (spec.completionMode === "Indexed" && spec.completions === undefined) {
    const detail = "when completion mode is Indexed";
    errors.push(requiredValue(`${path}.completions`, detail));
  }
  const policy = spec.template.spec?.restartPolicy;
  const field = `${path}.template.spec.restartPolicy`;
  if (policy && policy !== "Always") errors.push(...oneOf(field, policy, ["OnFailure", "Never"]));
  else errors.push(requiredValue(field, 'valid values: "OnFailure", "Never"'));
  return errors;
}

const cronJobNameMax = 52;

export const cronJobs: ResourceDefinition = defineResource<CronJob>({
  type: CronJob,
  requiredMayBeEmpty: true,
  nameRule: "dnsSubdomain",
  columns: [
    nameColumn(),
    column("Schedule", ({ spec }) => spec.schedule),
    column("Timezone", ({ spec }) => spec.timeZone ?? "<none>"),
    column("Suspend", ({ spec }) => (spec.suspend ? "True" : "False"), "boolean"),
    column("Active", ({ status }) => status.active?.length ?? 0, "integer"),
    column("Last Schedule", ({ status }, now) =>
      status.lastScheduleTime === undefined ? "<none>" : since(status.lastScheduleTime, now),
    ),
    ageColumn(),
    ...templateColumns<CronJob>(({ spec }) => spec.jobTemplate.spec),
  ],
  applyDefaults({ spec }) {
    const template = spec.jobTemplate?.spec?.template?.spec;
    if (template) applyPodSpecDefaults(template);
  },
  prepareForCreate(cronJob) {
    cronJob.status = {};
  },
  prepareForUpdate(cronJob, old) {
    cronJob.status = old.status;
  },
  validate: ({ spec }) => [
    ...(spec.schedule ? validateSchedule(spec.schedule) : [requiredValue("spec.schedule")]),
    ...nonNegative("spec.startingDeadlineSeconds", spec.startingDeadlineSeconds),
    ...validateTimeZone(spec.timeZone),
    ...oneOf("spec.concurrencyPolicy", spec.concurrencyPolicy, ["Allow", "Forbid", "Replace"]),
    ...validateJobSpec(spec.jobTemplate.spec ?? emptyJob, "spec.jobTemplate.spec"),
    ...nonNegative("spec.successfulJobsHistoryLimit", spec.successfulJobsHistoryLimit),
    ...nonNegative("spec.failedJobsHistoryLimit", spec.failedJobsHistoryLimit),
  ],
  validateCreate: ({ metadata }) => {
    // Each of its Jobs has eleven characters more, and must keep to what labels may hold.
    const { name = "" } = metadata as { name?: string };
    if (name.length <= cronJobNameMax) return [];
    const detail = `must be no more than ${cronJobNameMax} characters`;
    return [invalid("metadata.name", name, detail)];
  },
  status: {},
});

function validateSchedule(schedule: string): FieldError[] {
  const path = "spec.schedule";
  if (/TZ=/.test(schedule)) {
    const detail = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
    return [invalid(path, schedule, detail)];
  }
  const problem = parseSchedule(schedule, utc);
  return typeof problem === "string" ? [invalid(path, schedule, problem)] : [];
}

function validateTimeZone(zone: string | undefined): FieldError[] {
  const path = "spec.timeZone";
  if (zone === undefined) return [];
  if (zone === "") return [invalid(path, zone, "timeZone must be nil or non-empty string")];
  if (zone.toLowerCase() === "local") {
    return [
      invalid(
        path,
        zone,
        "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones",
      ),
    ];
  }
  return timeZone(zone) ? [] : [invalid(path, zone, `unknown time zone ${zone}`)];
}

/** What a template that says nothing amounts to. */
const emptyJob: JobSpec = {
  backoffLimit: 6,
  completionMode: "NonIndexed",
  suspend: false,
  template: { metadata: {} as JobSpec["template"]["metadata"] },
};

function templateColumns<T>(specOf: (object: T) => JobSpec | undefined): Column<T>[] {
  return [
    ...containerColumns<T>((object) => specOf(object)?.template.spec?.containers),
    wideColumn("Selector", (object) => formatSelector(specOf(object)?.selector)),
  ];
}

function jobWord({ metadata, status }: Job): string {
  const has = (type: string) =>
    status.conditions?.some((one) => one.type === type && one.status === "True");
  if (has("Complete")) return "Complete";
  if (has("Failed")) return "Failed";
  if (metadata.deletionTimestamp !== undefined) return "Terminating";
  return ["Suspended", "FailureTarget", "SuccessCriteriaMet"].find(has) ?? "Running";
}

function completionText({ spec, status }: Job): string {
  const done = status.succeeded ?? 0;
  if (spec.completions !== undefined) return `${done}/${spec.completions}`;
  const parallel = spec.parallelism ?? 0;
  return parallel > 1 ? `${done}/1 of ${parallel}` : `${done}/1`;
}
