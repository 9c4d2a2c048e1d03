import { sleep } from "#base/clock.ts";
import { ConfigMap, Pod, Secret, ServiceAccount } from "#api/core/v1.ts";
import type { Client } from "#client/client.ts";
import { isConflict, isNotFound } from "#client/client.ts";
import type { Controller } from "#component/controller.ts";
import { podReferences } from "#machinery/pod-references.ts";
import { dayOf, invalidSinceLabel, planTokens } from "./plan.ts";
import type { TokenPlan } from "./plan.ts";

const dayMs = 24 * 60 * 60_000;
const tracking = {
  namespace: "kube-system",
  name: "kube-apiserver-legacy-service-account-token-tracking",
};

/**
 * Once a day: tokens without an end that older clusters made for every account, and that nobody
 * has used for a year, are no longer valid; a year later they go.
 */
export const legacyTokenCleaner: Controller = {
  name: "legacy-serviceaccount-token-cleaner-controller",
  async run({ client, clock, informers, logger }, signal) {
    const query = { fieldSelector: "type=kubernetes.io/service-account-token" };
    const secrets = informers.informer(Secret, query);
    const accounts = informers.informer(ServiceAccount);
    const pods = informers.informer(Pod);
    const ended = new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.race([Promise.all([secrets.synced, accounts.synced, pods.synced]), ended]);
    while (!signal.aborted) {
      try {
        const plan = planTokens({
          secrets: secrets.list(),
          accountOf: (namespace, name) => accounts.get({ namespace, name }),
          isMounted: ({ metadata: { namespace, name } }) =>
            pods.list(namespace).some((pod) => usesSecret(pod, name)),
          since: (await client.get(ConfigMap, tracking, signal)).data?.["since"],
          now: clock.now(),
        });
        for (const step of plan) await act(step, client, dayOf(clock.now()));
      } catch (error) {
        if (!signal.aborted) logger.warn("unused tokens could not be looked for", { error });
      }
      await sleep(clock, dayMs, signal).catch(() => {});
    }
  },
};

const usesSecret = (pod: Pod, name: string) =>
  podReferences(pod).some((reference) => reference.kind === "secrets" && reference.name === name);

async function act({ secret, step }: TokenPlan, client: Client, today: string): Promise<void> {
  const { namespace, name, resourceVersion, uid } = secret.metadata;
  try {
    if (step === "invalidate") {
      const patch = { metadata: { uid, labels: { [invalidSinceLabel]: today } } };
      await client.patch(Secret, { namespace, name }, { type: "merge", patch });
    } else {
      // It may have been used just now.
      await client.delete(Secret, { namespace, name }, { preconditions: { resourceVersion } });
    }
  } catch (error) {
    if (!isConflict(error) && !isNotFound(error)) throw error;
  }
}
