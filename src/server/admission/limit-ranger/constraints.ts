import type { LimitRangeItem } from "#api/core/v1.ts";
import { compareQuantities, parseQuantity } from "#schema/quantity.ts";

export type Amounts = Readonly<Record<string, string>>;

/** What one limit has against these amounts, in upstream's words. */
export function limitProblems(item: LimitRangeItem, requests: Amounts, limits: Amounts): string[] {
  const problems: (string | undefined)[] = [];
  // A claim is measured by what it asks for alone; so is what a pod's max bounds.
  const isClaim = item.type === "PersistentVolumeClaim";
  for (const [name, enforced] of sorted(item.min)) {
    problems.push(belowMinimum(item.type, name, enforced, requests[name], limits[name]));
  }
  for (const [name, enforced] of sorted(item.max)) {
    problems.push(
      isClaim
        ? requestAboveMaximum(item.type, name, enforced, requests[name])
        : aboveMaximum(item.type, name, enforced, requests[name], limits[name]),
    );
  }
  for (const [name, ratio] of sorted(item.maxLimitRequestRatio)) {
    problems.push(ratioExceeded(item.type, name, ratio, requests[name], limits[name]));
  }
  return problems.filter((problem) => problem !== undefined);
}

function belowMinimum(
  type: string,
  name: string,
  enforced: string,
  request: string | undefined,
  limit: string | undefined,
): string | undefined {
  const rule = `minimum ${name} usage per ${type} is ${enforced}`;
  if (request === undefined) return `${rule}.  No request is specified`;
  if (compareQuantities(request, enforced) < 0) return `${rule}, but request is ${request}`;
  if (limit !== undefined && compareQuantities(limit, enforced) < 0) {
    return `${rule}, but limit is ${limit}`;
  }
  return undefined;
}

function requestAboveMaximum(
  type: string,
  name: string,
  enforced: string,
  request: string | undefined,
): string | undefined {
  const rule = `maximum ${name} usage per ${type} is ${enforced}`;
  if (request === undefined) return `${rule}.  No request is specified`;
  if (compareQuantities(request, enforced) > 0) return `${rule}, but request is ${request}`;
  return undefined;
}

function aboveMaximum(
  type: string,
  name: string,
  enforced: string,
  request: string | undefined,
  limit: string | undefined,
): string | undefined {
  const rule = `maximum ${name} usage per ${type} is ${enforced}`;
  if (limit === undefined) return `${rule}.  No limit is specified`;
  if (compareQuantities(limit, enforced) > 0) return `${rule}, but limit is ${limit}`;
  if (request !== undefined && compareQuantities(request, enforced) > 0) {
    return `${rule}, but request is ${request}`;
  }
  return undefined;
}

function ratioExceeded(
  type: string,
  name: string,
  ratio: string,
  request: string | undefined,
  limit: string | undefined,
): string | undefined {
  const rule = `${name} max limit to request ratio per ${type} is ${ratio}`;
  const requested = nanos(request);
  const limited = nanos(limit);
  if (requested === 0) return `${rule}, but no request is specified or request is 0`;
  if (limited === 0) return `${rule}, but no limit is specified or limit is 0`;
  const actual = limited / requested;
  return actual > nanos(ratio) / 1e9
    ? `${rule}, but provided ratio is ${actual.toFixed(6)}`
    : undefined;
}

function nanos(amount: string | undefined): number {
  return amount === undefined ? 0 : Number(parseQuantity(amount)?.nanos ?? 0n);
}

function sorted(amounts: Amounts | undefined): [string, string][] {
  return Object.entries(amounts ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
}
