import { Pod } from "#api/core/v1.ts";
import type { PodStatus } from "#api/core/v1.ts";
import type { Clock } from "#base/clock.ts";
import { sleep } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Scope } from "#base/scope.ts";
import { isConflict, isNotFound } from "#client/client.ts";
import type { Client } from "#client/client.ts";
import type { StatusReporter } from "../pod-worker/dependencies.ts";
import { kubeletConditions } from "./conditions.ts";

interface Pending {
  readonly pod: Pod;
  readonly status: PodStatus;
  /** Delete the object after this, its last status. */
  readonly finish: boolean;
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
  const { client, clock, logger, scope } = options;
  const pending = new Map<string, Pending>();
  const sent = new Map<string, string>();
  const busy = new Set<string>();

  const submit = (next: Pending) => {
    const { uid } = next.pod.metadata;
    const finish = next.finish || (pending.get(uid)?.finish ?? false);
    // While something is on its way, what was sent last is not what the server will have.
    if (!busy.has(uid) && !finish && sent.get(uid) === textOf(next)) {
      pending.delete(uid);
      return;
    }
    pending.set(uid, { ...next, finish });
    start(uid);
  };

  /** The same status for another object, such as a new mirror, is something else. */
  const textOf = ({ pod, status }: Pending) =>
    `${options.target(pod)?.uid ?? ""} ${JSON.stringify(status)}`;

  const start = (uid: string) => {
    const next = pending.get(uid);
    if (!next || busy.has(uid) || scope.signal.aborted) return;
    busy.add(uid);
    scope.run(`status of ${next.pod.metadata.name}`, async (signal) => {
      try {
        await drain(uid, signal);
      } finally {
        busy.delete(uid);
        start(uid);
      }
    });
  };

  const drain = async (uid: string, signal: AbortSignal) => {
    for (;;) {
      const next = pending.get(uid);
      if (!next || signal.aborted) return;
      pending.delete(uid);
      const text = textOf(next);
      if (!next.finish && sent.get(uid) === text) continue;
      try {
        switch (await send(next, signal)) {
          case "sent":
            sent.set(uid, text);
            break;
          case "nowhere":
            break;
          case "gone":
            sent.delete(uid);
            pending.delete(uid);
            return;
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!isConflict(error)) {
          logger.warn("pod status could not be written", { pod: next.pod.metadata.name, error });
        }
        const newer = pending.get(uid);
        pending.set(uid, newer ? { ...newer, finish: newer.finish || next.finish } : next);
        await sleep(clock, retryMs, signal).catch(() => {});
      }
    }
  };

  const send = async (
    { pod, status, finish }: Pending,
    signal: AbortSignal,
  ): Promise<"sent" | "gone" | "nowhere"> => {
    const reference = options.target(pod);
    if (!reference) return "nowhere";
    const { namespace, name, uid } = reference;
    try {
      await client.patch(
        Pod,
        { namespace, name },
        { type: "strategic", patch: { metadata: { uid }, status: patchOf(status) } },
        { subresource: "status" },
      );
      if (!finish) return "sent";
      const preconditions = { uid };
      await client.delete(Pod, { namespace, name }, { gracePeriodSeconds: 0, preconditions });
      return "gone";
    } catch (error) {
      if (isNotFound(error)) return "gone";
      if (!isConflict(error)) throw error;
      // Either the object changed meanwhile, or another of the same name took its place.
      const current = await client.find(Pod, { namespace, name }, signal);
      if (current?.metadata.uid !== uid) return "gone";
      throw error;
    }
  };

  return {
    report: (pod, status) => submit({ pod, status, finish: false }),
    finish: (pod, status) => submit({ pod, status, finish: true }),
    forget: (podUid) => {
      sent.delete(podUid);
      pending.delete(podUid);
    },
  };
}

/**
 * A strategic merge joins some lists by key; addresses are whole. Of the conditions only the
 * kubelet's own are sent: others (the scheduler, readiness gates) write theirs to the same list.
 * What is absent is cleared, so that an address does not outlive its sandbox, nor a reason its
 * cause.
 */
function patchOf(status: PodStatus): object {
  const own = (status.conditions ?? []).filter(({ type }) => kubeletConditions.has(type));
  return {
    ...status,
    conditions: own.map((condition) => ({ reason: null, message: null, ...condition })),
    reason: status.reason ?? null,
    message: status.message ?? null,
    podIP: status.podIP ?? null,
    podIPs: status.podIPs ? [...status.podIPs, { $patch: "replace" }] : null,
  };
}
