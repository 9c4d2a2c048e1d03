import type { MutatingWebhook, ValidatingWebhook } from "#api/admissionregistration/v1.ts";
import type { Clock } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import type { Client } from "#client/client.ts";
import { StatusError, badRequest, failure, internalError, timeout } from "#machinery/status.ts";
import type { AdmissionRequest } from "../admission.ts";
import { invocationOf } from "../matching/equivalent.ts";
import type { Invocation } from "../matching/equivalent.ts";
import { matchesObject } from "../matching/selectors.ts";
import type { RequestNamespace } from "../matching/selectors.ts";
import { refusal } from "../refusal.ts";
import { callWebhook } from "../../webhook/caller.ts";
import type { WebhookConnections } from "../../webhook/caller.ts";
import { reviewOf, reviewVersion, verdictOf } from "./review.ts";
import type { Verdict } from "./review.ts";

/** What calling webhooks needs. */
export interface WebhookEnvironment {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly connections: WebhookConnections;
  readonly conditions: ConditionMatcher;
}

/** Evaluates match conditions. */
export type ConditionMatcher = (
  conditions: readonly { readonly name: string; readonly expression: string }[],
  asked: {
    readonly request: AdmissionRequest;
    readonly invocation: Invocation;
    readonly namespace: RequestNamespace;
  },
) => Promise<ConditionOutcome>;

export type ConditionOutcome =
  | { readonly kind: "match" }
  | { readonly kind: "noMatch"; readonly name: string }
  | { readonly kind: "error"; readonly message: string };

/** One webhook of one configuration. */
export interface Hook<W extends MutatingWebhook | ValidatingWebhook> {
  readonly webhook: W;
  readonly configuration: string;
  readonly id: string;
}

export function hooksOf<W extends MutatingWebhook | ValidatingWebhook>(
  configurations: readonly {
    readonly metadata: { readonly name: string };
    readonly webhooks?: readonly W[];
  }[],
): Hook<W>[] {
  return configurations.flatMap(({ metadata: { name }, webhooks = [] }) =>
    webhooks.map((webhook, index) => ({
      webhook,
      configuration: name,
      id: `${name}/${webhook.name}/${index}`,
    })),
  );
}

/** How the webhook wants to see the request; undefined when it is not asked. */
export async function hookInvocation(
  { webhook }: Hook<MutatingWebhook | ValidatingWebhook>,
  request: AdmissionRequest,
  namespace: RequestNamespace,
  { conditions }: Pick<WebhookEnvironment, "conditions">,
): Promise<Invocation | undefined> {
  const { rules = [], matchPolicy, matchConditions = [] } = webhook;
  const invocation = invocationOf(request, { rules, matchPolicy });
  if (!invocation) return undefined;
  if (!matchesObject(webhook.objectSelector, request)) return undefined;
  if (!(await namespace.matches(webhook.namespaceSelector))) return undefined;
  if (matchConditions.length === 0) return invocation;
  const outcome = await conditions(matchConditions, { request, invocation, namespace });
  switch (outcome.kind) {
    case "match":
      return invocation;
    case "noMatch":
      return undefined;
    case "error":
      if (webhook.failurePolicy === "Ignore") return undefined;
      throw refusal(request, outcome.message);
    default:
      return outcome satisfies never;
  }
}

/** The webhook could not be asked, or answered nonsense: its failure policy decides. */
export class WebhookFailure extends Error {
  constructor(name: string, why: string) {
    super(`failed calling webhook "${name}": ${why}`);
  }

  /** Without a policy that ignores it. */
  refusal(): StatusError {
    return internalError(this.message);
  }
}

/** Asks the webhook. Throws `WebhookFailure`, and 400 where a dry run would have side effects. */
export async function callHook(
  { webhook }: Hook<MutatingWebhook | ValidatingWebhook>,
  request: AdmissionRequest,
  invocation: Invocation,
  environment: WebhookEnvironment & { readonly isMutating: boolean },
): Promise<Verdict> {
  const { name, sideEffects } = webhook;
  if (request.dryRun && sideEffects !== "None" && sideEffects !== "NoneOnDryRun") {
    throw badRequest(`admission webhook "${name}" does not support dry run`);
  }
  try {
    const verdict = await exchange(webhook, request, invocation, environment);
    for (const [key, value] of Object.entries(verdict.auditAnnotations)) {
      request.annotate(`${name}/${key}`, value);
    }
    for (const warning of verdict.warnings) request.warn(warning);
    return verdict;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new WebhookFailure(name, why);
  }
}

async function exchange(
  webhook: MutatingWebhook | ValidatingWebhook,
  request: AdmissionRequest,
  invocation: Invocation,
  environment: WebhookEnvironment & { readonly isMutating: boolean },
): Promise<Verdict> {
  const { clock, random, connections, isMutating } = environment;
  const version = reviewVersion(webhook.admissionReviewVersions);
  const uid = random.uuid();
  const review = reviewOf(request, invocation, { uid, version });
  const { timeoutSeconds, clientConfig } = webhook;
  const { signal } = request;
  let answer;
  try {
    const limits = { clock, timeoutSeconds, signal };
    answer = await callWebhook(connections, clientConfig, review, limits);
  } catch (error) {
    throw new Error(`failed to call webhook: ${messageOf(error)}`, { cause: error });
  }
  return verdictOf(answer, { uid, version, isMutating });
}

/** The webhook said no, in its own words. */
export function denial(name: string, result: Verdict["result"]): StatusError {
  const { code = 0, status, message, reason } = result ?? {};
  const denied = `admission webhook "${name}" denied the request`;
  const why = message || reason;
  const error = failure(
    code < 400 ? 400 : code,
    "",
    why ? `${denied}: ${why}` : `${denied} without explanation`,
  );
  const { reason: _reason, ...rest } = error.status;
  return new StatusError({
    ...rest,
    ...(reason && { reason }),
    ...(result?.details && { details: result.details }),
    status: !status || status === "Success" ? "Failure" : status,
  });
}

export function requestTimedOut(): StatusError {
  return timeout("request did not complete within requested timeout");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
