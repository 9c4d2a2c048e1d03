import { Node, Pod } from "#api/core/v1.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import type { Client } from "#client/client.ts";
import type { EventRecorder } from "#client/events/event-writer.ts";
import type { InformerFactory } from "#client/informer/factory.ts";
import { pluginsWith } from "./plugins/default-plugins.ts";
import { Scheduler } from "./scheduler.ts";
import { VolumeBinder } from "./volumes/volume-binder.ts";

export interface RunSchedulerOptions {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly events: EventRecorder;
}

/** Feeds a scheduler from the watches of nodes and pods, and runs it until the signal aborts. */
export async function runScheduler(
  options: RunSchedulerOptions,
  signal: AbortSignal,
): Promise<void> {
  const volumes = new VolumeBinder(options);
  const scheduler = new Scheduler({ ...options, plugins: pluginsWith(volumes) });
  const nodes = options.informers.informer(Node);
  const pods = options.informers.informer(Pod);
  const unsubscribe = [
    volumes.subscribe((claim) => scheduler.volumesChanged(claim)),
    nodes.subscribe({
      added: (node) => scheduler.setNode(node),
      updated: (node) => scheduler.setNode(node),
      deleted: (node) => scheduler.removeNode(node.metadata.name),
    }),
    pods.subscribe({
      added: (pod) => scheduler.setPod(pod),
      updated: (pod) => scheduler.setPod(pod),
      deleted: (pod) => scheduler.removePod(pod),
    }),
  ];
  try {
    // A decision on half a picture would put everything on the first node that is known.
    await Promise.all([nodes.synced, pods.synced, volumes.synced()]);
    await scheduler.run(signal);
  } finally {
    for (const end of unsubscribe) end();
  }
}
