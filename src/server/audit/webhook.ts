import { utf8 } from "#base/bytes.ts";
import { sleep, withTimeout } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import type { Transport } from "#client/transport.ts";
import type { AuditMetrics, AuditSink } from "./sink.ts";

export interface AuditWebhookOptions {
  /** To the very URL that takes events. */
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: AuditMetrics;
  /** Of the wait after the first attempt that failed; later ones are half as long again. */
  readonly initialBackoffMs: number;
}

const attemptsMax = 5;
const backoffFactor = 1.5;
const backoffJitter = 0.2;
const timeoutMs = 30_000;

/** Sends audit events to another server, whatever goes wrong with a first attempt. */
export class AuditWebhook {
  readonly #options: AuditWebhookOptions;

  constructor(options: AuditWebhookOptions) {
    this.#options = options;
  }

  /** False when they were lost. Once the signal aborts, there is no other attempt. */
  async send(lines: readonly string[], signal?: AbortSignal): Promise<boolean> {
    const { clock, random, logger, metrics, initialBackoffMs } = this.#options;
    const list = `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[`;
    const content = utf8(`${list}${lines.join(",")}]}`);
    let delayMs = initialBackoffMs;
    for (let attempt = 1; ; attempt++) {
      const problem = await this.#post(content);
      if (problem === undefined) return true;
      if (attempt >= attemptsMax || signal?.aborted) {
        metrics.lost("webhook", lines.length);
        logger.error("audit events are lost", { events: lines.length, error: problem });
        return false;
      }
      await sleep(clock, delayMs * (1 + random.float() * backoffJitter), signal).catch(() => {});
      delayMs *= backoffFactor;
    }
  }

  async #post(content: ReturnType<typeof utf8>): Promise<unknown> {
    const { transport, clock } = this.#options;
    const contentType = "application/json";
    try {
      const { status } = await withTimeout(clock, timeoutMs, undefined, (signal) =>
        transport.send(
          {
            method: "POST",
            path: "",
            query: new URLSearchParams({ timeout: `${timeoutMs / 1000}s` }),
            headers: { accept: contentType, "content-type": contentType },
            body: { kind: "bytes", contentType, read: async () => content },
          },
          signal,
        ),
      );
      if (status >= 200 && status < 300) return undefined;
      return new Error(`the webhook answered with ${status}`);
    } catch (error) {
      return error;
    }
  }
}

/** Each event is sent at once, and whoever asked waits for it. */
export function blockingSink(
  webhook: AuditWebhook,
  { strict }: { readonly strict: boolean },
): AuditSink {
  return {
    async write(line) {
      const isSent = await webhook.send([line]);
      if (strict && !isSent) throw new Error("failed to store audit event");
    },
  };
}
