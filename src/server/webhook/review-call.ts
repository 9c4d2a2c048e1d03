import { text, utf8 } from "#base/bytes.ts";
import type { Clock } from "#base/clock.ts";
import { sleep, withTimeout } from "#base/clock.ts";
import type { ApiResponse, Transport } from "#client/transport.ts";

export interface ReviewCallOptions {
  /** To the very URL that answers reviews. */
  readonly transport: Transport;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

const attemptsMax = 5;
const backoffMs = 500;
const backoffFactor = 1.5;
const worthRepeating = new Set([429, 500, 504]);

/** Another server could not answer a review. */
export class ReviewCallError extends Error {
  override name = "ReviewCallError";
}

/**
 * Sends a review to another server and gives its status back. What may pass is tried again.
 * Throws `ReviewCallError`.
 */
export async function callReview(
  review: object,
  { transport, clock, timeoutMs }: ReviewCallOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const content = utf8(JSON.stringify(review));
  let delayMs = backoffMs;
  for (let attempt = 1; ; attempt++) {
    const answer = await send(transport, content, { clock, timeoutMs });
    if (worthRepeating.has(answer.status) && attempt < attemptsMax) {
      await sleep(clock, delayMs);
      delayMs *= backoffFactor;
      continue;
    }
    return statusOf(answer);
  }
}

async function send(
  transport: Transport,
  content: ReturnType<typeof utf8>,
  { clock, timeoutMs }: Omit<ReviewCallOptions, "transport">,
): Promise<ApiResponse> {
  const contentType = "application/json";
  try {
    return await withTimeout(clock, timeoutMs, undefined, (signal) =>
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
  } catch (error) {
    throw new ReviewCallError(error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
}

function statusOf({ status, body }: ApiResponse): Readonly<Record<string, unknown>> {
  const content = body.kind === "bytes" ? text(body.bytes) : "";
  if (status < 200 || status > 299) {
    throw new ReviewCallError(`the webhook answered with ${status}: ${content.slice(0, 200)}`);
  }
  let review: unknown;
  try {
    review = JSON.parse(content);
  } catch (error) {
    throw new ReviewCallError("the webhook's answer is no JSON", { cause: error });
  }
  const given = (review as { status?: unknown } | null)?.status;
  if (typeof given !== "object" || given === null) {
    throw new ReviewCallError("the webhook's answer has no status");
  }
  return given as Readonly<Record<string, unknown>>;
}
