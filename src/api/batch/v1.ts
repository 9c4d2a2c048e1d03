import { bool, int32, int64, list, object, oneOf, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { PodTemplateSpec } from "#api/core/v1/pod-template.ts";
import { ObjectReference } from "#api/core/v1/shared.ts";
import { LabelSelector, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** Makes a Job at certain times. */
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
    /** When a Job is made, and what it does. */
    spec: object(2, () => CronJobSpec),
    /** What it has done. */
    status: object(3, () => CronJobStatus).default({}),
  },
) {}

/** When a Job is made, and which. */
export abstract class CronJobSpec extends message("io.k8s.api.batch.v1.CronJobSpec", {
  /**
   * The times, as in crontab: minute, hour, day of month, month, day of week. Or @hourly, @daily,
   * @weekly, @monthly, @yearly.
   */
  schedule: string(1),
  /**
   * How many seconds late a Job may still be started. Default: no limit; but after more than 100
   * missed times none is started.
   */
  startingDeadlineSeconds: int64(2).optional(),
  /**
   * What to do when it is time and the previous Job still runs: Allow (default) both, Forbid skips
   * the new one, Replace ends the old one.
   */
  concurrencyPolicy: oneOf(3, "Allow", "Forbid", "Replace").default("Allow"),
  /** If true, no more Jobs are made; those that run go on. Default false. */
  suspend: bool(4).default(false),
  /** What the Jobs look like that are made. */
  jobTemplate: object(5, () => JobTemplateSpec),
  /** How many completed Jobs are kept. Default 3. */
  successfulJobsHistoryLimit: int32(6).default(3),
  /** How many failed Jobs are kept. Default 1. */
  failedJobsHistoryLimit: int32(7).default(1),
  /** Time zone of the schedule, such as Asia/Seoul. Default: that of the controller manager. */
  timeZone: string(8).explicit().optional(),
}) {}

/** What Jobs made from it look like. */
export abstract class JobTemplateSpec extends message("io.k8s.api.batch.v1.JobTemplateSpec", {
  /** Labels and annotations for the Jobs. */
  metadata: object(1, () => ObjectMeta).default({}),
  /** What the Jobs do. The same fields as a Job's spec. */
  spec: object(2, () => JobSpec)
    .implicit()
    .optional(),
}) {}

/**
 * Which pods, how many of them, and when it is enough. After creation little of it can be changed.
 */
export abstract class JobSpec extends message("io.k8s.api.batch.v1.JobSpec", {
  /** How many pods may run at once. 0 makes none. Default 1. */
  parallelism: int32(1).optional(),
  /**
   * How many pods must succeed. Missing: one success is enough, and no pods are started after it.
   * Default 1 if parallelism is missing too.
   */
  completions: int32(2).optional(),
  /**
   * Seconds that the Job may be active; then its pods are ended and it fails. At least 1. No limit
   * when missing. The clock restarts when it is resumed.
   */
  activeDeadlineSeconds: int64(3).optional(),
  /**
   * Labels by which the pods are found. Made by the system; leave it out unless manualSelector is
   * true.
   */
  selector: object(4, () => LabelSelector)
    .atomic()
    .optional(),
  /**
   * If true, you choose the selector and the template's labels, and see to it that they fit no
   * other Job's pods. Default false. Cannot be changed.
   */
  manualSelector: bool(5).optional(),
  /** The pods to be made. Its restartPolicy must be Never or OnFailure. */
  template: object(6, () => PodTemplateSpec),
  /**
   * How many failures there may be before the Job fails. Default 6; no limit if
   * backoffLimitPerIndex is given.
   */
  backoffLimit: int32(7).assigned(),
  /**
   * Seconds after its end until the Job is deleted with its pods. 0 deletes at once. Missing:
   * never.
   */
  ttlSecondsAfterFinished: int32(8).optional(),
  /**
   * NonIndexed (default): all pods are alike. Indexed: each pod gets a number from 0 up in the
   * annotation batch.kubernetes.io/job-completion-index and in JOB_COMPLETION_INDEX, and each
   * number must succeed once. Cannot be changed.
   */
  completionMode: oneOf(9, "NonIndexed", "Indexed").explicit().assigned(),
  /**
   * If true, no pods are made, and those that run are deleted. Resuming starts anew. Default false.
   */
  suspend: bool(10).assigned(),
  /**
   * What failed pods mean for the Job. Default: each counts towards backoffLimit. Needs
   * restartPolicy Never. Cannot be changed.
   */
  podFailurePolicy: object(11, () => PodFailurePolicy).optional(),
  /**
   * How many failures each index may have before it counts as failed. Only for Indexed with
   * restartPolicy Never. Cannot be changed.
   */
  backoffLimitPerIndex: int32(12).optional(),
  /**
   * How many indexes may fail before the whole Job does. Needs backoffLimitPerIndex. Missing: all
   * run to their end.
   */
  maxFailedIndexes: int32(13).optional(),
  /**
   * When to replace a pod: TerminatingOrFailed (default) as soon as it begins to end, Failed once
   * it has ended. With podFailurePolicy only Failed, which is then the default.
   */
  podReplacementPolicy: oneOf(14, "TerminatingOrFailed", "Failed").explicit().optional(),
  /**
   * The controller that takes care of the Job, DOMAIN/PATH. Default: kubernetes.io/job-controller;
   * for any other it keeps out. Cannot be changed.
   */
  managedBy: string(15).explicit().optional(),
  /** When the Job has succeeded before all indexes have. Only for Indexed. Cannot be changed. */
  successPolicy: object(16, () => SuccessPolicy).optional(),
}) {}

