import type { Clock } from "#base/clock.ts";

/** How a priority level treats what it has no seat for. */
export interface LevelLimits {
  /** Requests that may be at work at once. */
  readonly seats: number;
  /** How many of its idle seats others may use. */
  readonly lendable: number;
  /** How many seats of others it may use; Infinity for all that are lent. */
  readonly borrowable: number;
  /** Missing: what has no seat is refused. */
  readonly queuing?: {
    readonly queues: number;
    readonly handSize: number;
    readonly lengthMax: number;
  };
}

/** Why a request was turned away, in upstream's words for its metrics. */
export type Rejection = "concurrency-limit" | "queue-full" | "time-out" | "cancelled";

interface Waiting {
  readonly since: number;
  start(): void;
}

interface Queue {
  readonly waiting: Waiting[];
  /** Requests of it that are at work. */
  executing: number;
  /** Virtual time at which the next of it may start, so that busy flows do not starve others. */
  virtualStart: number;
}

/**
 * The seats of one priority level, and the queues in front of them. Each flow is dealt a hand of
 * queues and waits in the shortest of them: a flow that fills its own leaves most others alone.
 */
export class PriorityLevel {
  readonly #clock: Clock;
  readonly #waitMs: number;
  /** Seats that other levels could lend at this moment. */
  readonly #offered: () => number;
  #limits: LevelLimits;
  #queues: Queue[] = [];
  #executing = 0;
  #queued = 0;
  #virtualNow = 0;

  constructor(
    limits: LevelLimits,
    options: { readonly clock: Clock; readonly waitMs: number; readonly offered: () => number },
  ) {
    this.#limits = limits;
    this.#clock = options.clock;
    this.#waitMs = options.waitMs;
    this.#offered = options.offered;
    this.configure(limits);
  }

  get executing(): number {
    return this.#executing;
  }

  get queued(): number {
    return this.#queued;
  }

  get limits(): LevelLimits {
    return this.#limits;
  }

  /** Idle seats that others may use now. */
  get lent(): number {
    const idle = this.#limits.seats - this.#executing - this.#queued;
    return Math.max(0, Math.min(this.#limits.lendable, idle));
  }

  configure(limits: LevelLimits): void {
    this.#limits = limits;
    const count = limits.queuing?.queues ?? 0;
    while (this.#queues.length < count) {
      this.#queues.push({ waiting: [], executing: 0, virtualStart: this.#virtualNow });
    }
    this.dispatch();
  }

  /** Resolves with what gives the seat back, or with the reason why there is none. */
  async enter(flow: string, signal: AbortSignal): Promise<(() => void) | Rejection> {
    if (signal.aborted) return "cancelled";
    const { queuing } = this.#limits;
    if (!queuing) {
      if (!this.#hasSeat()) return "concurrency-limit";
      this.#executing++;
      return this.#leaving(undefined);
    }
    const queue = this.#deal(flow, queuing);
    if (this.#queued === 0 && this.#hasSeat()) return this.#seat(queue);
    if (queue.waiting.length >= queuing.lengthMax) return "queue-full";
    return await this.#wait(queue, signal);
  }

  /** Starts what waits, as far as there are seats: the queue that is furthest behind first. */
  dispatch(): void {
    while (this.#queued > 0 && this.#hasSeat()) {
      let next: Queue | undefined;
      for (const queue of this.#queues) {
        if (queue.waiting.length === 0) continue;
        if (!next || queue.virtualStart < next.virtualStart) next = queue;
      }
      const waiting = next?.waiting.shift();
      if (!waiting) return;
      waiting.start();
    }
  }

  #wait(queue: Queue, signal: AbortSignal): Promise<(() => void) | Rejection> {
    return new Promise((resolve) => {
      this.#queued++;
      const end = (result: (() => void) | Rejection) => {
        this.#queued--;
        cancel();
        signal.removeEventListener("abort", onAbort);
        resolve(result);
      };
      const giveUp = (reason: Rejection) => {
        const index = queue.waiting.indexOf(waiting);
        if (index < 0) return;
        queue.waiting.splice(index, 1);
        end(reason);
      };
      const onAbort = () => giveUp("cancelled");
      const cancel = this.#clock.after(this.#waitMs, () => giveUp("time-out"));
      const waiting: Waiting = {
        since: this.#clock.monotonic(),
        start: () => end(this.#seat(queue)),
      };
      signal.addEventListener("abort", onAbort, { once: true });
      queue.waiting.push(waiting);
    });
  }

  #seat(queue: Queue): () => void {
    this.#executing++;
    queue.executing++;
    // A queue that was idle has no claim on the past.
    queue.virtualStart = Math.max(queue.virtualStart, this.#virtualNow) + 1;
    this.#virtualNow = queue.virtualStart - 1;
    return this.#leaving(queue);
  }

  #leaving(queue: Queue | undefined): () => void {
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      this.#executing--;
      if (queue) queue.executing--;
      this.dispatch();
    };
  }

  #hasSeat(): boolean {
    const { seats, borrowable } = this.#limits;
    if (this.#executing < seats) return true;
    return this.#executing - seats < Math.min(borrowable, this.#offered());
  }

  /** The shortest queue of the flow's hand. */
  #deal(flow: string, { queues, handSize }: NonNullable<LevelLimits["queuing"]>): Queue {
    let best: Queue | undefined;
    let hash = hashOf(flow);
    for (let card = 0; card < Math.max(1, handSize); card++) {
      const queue = this.#queues[hash % Math.max(1, queues)];
      hash = scrambled(hash + card + 1);
      if (!queue) continue;
      if (!best || lengthOf(queue) < lengthOf(best)) best = queue;
    }
    return best ?? (this.#queues[0] ??= { waiting: [], executing: 0, virtualStart: 0 });
  }
}

const lengthOf = ({ waiting, executing }: Queue) => waiting.length + executing;

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash;
}

function scrambled(value: number): number {
  let hash = value >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
  return (hash ^ (hash >>> 16)) >>> 0;
}
