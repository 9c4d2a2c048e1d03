import type { CrossVersionObjectReference } from "#api/autoscaling/v2.ts";
import type { APIGroup } from "#api/meta/v1.ts";
import { parseDuration } from "#base/duration.ts";
import type { Client } from "#client/client.ts";
import { quantityMilli } from "#schema/quantity.ts";
import { findOrNone, resourceOfKind } from "../common/kinds.ts";
import { MetricProblem } from "./replicas.ts";
import type { PodMetric, PodMetrics } from "./replicas.ts";

type Reader = Pick<Client, "read">;

interface List<T> {
  readonly items?: readonly T[] | null;
}

interface UsageOfPod {
  readonly metadata: { readonly name: string };
  readonly timestamp?: string;
  readonly window?: string;
  readonly containers?: readonly {
    readonly name: string;
    readonly usage?: Readonly<Record<string, string>>;
  }[];
}

interface MetricValue {
  readonly describedObject?: { readonly name?: string };
  readonly timestamp?: string;
  readonly windowSeconds?: number;
  readonly value: string;
}

/** What the pods use of a resource, or one container in each of them. */
export async function usageOfPods(
  client: Reader,
  query: { namespace: string; selector: string; resource: string; container?: string | undefined },
  signal: AbortSignal,
): Promise<PodMetrics> {
  const { container, namespace, resource, selector } = query;
  const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`;
  const list = await readFrom<List<UsageOfPod>>(client, "resource", path, selector, signal);
  const items = list.items ?? [];
  if (items.length === 0) throw none("resource");
  const metrics = new Map<string, PodMetric>();
  for (const { containers = [], metadata, timestamp, window } of items) {
    const wanted = containers.filter(({ name }) => container === undefined || name === container);
    const usage = wanted.map((one) => one.usage?.[resource]);
    if (usage.length === 0 || usage.includes(undefined)) continue;
    const milli = usage.reduce((total, amount = "0") => total + quantityMilli(amount), 0);
    const windowMs = (parseDuration(window ?? "0") ?? 0) / 1e6;
    metrics.set(metadata.name, { milli, at: timestamp ? Date.parse(timestamp) : 0, windowMs });
  }
  return metrics;
}

const windowMsDefault = 60_000;

/** A metric of the pods themselves. */
export async function metricOfPods(
  client: Reader,
  query: { namespace: string; selector: string; metric: string; metricSelector: string },
  signal: AbortSignal,
): Promise<PodMetrics> {
  const { metric, metricSelector, namespace, selector } = query;
  const base = await customMetrics(client, signal);
  const path = `${base}/namespaces/${namespace}/pods/*/${metric}`;
  const parameters = { labelSelector: selector, metricLabelSelector: metricSelector };
  const list = await readFrom<List<MetricValue>>(client, "custom", path, parameters, signal);
  const items = list.items ?? [];
  if (items.length === 0) throw none("custom");
  return new Map(
    items.map(({ describedObject, timestamp, value, windowSeconds }) => [
      describedObject?.name ?? "",
      {
        milli: quantityMilli(value),
        at: timestamp ? Date.parse(timestamp) : 0,
        windowMs: windowSeconds === undefined ? windowMsDefault : windowSeconds * 1000,
      },
    ]),
  );
}

/** A metric of one object. */
export async function metricOfObject(
  client: Reader,
  query: {
    namespace: string;
    object: CrossVersionObjectReference;
    metric: string;
    metricSelector: string;
  },
  signal: AbortSignal,
): Promise<number> {
  const { metric, metricSelector, namespace, object } = query;
  const base = await customMetrics(client, signal);
  let path = `${base}/namespaces/${namespace}/metrics/${metric}`;
  if (object.kind !== "Namespace") {
    const { group, resource } = await resourceOfKind(client, object, signal);
    const full = group ? `${resource}.${group}` : resource;
    path = `${base}/namespaces/${namespace}/${full}/${object.name}/${metric}`;
  }
  const parameters = { metricLabelSelector: metricSelector };
  const list = await readFrom<List<MetricValue>>(client, "custom", path, parameters, signal);
  const [value] = list.items ?? [];
  if (!value) throw none("custom");
  return quantityMilli(value.value);
}

/** A metric of something that is no object here, summed up. */
export async function externalMetric(
  client: Reader,
  query: { namespace: string; metric: string; metricSelector: string },
  signal: AbortSignal,
): Promise<number> {
  const { metric, metricSelector, namespace } = query;
  const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${namespace}/${metric}`;
  const list = await readFrom<List<MetricValue>>(client, "external", path, metricSelector, signal);
  const items = list.items ?? [];
  if (items.length === 0) throw none("external");
  return items.reduce((total, { value }) => total + quantityMilli(value), 0);
}

async function customMetrics(client: Reader, signal: AbortSignal): Promise<string> {
  const name = "custom.metrics.k8s.io";
  const group = await findOrNone<APIGroup>(client, `/apis/${name}`, signal);
  const version = group?.preferredVersion?.version ?? group?.versions[0]?.version;
  if (version !== undefined) return `/apis/${name}/${version}`;
  throw unreadable("custom", `no custom metrics API (${name}) registered`);
}

type Api = "resource" | "custom" | "external";

async function readFrom<T>(
  client: Reader,
  api: Api,
  path: string,
  selector: string | Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<T> {
  const given = typeof selector === "string" ? { labelSelector: selector } : selector;
  const parameters = Object.fromEntries(Object.entries(given).filter(([, text]) => text !== ""));
  try {
    return (await client.read(path, parameters, signal)) as T;
  } catch (error) {
    if (signal.aborted) throw error;
    throw unreadable(api, errorText(error, path, api));
  }
}

/** Where nothing serves the API at all, clients of upstream's say what they asked for. */
function errorText(error: unknown, path: string, api: Api): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== "the server could not find the requested resource") return error.message;
  const name = path.slice(path.lastIndexOf("/") + 1);
  const group = api === "resource" ? "metrics.k8s.io" : `${api}.metrics.k8s.io`;
  return `${error.message} (get ${name}.${group})`;
}

const none = (api: Api) => new MetricProblem(`no metrics returned from ${api} metrics API`);

const unreadable = (api: Api, why: string) =>
  new MetricProblem(`unable to fetch metrics from ${api} metrics API: ${why}`);
