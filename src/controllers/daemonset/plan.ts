import type { DaemonSet } from "#api/apps/v1.ts";
import type { Node, Pod } from "#api/core/v1.ts";
import { isFinished } from "#machinery/pod-resources.ts";
import { countOrPercent } from "../common/numbers.ts";
import { isAvailable, isReady } from "../common/pods.ts";
import { revisionLabel } from "../common/revisions.ts";
import { byAge } from "../common/time.ts";
import { isUpdated, nodeOf, placementOn } from "./pod.ts";

/** All that decides what a DaemonSet does next. */
export interface Situation {
  readonly daemonSet: DaemonSet;
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  /** Of the template as it is now: pods made from it carry it. */
  readonly hash: string;
  /** How long the next failed pod of the node must still be left alone. */
  readonly msToRetry: (node: string) => number;
  readonly now: number;
}

export interface Plan {
  /** Nodes that get a pod. */
  readonly create: readonly string[];
  readonly remove: readonly Removal[];
  /** When to look again after failed pods that are left alone for now. */
  readonly retryAfterMs?: number | undefined;
}

export interface Removal {
  readonly pod: Pod;
  readonly node: string;
  /** It ended by itself, which nobody asked it to. */
  readonly ended?: "failed" | "succeeded";
}

/** So many pods are created, and as many deleted, in one pass at most. */
const burst = 250;

/**
 * First each node gets what it is to have; only when all have it, pods of another version are
 * replaced, as many at once as the strategy allows.
 */
export function plan(situation: Situation): Plan {
  const whole = manage(situation);
  const isSettled = whole.create.length === 0 && whole.remove.length === 0;
  const isRolling = situation.daemonSet.spec.updateStrategy.type === "RollingUpdate";
  const { create, remove } = isSettled && isRolling ? roll(situation) : whole;
  return {
    create: create.slice(0, burst),
    remove: remove.slice(0, burst),
    retryAfterMs: whole.retryAfterMs,
  };
}

/** The pods by node, without those that ended and only wait for their finalizers. */
export function podsByNode(pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    if (isFinished(pod) && pod.metadata.deletionTimestamp) continue;
    const node = nodeOf(pod);
    if (node === undefined) continue;
    const there = byNode.get(node);
    if (there) there.push(pod);
    else byNode.set(node, [pod]);
  }
  for (const there of byNode.values()) there.sort(byPlaceAndAge);
  return byNode;
}

function manage(situation: Situation): Plan {
  const { nodes, pods } = situation;
  const byNode = podsByNode(pods);
  const create: string[] = [];
  const remove: Removal[] = [];
  let retryAfterMs: number | undefined;
  for (const node of nodes) {
    const { name } = node.metadata;
    const needs = manageNode(node, byNode.get(name), situation);
    if (needs.create) create.push(name);
    remove.push(...needs.remove);
    if (needs.retryAfterMs !== undefined) {
      retryAfterMs = Math.min(retryAfterMs ?? Infinity, needs.retryAfterMs);
    }
  }
  const known = new Set(nodes.map(({ metadata }) => metadata.name));
  for (const [node, there] of byNode) {
    if (known.has(node)) continue;
    // Pods that ran on a node that is gone are collected; these would wait for it for ever.
    const waiting = there.filter(
      ({ metadata, spec }) => !spec.nodeName && !metadata.deletionTimestamp,
    );
    remove.push(...waiting.map((pod) => ({ pod, node })));
  }
  return { create, remove, retryAfterMs };
}

interface Needs {
  readonly create?: boolean;
  readonly remove: readonly Removal[];
  readonly retryAfterMs?: number | undefined;
}

function manageNode(node: Node, there: readonly Pod[] | undefined, situation: Situation): Needs {
  const { daemonSet } = situation;
  const { name } = node.metadata;
  const placement = placementOn(node, daemonSet);
  if (!there) return { create: placement === "run", remove: [] };
  const staying = there.filter(({ metadata }) => !metadata.deletionTimestamp);
  if (placement === "leave") return { remove: staying.map((pod) => ({ pod, node: name })) };

  const ended = staying.filter(isFinished);
  const { remove, retryAfterMs } = removeEnded(ended, name, situation);
  const running = staying.filter((pod) => !isFinished(pod));
  if (!allowsSurge(daemonSet)) {
    const surplus = running.slice(1).map((pod) => ({ pod, node: name }));
    return { remove: [...remove, ...surplus], retryAfterMs };
  }
  const surplus = surplusOfSurge(running, situation).map((pod) => ({ pod, node: name }));
  const create = running.length === 0 && placement === "run";
  return { create, remove: [...remove, ...surplus], retryAfterMs };
}

function removeEnded(ended: readonly Pod[], node: string, { msToRetry }: Situation): Needs {
  const remove: Removal[] = [];
  let retryAfterMs: number | undefined;
  for (const pod of ended) {
    if (pod.status.phase === "Succeeded") {
      remove.push({ pod, node, ended: "succeeded" });
      continue;
    }
    // A node that refuses its pod again and again must not be asked without a pause.
    const waitMs = msToRetry(node);
    if (waitMs > 0) retryAfterMs = Math.min(retryAfterMs ?? Infinity, waitMs);
    else remove.push({ pod, node, ended: "failed" });
  }
  return { remove, retryAfterMs };
}

