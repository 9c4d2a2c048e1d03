import type { Container, ResourceFieldSelector, ResourceRequirements } from "#api/core/v1.ts";
import { canonicalQuantity, quantityMilli, quantityValue } from "#schema/quantity.ts";
import { sorted } from "./go-values.ts";
import type { DescribeWriter } from "./writer.ts";

type Amounts = Readonly<Record<string, string>> | undefined;

export function writeResources(
  writer: DescribeWriter,
  level: number,
  resources: ResourceRequirements | undefined,
): void {
  writeAmounts(writer, level, "Limits", resources?.limits);
  writeAmounts(writer, level, "Requests", resources?.requests);
}

/** A title and the amounts below it, by name; nothing when there are none. */
export function writeAmounts(
  writer: DescribeWriter,
  level: number,
  title: string,
  amounts: Amounts,
): void {
  const names = sorted(Object.keys(amounts ?? {}));
  if (names.length > 0) writer.row(level, `${title}:`);
  for (const name of names) writer.field(level + 1, name, formatAmount(amounts?.[name]));
}

/** In the shortest form; a missing one is 0. */
export function formatAmount(amount: string | undefined): string {
  return amount === undefined ? "0" : (canonicalQuantity(amount) ?? amount);
}

/** What a container sees of its own resources, in units of the divisor, rounded up. */
export function resourceFieldValue(
  { resource, divisor }: ResourceFieldSelector,
  { resources }: Container,
): string {
  const [list = "", ...rest] = resource.split(".");
  const name = rest.join(".");
  const amounts = list === "limits" ? resources.limits : resources.requests;
  const isKnown =
    (list === "limits" || list === "requests") && (isStandardResource(name) || isHugePages(name));
  if (!isKnown) return "";
  const measure = name === "cpu" ? quantityMilli : quantityValue;
  const unit = quantityMilli(divisor) === 0 ? "1" : divisor;
  return String(Math.ceil(measure(amounts?.[name] ?? "0") / measure(unit)));
}

export const isHugePages = (name: string) => name.startsWith("hugepages-");

export function isStandardResource(name: string): boolean {
  return name === "cpu" || name === "memory" || name === "ephemeral-storage";
}
