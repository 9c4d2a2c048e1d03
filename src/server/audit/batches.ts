import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { AuditMetrics, AuditSink } from "./sink.ts";
import type { AuditWebhook } from "./webhook.ts";

export interface BatchOptions {
  /** Events that may wait; what comes beyond is lost. */
  readonly bufferSize: number;
  readonly batchSizeMax: number;
  /** The first event of a batch waits no longer. */
  readonly batchWaitMs: number;
  /** Batches per second, and how many at once; no limit when missing. */
  readonly throttle?: { readonly perSecond: number; readonly burst: number };
}

export interface BatchedSinkOptions extends BatchOptions {
  readonly webhook: Pick<AuditWebhook, "send">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: AuditMetrics;
}

/** Batches on their way at once: one that is slow keeps nobody waiting, many of them do. */
const sendingMax = 100;

/** Collects events and sends them together; nobody waits for it. */
export class BatchedSink implements AuditSink {
  readonly #options: BatchedSinkOptions;
  readonly #sending = new Set<Promise<unknown>>();
  #waiting: string[] = [];
  #wake: () => void = () => {};
  #tokens: number;
  #refilledAt: number;

  constructor(options: BatchedSinkOptions) {
    this.#options = options;
    this.#tokens = options.throttle?.burst ?? 0;
    this.#refilledAt = options.clock.monotonic();
  }

  write(line: string): void {
    const { bufferSize, batchSizeMax, metrics, logger } = this.#options;
    if (this.#waiting.length >= bufferSize) {
      metrics.lost("buffered", 1);
      logger.error("an audit event is lost: too many wait to be sent");
      return;
    }
    this.#waiting.push(line);
    if (this.#waiting.length === 1 || this.#waiting.length >= batchSizeMax) this.#wake();
  }

  /** Until the signal aborts; then what waits is sent, once, before it returns. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#waiting.length === 0) await this.#woken(signal);
      await this.#filled(signal);
      await this.#allowed(signal);
      while (this.#sending.size >= sendingMax && !signal.aborted) await Promise.race(this.#sending);
      this.#send(signal);
    }
    while (this.#waiting.length > 0) this.#send(signal);
    await Promise.all(this.#sending);
  }

  #send(signal: AbortSignal): void {
    const { webhook, batchSizeMax } = this.#options;
    const batch = this.#waiting.slice(0, batchSizeMax);
    if (batch.length === 0) return;
    this.#waiting = this.#waiting.slice(batchSizeMax);
    const sending = webhook.send(batch, signal);
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending));
  }

  /** The batch is full, or has waited for long enough. */
  async #filled(signal: AbortSignal): Promise<void> {
    const { clock, batchSizeMax, batchWaitMs } = this.#options;
    if (signal.aborted || this.#waiting.length >= batchSizeMax) return;
    const over = new AbortController();
    const late = sleep(clock, batchWaitMs, over.signal).catch(() => {});
    while (!over.signal.aborted && !signal.aborted && this.#waiting.length < batchSizeMax) {
      const isLate = await Promise.race([
        late.then(() => true),
        this.#woken(signal).then(() => false),
      ]);
      if (isLate) break;
    }
    over.abort();
  }

  /** Until the rate allows another batch. */
  async #allowed(signal: AbortSignal): Promise<void> {
    const { clock, throttle } = this.#options;
    if (!throttle) return;
    const { perSecond, burst } = throttle;
    const now = clock.monotonic();
    const gained = ((now - this.#refilledAt) / 1000) * perSecond;
    this.#tokens = Math.min(burst, this.#tokens + gained) - 1;
    this.#refilledAt = now;
    if (this.#tokens >= 0) return;
    await sleep(clock, (-this.#tokens / perSecond) * 1000, signal).catch(() => {});
  }

  #woken(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      this.#wake = resolve;
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}
