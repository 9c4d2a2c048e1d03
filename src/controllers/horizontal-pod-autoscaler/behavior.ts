import type { HorizontalPodAutoscalerSpec, HPAScalingRules } from "#api/autoscaling/v2.ts";

/** What was recommended and done lately. Kept in memory: who starts anew begins anew. */
export interface History {
  readonly recommendations: readonly { readonly replicas: number; readonly at: number }[];
  readonly ups: readonly Change[];
  readonly downs: readonly Change[];
}

interface Change {
  /** How many replicas more, or fewer. */
  readonly by: number;
  readonly at: number;
}

export interface Reason {
  readonly reason: string;
  readonly message: string;
}

/** A recommendation brought within what is allowed now. */
export interface Normalized {
  readonly replicas: number;
  readonly stabilization: Reason;
  readonly limit: Reason & { readonly isLimited: boolean };
  readonly history: History;
}

export const windowSecondsDefault = 300;
const fastGrowth = { factor: 2, minimum: 4 };

const within: Reason = {
  reason: "DesiredWithinRange",
  message: "the desired count is within the acceptable range",
};
const tooMany: Reason = {
  reason: "TooManyReplicas",
  message: "the desired replica count is more than the maximum replica count",
};
const tooFew: Reason = {
  reason: "TooFewReplicas",
  message: "the desired replica count is less than the minimum replica count",
};
const tooFast: Reason = {
  reason: "ScaleUpLimit",
  message: "the desired replica count is increasing faster than the maximum scale rate",
};
const tooFastDown: Reason = {
  reason: "ScaleDownLimit",
  message: "the desired replica count is decreasing faster than the maximum scale rate",
};

type Spec = Pick<HorizontalPodAutoscalerSpec, "behavior" | "maxReplicas" | "minReplicas">;

/** First what was recommended lately counts too, then the rate and the bounds limit the change. */
export function normalize(
  spec: Spec,
  history: History,
  { current, desired }: { readonly current: number; readonly desired: number },
  now: number,
): Normalized {
  const stable = stabilize(spec, history, { current, desired }, now);
  const replicas = { current, desired: stable.replicas };
  const { limit, replicas: allowed } = spec.behavior
    ? limitByRules(spec, history, replicas, now)
    : limitByDefault(spec, replicas);
  const isStable = stable.replicas === desired;
  return {
    replicas: allowed,
    stabilization: isStable
      ? { reason: "ReadyForNewScale", message: "recommended size matches current size" }
      : stable.reason,
    limit: { ...limit, isLimited: allowed !== stable.replicas },
    history: {
      ...history,
      recommendations: [...stable.recent, { replicas: desired, at: now }],
    },
  };
}

interface Replicas {
  readonly current: number;
  readonly desired: number;
}

/** Growing follows the lowest of the recent recommendations, shrinking the highest. */
function stabilize(spec: Spec, history: History, { current, desired }: Replicas, now: number) {
  const { scaleDown, scaleUp } = spec.behavior ?? {};
  const upMs = (scaleUp?.stabilizationWindowSeconds ?? 0) * 1000;
  const downMs = (scaleDown?.stabilizationWindowSeconds ?? windowSecondsDefault) * 1000;
  const recent = history.recommendations.filter(({ at }) => at >= now - Math.max(upMs, downMs));
  const since = (ms: number) =>
    recent.filter(({ at }) => at > now - ms).map(({ replicas }) => replicas);
  const lowest = Math.min(desired, ...since(upMs));
  const highest = Math.max(desired, ...since(downMs));
  const replicas = spec.behavior
    ? Math.min(Math.max(current, lowest), highest)
    : Math.max(desired, ...recent.map(({ replicas }) => replicas));
  const grows = spec.behavior !== undefined && desired >= current;
  const reason: Reason = grows
    ? {
        reason: "ScaleUpStabilized",
        message:
          "recent recommendations were lower than current one, " +
          "applying the lowest recent recommendation",
      }
    : {
        reason: "ScaleDownStabilized",
        message:
          "recent recommendations were higher than current one, " +
          "applying the highest recent recommendation",
      };
  return { replicas, reason, recent };
}

function limitByDefault(spec: Spec, { current, desired }: Replicas) {
  const { maxReplicas, minReplicas = 1 } = spec;
  const fast = Math.max(fastGrowth.factor * current, fastGrowth.minimum);
  if (desired < minReplicas) return { replicas: minReplicas, limit: tooFew };
  const most = Math.min(maxReplicas, fast);
  if (desired > most) return { replicas: most, limit: maxReplicas > fast ? tooFast : tooMany };
  return { replicas: desired, limit: within };
}

function limitByRules(spec: Spec, history: History, { current, desired }: Replicas, now: number) {
  const { behavior, maxReplicas, minReplicas = 1 } = spec;
  if (desired > current) {
    const rate = Math.max(current, rateLimit(behavior?.scaleUp, history, current, now, "up"));
    const most = Math.min(maxReplicas, rate);
    if (desired > most) return { replicas: most, limit: maxReplicas > rate ? tooFast : tooMany };
  } else if (desired < current) {
    const rate = Math.min(current, rateLimit(behavior?.scaleDown, history, current, now, "down"));
    const least = Math.max(minReplicas, rate);
    if (desired < least) {
      return { replicas: least, limit: minReplicas < rate ? tooFastDown : tooFew };
    }
  }
  return { replicas: desired, limit: within };
}

/** How far the policies let it go: each counts from where its period began. */
function rateLimit(
  rules: HPAScalingRules | undefined,
  history: History,
  current: number,
  now: number,
  direction: "up" | "down",
): number {
  const { policies = [], selectPolicy = "Max" } = rules ?? {};
  if (selectPolicy === "Disabled") return current;
  const sign = direction === "up" ? 1 : -1;
  const round = direction === "up" ? Math.ceil : Math.trunc;
  const limits = policies.map(({ periodSeconds, type, value }) => {
    const changes = (of: readonly Change[]) =>
      of
        .filter(({ at }) => at > now - periodSeconds * 1000)
        .reduce((total, { by }) => total + by, 0);
    const start = current - changes(history.ups) + changes(history.downs);
    return type === "Pods" ? start + sign * value : round(start * (1 + (sign * value) / 100));
  });
  // The largest change is the highest limit upwards, and the lowest one downwards.
  const wantsHighest = (selectPolicy === "Max") === (direction === "up");
  return wantsHighest ? Math.max(...limits) : Math.min(...limits);
}

const changeMsMax = 1_800_000;

/** The history with a change that was made; nothing counts changes where no behavior is given. */
export function withChange(
  history: History,
  { behavior }: Spec,
  { current, desired }: Replicas,
  now: number,
): History {
  if (!behavior) return history;
  const recent = (changes: readonly Change[]) => changes.filter(({ at }) => at > now - changeMsMax);
  const change = { by: Math.abs(desired - current), at: now };
  return desired > current
    ? { ...history, ups: [...recent(history.ups), change] }
    : { ...history, downs: [...recent(history.downs), change] };
}
