import type { Clock } from "#base/clock.ts";
import { required } from "#base/invariant.ts";
import { seededRandom } from "#base/random.ts";
import type { Random } from "#base/random.ts";

interface Timer {
  readonly due: number;
  readonly act: () => void;
}

/**
 * Time, chance and the order of things, all fixed by one seed. Nothing in it waits for the machine:
 * whoever waits, waits for a moment of the world's time, and the next moment comes when nothing is
 * left to do in this one. What happens at the same time in reality happens here in the order of the
 * delays that were drawn, which is another one with every seed.
 */
export class World {
  readonly seed: number;
  readonly dice: Dice;
  /** The first thing that was wrong; the run ends with it. */
  violation: string | undefined;
  /** What happened, where somebody wants to read it. */
  readonly lines: string[] = [];
  /** How often which trouble came: a run in which nothing goes wrong proves nothing. */
  readonly troubles = new Map<string, number>();
  readonly #keepsLines: boolean;
  #now = 0;
  #wallOffsetMs = Date.UTC(2026, 0, 1);
  /** In the order of their moments. */
  readonly #timers: Timer[] = [];

  constructor(seed: number, options: { readonly keepsLines?: boolean } = {}) {
    this.seed = seed;
    this.dice = new Dice(this.randomOf(0));
    this.#keepsLines = options.keepsLines ?? false;
  }

  /** Milliseconds since the beginning. */
  get now(): number {
    return this.#now;
  }

  /** A sequence of its own, so that one part drawing more does not change the luck of the others. */
  randomOf(part: number): Random {
    return seededRandom(Math.imul(this.seed, 0x9e3779b1) + part * 0x85ebca6b);
  }

  after(delayMs: number, act: () => void): () => void {
    const timer = { due: this.#now + Math.max(0, delayMs), act };
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (required(this.#timers[middle], "within bounds").due <= timer.due) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve));
  }

  /** The clock of a process: its timers die with it. */
  clock(isAlive: () => boolean = () => true): Clock {
    return {
      now: () => Math.floor(this.#wallOffsetMs + this.#now),
      monotonic: () => this.#now,
      after: (delayMs, callback) =>
        this.after(delayMs, () => {
          if (isAlive()) callback();
        }),
    };
  }

  /** The wall clock goes wrong, or is put right: durations do not notice. */
  jump(byMs: number): void {
    this.#wallOffsetMs += byMs;
    this.trouble("the wall clock jumps", () => `by ${Math.round(byMs)} ms`);
  }

  note(line: () => string): void {
    if (this.#keepsLines) this.lines.push(`${this.#now.toFixed(3).padStart(12)} ${line()}`);
  }

  /** Notes something that went wrong as planned. */
  trouble(name: string, details: () => string = () => ""): void {
    this.troubles.set(name, (this.troubles.get(name) ?? 0) + 1);
    this.note(() => `${name} ${details()}`.trimEnd());
  }

  report(violation: string): void {
    this.note(() => `VIOLATION: ${violation}`);
    this.violation ??= `after ${this.#now.toFixed(3)} ms: ${violation}`;
  }

  /** Lets time pass until the condition holds: false when it never does, or something is wrong. */
  async run(until: () => boolean, limitMs: number): Promise<boolean> {
    const end = this.#now + limitMs;
    for (;;) {
      await everythingSettled();
      if (this.violation !== undefined) return false;
      if (until()) return true;
      const next = this.#timers[0];
      if (!next || next.due > end) return false;
      this.#timers.shift();
      this.#now = next.due;
      next.act();
    }
  }
}

/** All promises that can go on have gone on when the event loop turns. */
function everythingSettled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What is left to chance. */
export class Dice {
  readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  chance(probability: number): boolean {
    return probability > 0 && this.random.float() < probability;
  }

  between(low: number, high: number): number {
    return low + this.random.float() * (high - low);
  }

  /** Both ends included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.random.float() * (high - low + 1));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)] as T;
  }

  /** Mostly about the usual time, now and then far longer. */
  delayMs(usualMs: number): number {
    const luck = this.random.float();
    const factor = luck < 0.9 ? 0.2 + luck : luck < 0.99 ? 2 + luck * 10 : 20 + luck * 100;
    return usualMs * factor * (0.5 + this.random.float());
  }
}
