import type { MetricSpec, MetricStatus, MetricTarget } from "#api/autoscaling/v2.ts";

const shownMax = 2;
const unknown = "<unknown>";

/** "cpu: 12%/80%, 5/10 (avg) + 1 more..." */
export function formatMetrics(
  specs: readonly MetricSpec[],
  statuses: readonly MetricStatus[],
): string {
  if (!specs.length) return "<none>";
  const texts = specs.map((spec, index) => formatMetric(spec, statuses[index]));
  const shown = texts.slice(0, shownMax).join(", ");
  return texts.length > shownMax ? `${shown} + ${texts.length - shownMax} more...` : shown;
}

function formatMetric(spec: MetricSpec, status: MetricStatus | undefined): string {
  switch (spec.type) {
    case "External":
      return formatValue(spec.external?.target, status?.external?.current);
    case "Object":
      return formatValue(spec.object?.target, status?.object?.current);
    case "Pods": {
      const current = status?.pods ? (status.pods.current.averageValue ?? "0") : unknown;
      return `${current}/${spec.pods?.target.averageValue ?? ""}`;
    }
    case "Resource":
      return formatResource(spec.resource, status?.resource);
    case "ContainerResource":
      return formatResource(spec.containerResource, status?.containerResource);
    default:
      return "<unknown type>";
  }
}

interface Current {
  readonly value?: string;
  readonly averageValue?: string;
  readonly averageUtilization?: number;
}

function formatValue(target: MetricTarget | undefined, current: Current | undefined): string {
  if (target?.averageValue !== undefined) {
    return `${current?.averageValue ?? unknown}/${target.averageValue} (avg)`;
  }
  return `${current ? (current.value ?? "0") : unknown}/${target?.value ?? ""}`;
}

function formatResource(
  source: { readonly name: string; readonly target: MetricTarget } | undefined,
  status: { readonly current: Current } | undefined,
): string {
  const { name = "", target } = source ?? {};
  if (target?.averageValue !== undefined) {
    const current = status ? (status.current.averageValue ?? "0") : unknown;
    return `${name}: ${current}/${target.averageValue}`;
  }
  const percent = (value: number | undefined, instead: string) =>
    value === undefined ? instead : `${value}%`;
  const current = percent(status?.current.averageUtilization, unknown);
  return `${name}: ${current}/${percent(target?.averageUtilization, "<auto>")}`;
}
