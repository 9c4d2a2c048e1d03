import * as v1 from "#api/autoscaling/v1.ts";
import * as v2 from "#api/autoscaling/v2.ts";
import type { HPAScalingRules, MetricSpec, MetricStatus } from "#api/autoscaling/v2.ts";
import type { ObjectMeta } from "#api/meta/v1.ts";
import { describerFor, firstFound } from "../context.ts";
import type { DescribeContext } from "../context.ts";
import { writeEvents } from "../events.ts";
import { formatTime, quote } from "../go-values.ts";
import { writeIdentity } from "../metadata.ts";
import { formatAmount } from "../resources.ts";
import type { DescribeWriter } from "../writer.ts";

export const horizontalPodAutoscaler = firstFound(
  describerFor(v2.HorizontalPodAutoscaler, describeMetrics),
  describerFor(v1.HorizontalPodAutoscaler, describeCpu),
);

async function describeMetrics(
  object: v2.HorizontalPodAutoscaler,
  context: DescribeContext,
): Promise<void> {
  const { writer } = context;
  const { spec, status } = object;
  writeTarget(writer, object.metadata, spec.scaleTargetRef);
  writer.field(0, "Metrics", "( current / target )");
  for (const [index, metric] of (spec.metrics ?? []).entries()) {
    const text = metricText(metric, status?.currentMetrics?.[index]);
    if (text) writer.field(1, text.title, `${text.current} / ${text.target}`);
    else writer.row(1, `<unknown metric type ${quote(metric.type)}>`);
  }
  writeBounds(writer, spec);
  const { behavior } = spec;
  if (behavior) writer.row(0, "Behavior:");
  writeScalingRules(writer, "Scale Up", behavior?.scaleUp);
  writeScalingRules(writer, "Scale Down", behavior?.scaleDown);
  writeReplicas(writer, spec.scaleTargetRef.kind, status);
  const { conditions = [] } = status ?? {};
  if (conditions.length > 0) {
    writer.row(0, "Conditions:");
    const rows = conditions.map(({ type, status: value, reason = "", message = "" }) => {
      return [type, value, reason, message];
    });
    writer.table(1, ["Type", "Status", "Reason", "Message"], rows);
  }
  await writeEvents(object, context);
}

async function describeCpu(
  object: v1.HorizontalPodAutoscaler,
  context: DescribeContext,
): Promise<void> {
  const { writer } = context;
  const { spec, status } = object;
  writeTarget(writer, object.metadata, spec.scaleTargetRef);
  const { targetCPUUtilizationPercentage: target } = spec;
  if (target !== undefined) {
    writer.field(0, "Target CPU utilization", `${target}%`);
    const current = status?.currentCPUUtilizationPercentage ?? "<unknown>";
    writer.field(0, "Current CPU utilization", `${current}%`);
  }
  writeBounds(writer, spec);
  writeReplicas(writer, spec.scaleTargetRef.kind, status);
  await writeEvents(object, context);
}

function writeTarget(
  writer: DescribeWriter,
  metadata: ObjectMeta,
  { kind, name }: { readonly kind: string; readonly name: string },
): void {
  writeIdentity(writer, metadata);
  writer.field(0, "CreationTimestamp", formatTime(metadata.creationTimestamp));
  writer.field(0, "Reference", `${kind}/${name}`);
}

function writeBounds(
  writer: DescribeWriter,
  { minReplicas, maxReplicas }: { readonly minReplicas?: number; readonly maxReplicas: number },
): void {
  writer.field(0, "Min replicas", minReplicas ?? "<unset>");
  writer.field(0, "Max replicas", maxReplicas);
}

function writeReplicas(
  writer: DescribeWriter,
  kind: string,
  status: { readonly currentReplicas?: number; readonly desiredReplicas: number } | undefined,
): void {
  const { currentReplicas = 0, desiredReplicas = 0 } = status ?? {};
  writer.field(0, `${kind} pods`, `${currentReplicas} current / ${desiredReplicas} desired`);
}

