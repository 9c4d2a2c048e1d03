import type { Pod } from "#api/core/v1.ts";
import type { Clock } from "#base/clock.ts";
import { podKey } from "../cache/pod-info.ts";
import type { ClusterEvent } from "../framework.ts";
import { KeyedHeap } from "./heap.ts";

/** A pod that waits for a node. */
export interface QueuedPod {
  readonly key: string;
  pod: Pod;
  /** When it came into the queue first, by the clock that does not jump. */
  readonly since: number;
  /** When it came into its line last: earlier ones go first at the same priority. */
  queuedAt: number;
  attempts: number;
  /** How often no node was found, and how often in a row something else went wrong. */
  failures: number;
  errors: number;
  /** The plugins that said no last time; empty when the failure was no plugin's. */
  refusedBy: ReadonlySet<string>;
  /** Why it may not be tried at all. */
  gate?: Gate | undefined;
}

/** What holds a pod back before it is tried: the plugin, and its word on it. */
export interface Gate {
  readonly plugin: string;
  readonly message: string;
}

export interface QueueOptions {
  readonly clock: Clock;
  /** Whether the event may help the pod, as the plugins that refused it see it. */
  readonly mayFit: (event: ClusterEvent, queued: QueuedPod) => boolean;
  readonly gate?: (pod: Pod) => Gate | undefined;
  readonly initialBackoffMs?: number;
  readonly backoffMsMax?: number;
  /** Pods that no event freed are tried again after this long, in case a hint was missed. */
  readonly unschedulableMsMax?: number;
}

/** How often pods are looked for that have waited for an event for too long. */
const flushMs = 30_000;

/**
 * Pods that wait, in three parts: active ones are ready to be tried, highest priority first; those
 * backing off wait out a delay; unschedulable ones wait for an event that may make them fit.
 */
