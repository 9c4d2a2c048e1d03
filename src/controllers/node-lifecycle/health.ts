import type { Lease } from "#api/coordination/v1.ts";
import type { Node, NodeCondition, Taint } from "#api/core/v1.ts";
import { timestamp } from "../common/time.ts";

/** Upstream's numbers. */
export const monitorPeriodMs = 5_000;
const graceMs = 50_000;
const startupGraceMs = 60_000;

const watched = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"] as const;

/** The time, and what does not jump with it. */
export interface Times {
  readonly now: number;
  readonly monotonic: number;
}

/**
 * When a node was last heard of, by our own clock: nodes' clocks are not trusted, and ours may be
 * set while we run.
 */
export interface Heartbeat {
  readonly at: number;
  readonly heartbeat: string | undefined;
  readonly renewed: string | undefined;
}

export function observe(
  before: Heartbeat | undefined,
  node: Node,
  lease: Lease | undefined,
  { now, monotonic }: Times,
): Heartbeat {
  const heartbeat = ready(node)?.lastHeartbeatTime;
  const renewed = lease?.spec.renewTime;
  if (!before) {
    const created = Date.parse(node.metadata.creationTimestamp);
    // Of a node that has said nothing yet, the time counts from its creation.
    const ageMs = heartbeat || renewed ? 0 : Math.max(0, now - (created || now));
    return { at: monotonic - ageMs, heartbeat, renewed };
  }
  // A clock that was set back writes times before the last one.
  const heard = heartbeat !== before.heartbeat || renewed !== before.renewed;
  return heard ? { at: monotonic, heartbeat, renewed } : before;
}

/** The conditions of a node that is silent for too long; undefined while all is as it was. */
export function silentConditions(
  node: Node,
  { at }: Heartbeat,
  { now, monotonic }: Times,
): NodeCondition[] | undefined {
  if (monotonic - at <= (ready(node) ? graceMs : startupGraceMs)) return undefined;
  const conditions = [...(node.status.conditions ?? [])];
  let changed = false;
  for (const type of watched) {
    const index = conditions.findIndex((condition) => condition.type === type);
    const current = conditions[index];
    const lastTransitionTime = timestamp(now);
    if (!current) {
      changed = true;
      conditions.push({
        type,
        status: "Unknown",
        reason: "NodeStatusNeverUpdated",
        message: "Kubelet never posted node status.",
        lastHeartbeatTime: node.metadata.creationTimestamp,
        lastTransitionTime,
      });
    } else if (current.status !== "Unknown") {
      changed = true;
      conditions[index] = {
        ...current,
        status: "Unknown",
        reason: "NodeStatusUnknown",
        message: "Kubelet stopped posting node status.",
        lastTransitionTime,
      };
    }
  }
  return changed ? conditions : undefined;
}

export function ready(node: Node): NodeCondition | undefined {
  return node.status.conditions?.find(({ type }) => type === "Ready");
}

const prefix = "node.kubernetes.io";
export const notReadyTaint = `${prefix}/not-ready`;
export const unreachableTaint = `${prefix}/unreachable`;

const pressures: readonly (readonly [condition: string, key: string])[] = [
  ["MemoryPressure", `${prefix}/memory-pressure`],
  ["DiskPressure", `${prefix}/disk-pressure`],
  ["PIDPressure", `${prefix}/pid-pressure`],
  ["NetworkUnavailable", `${prefix}/network-unavailable`],
];
const unschedulableTaint = `${prefix}/unschedulable`;

/** What the node's conditions keep new pods away with. */
export function noScheduleTaints(node: Node): readonly string[] {
  const keys: string[] = [];
  const status = ready(node)?.status;
  if (status === "False") keys.push(notReadyTaint);
  if (status === "Unknown") keys.push(unreachableTaint);
  for (const [type, key] of pressures) {
    const condition = node.status.conditions?.find((condition) => condition.type === type);
    if (condition?.status === "True") keys.push(key);
  }
  if (node.spec.unschedulable) keys.push(unschedulableTaint);
  return keys;
}

/** What sends pods away that do not tolerate it. */
export function noExecuteTaint(node: Node): string | undefined {
  const status = ready(node)?.status;
  if (status === "False") return notReadyTaint;
  return status === "Unknown" ? unreachableTaint : undefined;
}

const ourNoSchedule = new Set([
  notReadyTaint,
  unreachableTaint,
  unschedulableTaint,
  ...pressures.map(([, key]) => key),
]);

/**
 * The node's taints with ours brought up to date. `noExecute` is the one to have, `keep` leaves
 * those of that effect as they are (evictions are limited in their rate).
 */
export function taintsOf(
  node: Node,
  noExecute: { readonly key: string | undefined } | "keep",
  now: number,
): Taint[] {
  const wanted = new Set(noScheduleTaints(node));
  const kept = (node.spec.taints ?? []).filter(({ effect, key }) => {
    if (effect === "NoSchedule" && ourNoSchedule.has(key)) return wanted.delete(key);
    const evicts = effect === "NoExecute" && (key === notReadyTaint || key === unreachableTaint);
    return !evicts || noExecute === "keep" || noExecute.key === key;
  });
  for (const key of wanted) kept.push({ key, effect: "NoSchedule", timeAdded: timestamp(now) });
  if (noExecute !== "keep" && noExecute.key) {
    const { key } = noExecute;
    const there = kept.some((taint) => taint.key === key && taint.effect === "NoExecute");
    if (!there) kept.push({ key, effect: "NoExecute", timeAdded: timestamp(now) });
  }
  return kept;
}