interface MetricText {
  readonly title: string;
  readonly current: string;
  readonly target: string;
}

const unknown = "<unknown>";

function metricText(metric: MetricSpec, status: MetricStatus | undefined): MetricText | undefined {
  const { external, pods, object, resource, containerResource } = metric;
  if (metric.type === "External" && external) {
    const { averageValue, value } = external.target;
    const current = status?.external?.current;
    if (averageValue !== undefined) {
      return {
        title: `${quote(external.metric.name)} (target average value)`,
        current: current?.averageValue === undefined ? unknown : amount(current.averageValue),
        target: amount(averageValue),
      };
    }
    return {
      title: `${quote(external.metric.name)} (target value)`,
      current: current ? amount(current.value) : unknown,
      target: amount(value),
    };
  }
  if (metric.type === "Pods" && pods) {
    return {
      title: `${quote(pods.metric.name)} on pods`,
      current: status?.pods ? amount(status.pods.current.averageValue) : unknown,
      target: amount(pods.target.averageValue),
    };
  }
  if (metric.type === "Object" && object) return objectMetricText(object, status?.object);
  if (metric.type === "Resource" && resource) {
    return resourceText(`resource ${resource.name} on pods`, resource, status?.resource);
  }
  if (metric.type === "ContainerResource" && containerResource) {
    const { name, container } = containerResource;
    const title = `resource ${name} of container "${container}" on pods`;
    return resourceText(title, containerResource, status?.containerResource);
  }
  return undefined;
}

function objectMetricText(
  { metric, describedObject, target }: NonNullable<MetricSpec["object"]>,
  status: MetricStatus["object"],
): MetricText {
  const isAverage = target.type === "AverageValue";
  const valueOf = (values: { readonly value?: string; readonly averageValue?: string }) =>
    amount(isAverage ? values.averageValue : values.value);
  const described = `${describedObject.kind}/${describedObject.name}`;
  return {
    title: `"${metric.name}" on ${described} (target ${isAverage ? "average " : ""}value)`,
    current: status ? valueOf(status.current) : unknown,
    target: valueOf(target),
  };
}

function resourceText(
  title: string,
  { target }: Pick<NonNullable<MetricSpec["resource"]>, "target">,
  status: Pick<NonNullable<MetricStatus["resource"]>, "current"> | undefined,
): MetricText {
  const current = status?.current;
  if (target.averageValue !== undefined) {
    return {
      title,
      current: current ? amount(current.averageValue) : unknown,
      target: amount(target.averageValue),
    };
  }
  const utilization = current?.averageUtilization;
  const { averageUtilization } = target;
  return {
    title: `${title}  (as a percentage of request)`,
    current:
      utilization === undefined ? unknown : `${utilization}% (${amount(current?.averageValue)})`,
    target: averageUtilization === undefined ? "<auto>" : `${averageUtilization}%`,
  };
}

/** A missing value is told of as Go does. */
const amount = (value: string | undefined) => (value === undefined ? "<nil>" : formatAmount(value));

function writeScalingRules(
  writer: DescribeWriter,
  title: string,
  rules: HPAScalingRules | undefined,
): void {
  if (!rules) return;
  const { stabilizationWindowSeconds, policies = [], selectPolicy = "Max" } = rules;
  writer.row(1, `${title}:`);
  if (stabilizationWindowSeconds !== undefined) {
    writer.row(2, `Stabilization Window: ${stabilizationWindowSeconds} seconds`);
  }
  if (policies.length === 0) return;
  writer.row(2, `Select Policy: ${selectPolicy}`);
  writer.row(2, "Policies:");
  for (const { type, value, periodSeconds } of policies) {
    writer.row(3, `- Type: ${type}`, `Value: ${value}`, `Period: ${periodSeconds} seconds`);
  }
}
