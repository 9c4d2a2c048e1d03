import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerStatus,
  MetricStatus,
} from "#api/autoscaling/v2.ts";
import { orMissing } from "../common/numbers.ts";
import { timestamp } from "../common/time.ts";

type Condition = NonNullable<HorizontalPodAutoscalerStatus["conditions"]>[number];

/** The conditions of one pass, set one after the other on those there were. */
export class Conditions {
  readonly #now: number;
  #all: readonly Condition[];

  constructor({ status }: HorizontalPodAutoscaler, now: number) {
    this.#now = now;
    // Nothing is scaled to zero by us: the condition would be somebody else's.
    this.#all = (status?.conditions ?? []).filter(({ type }) => type !== "ScaledToZero");
  }

  get all(): readonly Condition[] {
    return this.#all;
  }

  set(
    type: "AbleToScale" | "ScalingActive" | "ScalingLimited",
    status: Condition["status"],
    { message, reason }: { readonly reason: string; readonly message: string },
  ): void {
    const old = this.#all.find((one) => one.type === type);
    const kept = old?.status === status ? old.lastTransitionTime : undefined;
    const lastTransitionTime = kept ?? timestamp(this.#now);
    const condition: Condition = { type, status, lastTransitionTime, reason, message };
    this.#all = old
      ? this.#all.map((one) => (one === old ? condition : one))
      : [...this.#all, condition];
  }
}

export interface Outcome {
  readonly current: number;
  readonly desired: number;
  readonly metrics: readonly MetricStatus[];
  readonly scaledAt?: number | undefined;
}

export function statusOf(
  { status: old }: HorizontalPodAutoscaler,
  { current, desired, metrics, scaledAt }: Outcome,
  conditions: Conditions,
): HorizontalPodAutoscalerStatus {
  const currentReplicas = orMissing(current);
  const lastScaleTime = scaledAt === undefined ? old?.lastScaleTime : timestamp(scaledAt);
  return {
    ...(old?.observedGeneration !== undefined && { observedGeneration: old.observedGeneration }),
    ...(lastScaleTime && { lastScaleTime }),
    ...(currentReplicas !== undefined && { currentReplicas }),
    desiredReplicas: desired,
    ...(metrics.length > 0 && { currentMetrics: [...metrics] }),
    conditions: [...conditions.all],
  };
}
