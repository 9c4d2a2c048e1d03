import type { Clock } from "#base/clock.ts";
import { callWebhook } from "../webhook/caller.ts";
import type { WebhookConnections } from "../webhook/caller.ts";
import type { ConversionCaller } from "./conversion.ts";

const timeoutSeconds = 30;

/** Calls webhooks that convert custom resources, as those of admission are called. */
export function createConversionCaller(
  connections: WebhookConnections,
  clock: Clock,
): ConversionCaller {
  return (clientConfig, review) =>
    callWebhook(connections, clientConfig, review, { clock, timeoutSeconds });
}
