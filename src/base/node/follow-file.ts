import { readFile } from "node:fs/promises";
import { sleep } from "../clock.ts";
import type { Clock } from "../clock.ts";

export interface FollowFileOptions {
  readonly path: string;
  /** What is in use already. */
  readonly known: string;
  readonly clock: Clock;
  readonly everyMs?: number;
  /** May reject: that content is not tried again, only another one. */
  apply(content: string): void | Promise<void>;
  /** Hears of contents that were not taken, and of a file that cannot be read. */
  failed(error: unknown): void;
}

const everyMsDefault = 10_000;

/**
 * Takes over each new content of a small file until the signal aborts. It looks instead of being
 * told: what file systems tell of links that change, as in mounted ConfigMaps, differs.
 */
export async function followFile(options: FollowFileOptions, signal: AbortSignal): Promise<void> {
  const { path, clock, everyMs = everyMsDefault } = options;
  let { known } = options;
  while (!signal.aborted) {
    try {
      await sleep(clock, everyMs, signal);
      const content = await readFile(path, "utf8");
      if (content === known) continue;
      known = content;
      await options.apply(content);
    } catch (error) {
      if (signal.aborted) return;
      options.failed(error);
    }
  }
}
