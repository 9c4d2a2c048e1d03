import type {
  HorizontalPodAutoscaler,
  MetricIdentifier,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from "#api/autoscaling/v2.ts";
import type { LabelSelector } from "#api/meta/v1.ts";
import { quantityMilli, formatQuantity, parseQuantity } from "#schema/quantity.ts";
import { formatLabelSelector } from "#machinery/labels/label-selector.ts";
import type { Client } from "#client/client.ts";
import { goText } from "../common/selectors.ts";
import { externalMetric, metricOfObject, metricOfPods, usageOfPods } from "./metrics-api.ts";
import {
  MetricProblem,
  proposeByAverage,
  proposeByShare,
  proposeByTotal,
  proposeByUtilization,
} from "./replicas.ts";
import type { Situation, Tolerance } from "./replicas.ts";

/** What one metric says. */
export type Computed =
  | {
      readonly kind: "proposal";
      readonly replicas: number;
      /** As conditions and events call the metric. */
      readonly name: string;
      readonly status: MetricStatus;
    }
  | {
      readonly kind: "problem";
      readonly reason: string;
      /** What is wrong with the metric, and the same within what was tried. */
      readonly message: string;
      readonly error: string;
    };

export interface Question extends Situation {
  readonly namespace: string;
  /** The selector of the target's pods, as text. */
  readonly selector: string;
  /** How many replicas the target says that it has, whatever it wants. */
  readonly statusReplicas: number;
}

type Found = Omit<Extract<Computed, { kind: "proposal" }>, "kind">;

/** Asks the metrics APIs, and says how many replicas would bring the metric to its target. */
export async function compute(
  metric: MetricSpec,
  question: Question,
  client: Pick<Client, "read">,
  signal: AbortSignal,
): Promise<Computed> {
  const { containerResource, external, object, pods, resource } = metric;
  const problem = (reason: string, what: string, error: unknown): Computed => {
    if (signal.aborted) throw error;
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "problem", reason, message, error: `${what}: ${message}` };
  };
  const attempt = async (reason: string, what: string, work: () => Promise<Found>) => {
    try {
      return { kind: "proposal" as const, ...(await work()) };
    } catch (error) {
      return problem(reason, what, error);
    }
  };
  if (resource) {
    const what = `failed to get ${resource.name} resource metric value`;
    return attempt("FailedGetResourceMetric", what, () =>
      ofResource(resource, undefined, question, client, signal),
    );
  }
  if (containerResource) {
    const { container } = containerResource;
    const what = `failed to get ${container} container metric value`;
    return attempt("FailedGetContainerResourceMetric", what, () =>
      ofResource(containerResource, container, question, client, signal),
    );
  }
  if (pods) {
    return attempt("FailedGetPodsMetric", "failed to get pods metric value", () =>
      ofPods(pods, question, client, signal),
    );
  }
  if (object) {
    return attempt("FailedGetObjectMetric", "failed to get object metric value", () =>
      ofObject(object, question, client, signal),
    );
  }
  if (external) {
    const what = `failed to get ${external.metric.name} external metric value`;
    return attempt("FailedGetExternalMetric", what, () =>
      ofExternal(external, question, client, signal),
    );
  }
  const message = `unknown metric source type ${JSON.stringify(metric.type)}`;
  return { kind: "problem", reason: "InvalidMetricSourceType", message, error: message };
}

type Reader = Pick<Client, "read">;

async function ofResource(
  { name, target }: { name: string; target: MetricTarget },
  container: string | undefined,
  question: Question,
  client: Reader,
  signal: AbortSignal,
): Promise<Found> {
  const { namespace, selector } = question;
  const format = name === "memory" ? "binary" : "decimal";
  const { averageUtilization, averageValue } = target;
  const kind = averageValue === undefined ? "utilization" : "usage";
  if (averageValue === undefined && averageUtilization === undefined) {
    throw new MetricProblem(
      "invalid resource metric source: neither an average utilization target nor an average " +
        "value (usage) target was set",
    );
  }
  const found = await within(`failed to get ${name} ${kind}`, async () => {
    const metrics = await within(`unable to get metrics for resource ${name}`, () =>
      usageOfPods(client, { namespace, selector, resource: name, container }, signal),
    );
    return averageValue === undefined
      ? proposeByUtilization(metrics, question, {
          resource: name,
          container,
          target: averageUtilization ?? 0,
        })
      : proposeByAverage(metrics, question, {
          resource: name,
          targetMilli: quantityMilli(averageValue),
        });
  });
  const current: MetricValueStatus = {
    averageValue: quantityOf(found.averageMilli, format),
    ...(found.utilization !== undefined && { averageUtilization: found.utilization }),
  };
  const what = container === undefined ? "resource" : "container resource";
  return {
    replicas: found.replicas,
    name:
      averageValue === undefined
        ? `${name} ${what} utilization (percentage of request)`
        : `${name} resource`,
    status:
      container === undefined
        ? { type: "Resource", resource: { name, current } }
        : { type: "ContainerResource", containerResource: { name, container, current } },
  };
}

