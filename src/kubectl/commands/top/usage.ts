import { quantityMilli, quantityValue } from "#schema/quantity.ts";
import { CommandError } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import { alignRows } from "../../printers/tabwriter.ts";

/** Thousandths of CPUs, and bytes. */
export interface Usage {
  readonly cpuMilli: number;
  readonly memoryBytes: number;
}

export type SortBy = "" | "cpu" | "memory";

export const noUsage: Usage = { cpuMilli: 0, memoryBytes: 0 };

export function usageOf(amounts: Readonly<Record<string, string>> = {}): Usage {
  return {
    cpuMilli: quantityMilli(amounts.cpu ?? "0"),
    memoryBytes: quantityValue(amounts.memory ?? "0"),
  };
}

export function sumOf(usages: readonly Usage[]): Usage {
  return usages.reduce(
    (sum, usage) => ({
      cpuMilli: sum.cpuMilli + usage.cpuMilli,
      memoryBytes: sum.memoryBytes + usage.memoryBytes,
    }),
    noUsage,
  );
}

/** "250m" and "512Mi". */
export function usageCells({ cpuMilli, memoryBytes }: Usage): [cpu: string, memory: string] {
  return [`${cpuMilli}m`, `${Math.trunc(memoryBytes / (1024 * 1024))}Mi`];
}

/** The largest first; by name where nothing else is asked for. */
export function sortByUsage<T>(
  items: readonly T[],
  sortBy: SortBy,
  { name, usage }: { readonly name: (item: T) => string; readonly usage: (item: T) => Usage },
): T[] {
  return items.toSorted((left, right) => {
    if (sortBy === "cpu") return usage(right).cpuMilli - usage(left).cpuMilli;
    if (sortBy === "memory") return usage(right).memoryBytes - usage(left).memoryBytes;
    return name(left) < name(right) ? -1 : name(left) > name(right) ? 1 : 0;
  });
}

/** Each cell has its column, the last one, too: lines end with the column's spaces. */
export function usageTable(rows: readonly (readonly string[])[]): string {
  return alignRows(rows.map((row) => [...row, ""]));
}

export function checkSortBy(value: string): SortBy {
  if (value === "" || value === "cpu" || value === "memory") return value;
  throw new CommandError("--sort-by accepts only cpu or memory");
}

/** "/apis/metrics.k8s.io/v1beta1", where the server has it. */
export async function metricsPath(kubectl: Kubectl): Promise<string> {
  const rest = await kubectl.rest();
  const { groups } = await rest.json<{
    groups: { name: string; versions: { version: string }[] }[];
  }>({ path: "/apis" });
  const group = groups.find(({ name }) => name === "metrics.k8s.io");
  if (!group?.versions.some(({ version }) => version === "v1beta1")) {
    throw new CommandError("Metrics API not available");
  }
  return "/apis/metrics.k8s.io/v1beta1";
}

/** Programs that ask in protobuf are told the same: the flag has nothing to change here. */
export const protocolBuffersFlag = {
  "use-protocol-buffers": {
    type: "bool",
    default: true,
    usage: "Ask the metrics API in protobuf; the answer is the same.",
  },
} as const;
