import { Pod } from "#api/core/v1.ts";
import type { PodStatus } from "#api/core/v1.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Scope } from "#base/scope.ts";
import { isConflict, isNotFound } from "#client/client.ts";
import type { Client } from "#client/client.ts";
import type { StatusReporter } from "../pod-worker/dependencies.ts";

interface Pending {
  pod: Pod;
  status: PodStatus;
  finish: boolean;
}

const retryMs = 2000;

/**
 * Sends pod statuses to the API server: one at a time for each pod, always the newest, and only
 * when it differs from what was sent. A finished pod is deleted after its last status arrived.
 */
export function createStatusReporter(options: {
  client: Client;
  clock: Clock;
  logger: Logger;
  scope: Scope;
  /** The API object to write to: a static pod's mirror has another uid. */
  target(pod: Pod): { namespace: string; name: string; uid: string } | undefined;
}): StatusReporter {
  const { client, clock, logger, scope, target } = options;
  const pending = new Map<string, Pending>();
  const sent = new Map<string, string>();
  const busy = new Set<string>();

  const submit = (pod: Pod, status: PodStatus, finish: boolean) => {
    const uid = pod.metadata.uid;
    if (!finish && sent.get(uid) === JSON.stringify(status)) {
      pending.delete(uid);
      return;
    }
    pending.set(uid, { pod, status, finish: finish || (pending.get(uid)?.finish ?? false) });
    if (busy.has(uid)) return;
    busy.add(uid);
    scope.run(`status of ${pod.metadata.name}`, async (signal) => {
      try {
        await drain(uid, signal);
      } finally {
        busy.delete(uid);
      }
    });
  };

  const drain = async (uid: string, signal: AbortSignal) => {
    for (;;) {
      const next = pending.get(uid);
      if (!next || signal.aborted) return;
      pending.delete(uid);
      try {
        if (!(await send(next))) {
          sent.delete(uid);
          pending.delete(uid);
          return;
        }
        sent.set(uid, JSON.stringify(next.status));
      } catch (error) {
        if (!pending.has(uid)) pending.set(uid, next);
        if (!isConflict(error)) {
          logger.warn("pod status could not be written", { pod: next.pod.metadata.name, error });
        }
        clock.after(retryMs, () => {
          const waiting = pending.get(uid);
          if (waiting && !busy.has(uid)) submit(waiting.pod, waiting.status, waiting.finish);
        });
        return;
      }
    }
  };

  /** False when the object is gone, or another of the same name took its place. */
  const send = async ({ pod, status, finish }: Pending): Promise<boolean> => {
    const reference = target(pod);
    if (!reference) return true;
    const { namespace, name, uid } = reference;
    try {
      await client.patch(
        Pod,
        { namespace, name },
        { type: "strategic", patch: { metadata: { uid }, status: replaced(status) } },
        { subresource: "status" },
      );
      if (finish) {
        await client.delete(
          Pod,
          { namespace, name },
          { gracePeriodSeconds: 0, preconditions: { uid } },
        );
        return false;
      }
      return true;
    } catch (error) {
      if (isNotFound(error) || isConflict(error)) return false;
      throw error;
    }
  };

  return {
    report: (pod, status) => submit(pod, status, false),
    finish: (pod, status) => submit(pod, status, true),
  };
}

/**
 * A strategic merge joins lists by key; statuses of containers are whole. Conditions stay joined,
 * because others (the scheduler, readiness gates) write theirs to the same list.
 */
function replaced(status: PodStatus): object {
  const whole = (items: readonly object[] | undefined) =>
    items && [...items.map((item) => ({ ...item })), { $patch: "replace" }];
  return {
    ...status,
    // Absent fields are cleared, so that an address does not outlive its sandbox.
    podIP: status.podIP ?? null,
    podIPs: status.podIPs ? whole(status.podIPs) : null,
    containerStatuses: whole(status.containerStatuses),
    ...(status.initContainerStatuses && {
      initContainerStatuses: whole(status.initContainerStatuses),
    }),
  };
}
