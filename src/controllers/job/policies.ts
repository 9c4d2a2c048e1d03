import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  SuccessPolicy,
} from "#api/batch/v1.ts";
import type { ContainerStatus, Pod, PodCondition } from "#api/core/v1.ts";
import { countOf, overlap, parseIndexes } from "./indexes.ts";
import type { Indexes } from "./indexes.ts";

/** What a Job's failure policy makes of a failed pod. */
export type FailureVerdict =
  | { readonly action: "Count" | "FailIndex" | "Ignore" }
  | { readonly action: "FailJob"; readonly message: string };

/** The first rule that fits decides; without one the failure counts. */
export function judgeFailure(policy: JobSpec["podFailurePolicy"], pod: Pod): FailureVerdict {
  for (const [at, { action, onExitCodes, onPodConditions }] of (policy?.rules ?? []).entries()) {
    const found = onExitCodes
      ? describeExit(pod, onExitCodes)
      : describeCondition(pod, onPodConditions ?? []);
    if (found === undefined) continue;
    switch (action) {
      case "Count":
      case "FailIndex":
      case "Ignore":
        return { action };
      case "FailJob":
        return { action, message: `${found} matching FailJob rule at index ${at}` };
      default:
        // A later version's action: this one cannot tell what it would mean.
        continue;
    }
  }
  return { action: "Count" };
}

export function isCounted(policy: JobSpec["podFailurePolicy"], pod: Pod): boolean {
  return judgeFailure(policy, pod).action !== "Ignore";
}

function describeExit(
  { metadata, status }: Pod,
  requirement: PodFailurePolicyOnExitCodesRequirement,
): string | undefined {
  const { containerName, operator, values } = requirement;
  const fits = ({ name, state }: ContainerStatus) => {
    const code = state?.terminated?.exitCode ?? 0;
    if (code === 0 || (containerName !== undefined && containerName !== name)) return false;
    if (operator === "In") return values.includes(code);
    return operator === "NotIn" && !values.includes(code);
  };
  const all = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
  const container = all.find(fits);
  if (!container) return undefined;
  return (
    `Container ${container.name} for pod ${metadata.namespace}/${metadata.name} failed ` +
    `with exit code ${container.state?.terminated?.exitCode}`
  );
}

function describeCondition(
  { metadata, status }: Pod,
  patterns: readonly PodFailurePolicyOnPodConditionsPattern[],
): string | undefined {
  const fits = ({ status, type }: PodCondition) =>
    patterns.some((pattern) => pattern.type === type && pattern.status === status);
  const condition = (status.conditions ?? []).find(fits);
  if (!condition) return undefined;
  return `Pod ${metadata.namespace}/${metadata.name} has condition ${condition.type}`;
}

/** Why a Job has succeeded early; undefined if it has not. */
export function judgeSuccess(
  policy: SuccessPolicy | undefined,
  completions: number,
  succeeded: Indexes,
): string | undefined {
  if (succeeded.length === 0) return undefined;
  const isMet = ({ succeededCount, succeededIndexes }: SuccessPolicy["rules"][number]) => {
    if (succeededIndexes === undefined) {
      return succeededCount !== undefined && countOf(succeeded) >= succeededCount;
    }
    const wanted = parseIndexes(succeededIndexes, completions);
    if (wanted.length === 0) return false;
    return overlap(wanted, succeeded) >= Math.min(countOf(wanted), succeededCount ?? Infinity);
  };
  const at = (policy?.rules ?? []).findIndex(isMet);
  return at < 0 ? undefined : `Matched rules at index ${at}`;
}
