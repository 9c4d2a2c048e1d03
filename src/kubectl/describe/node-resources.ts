import { Pod } from "#api/core/v1.ts";
import type { Container, Node, PodSpec } from "#api/core/v1.ts";
import { StatusError } from "#client/client.ts";
import { podLimits, podRequests } from "#machinery/pod-resources.ts";
import type { ResourceAmounts } from "#machinery/pod-resources.ts";
import {
  addQuantities,
  compareQuantities,
  quantityMilli,
  quantityValue,
} from "#schema/quantity.ts";
import { listAll } from "./context.ts";
import type { DescribeContext } from "./context.ts";
import { timeSince } from "./events.ts";
import { sorted } from "./go-values.ts";
import { formatAmount, isHugePages, isStandardResource } from "./resources.ts";

/** What Go makes of a share of nothing. */
const shareOfNothing = "-9223372036854775808";

/** The pods that are not done. Undefined for whoever may see the node but not its pods. */
export async function podsOfNode(
  nodeName: string,
  context: DescribeContext,
): Promise<Pod[] | undefined> {
  const fieldSelector = `spec.nodeName=${nodeName},status.phase!=Succeeded,status.phase!=Failed`;
  try {
    return await listAll(context, Pod, { fieldSelector });
  } catch (error) {
    if (error instanceof StatusError && error.reason === "Forbidden") return undefined;
    throw error;
  }
}

/** What the pods of a node ask for, one by one and in all. */
export function writeNodePods(
  { status }: Node,
  pods: readonly Pod[],
  { writer, now }: DescribeContext,
): void {
  const hasAllocatable = Object.keys(status.allocatable ?? {}).length > 0;
  const allocatable = (hasAllocatable ? status.allocatable : status.capacity) ?? {};
  writer.field(0, "Non-terminated Pods", `(${pods.length} in total)`);
  // Between the name and the amounts there is a column that nothing stands in.
  const titles = ["CPU Requests", "CPU Limits", "Memory Requests", "Memory Limits", "Age"];
  writer.row(1, "Namespace", "Name", "", ...titles);
  writer.row(1, "---------", "----", "", ...titles.map((title) => "-".repeat(title.length)));
  const amounts = pods.map((pod) => [requestsOf(pod), limitsOf(pod)] as const);
  for (const [index, { metadata }] of pods.entries()) {
    const [requests = {}, limits = {}] = amounts[index] ?? [];
    const cells = ["cpu", "memory"].flatMap((name) =>
      [requests[name], limits[name]].map((amount = "0") => {
        return `${formatAmount(amount)} (${share(name, amount, allocatable, shareOfNothing)}%)`;
      }),
    );
    const age = timeSince(metadata.creationTimestamp, now);
    writer.row(1, metadata.namespace ?? "", metadata.name, "", ...cells, age);
  }
  writer.row(0, "Allocated resources:");
  writer.row(1, "(Total limits may be over 100 percent, i.e., overcommitted.)");
  const requests = amounts.map(([ofPod]) => ofPod).reduce(sum, {});
  const limits = amounts.map(([, ofPod]) => ofPod).reduce(sum, {});
  const rows = allocatedNames(allocatable).map((name) => [
    name,
    ...[requests[name], limits[name]].map((amount = "0") => {
      if (!isStandardResource(name) && !isHugePages(name)) return formatAmount(amount);
      return `${formatAmount(amount)} (${share(name, amount, allocatable, "0")}%)`;
    }),
  ]);
  writer.table(1, ["Resource", "Requests", "Limits"], rows);
}

/** Of its containers, as kubectl v1.33 counts: it does not know of amounts for a whole pod. */
function limitsOf({ spec }: Pod): ResourceAmounts {
  return podLimits(containersOf(spec));
}

/** What containers ask for, or still hold while they are being resized, whichever is more. */
function requestsOf({ spec, status }: Pod): ResourceAmounts {
  const isInfeasible = status.conditions?.some(
    ({ type, reason }) => type === "PodResizePending" && reason === "Infeasible",
  );
  const statuses = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const resized = (container: Container): Container => {
    const found = statuses.find(({ name }) => name === container.name);
    if (!found?.resources) return container;
    const { requests: wanted = {} } = container.resources;
    const { allocatedResources: held = {}, resources: actual } = found;
    const inUse = largest(actual.requests ?? {}, held);
    const requests = isInfeasible ? inUse : largest(wanted, inUse);
    return { ...container, resources: { ...container.resources, requests } };
  };
  return podRequests({
    ...containersOf(spec),
    containers: spec.containers.map(resized),
    // Those that run to their end hold nothing any more.
    initContainers: (spec.initContainers ?? []).map((container) =>
      container.restartPolicy === "Always" ? resized(container) : container,
    ),
  });
}

function containersOf(spec: PodSpec): PodSpec {
  const result = { ...spec };
  delete result.resources;
  return result;
}

/** What every node has, then pages of memory, then what devices give. */
function allocatedNames(allocatable: ResourceAmounts): string[] {
  const names = sorted(Object.keys(allocatable));
  const others = names.filter(
    (name) => !isStandardResource(name) && !isHugePages(name) && name !== "pods",
  );
  return ["cpu", "memory", "ephemeral-storage", ...names.filter(isHugePages), ...others];
}

/** In percent, rounded down. */
function share(name: string, amount: string, of: ResourceAmounts, ofNothing: string): string {
  const measure = name === "cpu" ? quantityMilli : quantityValue;
  const whole = measure(of[name] ?? "0");
  return whole === 0 ? ofNothing : String(Math.trunc((measure(amount) / whole) * 100));
}

function sum(left: ResourceAmounts, right: ResourceAmounts): ResourceAmounts {
  const result: Record<string, string> = { ...left };
  for (const [name, amount] of Object.entries(right)) {
    result[name] = name in result ? addQuantities(result[name] ?? "0", amount) : amount;
  }
  return result;
}

function largest(left: ResourceAmounts, right: ResourceAmounts): Record<string, string> {
  const result: Record<string, string> = { ...left };
  for (const [name, amount] of Object.entries(right)) {
    if (compareQuantities(amount, result[name] ?? "0") > 0) result[name] = amount;
  }
  return result;
}
