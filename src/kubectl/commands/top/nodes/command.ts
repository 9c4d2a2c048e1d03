import { parseSelector } from "#machinery/labels/selector.ts";
import { quantityMilli } from "#schema/quantity.ts";
import { defineCommand } from "../../../command.ts";
import { CommandError, UsageError } from "../../../errors.ts";
import type { KubeObject } from "../../../objects.ts";
import { selectorFlag } from "../../../resources/flags.ts";
import {
  checkSortBy,
  metricsPath,
  protocolBuffersFlag,
  sortByUsage,
  usageCells,
  usageOf,
  usageTable,
} from "../usage.ts";

type Amounts = Readonly<Record<string, string>>;

interface NodeMetrics extends KubeObject {
  readonly usage: Amounts;
}

export default defineCommand({
  usage: "node [NAME | -l label]",
  description: "Show how much CPU and memory nodes use.",
  examples: [
    { about: "Show the usage of all nodes", command: "kubectl top node" },
    { about: "Show that of one node", command: "kubectl top node NODE_NAME" },
  ],
  flags: {
    ...selectorFlag,
    ...protocolBuffersFlag,
    "no-headers": { type: "bool", usage: "Leave out the headers" },
    "show-capacity": {
      type: "bool",
      usage: "Compare with all that a node has, not with what pods may use of it.",
    },
    "sort-by": { type: "string", default: "", usage: "Sort by 'cpu' or 'memory'." },
  },
  async run(kubectl, { values, args }) {
    const [name = "", ...more] = args;
    if (more.length > 0) throw new UsageError("node [NAME | -l label]");
    const sortBy = checkSortBy(values["sort-by"]);
    const { selector } = values;
    if (name && selector) {
      throw new CommandError("only one of NAME or --selector can be provided");
    }
    const query = { labelSelector: selector ? parseSelector(selector).toString() : undefined };
    const root = await metricsPath(kubectl);
    const rest = await kubectl.rest();
    const read = async (path: string) =>
      name
        ? [await rest.json({ path: `${path}/${name}` })]
        : (await rest.list({ path, query }, 0)).items;
    const metrics = (await read(`${root}/nodes`)) as NodeMetrics[];
    if (metrics.length === 0) throw new CommandError("metrics not available yet");
    const available = new Map(
      (await read("/api/v1/nodes")).map(({ metadata, status }) => {
        const { allocatable, capacity } = status as { allocatable?: Amounts; capacity?: Amounts };
        return [metadata.name ?? "", (values["show-capacity"] ? capacity : allocatable) ?? {}];
      }),
    );
    const sorted = sortByUsage(metrics, sortBy, {
      name: ({ metadata }) => metadata.name ?? "",
      usage: ({ usage }) => usageOf(usage),
    });
    const rows = sorted.map(({ metadata, usage }) => {
      const node = metadata.name ?? "";
      const [cpu, memory] = usageCells(usageOf(usage));
      const amounts = available.get(node);
      available.delete(node);
      const cells = [
        [cpu, share(usage.cpu, amounts?.cpu)],
        [memory, share(usage.memory, amounts?.memory)],
      ];
      return [node, ...cells.flat().filter((cell) => cell !== undefined)];
    });
    const missing = [...available.keys()].map((node) => [node, ...Array(4).fill("<unknown>")]);
    const header = ["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"];
    kubectl.print(usageTable([...(values["no-headers"] ? [] : [header]), ...rows, ...missing]));
  },
});

/** Whole percents; undefined for what the node does not tell of. */
function share(used: string | undefined, available: string | undefined): string | undefined {
  if (available === undefined) return undefined;
  const whole = quantityMilli(available);
  const part = whole === 0 ? 0 : (quantityMilli(used ?? "0") / whole) * 100;
  return `${Math.trunc(part)}%`;
}
