import { Pod } from "#api/core/v1.ts";
import type { Clock } from "#base/clock.ts";
import { isConflict, isNotFound } from "#client/client.ts";
import type { Client } from "#client/client.ts";
import { podKey } from "../cache/pod-info.ts";
import { setCondition } from "../pod-status.ts";
import type { SchedulerEvents } from "../scheduler.ts";
import type { Candidate } from "./candidate.ts";

export interface EvictorOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly events: SchedulerEvents;
}

/**
 * Takes pods off a node for a more important one. It asks and does not wait for them to end; the
 * pod that wants the room is not tried again before everybody has been asked.
 */
export class Evictor {
  readonly #options: EvictorOptions;
  readonly #preempting = new Set<string>();

  constructor(options: EvictorOptions) {
    this.#options = options;
  }

  isPreempting(key: string): boolean {
    return this.#preempting.has(key);
  }

  /** Claims the turn at once; the promise settles when all victims are on their way. */
  async evict(preemptor: Pod, { node, victims }: Candidate): Promise<void> {
    const key = podKey(preemptor);
    this.#preempting.add(key);
    try {
      const staying = victims.filter(({ pod }) => !pod.metadata.deletionTimestamp);
      await Promise.all(staying.map(({ pod }) => this.#evictOne(pod, preemptor, node)));
    } finally {
      this.#preempting.delete(key);
    }
  }

  async #evictOne(victim: Pod, preemptor: Pod, node: string): Promise<void> {
    const { client, clock, events } = this.#options;
    const { namespace, name, uid } = victim.metadata;
    const { schedulerName } = preemptor.spec;
    try {
      await setCondition(client, clock, victim, {
        type: "DisruptionTarget",
        status: "True",
        reason: "PreemptionByScheduler",
        message: `${schedulerName}: preempting to accommodate a higher priority pod`,
      });
      await client.delete(Pod, { namespace, name }, { preconditions: { uid } });
    } catch (error) {
      if (isNotFound(error) || isConflict(error)) return;
      throw error;
    }
    const message = `Preempted by pod ${preemptor.metadata.uid} on node ${node}`;
    events.event(victim, "Normal", "Preempted", message, "Preempting");
  }
}
