import { bool, int32, int64, list, object, oneOf, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { PodTemplateSpec } from "#api/core/v1/pod-template.ts";
import { ObjectReference } from "#api/core/v1/shared.ts";
import { LabelSelector, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class CronJob extends kind(
  "io.k8s.api.batch.v1.CronJob",
  {
    group: "batch",
    version: "v1",
    kind: "CronJob",
    resource: "cronjobs",
    singular: "cronjob",
    namespaced: true,
    shortNames: ["cj"],
    categories: ["all"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => CronJobSpec),
    status: object(3, () => CronJobStatus).default({}),
  },
) {}

export abstract class CronJobSpec extends message("io.k8s.api.batch.v1.CronJobSpec", {
  schedule: string(1),
  startingDeadlineSeconds: int64(2).optional(),
  concurrencyPolicy: oneOf(3, "Allow", "Forbid", "Replace").default("Allow"),
  suspend: bool(4).default(false),
  jobTemplate: object(5, () => JobTemplateSpec),
  successfulJobsHistoryLimit: int32(6).default(3),
  failedJobsHistoryLimit: int32(7).default(1),
  timeZone: string(8).optional(),
}) {}

export abstract class JobTemplateSpec extends message("io.k8s.api.batch.v1.JobTemplateSpec", {
  metadata: object(1, () => ObjectMeta).default({}),
  spec: object(2, () => JobSpec).optional(),
}) {}

export abstract class JobSpec extends message("io.k8s.api.batch.v1.JobSpec", {
  parallelism: int32(1).optional(),
  completions: int32(2).optional(),
  activeDeadlineSeconds: int64(3).optional(),
  selector: object(4, () => LabelSelector)
    .atomic()
    .optional(),
  manualSelector: bool(5).optional(),
  template: object(6, () => PodTemplateSpec),
  backoffLimit: int32(7).default(6),
  ttlSecondsAfterFinished: int32(8).optional(),
  completionMode: oneOf(9, "NonIndexed", "Indexed").default("NonIndexed"),
  suspend: bool(10).default(false),
  podFailurePolicy: object(11, () => PodFailurePolicy).optional(),
  backoffLimitPerIndex: int32(12).optional(),
  maxFailedIndexes: int32(13).optional(),
  podReplacementPolicy: oneOf(14, "TerminatingOrFailed", "Failed").optional(),
  managedBy: string(15).optional(),
  successPolicy: object(16, () => SuccessPolicy).optional(),
}) {}

export abstract class PodFailurePolicy extends message("io.k8s.api.batch.v1.PodFailurePolicy", {
  rules: list(1, () => PodFailurePolicyRule),
}) {}

export abstract class PodFailurePolicyRule extends message(
  "io.k8s.api.batch.v1.PodFailurePolicyRule",
  {
    action: string(1),
    onExitCodes: object(2, () => PodFailurePolicyOnExitCodesRequirement).optional(),
    onPodConditions: list(3, () => PodFailurePolicyOnPodConditionsPattern).optional(),
  },
) {}

export abstract class PodFailurePolicyOnExitCodesRequirement extends message(
  "io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement",
  {
    containerName: string(1).optional(),
    operator: string(2),
    values: list(3, int32).set(),
  },
) {}

export abstract class PodFailurePolicyOnPodConditionsPattern extends message(
  "io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern",
  {
    type: string(1),
    status: string(2).optional(),
  },
) {}

export abstract class SuccessPolicy extends message("io.k8s.api.batch.v1.SuccessPolicy", {
  rules: list(1, () => SuccessPolicyRule),
}) {}

export abstract class SuccessPolicyRule extends message("io.k8s.api.batch.v1.SuccessPolicyRule", {
  succeededIndexes: string(1).optional(),
  succeededCount: int32(2).optional(),
}) {}

export abstract class CronJobStatus extends message("io.k8s.api.batch.v1.CronJobStatus", {
  active: list(1, () => ObjectReference).optional(),
  lastScheduleTime: time(4).optional(),
  lastSuccessfulTime: time(5).optional(),
}) {}

export abstract class Job extends kind(
  "io.k8s.api.batch.v1.Job",
  {
    group: "batch",
    version: "v1",
    kind: "Job",
    resource: "jobs",
    singular: "job",
    namespaced: true,
    categories: ["all"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => JobSpec),
    status: object(3, () => JobStatus).default({}),
  },
) {}

export abstract class JobStatus extends message("io.k8s.api.batch.v1.JobStatus", {
  conditions: list(1, () => JobCondition)
    .merge("type")
    .optional(),
  startTime: time(2).optional(),
  completionTime: time(3).optional(),
  active: int32(4).optional(),
  succeeded: int32(5).optional(),
  failed: int32(6).optional(),
  completedIndexes: string(7).optional(),
  uncountedTerminatedPods: object(8, () => UncountedTerminatedPods).optional(),
  ready: int32(9).optional(),
  failedIndexes: string(10).optional(),
  terminating: int32(11).optional(),
}) {}

export abstract class JobCondition extends message("io.k8s.api.batch.v1.JobCondition", {
  type: string(1),
  status: oneOf(2, "True", "False", "Unknown"),
  lastProbeTime: time(3).optional(),
  lastTransitionTime: time(4).optional(),
  reason: string(5).optional(),
  message: string(6).optional(),
}) {}

export abstract class UncountedTerminatedPods extends message(
  "io.k8s.api.batch.v1.UncountedTerminatedPods",
  {
    succeeded: list(1, string).set().optional(),
    failed: list(2, string).set().optional(),
  },
) {}

export abstract class CronJobList extends kind(
  "io.k8s.api.batch.v1.CronJobList",
  { group: "batch", version: "v1", kind: "CronJobList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => CronJob),
  },
) {}

export abstract class JobList extends kind(
  "io.k8s.api.batch.v1.JobList",
  { group: "batch", version: "v1", kind: "JobList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => Job),
  },
) {}
