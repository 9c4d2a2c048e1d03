import type { HorizontalPodAutoscaler, HPAScalingRules, MetricSpec } from "#api/autoscaling/v2.ts";
import type { Draft } from "#schema/message.ts";

const defaultUtilization = 80;
const periodSeconds = 15;

/** What is scaled by where nothing is said. */
export function cpuMetric(averageUtilization = defaultUtilization): MetricSpec {
  return {
    type: "Resource",
    resource: { name: "cpu", target: { type: "Utilization", averageUtilization } },
  };
}

export function applyAutoscalerDefaults({ spec }: Draft<HorizontalPodAutoscaler>): void {
  if (!spec) return;
  spec.minReplicas ??= 1;
  if (!spec.metrics?.length) spec.metrics = [cpuMetric()];
  const { behavior } = spec;
  if (!behavior) return;
  const up = (behavior.scaleUp ??= {});
  up.stabilizationWindowSeconds ??= 0;
  completeRules(up, [
    { type: "Pods", value: 4, periodSeconds },
    { type: "Percent", value: 100, periodSeconds },
  ]);
  completeRules((behavior.scaleDown ??= {}), [{ type: "Percent", value: 100, periodSeconds }]);
}

function completeRules(
  rules: Draft<HPAScalingRules>,
  policies: NonNullable<HPAScalingRules["policies"]>,
): void {
  rules.selectPolicy ??= "Max";
  rules.policies ??= policies;
}