/** Of an old and a new pod the old one stays as long as it works and the new one does not yet. */
function surplusOfSurge(running: readonly Pod[], situation: Situation): readonly Pod[] {
  if (running.length <= 1) return [];
  const { daemonSet, hash, now } = situation;
  const isNew = ({ metadata }: Pod) => metadata.labels?.[revisionLabel] === hash;
  const newest = running.find(isNew);
  const oldest = running.find((pod) => !isNew(pod));
  const others = running.filter((pod) => pod !== newest && pod !== oldest);
  if (!newest || !oldest) return others;
  const isOver = !isReady(oldest) || isAvailable(newest, daemonSet.spec.minReadySeconds ?? 0, now);
  return isOver ? [...others, oldest] : others;
}

/** How many nodes may be without, and how many with two, of the nodes that should have one. */
export function fenceposts(
  { spec }: DaemonSet,
  desired: number,
): { maxUnavailable: number; maxSurge: number } {
  const { maxUnavailable = 0, maxSurge = 0 } = spec.updateStrategy.rollingUpdate ?? {};
  const unavailable = countOrPercent(maxUnavailable, desired, "up");
  const surge = countOrPercent(maxSurge, desired, "up");
  // With neither, nothing could ever move.
  return { maxUnavailable: unavailable === 0 && surge === 0 ? 1 : unavailable, maxSurge: surge };
}

function allowsSurge({ spec }: DaemonSet): boolean {
  const { type, rollingUpdate } = spec.updateStrategy;
  return type === "RollingUpdate" && countOrPercent(rollingUpdate?.maxSurge ?? 0, 1, "up") > 0;
}

function roll(situation: Situation): Plan {
  const { daemonSet, nodes } = situation;
  const wanted = nodes.filter((node) => placementOn(node, daemonSet) === "run");
  const byNode = new Map(podsByNode(situation.pods));
  for (const { metadata } of wanted) {
    if (!byNode.has(metadata.name)) byNode.set(metadata.name, []);
  }
  const pairs = [...byNode].map(([node, there]) => ({ node, pair: pairOf(there, situation) }));
  const { maxSurge, maxUnavailable } = fenceposts(daemonSet, wanted.length);
  return maxSurge === 0
    ? replaceInPlace(pairs, maxUnavailable, situation)
    : replaceBySurge(
        pairs,
        maxSurge,
        new Set(wanted.map(({ metadata }) => metadata.name)),
        situation,
      );
}

interface Pair {
  readonly node: string;
  /** "many": of one kind there is more than one, which is put in order first. */
  readonly pair: { readonly old: Pod | undefined; readonly new: Pod | undefined } | "many";
}

function pairOf(there: readonly Pod[], { daemonSet, hash }: Situation): Pair["pair"] {
  const staying = there.filter(({ metadata }) => !metadata.deletionTimestamp);
  const fresh = staying.filter((pod) => isUpdated(pod, daemonSet, hash));
  const old = staying.filter((pod) => !isUpdated(pod, daemonSet, hash));
  if (fresh.length > 1 || old.length > 1) return "many";
  return { old: old[0], new: fresh[0] };
}

/** Old pods go, and the next pass makes new ones: those that do not work anyway all at once. */
function replaceInPlace(
  pairs: readonly Pair[],
  maxUnavailable: number,
  situation: Situation,
): Plan {
  const broken: Removal[] = [];
  const working: Removal[] = [];
  let unavailable = 0;
  for (const { node, pair } of pairs) {
    if (pair === "many" || Boolean(pair.old) === Boolean(pair.new)) unavailable++;
    else if (pair.new) {
      if (!available(pair.new, situation)) unavailable++;
    } else if (pair.old) {
      const works = available(pair.old, situation);
      (works ? working : broken).push({ pod: pair.old, node });
      if (!works) unavailable++;
    }
  }
  const budget = Math.max(0, maxUnavailable - unavailable);
  return { create: [], remove: [...broken, ...working.slice(0, budget)] };
}

/** New pods come beside old ones, which go when the new ones are available. */
function replaceBySurge(
  pairs: readonly Pair[],
  maxSurge: number,
  wanted: ReadonlySet<string>,
  situation: Situation,
): Plan {
  const create: string[] = [];
  const candidates: string[] = [];
  const remove: Removal[] = [];
  const leaving: Removal[] = [];
  let surging = 0;
  let working = 0;
  for (const { node, pair } of pairs) {
    if (pair === "many") {
      surging++;
      continue;
    }
    const { old, new: fresh } = pair;
    const main = old ?? fresh;
    if (main && available(main, situation)) working++;
    if (!old) continue;
    if (fresh) {
      if (available(fresh, situation)) remove.push({ pod: old, node });
      else surging++;
    } else if (wanted.has(node)) {
      (available(old, situation) ? candidates : create).push(node);
    } else if (available(old, situation)) leaving.push({ pod: old, node });
    else remove.push({ pod: old, node });
  }
  // Where a daemon has to leave a node, it goes on there until another one does its work.
  remove.push(...leaving.slice(0, Math.max(0, working - wanted.size)));
  create.push(...candidates.slice(0, Math.max(0, maxSurge - surging)));
  return { create, remove };
}

function available(pod: Pod, { daemonSet, now }: Situation): boolean {
  return isAvailable(pod, daemonSet.spec.minReadySeconds ?? 0, now);
}

/** The pod that counts is first: one on a node, and of these the oldest. */
function byPlaceAndAge(left: Pod, right: Pod): number {
  return Number(!left.spec.nodeName) - Number(!right.spec.nodeName) || byAge(left, right);
}