/** What failed pods mean for a Job. */
export abstract class PodFailurePolicy extends message("io.k8s.api.batch.v1.PodFailurePolicy", {
  /**
   * At most 20. The first that fits a failed pod decides; without one the failure counts towards
   * backoffLimit.
   */
  rules: list(1, () => PodFailurePolicyRule),
}) {}

/** What one kind of failure means. Exactly one of onExitCodes and onPodConditions. */
export abstract class PodFailurePolicyRule extends message(
  "io.k8s.api.batch.v1.PodFailurePolicyRule",
  {
    /**
     * What to do:
     * - FailJob: the Job fails at once, and its pods are ended.
     * - FailIndex: the pod's index fails without another try. Needs backoffLimitPerIndex.
     * - Ignore: the failure does not count, and the pod is replaced.
     * - Count: the failure counts towards backoffLimit.
     */
    action: string(1),
    /** Fits pods by how their containers ended. */
    onExitCodes: object(2, () => PodFailurePolicyOnExitCodesRequirement).optional(),
    /** Fits pods that have one of these conditions. At most 20. */
    onPodConditions: list(3, () => PodFailurePolicyOnPodConditionsPattern).optional(),
  },
) {}

/** Exit codes of containers. Code 0 never fits. */
export abstract class PodFailurePolicyOnExitCodesRequirement extends message(
  "io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement",
  {
    /** The container that counts. Default: any. */
    containerName: string(1).explicit().optional(),
    /**
     * In: some container ended with one of the values. NotIn: some container failed with none of
     * them.
     */
    operator: string(2),
    /** Exit codes, ascending, without duplicates. 1 to 255 of them; 0 is not allowed with In. */
    values: list(3, int32).set(),
  },
) {}

/** A condition of a pod. */
export abstract class PodFailurePolicyOnPodConditionsPattern extends message(
  "io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern",
  {
    /** The condition's type, such as DisruptionTarget. */
    type: string(1),
    /** The condition's status. Default: True. */
    status: string(2).always().optional(),
  },
) {}

/** When an indexed Job has succeeded early. The remaining pods are then ended. */
export abstract class SuccessPolicy extends message("io.k8s.api.batch.v1.SuccessPolicy", {
  /** The first rule that is fulfilled is enough. 1 to 20. */
  rules: list(1, () => SuccessPolicyRule),
}) {}

/** A way to succeed. At least one of the fields; with both, so many of these indexes. */
export abstract class SuccessPolicyRule extends message("io.k8s.api.batch.v1.SuccessPolicyRule", {
  /** Indexes that must succeed, such as 0,2-4. Missing: any. */
  succeededIndexes: string(1).explicit().optional(),
  /** How many of them must succeed. Missing: all of succeededIndexes. */
  succeededCount: int32(2).optional(),
}) {}

/** What a CronJob has done. */
export abstract class CronJobStatus extends message("io.k8s.api.batch.v1.CronJobStatus", {
  /** References to the Jobs that run now. */
  active: list(1, () => ObjectReference).optional(),
  /** When it was last time for a Job and one was made. */
  lastScheduleTime: time(4).explicit().optional(),
  /** When one of its Jobs last completed with success. */
  lastSuccessfulTime: time(5).explicit().optional(),
}) {}

/** Runs pods until a number of them has succeeded. */
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
    /** Which pods to run, and when it is enough. */
    spec: object(2, () => JobSpec),
    /** How far it is. */
    status: object(3, () => JobStatus).default({}),
  },
) {}

/** How far a Job is. */
export abstract class JobStatus extends message("io.k8s.api.batch.v1.JobStatus", {
  /** Complete or Failed when it has ended, Suspended while it is suspended. */
  conditions: list(1, () => JobCondition)
    .merge("type")
    .optional(),
  /** When the controller took it up. Set again when it is resumed. */
  startTime: time(2).explicit().optional(),
  /** When it completed. Missing for failed Jobs. */
  completionTime: time(3).explicit().optional(),
  /** Pods that are pending or running and not ending. */
  active: int32(4).implicit().optional(),
  /** How many pods have succeeded. */
  succeeded: int32(5).implicit().optional(),
  /** How many pods have failed. */
  failed: int32(6).implicit().optional(),
  /** Indexes that succeeded, such as 1,3-5,7. */
  completedIndexes: string(7).optional(),
  /** Pods that have ended and are not in the counts yet. */
  uncountedTerminatedPods: object(8, () => UncountedTerminatedPods).optional(),
  /** How many of the active pods are ready. */
  ready: int32(9).optional(),
  /** Indexes that failed for good, such as 1,3-5,7. Only with backoffLimitPerIndex. */
  failedIndexes: string(10).explicit().optional(),
  /** Pods that are being deleted and have not ended. */
  terminating: int32(11).optional(),
}) {}

/** A statement about a Job. */
export abstract class JobCondition extends message("io.k8s.api.batch.v1.JobCondition", {
  /**
   * Complete, Failed, Suspended, FailureTarget or SuccessCriteriaMet. The last two come before the
   * pods have ended, and say how the Job will end.
   */
  type: string(1),
  /** True, False or Unknown. */
  status: oneOf(2, "True", "False", "Unknown"),
  /** When it was last looked at. */
  lastProbeTime: time(3).optional(),
  /** When the status last changed, not when it was last looked at. */
  lastTransitionTime: time(4).optional(),
  /** One word in upper camel case that says why, for programs. */
  reason: string(5).optional(),
  /** The same for people, in a sentence. */
  message: string(6).optional(),
}) {}

/** Pods that have ended and are not counted yet, so that none is counted twice or never. */
export abstract class UncountedTerminatedPods extends message(
  "io.k8s.api.batch.v1.UncountedTerminatedPods",
  {
    /** Unique ids of pods that succeeded. */
    succeeded: list(1, string).set().optional(),
    /** Unique ids of pods that failed. */
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
