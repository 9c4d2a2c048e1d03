import { LimitRange, Namespace, ResourceQuota } from "#api/core/v1.ts";
import type { LimitRangeItem } from "#api/core/v1.ts";
import { isNotFound } from "#client/client.ts";
import { formatQuantity, parseQuantity } from "#schema/quantity.ts";
import type { Resource } from "#client/client.ts";
import { writeConditionsWithTime } from "../conditions.ts";
import { describerFor, listAll } from "../context.ts";
import type { DescribeContext } from "../context.ts";
import { sorted, sortedBy } from "../go-values.ts";
import { writeLabelsAndAnnotations, writeName } from "../metadata.ts";
import { formatAmount } from "../resources.ts";
import type { DescribeWriter } from "../writer.ts";

export const namespace = describerFor(Namespace, async ({ metadata, status }, context) => {
  const { writer } = context;
  const quotas = await listServed(ResourceQuota, metadata.name, context);
  const limitRanges = await listServed(LimitRange, metadata.name, context);
  writer.field(0, "Name", metadata.name);
  writeLabelsAndAnnotations(writer, metadata);
  writer.field(0, "Status", status.phase ?? "");
  if (status.conditions?.length) writeConditionsWithTime(writer, status.conditions);
  if (quotas) {
    writer.row(0);
    writeQuotas(writer, quotas);
  }
  if (limitRanges) {
    writer.row(0);
    writeLimitRanges(writer, limitRanges);
  }
});

export const resourceQuota = describerFor(ResourceQuota, (object, { writer }) => {
  writeName(writer, object.metadata);
  writeScopes(writer, 0, object, " * ");
  const { hard = {}, used = {} } = object.status;
  const rows = sorted(Object.keys(hard)).map((name) => [
    name,
    inFormatOf(hard[name], used[name]),
    formatAmount(hard[name]),
  ]);
  writer.table(0, ["Resource", "Used", "Hard"], rows);
});

export const limitRange = describerFor(LimitRange, ({ metadata, spec }, { writer }) => {
  writeName(writer, metadata);
  writer.table(0, limitHeadings, spec.limits.flatMap(limitRows));
});

const limitHeadings = [
  "Type",
  "Resource",
  "Min",
  "Max",
  "Default Request",
  "Default Limit",
  "Max Limit/Request Ratio",
];

/** Undefined where the server has no such kind. */
async function listServed<T>(
  resource: Resource<T>,
  name: string,
  context: DescribeContext,
): Promise<T[] | undefined> {
  try {
    return await listAll(context, resource, { namespace: name });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function writeQuotas(writer: DescribeWriter, quotas: readonly ResourceQuota[]): void {
  if (quotas.length === 0) {
    writer.row(0, "No resource quota.");
    return;
  }
  writer.row(0, "Resource Quotas");
  for (const quota of sortedBy(quotas, ({ metadata }) => metadata.name)) {
    const { hard = {}, used = {} } = quota.status;
    writer.field(1, "Name", quota.metadata.name);
    writeScopes(writer, 1, quota, "* ");
    writer.row(1, "Resource", "Used", "Hard");
    writer.row(1, "--------", "---", "---");
    for (const name of sorted(Object.keys(hard))) {
      writer.row(1, name, formatAmount(used[name]), formatAmount(hard[name]));
    }
  }
}

function writeLimitRanges(writer: DescribeWriter, limitRanges: readonly LimitRange[]): void {
  if (limitRanges.length === 0) {
    writer.row(0, "No LimitRange resource.");
    return;
  }
  writer.row(0, "Resource Limits");
  const [, ...titles] = limitHeadings;
  writer.row(0, " Type", ...titles);
  writer.row(0, " ----", ...titles.map((title) => "-".repeat(title.length)));
  for (const { spec } of limitRanges) {
    for (const [type = "", ...cells] of spec.limits.flatMap(limitRows)) {
      writer.row(0, ` ${type}`, ...cells);
    }
  }
}

/** One row per resource, by name: upstream's order changes from run to run. */
function limitRows(item: LimitRangeItem): string[][] {
  const { type, min, max, defaultRequest, default: defaultLimit, maxLimitRequestRatio } = item;
  const columns = [min, max, defaultRequest, defaultLimit, maxLimitRequestRatio];
  const names = new Set(columns.flatMap((amounts) => Object.keys(amounts ?? {})));
  return sorted(names).map((name) => {
    const amounts = columns.map((column) => column?.[name]);
    return [type, name, ...amounts.map((amount) => (amount ? formatAmount(amount) : "-"))];
  });
}

function writeScopes(
  writer: DescribeWriter,
  level: number,
  { spec }: ResourceQuota,
  bullet: string,
): void {
  const scopes = sorted(spec.scopes ?? []);
  if (scopes.length === 0) return;
  writer.field(level, "Scopes", scopes.join(", "));
  for (const scope of scopes) {
    const help = scopeHelp[scope];
    if (help) writer.row(level, `${bullet}${help}`);
  }
}

const scopeHelp: Readonly<Record<string, string>> = {
  Terminating:
    "Matches all pods that have an active deadline. These pods have a limited lifespan on a node " +
    "before being actively terminated by the system.",
  NotTerminating:
    "Matches all pods that do not have an active deadline. These pods usually include long " +
    "running pods whose container command is not expected to terminate.",
  BestEffort:
    "Matches all pods that do not have resource requirements set. These pods have a best effort " +
    "quality of service.",
  NotBestEffort:
    "Matches all pods that have at least one resource requirement set. These pods have a " +
    "burstable or guaranteed quality of service.",
};

/** What is used, with the units of the limit; whole units then, rounded up. */
function inFormatOf(hard: string | undefined, used: string | undefined): string {
  const [limit, amount] = [parseQuantity(hard ?? "0"), parseQuantity(used ?? "0")];
  if (!limit || !amount || limit.format === amount.format) return formatAmount(used);
  const unit = 1_000_000_000n;
  const whole = ((amount.nanos + unit - 1n) / unit) * unit;
  return formatQuantity({ nanos: whole, format: limit.format });
}
