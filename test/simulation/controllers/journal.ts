import { seededRandom } from "#base/random.ts";
import type { Random } from "#base/random.ts";
import { Dice } from "../world.ts";

/** Chance, fixed by one seed, and what is to be told of a run. */
export class Journal {
  readonly seed: number;
  readonly dice: Dice;
  /** The first thing that was wrong; the run ends with it. */
  violation: string | undefined;
  readonly lines: string[] = [];
  readonly #keepsLines: boolean;
  readonly #start: number;

  constructor(seed: number, options: { readonly keepsLines: boolean; readonly start: number }) {
    this.seed = seed;
    this.dice = this.diceOf(0);
    this.#keepsLines = options.keepsLines;
    this.#start = options.start;
  }

  /** A sequence of its own, so that one part drawing more does not change the luck of the others. */
  randomOf(part: number): Random {
    return seededRandom(Math.imul(this.seed, 0x9e3779b1) + part * 0x85ebca6b);
  }

  diceOf(part: number): Dice {
    return new Dice(this.randomOf(part));
  }

  tell(now: number, line: string): void {
    if (this.#keepsLines) this.lines.push(`${this.#seconds(now)} ${line}`);
  }

  accuse(now: number, what: string): void {
    this.tell(now, `VIOLATION: ${what}`);
    this.violation ??= `after ${this.#seconds(now).trim()} s: ${what}`;
  }

  #seconds(now: number): string {
    return ((now - this.#start) / 1000).toFixed(3).padStart(10);
  }
}