export class SchedulingQueue {
  readonly #options: QueueOptions;
  readonly #initialBackoffMs: number;
  readonly #backoffMsMax: number;
  readonly #unschedulableMsMax: number;
  readonly #active = new KeyedHeap<QueuedPod>(goesBefore);
  readonly #backoff: KeyedHeap<QueuedPod>;
  readonly #unschedulable = new Map<string, QueuedPod>();
  /** Pods being tried, each with the position in `#events` from which on it has missed them. */
  readonly #inFlight = new Map<string, { queued: QueuedPod; from: number }>();
  #events: ClusterEvent[] = [];
  #eventsBefore = 0;
  /** Pods that an event freed while a gate held them. */
  readonly #freedBehindGate = new Set<string>();
  #cancelBackoff: (() => void) | undefined;
  #cancelFlush: (() => void) | undefined;
  #wake: (() => void) | undefined;
  #isClosed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#initialBackoffMs = options.initialBackoffMs ?? 1000;
    this.#backoffMsMax = options.backoffMsMax ?? 10_000;
    this.#unschedulableMsMax = options.unschedulableMsMax ?? 5 * 60_000;
    this.#backoff = new KeyedHeap((left, right) => this.#dueAt(left) < this.#dueAt(right));
  }

  get sizes(): { active: number; backoff: number; unschedulable: number; gated: number } {
    const gated = [...this.#unschedulable.values()].filter(({ gate }) => gate).length;
    return {
      active: this.#active.size,
      backoff: this.#backoff.size,
      unschedulable: this.#unschedulable.size - gated,
      gated,
    };
  }

  /** The pod, wherever it waits; also while it is tried. */
  find(key: string): QueuedPod | undefined {
    return (
      this.#active.get(key) ??
      this.#backoff.get(key) ??
      this.#unschedulable.get(key) ??
      this.#inFlight.get(key)?.queued
    );
  }

  /** A new pod, or a new version of one that waits. */
  set(pod: Pod): void {
    const key = podKey(pod);
    const waiting = this.#active.get(key) ?? this.#backoff.get(key);
    if (waiting) {
      const before = waiting.pod;
      waiting.pod = pod;
      if (before.spec.priority !== pod.spec.priority && this.#active.get(key)) {
        this.#active.add(waiting);
      }
      return;
    }
    const tried = this.#inFlight.get(key)?.queued ?? this.#unschedulable.get(key);
    if (!tried) {
      const now = this.#options.clock.monotonic();
      const counts = { attempts: 0, failures: 0, errors: 0 };
      this.#enter({ key, pod, since: now, queuedAt: now, ...counts, refusedBy: new Set() });
      return;
    }
    const before = tried.pod;
    tried.pod = pod;
    if (!isSchedulingChanged(before, pod)) return;
    const event: ClusterEvent = { kind: "PodUpdated", pod, before };
    if (this.#inFlight.has(key)) this.#remember(event);
    else if (tried.gate || this.#helps(event, tried)) this.#enter(tried);
  }

  remove(key: string): void {
    this.#active.remove(key);
    this.#backoff.remove(key);
    this.#unschedulable.delete(key);
    this.#freedBehindGate.delete(key);
    this.done(key);
  }

  /**
   * The next pod to try; waits for one. When no pod is active, one that backs off goes early: its
   * delay is there to leave others the turn. Undefined when the signal aborts.
   */
  async next(signal: AbortSignal): Promise<QueuedPod | undefined> {
    for (;;) {
      if (signal.aborted) return undefined;
      const first = this.#active.first ?? this.#backoff.values().find(({ errors }) => errors === 0);
      if (first) {
        this.#active.remove(first.key);
        this.#backoff.remove(first.key);
        first.attempts++;
        const from = this.#eventsBefore + this.#events.length;
        this.#inFlight.set(first.key, { queued: first, from });
        return first;
      }
      await new Promise<void>((resolve) => {
        const stop = () => resolve();
        this.#wake = () => {
          signal.removeEventListener("abort", stop);
          resolve();
        };
        signal.addEventListener("abort", stop, { once: true });
      });
    }
  }

  /** The pod has its node, or is gone: what happens from now on is no longer its concern. */
  done(key: string): void {
    if (!this.#inFlight.delete(key)) return;
    const oldest = this.#inFlight.values().next();
    const from = oldest.done ? this.#eventsBefore + this.#events.length : oldest.value.from;
    if (from > this.#eventsBefore) {
      this.#events = this.#events.slice(from - this.#eventsBefore);
      this.#eventsBefore = from;
    }
  }

  /** No node fits: wait for an event, unless one came while the pod was being tried. */
  unschedulable(queued: QueuedPod, refusedBy: ReadonlySet<string>): void {
    const missed = this.#missedBy(queued);
    if (!missed) return;
    queued.refusedBy = refusedBy;
    queued.failures++;
    queued.errors = 0;
    queued.queuedAt = this.#options.clock.monotonic();
    if (missed.some((event) => this.#helps(event, queued))) this.#enter(queued);
    else this.#park(queued);
  }

  /** Something failed that has nothing to do with the nodes: try again after the back-off. */
  retry(queued: QueuedPod): void {
    if (!this.#missedBy(queued)) return;
    queued.refusedBy = new Set();
    queued.errors++;
    queued.queuedAt = this.#options.clock.monotonic();
    this.#enter(queued);
  }

  /** Frees the waiting pods that the event may help. */
  notice(event: ClusterEvent): void {
    this.#remember(event);
    for (const queued of this.#unschedulable.values()) {
      // What was never tried waits for a change of its own.
      if (queued.attempts > 0 && this.#helps(event, queued)) this.#enter(queued);
    }
  }

  /** Tries the pod as soon as possible, whatever it waits for. */
  activate(key: string): void {
    const queued = this.#unschedulable.get(key) ?? this.#backoff.remove(key);
    if (queued) this.#enter(queued, { now: true });
  }

  /** A gate may have opened: the pod goes on if anything has freed it meanwhile. */
  openGate(key: string): void {
    const queued = this.#unschedulable.get(key);
    if (this.#freedBehindGate.delete(key) && queued) this.#enter(queued);
  }

  /** What that plugin waits for may have come: the pods that it holds back are asked about anew. */
  openGates(plugin: string): void {
    for (const queued of this.#unschedulable.values()) {
      if (queued.gate?.plugin === plugin) this.#enter(queued);
    }
  }

  /** Forgets all pods and takes no more, so that no timer outlives the scheduler. */
  close(): void {
    this.#isClosed = true;
    this.#cancelBackoff?.();
    this.#cancelFlush?.();
    for (const part of [this.#active, this.#backoff, this.#unschedulable]) part.clear();
  }

  #helps(event: ClusterEvent, queued: QueuedPod): boolean {
    return queued.refusedBy.size === 0 || this.#options.mayFit(event, queued);
  }

  #remember(event: ClusterEvent): void {
    if (this.#inFlight.size > 0) this.#events.push(event);
  }

  /** Events since the pod was taken out; undefined when it was removed while it was tried. */
  #missedBy(queued: QueuedPod): readonly ClusterEvent[] | undefined {
    const entry = this.#inFlight.get(queued.key);
    if (entry?.queued !== queued) return undefined;
    const missed = this.#events.slice(entry.from - this.#eventsBefore);
    this.done(queued.key);
    return missed;
  }

  /** To the active part, or to those backing off, or to the parked ones when a gate is closed. */
  #enter(queued: QueuedPod, { now = false } = {}): void {
    if (this.#isClosed) return;
    queued.gate = this.#options.gate?.(queued.pod);
    if (queued.gate) {
      if (queued.attempts > 0) this.#freedBehindGate.add(queued.key);
      this.#park(queued);
      return;
    }
    this.#unschedulable.delete(queued.key);
    if (!now && this.#dueAt(queued) > this.#options.clock.monotonic()) {
      this.#backoff.add(queued);
      this.#awaitBackoff();
    } else {
      this.#active.add(queued);
    }
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #park(queued: QueuedPod): void {
    if (this.#isClosed) return;
    this.#unschedulable.set(queued.key, queued);
    this.#cancelFlush ??= this.#options.clock.after(flushMs, () => this.#flush());
  }

  #flush(): void {
    this.#cancelFlush = undefined;
    const latest = this.#options.clock.monotonic() - this.#unschedulableMsMax;
    for (const queued of this.#unschedulable.values()) {
      if (queued.queuedAt <= latest && !queued.gate) this.#enter(queued);
    }
    if (this.#unschedulable.size > 0) {
      this.#cancelFlush ??= this.#options.clock.after(flushMs, () => this.#flush());
    }
  }

  #awaitBackoff(): void {
    this.#cancelBackoff?.();
    this.#cancelBackoff = undefined;
    const first = this.#backoff.first;
    if (!first) return;
    const delayMs = Math.max(0, this.#dueAt(first) - this.#options.clock.monotonic());
    this.#cancelBackoff = this.#options.clock.after(delayMs, () => {
      this.#cancelBackoff = undefined;
      const now = this.#options.clock.monotonic();
      for (;;) {
        const due = this.#backoff.first;
        if (!due || this.#dueAt(due) > now) break;
        this.#backoff.remove(due.key);
        this.#enter(due, { now: true });
      }
      this.#awaitBackoff();
    });
  }

  /** When the pod may be tried again: after 1 s, 2 s, 4 s, 8 s, 10 s, 10 s… */
  #dueAt(queued: QueuedPod): number {
    const count = queued.errors > 0 ? queued.errors : queued.failures;
    if (count === 0) return queued.queuedAt;
    const delayMs = this.#initialBackoffMs * 2 ** Math.min(count - 1, 30);
    return queued.queuedAt + Math.min(delayMs, this.#backoffMsMax);
  }
}

function goesBefore(left: QueuedPod, right: QueuedPod): boolean {
  const difference = (left.pod.spec.priority ?? 0) - (right.pod.spec.priority ?? 0);
  return difference > 0 || (difference === 0 && left.queuedAt < right.queuedAt);
}

/** Whether a change of the pod itself may make it fit: of its status only its claims matter. */
function isSchedulingChanged(before: Pod, after: Pod): boolean {
  return (
    JSON.stringify(before.spec) !== JSON.stringify(after.spec) ||
    JSON.stringify(before.metadata.labels) !== JSON.stringify(after.metadata.labels) ||
    JSON.stringify(before.metadata.annotations) !== JSON.stringify(after.metadata.annotations) ||
    before.status.resourceClaimStatuses?.length !== after.status.resourceClaimStatuses?.length
  );
}
