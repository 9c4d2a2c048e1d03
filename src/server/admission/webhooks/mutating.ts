import { MutatingWebhookConfiguration } from "#api/admissionregistration/v1.ts";
import type { MutatingWebhook } from "#api/admissionregistration/v1.ts";
import { semanticEqual } from "#machinery/deep-equal.ts";
import { applyJsonPatch } from "#machinery/patch/json-patch.ts";
import { StatusError, internalError } from "#machinery/status.ts";
import { isRecord } from "#schema/decode.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import type { Invocation } from "../matching/equivalent.ts";
import { isOwnConfiguration } from "../matching/rules.ts";
import { RequestNamespace } from "../matching/selectors.ts";
import { listServed } from "../matching/served.ts";
import { Reinvocations } from "../reinvocations.ts";
import { WebhookFailure, callHook, denial, hookInvocation, hooksOf } from "./webhook.ts";
import { requestTimedOut } from "./webhook.ts";
import type { Hook, WebhookEnvironment } from "./webhook.ts";

const name = "MutatingAdmissionWebhook";
const domain = "webhook.admission.k8s.io/";

/** Asks the webhooks of all MutatingWebhookConfigurations, one after the other. */
export function mutatingWebhooks(environment: WebhookEnvironment): AdmissionPlugin {
  return {
    name,
    async mutate(request) {
      if (isOwnConfiguration(request)) return;
      const hooks = hooksOf<MutatingWebhook>(
        await listServed(environment.client, MutatingWebhookConfiguration),
      );
      if (hooks.length === 0) return;
      const reinvocations = Reinvocations.of(name, request);
      const namespace = new RequestNamespace(environment.client, request);
      for (const [index, hook] of hooks.entries()) {
        const invocation = await hookInvocation(hook, request, namespace, environment);
        if (!invocation || !reinvocations.isDue(hook.id)) continue;
        const changed = await ask(environment, request, { hook, invocation, index });
        if (changed) reinvocations.changed();
        if (hook.webhook.reinvocationPolicy === "IfNeeded") reinvocations.invoked(hook.id);
      }
      reinvocations.close();
    },
  };
}

interface Asked {
  readonly hook: Hook<MutatingWebhook>;
  readonly invocation: Invocation;
  readonly index: number;
}

/** Whether the webhook changed the object. */
async function ask(
  environment: WebhookEnvironment,
  request: AdmissionRequest,
  asked: Asked,
): Promise<boolean> {
  const { hook, invocation, index } = asked;
  const { name: webhook, failurePolicy } = hook.webhook;
  const round = `round_${request.passes.isSecond ? 1 : 0}_index_${index}`;
  const said = { configuration: hook.configuration, webhook };
  let mutated = false;
  try {
    const called = { ...environment, isMutating: true };
    const { allowed, result, patch } = await callHook(hook, request, invocation, called);
    if (!allowed) throw denial(webhook, result);
    if (patch.length > 0) {
      mutated = change(webhook, invocation, patch);
      const value = { ...said, patch, patchType: "JSONPatch" };
      request.annotate(`patch.${domain}${round}`, JSON.stringify(value), "Request");
    }
    return mutated;
  } catch (error) {
    if (!(error instanceof WebhookFailure)) throw error;
    if (failurePolicy !== "Ignore") throw error.refusal();
    request.annotate(`failed-open.mutation.${domain}${round}`, webhook);
    if (request.signal.aborted) throw requestTimedOut();
    return false;
  } finally {
    request.annotate(`mutation.${domain}${round}`, JSON.stringify({ ...said, mutated }));
  }
}

function change(webhook: string, invocation: Invocation, patch: readonly unknown[]): boolean {
  const { object } = invocation;
  if (!object) {
    throw internalError(
      `admission webhook "${webhook}" attempted to modify the object, which is not supported ` +
        "for this operation",
    );
  }
  const patched = patchedObject(object, patch);
  if (!isRecord(patched)) throw internalError("the patch makes something that is no object");
  const changed = !semanticEqual(object, patched);
  invocation.replace(patched);
  return changed;
}

function patchedObject(object: Readonly<Record<string, unknown>>, patch: readonly unknown[]) {
  try {
    return applyJsonPatch(object, patch);
  } catch (error) {
    const cause = error instanceof StatusError && error.cause ? error.cause : error;
    throw internalError(cause instanceof Error ? cause.message : String(cause));
  }
}
