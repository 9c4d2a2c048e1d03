import type { Awaitable } from "#base/awaitable.ts";
import type { Clock } from "#base/clock.ts";
import type { Work } from "./work.ts";

/** How a priority level treats what it has no seat for. */
export interface LevelLimits {
  /** Taken at once, by one request each or by several of one that is wide. */
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
  readonly work: Work;
  start(): void;
}

interface Queue {
  readonly waiting: Waiting[];
  /** Seats of its requests, of those that are at work and of those that wait. */
  length: number;
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

  /** Seats that are taken. */
  get executing(): number {
    return this.#executing;
  }

  get queued(): number {
    return this.#queued;
  }

  get limits(): LevelLimits {
    return this.#limits;
  }

  /** At most so many seats shall one request take: others come first, else. */
  get seatsMax(): number {
    const { seats, queuing } = this.#limits;
    if (!queuing) return Infinity;
    const few = Math.min(Math.ceil(seats * 0.15), Math.floor(seats / queuing.handSize));
    return Math.max(1, few);
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
      this.#queues.push({ waiting: [], length: 0, virtualStart: this.#virtualNow });
    }
    this.dispatch();
  }

  /** What gives the seats back, or the reason why there are none; a promise for what has to wait. */
  enter(
    flow: string,
    signal: AbortSignal,
    work: Work = oneSeat,
  ): Awaitable<(() => void) | Rejection> {
    if (signal.aborted) return "cancelled";
    const { queuing } = this.#limits;
    if (!queuing) {
      if (!this.#hasSeats(widthOf(work))) return "concurrency-limit";
      return this.#seat(undefined, work);
    }
    const queue = this.#deal(flow, queuing);
    if (this.#queued === 0 && this.#hasSeats(widthOf(work))) return this.#seat(queue, work);
    if (queue.waiting.length >= queuing.lengthMax) return "queue-full";
    return this.#wait(queue, work, signal);
  }

  /** Starts what waits, as far as there are seats: the queue that is furthest behind first. */
  dispatch(): void {
    while (this.#queued > 0) {
      let next: Queue | undefined;
      for (const queue of this.#queues) {
        if (queue.waiting.length === 0) continue;
        if (!next || queue.virtualStart < next.virtualStart) next = queue;
      }
      const [waiting] = next?.waiting ?? [];
      // Whoever is next gets what becomes free: a wide one would wait for ever behind narrow ones.
      if (!waiting || !this.#hasSeats(widthOf(waiting.work))) return;
      next?.waiting.shift();
      waiting.start();
    }
  }

  #wait(queue: Queue, work: Work, signal: AbortSignal): Promise<(() => void) | Rejection> {
    return new Promise((resolve) => {
      this.#queued++;
      queue.length += widthOf(work);
      const end = (result: (() => void) | Rejection) => {
        this.#queued--;
        queue.length -= widthOf(work);
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
        work,
        start: () => end(this.#seat(queue, work)),
      };
      signal.addEventListener("abort", onAbort, { once: true });
      queue.waiting.push(waiting);
    });
  }

  #seat(queue: Queue | undefined, work: Work): () => void {
    const width = widthOf(work);
    this.#take(queue, width);
    if (queue) {
      // A queue that was idle has no claim on the past.
      queue.virtualStart = Math.max(queue.virtualStart, this.#virtualNow) + width;
      this.#virtualNow = queue.virtualStart - width;
    }
    return this.#leaving(queue, work);
  }

  #leaving(queue: Queue | undefined, work: Work): () => void {
    const width = widthOf(work);
    let hasLeft = false;
    const free = (seats: number) => {
      this.#take(queue, -seats);
      this.dispatch();
    };
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      if (work.finalMs <= 0 || work.finalSeats <= 0) return free(width);
      this.#clock.after(work.finalMs, () => free(work.finalSeats));
      free(width - work.finalSeats);
    };
  }

  #take(queue: Queue | undefined, seats: number): void {
    this.#executing += seats;
    if (queue) queue.length += seats;
  }

  /** One that is wider than all of them gets in alone. */
  #hasSeats(width: number): boolean {
    const { seats, borrowable } = this.#limits;
    if (this.#executing + width <= seats) return true;
    const all = seats + Math.min(borrowable, this.#offered());
    return this.#executing + width <= all || (this.#executing === 0 && all > 0);
  }

  /** The shortest queue of the flow's hand. */
  #deal(flow: string, { queues, handSize }: NonNullable<LevelLimits["queuing"]>): Queue {
    let best: Queue | undefined;
    let hash = hashOf(flow);
    for (let card = 0; card < Math.max(1, handSize); card++) {
      const queue = this.#queues[hash % Math.max(1, queues)];
      hash = scrambled(hash + card + 1);
      if (!queue) continue;
      if (!best || queue.length < best.length) best = queue;
    }
    return best ?? (this.#queues[0] ??= { waiting: [], length: 0, virtualStart: 0 });
  }
}

const oneSeat: Work = { seats: 1, finalSeats: 0, finalMs: 0 };

/** What it takes at some time is kept for it from its start. */
const widthOf = ({ seats, finalSeats }: Work) => Math.max(seats, finalSeats);

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
