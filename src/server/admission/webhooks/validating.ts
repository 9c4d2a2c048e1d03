import { ValidatingWebhookConfiguration } from "#api/admissionregistration/v1.ts";
import type { ValidatingWebhook } from "#api/admissionregistration/v1.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import type { Invocation } from "../matching/equivalent.ts";
import { isOwnConfiguration } from "../matching/rules.ts";
import { RequestNamespace } from "../matching/selectors.ts";
import { listServed } from "../matching/served.ts";
import { WebhookFailure, callHook, denial, hookInvocation, hooksOf } from "./webhook.ts";
import type { Hook, WebhookEnvironment } from "./webhook.ts";

const failedOpenPrefix = "failed-open.validating.webhook.admission.k8s.io/";

/** Asks the webhooks of all ValidatingWebhookConfigurations at once. */
export function validatingWebhooks(environment: WebhookEnvironment): AdmissionPlugin {
  return {
    name: "ValidatingAdmissionWebhook",
    async validate(request) {
      if (isOwnConfiguration(request)) return;
      const hooks = hooksOf<ValidatingWebhook>(
        await listServed(environment.client, ValidatingWebhookConfiguration),
      );
      if (hooks.length === 0) return;
      const namespace = new RequestNamespace(environment.client, request);
      const concerned: { hook: Hook<ValidatingWebhook>; invocation: Invocation }[] = [];
      for (const hook of hooks) {
        const invocation = await hookInvocation(hook, request, namespace, environment);
        if (invocation) concerned.push({ hook, invocation });
      }
      const outcomes = await Promise.allSettled(
        concerned.map(({ hook, invocation }, index) =>
          ask(environment, request, { hook, invocation, index }),
        ),
      );
      const refused = outcomes.find((outcome) => outcome.status === "rejected");
      if (refused) throw refused.reason;
    },
  };
}

async function ask(
  environment: WebhookEnvironment,
  request: AdmissionRequest,
  asked: {
    readonly hook: Hook<ValidatingWebhook>;
    readonly invocation: Invocation;
    readonly index: number;
  },
): Promise<void> {
  const { hook, invocation, index } = asked;
  const { name, failurePolicy } = hook.webhook;
  try {
    const called = { ...environment, isMutating: false };
    const { allowed, result } = await callHook(hook, request, invocation, called);
    if (!allowed) throw denial(name, result);
  } catch (error) {
    if (!(error instanceof WebhookFailure)) throw error;
    if (failurePolicy !== "Ignore") throw error.refusal();
    request.annotate(`${failedOpenPrefix}round_0_index_${index}`, name);
  }
}
