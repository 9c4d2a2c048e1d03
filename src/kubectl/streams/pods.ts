import { withTimeout } from "#base/clock.ts";
import { isRow } from "#machinery/json.ts";
import { CommandError } from "../errors.ts";
import type { Kubectl } from "../kubectl.ts";
import type { KubeObject } from "../objects.ts";
import { podOrder } from "./pod-order.ts";
import type { PodObject } from "./pod-object.ts";

/** The object that one argument names: "web" is a pod, "deploy/web" is not. */
export async function namedObject(kubectl: Kubectl, args: readonly string[]): Promise<KubeObject> {
  const [only = ""] = args;
  const named = args.length > 1 || only.includes("/") ? args : ["pods", only];
  const [info, ...more] = await kubectl.findAll({ args: named, lists: "items", latest: true });
  if (!info?.object || more.length > 0) throw new CommandError("expected a resource");
  return info.object;
}

export function isPod(object: KubeObject): object is PodObject {
  return object.kind === "Pod" && object.apiVersion === "v1";
}

/** The pod that stands for an object: itself, or the best of those that the object selects. */
export async function attachablePod(
  kubectl: Kubectl,
  object: KubeObject,
  timeoutMs: number,
): Promise<PodObject> {
  // A file's has no status.
  if (isPod(object)) return { ...object, status: object.status ?? {} };
  const selected = selectionOf(object, "attach to");
  const [pod] = await podsOf(kubectl, selected, timeoutMs);
  if (!pod) throw new CommandError("timed out waiting for the condition");
  return pod;
}

export interface PodSelection {
  readonly namespace: string;
  readonly labelSelector: string;
}

/** Which pods belong to an object of a kind that has some. */
export function selectionOf(object: KubeObject, doing: string): PodSelection {
  const { namespace = "" } = object.metadata;
  const spec = isRow(object.spec) ? object.spec : {};
  const selector = isRow(spec.selector) ? spec.selector : undefined;
  const kind = `*${object.apiVersion.replace(/^.*\//, "")}.${object.kind}`;
  const unable = (why: string) => new CommandError(`cannot ${doing} ${kind}: ${why}`);
  switch (`${object.apiVersion}/${object.kind}`) {
    case "apps/v1/ReplicaSet":
    case "apps/v1/StatefulSet":
    case "apps/v1/DaemonSet":
    case "apps/v1/Deployment":
    case "batch/v1/Job":
      return { namespace, labelSelector: labelSelectorText(selector ?? {}) };
    case "v1/Service":
      if (selector === undefined || Object.keys(selector).length === 0) {
        const name = object.metadata.name ?? "";
        throw unable(`invalid service '${name}': Service is defined without a selector`);
      }
      return { namespace, labelSelector: setText(selector) };
    case "v1/ReplicationController":
      return { namespace, labelSelector: setText(selector ?? {}) };
    default:
      throw unable(`selector for ${kind} not implemented`);
  }
}

function setText(labels: Readonly<Record<string, unknown>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .toSorted()
    .join(",");
}

function labelSelectorText(selector: Readonly<Record<string, unknown>>): string {
  const labels = isRow(selector.matchLabels) ? setText(selector.matchLabels) : "";
  const expressions = Array.isArray(selector.matchExpressions) ? selector.matchExpressions : [];
  const parts = expressions.filter(isRow).map((expression) => {
    const { key, operator } = expression;
    const values = Array.isArray(expression.values) ? expression.values.join(",") : "";
    switch (operator) {
      case "Exists":
        return String(key);
      case "DoesNotExist":
        return `!${String(key)}`;
      default:
        return `${String(key)} ${String(operator).toLowerCase()} (${values})`;
    }
  });
  return [labels, ...parts].filter(Boolean).join(",");
}

/** At least one, the best to attach to first; throws when none comes in time. */
export async function podsOf(
  kubectl: Kubectl,
  { namespace, labelSelector }: PodSelection,
  timeoutMs: number,
  order: (left: PodObject, right: PodObject) => number = podOrder("attaching"),
): Promise<PodObject[]> {
  const rest = await kubectl.rest();
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const list = await rest.list({ path, query: { labelSelector } }, 0, kubectl.signal);
  const pods = list.items.map(
    (item) => ({ ...item, apiVersion: "v1", kind: "Pod" }) as unknown as PodObject,
  );
  if (pods.length > 0) return pods.toSorted(order);
  const { resourceVersion } = list.metadata;
  const first = async (signal: AbortSignal) => {
    const events = rest.watch({ path, query: { labelSelector, resourceVersion } }, signal);
    for await (const { type, object } of events) {
      if (type === "ADDED" || type === "MODIFIED") return [object as PodObject];
    }
    throw new CommandError("watch closed before UntilWithoutRetry timeout");
  };
  return await inTime(kubectl, timeoutMs, first);
}

/** In the words that everybody knows from waiting. */
export async function inTime<T>(
  kubectl: Kubectl,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (timeoutMs <= 0) return await work(kubectl.signal);
  try {
    return await withTimeout(kubectl.host.clock, timeoutMs, kubectl.signal, work);
  } catch (error) {
    if (error instanceof Error && error.name === "TimeoutError") {
      throw new CommandError("timed out waiting for the condition", { cause: error });
    }
    throw error;
  }
}
