import type { SubjectAccessReviewSpec } from "#api/authorization/v1.ts";
import type { Clock } from "#base/clock.ts";
import type { Transport } from "#client/transport.ts";
import { ExpressionError } from "../../settings/expressions.ts";
import type { CompiledExpression } from "../../settings/expressions.ts";
import { ExpiringCache } from "../../webhook/expiring-cache.ts";
import { ReviewCallError, callReview } from "../../webhook/review-call.ts";
import { allow, noOpinion } from "../authorizer.ts";
import type { Attributes, Authorizer, Decision } from "../authorizer.ts";

export interface WebhookAuthorizerOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** How long an answer counts. */
  readonly authorizedMs: number;
  readonly unauthorizedMs: number;
  /** Of the review that is sent. */
  readonly version: "v1" | "v1beta1";
  /** What an answer that does not come means. */
  readonly failurePolicy: "NoOpinion" | "Deny";
  /** Over `request`, the review's spec; all of them must hold for the webhook to be asked. */
  readonly conditions: readonly CompiledExpression[];
}

const cachedMax = 8192;
/** What users choose must not fill the memory. */
const cachedAttributesBytesMax = 10_000;

/** Asks another server, and remembers what it said. */
export function webhookAuthorizer(options: WebhookAuthorizerOptions): Authorizer {
  const { clock, failurePolicy } = options;
  const answers = new ExpiringCache<Decision>({ clock, entriesMax: cachedMax });
  const failed = (error: string): Decision => ({
    decision: failurePolicy === "Deny" ? "deny" : "noOpinion",
    reason: "",
    error,
  });
  return {
    async authorize(attributes) {
      const spec = specOf(attributes);
      const match = matches(spec, options.conditions);
      if (match.error !== undefined) return failed(match.error);
      if (!match.holds) return noOpinion();
      const key = JSON.stringify(spec);
      const known = answers.get(key);
      if (known) return known;
      try {
        const status = await callReview(reviewOf(spec, options.version), options);
        const decision = decisionOf(status);
        if (sizeOf(attributes) < cachedAttributesBytesMax) {
          const isAllowed = status["allowed"] === true;
          answers.set(key, decision, isAllowed ? options.authorizedMs : options.unauthorizedMs);
        }
        return decision;
      } catch (error) {
        if (!(error instanceof ReviewCallError)) throw error;
        return failed(error.message);
      }
    },
  };
}

function matches(
  spec: SubjectAccessReviewSpec,
  conditions: readonly CompiledExpression[],
): { readonly holds: boolean; readonly error?: string } {
  if (conditions.length === 0) return { holds: true };
  const errors: string[] = [];
  const request = requestOf(spec);
  for (const condition of conditions) {
    try {
      if (condition.evaluate(request) === true) continue;
      // One that does not hold decides, whatever the others would say.
      return { holds: false };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      errors.push(error.message);
    }
  }
  return errors.length > 0 ? { holds: false, error: errors.join(", ") } : { holds: true };
}

/** To a condition everything that is no selector is there, even if it is empty. */
function requestOf(spec: SubjectAccessReviewSpec): object {
  const { resourceAttributes, nonResourceAttributes } = spec;
  const none = { namespace: "", verb: "", group: "", version: "", resource: "" };
  return {
    user: "",
    uid: "",
    groups: [],
    extra: {},
    ...spec,
    ...(resourceAttributes && {
      resourceAttributes: { ...none, subresource: "", name: "", ...resourceAttributes },
    }),
    ...(nonResourceAttributes && {
      nonResourceAttributes: { path: "", verb: "", ...nonResourceAttributes },
    }),
  };
}

function decisionOf(status: Readonly<Record<string, unknown>>): Decision {
  const reason = typeof status["reason"] === "string" ? status["reason"] : "";
  const isAllowed = status["allowed"] === true;
  if (status["denied"] !== true) return isAllowed ? allow(reason) : noOpinion(reason);
  const error = "webhook subject access review returned both allow and deny response";
  return { decision: "deny", reason, ...(isAllowed && { error }) };
}

/** The review's spec as v1 has it. */
export function specOf(attributes: Attributes): SubjectAccessReviewSpec {
  const { user, verb, path } = attributes;
  const extra = Object.entries(user.extra ?? {}).map(([key, values]) => [key, [...values]]);
  return {
    ...(attributes.isResource
      ? { resourceAttributes: resourceAttributesOf(attributes) }
      : { nonResourceAttributes: { path, verb } }),
    user: user.name,
    ...(user.groups.length > 0 && { groups: [...user.groups] }),
    ...(extra.length > 0 && { extra: Object.fromEntries(extra) }),
    ...(user.uid && { uid: user.uid }),
  };
}

function resourceAttributesOf({ selectors, ...asked }: Attributes) {
  const { namespace, verb, group, version, resource, subresource, name } = asked;
  const named = { namespace, verb, group, version, resource, subresource, name };
  const given = Object.entries(named).filter(([, value]) => value !== "");
  const fields = selectors?.fields ?? [];
  const labels = selectors?.labels ?? [];
  const copied = (requirements: typeof fields) => ({
    requirements: requirements.map(({ key, operator, values }) => ({
      key,
      operator,
      ...(values.length > 0 && { values: [...values] }),
    })),
  });
  return {
    ...Object.fromEntries(given),
    ...(fields.length > 0 && { fieldSelector: copied(fields) }),
    ...(labels.length > 0 && { labelSelector: copied(labels) }),
  };
}

function reviewOf(spec: SubjectAccessReviewSpec, version: "v1" | "v1beta1"): object {
  const { groups, ...rest } = spec;
  return {
    apiVersion: `authorization.k8s.io/${version}`,
    kind: "SubjectAccessReview",
    metadata: {},
    // The older version calls them by another name.
    spec: version === "v1" ? spec : { ...rest, ...(groups && { group: groups }) },
    status: { allowed: false },
  };
}

function sizeOf(attributes: Attributes): number {
  const { namespace, verb, group, version, resource, subresource, name, path } = attributes;
  return [namespace, verb, group, version, resource, subresource, name, path].join("").length;
}