async function ofPods(
  { metric, target }: NonNullable<MetricSpec["pods"]>,
  question: Question,
  client: Reader,
  signal: AbortSignal,
): Promise<Found> {
  const { namespace, selector } = question;
  const metricSelector = selectorText(metric.selector);
  const metrics = await within(`unable to get metric ${metric.name}`, () =>
    metricOfPods(client, { namespace, selector, metric: metric.name, metricSelector }, signal),
  );
  const targetMilli = quantityMilli(target.averageValue ?? "0");
  const { averageMilli, replicas } = proposeByAverage(metrics, question, { targetMilli });
  const current = { averageValue: quantityOf(averageMilli) };
  const status = { type: "Pods", pods: { metric, current } };
  return { replicas, name: `pods metric ${metric.name}`, status };
}

async function ofObject(
  { describedObject, metric, target }: NonNullable<MetricSpec["object"]>,
  question: Question,
  client: Reader,
  signal: AbortSignal,
): Promise<Found> {
  const { namespace } = question;
  const isShared = target.type === "AverageValue" && target.averageValue !== undefined;
  if (!isShared && (target.type !== "Value" || target.value === undefined)) {
    throw neitherTarget("object");
  }
  const metricSelector = selectorText(metric.selector);
  const read = async () => {
    const query = { namespace, object: describedObject, metric: metric.name, metricSelector };
    try {
      return await metricOfObject(client, query, signal);
    } catch (error) {
      const { kind, name } = describedObject;
      const why = error instanceof Error ? error.message : String(error);
      const place = `${kind} ${namespace}/${name}`;
      throw new MetricProblem(`unable to get metric ${metric.name}: ${place}: ${why}`);
    }
  };
  const status = (current: MetricValueStatus): MetricStatus => ({
    type: "Object",
    object: { describedObject, metric, current },
  });
  if (isShared) {
    const total = await within(`failed to get ${metric.name} object metric`, read);
    return shared(metric, total, target, question, status);
  }
  const total = await read();
  return {
    replicas: proposeByTotal(total, question, quantityMilli(target.value ?? "0")),
    name: `${describedObject.kind} metric ${metric.name}`,
    status: status({ value: quantityOf(total) }),
  };
}

async function ofExternal(
  { metric, target }: NonNullable<MetricSpec["external"]>,
  question: Question,
  client: Reader,
  signal: AbortSignal,
): Promise<Found> {
  const { namespace } = question;
  const { averageValue, value } = target;
  if (averageValue === undefined && value === undefined) throw neitherTarget("external");
  const what =
    averageValue === undefined
      ? `failed to get external metric ${metric.name}`
      : `failed to get ${metric.name} external metric`;
  const place = `${namespace}/${metric.name}/${goText(metric.selector)}`;
  const metricSelector = selectorText(metric.selector);
  const total = await within(what, () =>
    within(`unable to get external metric ${place}`, () =>
      externalMetric(client, { namespace, metric: metric.name, metricSelector }, signal),
    ),
  );
  const status = (current: MetricValueStatus): MetricStatus => ({
    type: "External",
    external: { metric, current },
  });
  if (averageValue !== undefined) return shared(metric, total, target, question, status);
  return {
    replicas: proposeByTotal(total, question, quantityMilli(value ?? "0")),
    name: externalName(metric),
    status: status({ value: quantityOf(total) }),
  };
}

/** One value that the replicas share. Upstream calls those of objects external too. */
function shared(
  metric: MetricIdentifier,
  total: number,
  target: MetricTarget,
  { statusReplicas, tolerance }: Question,
  status: (current: MetricValueStatus) => MetricStatus,
): Found {
  const targetMilli = quantityMilli(target.averageValue ?? "0");
  const proposal = proposeByShare(total, statusReplicas, tolerance, targetMilli);
  return {
    replicas: proposal.replicas,
    name: externalName(metric),
    status: status({ averageValue: quantityOf(proposal.averageMilli) }),
  };
}

const externalName = (metric: MetricIdentifier) =>
  `external metric ${metric.name}(${goText(metric.selector)})`;

const neitherTarget = (what: string) =>
  new MetricProblem(
    `invalid ${what} metric source: neither a value target nor an average value target was set`,
  );

/** What goes wrong in `work`, told with what was tried. */
async function within<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new MetricProblem(`${what}: ${why}`);
  }
}

function quantityOf(milli: number, format: "binary" | "decimal" = "decimal"): string {
  const nanos = Number.isFinite(milli) ? BigInt(milli) * 1_000_000n : 0n;
  return formatQuantity({ nanos, format });
}

const selectorText = (selector: LabelSelector | undefined) =>
  selector ? formatLabelSelector(selector) : "";

const toleranceDefault = 0.1;

export function toleranceOf({ spec }: HorizontalPodAutoscaler): Tolerance {
  const read = (text: string | undefined) =>
    text === undefined ? toleranceDefault : Number(parseQuantity(text)?.nanos ?? 0n) / 1e9;
  const { scaleDown, scaleUp } = spec.behavior ?? {};
  return { up: read(scaleUp?.tolerance), down: read(scaleDown?.tolerance) };
}
