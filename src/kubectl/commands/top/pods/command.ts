import { formatDuration } from "#base/duration.ts";
import { parseSelector } from "#machinery/labels/selector.ts";
import { defineCommand } from "../../../command.ts";
import { CommandError, UsageError } from "../../../errors.ts";
import type { Kubectl } from "../../../kubectl.ts";
import type { KubeObject } from "../../../objects.ts";
import { allNamespacesFlag, fieldSelectorFlag, selectorFlag } from "../../../resources/flags.ts";
import {
  checkSortBy,
  metricsPath,
  protocolBuffersFlag,
  sortByUsage,
  sumOf,
  usageCells,
  usageOf,
  usageTable,
} from "../usage.ts";

interface PodMetrics extends KubeObject {
  readonly containers: readonly {
    readonly name: string;
    readonly usage: Readonly<Record<string, string>>;
  }[];
}

/** A pod that is younger has no metrics yet. */
const metricsDelayMs = 2 * 60_000;

export default defineCommand({
  usage: "pod [NAME | -l label]",
  description:
    "Show how much CPU and memory pods use.\n\n" +
    "What they used is measured from time to time: for minutes after its creation, a pod may have " +
    "no metrics.",
  examples: [
    { about: "Show the usage of all pods of the namespace", command: "kubectl top pod" },
    { about: "Of another namespace", command: "kubectl top pod --namespace=NAMESPACE" },
    {
      about: "Of one pod, with its containers",
      command: "kubectl top pod POD_NAME --containers",
    },
    { about: "Of the pods with a label", command: "kubectl top pod -l name=myLabel" },
  ],
  flags: {
    ...allNamespacesFlag,
    ...fieldSelectorFlag,
    ...selectorFlag,
    ...protocolBuffersFlag,
    containers: { type: "bool", usage: "Show the usage of each container." },
    "no-headers": { type: "bool", usage: "Leave out the headers." },
    "sort-by": { type: "string", default: "", usage: "Sort by 'cpu' or 'memory'." },
    sum: { type: "bool", usage: "Show the sum below" },
  },
  async run(kubectl, { values, args }) {
    const [name = "", ...more] = args;
    if (more.length > 0) throw new UsageError("pod [NAME | -l label]");
    const sortBy = checkSortBy(values["sort-by"]);
    const { selector } = values;
    if (name && (selector || values["field-selector"])) {
      throw new CommandError("only one of NAME or selector can be provided");
    }
    const query = {
      labelSelector: selector ? parseSelector(selector).toString() : undefined,
      fieldSelector: values["field-selector"] || undefined,
    };
    await kubectl.namespace();
    const root = await metricsPath(kubectl);
    const rest = await kubectl.rest();
    const everywhere = values["all-namespaces"];
    const { name: namespace } = await kubectl.namespace();
    const place = everywhere ? "" : `/namespaces/${namespace}`;
    const read = async (path: string) =>
      name
        ? [await rest.json({ path: `${path}/${name}` })]
        : (await rest.list({ path, query }, 0)).items;
    const metrics = (await read(`${root}${place}/pods`)) as PodMetrics[];
    if (metrics.length === 0) {
      explainNothing(kubectl, await read(`/api/v1${place}/pods`));
      kubectl.tell(
        everywhere ? "No resources found" : `No resources found in ${namespace} namespace.`,
      );
      return;
    }
    const usage = ({ containers }: PodMetrics) =>
      sumOf(containers.map((one) => usageOf(one.usage)));
    const sorted = sortByUsage(metrics, sortBy, {
      name: ({ metadata }) =>
        `${everywhere ? `${metadata.namespace ?? ""}\0` : ""}${metadata.name ?? ""}`,
      usage,
    });
    const rows = sorted.flatMap((pod) => {
      const { name: podName = "", namespace: podNamespace = "" } = pod.metadata;
      const front = everywhere ? [podNamespace] : [];
      if (!values.containers) return [[...front, podName, ...usageCells(usage(pod))]];
      const containers = sortByUsage(pod.containers, sortBy, {
        name: (container) => container.name,
        usage: (container) => usageOf(container.usage),
      });
      return containers.map((container) => [
        ...front,
        podName,
        container.name,
        ...usageCells(usageOf(container.usage)),
      ]);
    });
    const header = [
      ...(everywhere ? ["NAMESPACE"] : []),
      ...(values.containers ? ["POD"] : []),
      "NAME",
      "CPU(cores)",
      "MEMORY(bytes)",
    ];
    const headers = values["no-headers"] ? [] : [header];
    // Without headers, upstream does not count the columns before the name.
    const before: string[] = Array((values["no-headers"] ? 3 : header.length) - 2).fill("");
    const total = values.sum
      ? [
          [...before, "________", "________"],
          [...before, ...usageCells(sumOf(metrics.map(usage)))],
        ]
      : [];
    kubectl.print(usageTable([...headers, ...rows, ...total]));
  },
});

/** Pods that should have metrics by now, and have none, are an error. */
function explainNothing(kubectl: Kubectl, pods: readonly KubeObject[]): void {
  if (pods.length === 0) return;
  for (const { metadata } of pods) {
    const ageMs = kubectl.now() - Date.parse(metadata.creationTimestamp ?? "");
    if (ageMs <= metricsDelayMs) continue;
    throw new CommandError(
      `Metrics not available for pod ${metadata.namespace ?? ""}/${metadata.name ?? ""}, age: ${formatDuration(ageMs * 1e6)}`,
    );
  }
  throw new CommandError("metrics not available yet");
}
