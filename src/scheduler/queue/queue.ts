import type { Pod } from "#api/core/v1.ts";
import type { Clock } from "#base/clock.ts";
import { podKey } from "../cache/pod-info.ts";

/** A pod that waits for a node. */
export interface QueuedPod {
  readonly pod: Pod;
  readonly key: string;
  /** When it came into the queue first; earlier ones go first at the same priority. */
  readonly since: number;
  attempts: number;
  /** The plugins that said no last time; empty when the failure was no plugin's. */
  refusedBy: ReadonlySet<string>;
}

export interface QueueOptions {
  readonly clock: Clock;
  readonly initialBackoffMs?: number;
  readonly backoffMsMax?: number;
  /** Pods that no event freed are tried again after this long, in case a hint was missed. */
  readonly unschedulableMsMax?: number;
}

/**
 * Pods that wait, in three parts: active ones are ready to be tried, highest priority first; those
 * backing off wait out a delay; unschedulable ones wait for an event that may make them fit.
 */
export class SchedulingQueue {
  readonly #clock: Clock;
  readonly #initialBackoffMs: number;
  readonly #backoffMsMax: number;
  readonly #unschedulableMsMax: number;
  readonly #active = new Map<string, QueuedPod>();
  #isClosed = false;
  readonly #backoff = new Map<string, { queued: QueuedPod; cancel: () => void }>();
  readonly #unschedulable = new Map<string, { queued: QueuedPod; cancel: () => void }>();
  #wake: (() => void) | undefined;

  constructor(options: QueueOptions) {
    this.#clock = options.clock;
    this.#initialBackoffMs = options.initialBackoffMs ?? 1000;
    this.#backoffMsMax = options.backoffMsMax ?? 10_000;
    this.#unschedulableMsMax = options.unschedulableMsMax ?? 5 * 60_000;
  }

  /** A new pod, or a new version of one that waits. */
  set(pod: Pod): void {
    const key = podKey(pod);
    const known = this.#take(key);
    const queued: QueuedPod = {
      pod,
      key,
      since: known?.queued.since ?? this.#clock.now(),
      attempts: known?.queued.attempts ?? 0,
      refusedBy: known?.queued.refusedBy ?? new Set(),
    };
    // A pod that failed keeps waiting where it was, unless its own change may help it.
    if (known?.part === "unschedulable" && !schedulingChanged(known.queued.pod, pod)) {
      this.#park(queued);
    } else if (known?.part === "backoff") this.#backOff(queued);
    else this.#activate(queued);
  }

  remove(key: string): void {
    this.#take(key);
  }

  /** The next pod to try; waits for one. Undefined when the signal aborts. */
  async next(signal: AbortSignal): Promise<QueuedPod | undefined> {
    for (;;) {
      if (signal.aborted) return undefined;
      const first = this.#first();
      if (first) {
        this.#active.delete(first.key);
        first.attempts++;
        return first;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  /** Forgets all pods and takes no more, so that no timer outlives the scheduler. */
  close(): void {
    this.#isClosed = true;
    for (const { cancel } of [...this.#backoff.values(), ...this.#unschedulable.values()]) cancel();
    for (const part of [this.#active, this.#backoff, this.#unschedulable]) part.clear();
  }

  /** No node fits: wait for an event, and at least out the back-off. */
  unschedulable(queued: QueuedPod, refusedBy: ReadonlySet<string>): void {
    queued.refusedBy = refusedBy;
    this.#park(queued);
  }

  /** Something failed that has nothing to do with the nodes: try again after the back-off. */
  retry(queued: QueuedPod): void {
    queued.refusedBy = new Set();
    this.#backOff(queued);
  }

  /** Frees the waiting pods for which `mayFit` sees a reason. */
  wakeUp(mayFit: (queued: QueuedPod) => boolean): void {
    for (const [key, { queued, cancel }] of this.#unschedulable) {
      if (queued.refusedBy.size > 0 && !mayFit(queued)) continue;
      cancel();
      this.#unschedulable.delete(key);
      this.#backOff(queued);
    }
  }

  get sizes(): { active: number; backoff: number; unschedulable: number } {
    return {
      active: this.#active.size,
      backoff: this.#backoff.size,
      unschedulable: this.#unschedulable.size,
    };
  }

  #first(): QueuedPod | undefined {
    let first: QueuedPod | undefined;
    for (const queued of this.#active.values()) {
      if (!first || goesBefore(queued, first)) first = queued;
    }
    return first;
  }

  #activate(queued: QueuedPod): void {
    this.#active.set(queued.key, queued);
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #backOff(queued: QueuedPod): void {
    if (this.#isClosed) return;
    const delayMs =
      queued.attempts === 0
        ? 0
        : Math.min(this.#initialBackoffMs * 2 ** (queued.attempts - 1), this.#backoffMsMax);
    const cancel = this.#clock.after(delayMs, () => {
      this.#backoff.delete(queued.key);
      this.#activate(queued);
    });
    this.#backoff.set(queued.key, { queued, cancel });
  }

  #park(queued: QueuedPod): void {
    if (this.#isClosed) return;
    const cancel = this.#clock.after(this.#unschedulableMsMax, () => {
      this.#unschedulable.delete(queued.key);
      this.#activate(queued);
    });
    this.#unschedulable.set(queued.key, { queued, cancel });
  }

  #take(
    key: string,
  ): { queued: QueuedPod; part: "active" | "backoff" | "unschedulable" } | undefined {
    const active = this.#active.get(key);
    if (active) {
      this.#active.delete(key);
      return { queued: active, part: "active" };
    }
    for (const part of ["backoff", "unschedulable"] as const) {
      const parked = part === "backoff" ? this.#backoff : this.#unschedulable;
      const entry = parked.get(key);
      if (!entry) continue;
      entry.cancel();
      parked.delete(key);
      return { queued: entry.queued, part };
    }
    return undefined;
  }
}

function goesBefore(left: QueuedPod, right: QueuedPod): boolean {
  const difference = (left.pod.spec.priority ?? 0) - (right.pod.spec.priority ?? 0);
  return difference > 0 || (difference === 0 && left.since < right.since);
}

/** Whether a change of the pod itself may make it fit: its status does not matter. */
function schedulingChanged(before: Pod, after: Pod): boolean {
  return (
    JSON.stringify(before.spec) !== JSON.stringify(after.spec) ||
    JSON.stringify(before.metadata.labels) !== JSON.stringify(after.metadata.labels)
  );
}
