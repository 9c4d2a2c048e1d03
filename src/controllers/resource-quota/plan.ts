import type { Pod, ResourceQuota, ResourceQuotaStatus } from "#api/core/v1.ts";
import type { ApiObject } from "#client/object.ts";
import { isInScope } from "#machinery/quota/scopes.ts";
import { isMeasured, releaseOf, usageOf } from "#machinery/quota/usage.ts";
import type { Surroundings, Usage } from "#machinery/quota/usage.ts";
import { addQuantities, compareQuantities } from "#schema/quantity.ts";
import type { Change } from "./monitor.ts";

/** What a namespace has of one resource. */
export interface Holding {
  readonly group: string;
  readonly resource: string;
  /** The objects where it matters what they are, else their number. Undefined: not known yet. */
  readonly objects: readonly unknown[] | number | undefined;
}

export interface Plan {
  /** What the quota's status should say; undefined when it says so. */
  readonly status: ResourceQuotaStatus | undefined;
  /** Something is to be given back, but not yet. */
  readonly isHeldBack: boolean;
}

/**
 * `holdings` are of all resources that the quota bounds; of what is not known yet the amount stays
 * that was known before. With `mayRelease` false nothing is given back.
 */
export function plan(
  quota: ResourceQuota,
  holdings: readonly Holding[],
  { mayRelease, ...surroundings }: Surroundings & { readonly mayRelease: boolean },
): Plan {
  const { hard = {} } = quota.spec;
  const { status: old } = quota;
  const counted = usedOf(quota, holdings, surroundings);
  const used: Record<string, string> = {};
  let isHeldBack = false;
  for (const name of Object.keys(hard)) {
    const before = old.used?.[name];
    const amount = counted[name] ?? before;
    if (amount === undefined) continue;
    const isLess = before !== undefined && compareQuantities(amount, before) < 0;
    if (isLess && !mayRelease) isHeldBack = true;
    used[name] = isLess && !mayRelease ? before : amount;
  }
  const isSaid = old.hard && old.used && isSame(old.hard, hard) && isSame(old.used, used);
  return { status: isSaid ? undefined : { hard, used }, isHeldBack };
}

/** Whether somebody was let have more. */
export function isCharged(quota: ResourceQuota, old: ResourceQuota): boolean {
  return Object.entries(quota.status.used ?? {}).some(
    ([name, amount]) => compareQuantities(amount, old.status.used?.[name] ?? "0") > 0,
  );
}

/** Whether the quota may have to say something else after this. */
export function concerns(
  quota: ResourceQuota,
  { group, kind, resource }: Pick<Change, "group" | "resource" | "kind">,
  surroundings: Surroundings,
): boolean {
  const names = Object.keys(quota.spec.hard ?? {});
  if (!names.some((name) => isMeasured(group, resource, name))) return false;
  if (kind.type !== "changed") return true;
  const taken = (object: unknown) =>
    isInScope(quota, group, resource, object)
      ? usageOf(group, resource, object, surroundings)
      : undefined;
  const [before, after] = [taken(kind.old), taken(kind.object)];
  if (!before || !after) return before !== after;
  return !isSame(before, after) || isLeaving(kind.object) !== isLeaving(kind.old);
}

/** Its release is waited for from then on. */
function isLeaving({ metadata }: ApiObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** When what is counted changes by time alone, in milliseconds from now; undefined: never. */
export function msToNextRelease(holdings: readonly Holding[], now: number): number | undefined {
  const releases = holdings
    .filter(({ group, resource }) => group === "" && resource === "pods")
    .flatMap(({ objects }) => (typeof objects === "object" ? (objects as readonly Pod[]) : []))
    .map(releaseOf)
    .filter((release) => release !== undefined && release >= now);
  if (releases.length === 0) return undefined;
  return Math.min(...releases.map((release) => (release ?? now) - now)) + 1;
}

/** Whether both are amounts of the same resources, however they are written. */
export function isSame(left: Usage, right: Usage): boolean {
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every(
      (name) => right[name] !== undefined && compareQuantities(left[name] ?? "", right[name]) === 0,
    )
  );
}

/** By the names that the quota bounds and of which all is known. */
function usedOf(
  quota: ResourceQuota,
  holdings: readonly Holding[],
  surroundings: Surroundings,
): Usage {
  const used: Record<string, string> = {};
  const bounded = Object.keys(quota.spec.hard ?? {});
  const unknown = new Set<string>();
  for (const holding of holdings) {
    const names = bounded.filter((name) => isMeasured(holding.group, holding.resource, name));
    if (holding.objects === undefined) for (const name of names) unknown.add(name);
    for (const name of names) used[name] ??= "0";
    for (const usage of usagesOf(quota, holding, names, surroundings)) {
      for (const name of names) used[name] = addQuantities(used[name] ?? "0", usage[name] ?? "0");
    }
  }
  return Object.fromEntries(Object.entries(used).filter(([name]) => !unknown.has(name)));
}

function usagesOf(
  quota: ResourceQuota,
  { group, resource, objects = [] }: Holding,
  names: readonly string[],
  surroundings: Surroundings,
): readonly Usage[] {
  if (typeof objects !== "number") {
    return objects
      .filter((object) => isInScope(quota, group, resource, object))
      .map((object) => usageOf(group, resource, object, surroundings));
  }
  // Scopes are about kinds whose objects are looked at one by one.
  if (!isInScope(quota, group, resource, undefined)) return [];
  return [Object.fromEntries(names.map((name) => [name, String(objects)]))];
}
