import { ReplicaSet, StatefulSet } from "#api/apps/v1.ts";
import { Namespace, Node, Pod, ReplicationController, Service } from "#api/core/v1.ts";
import { PodDisruptionBudget } from "#api/policy/v1.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import type { Client } from "#client/client.ts";
import type { EventRecorder } from "#client/events/event-writer.ts";
import type { InformerFactory } from "#client/informer/factory.ts";
import type { Informer } from "#client/informer/informer.ts";
import type { ApiObject } from "#client/object.ts";
import type { ClusterObjects } from "./framework.ts";
import { DeviceClaims } from "./devices/device-claims.ts";
import { Extender } from "./extender.ts";
import type { ExtenderPost } from "./extender.ts";
import { pluginsFor } from "./plugins/default-plugins.ts";
import { defaultArguments } from "./profile/arguments.ts";
import type { PluginArguments } from "./profile/arguments.ts";
import { profileOf } from "./profile/profile.ts";
import { Scheduler } from "./scheduler.ts";
import type { SchedulerEvents } from "./scheduler.ts";
import type { SchedulerConfiguration } from "./settings/configuration.ts";
import { VolumeBinder } from "./volumes/volume-binder.ts";

export interface RunSchedulerOptions {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Says things under the name of a scheduler. */
  readonly events: (component: string) => EventRecorder;
  /** What a configuration file says; upstream's defaults when missing. */
  readonly configuration?: SchedulerConfiguration | undefined;
  /** Told how to ask why a pod has no node, and undefined when that can no longer be asked. */
  readonly explainer?: ((explain: Scheduler["explain"] | undefined) => void) | undefined;
  /** How extenders are reached; where it is missing, none can be. */
  readonly extenderPost?: ExtenderPost | undefined;
}

/** Feeds a scheduler from the watches of nodes and pods, and runs it until the signal aborts. */
export async function runScheduler(
  options: RunSchedulerOptions,
  signal: AbortSignal,
): Promise<void> {
  const { objects, synced } = watchedObjects(options.informers);
  const { configuration, extenderPost } = options;
  const extenders = (configuration?.extenders ?? []).map((given) => {
    if (!extenderPost) throw new Error(`extender "${given.urlPrefix}" cannot be reached from here`);
    return new Extender(given, extenderPost);
  });
  const volumes = new VolumeBinder(options);
  const devices = new DeviceClaims(options);
  const plugins = (args: PluginArguments) => pluginsFor(args, volumes, devices);
  const profiles = configuration?.profiles(plugins) ?? [profileOf(plugins(defaultArguments))];
  const names = profiles.map(({ schedulerName }) => schedulerName);
  const scheduler = new Scheduler({
    ...options,
    ...(configuration && {
      initialBackoffMs: configuration.initialBackoffMs,
      backoffMsMax: configuration.backoffMsMax,
    }),
    profiles,
    extenders,
    objects,
    events: eventsByScheduler(options.events, names),
  });
  const nodes = options.informers.informer(Node);
  const pods = options.informers.informer(Pod);
  const unsubscribe = [
    volumes.subscribe((claim) => scheduler.volumesChanged(claim)),
    devices.subscribe(() => scheduler.devicesChanged()),
    nodes.subscribe({
      added: (node) => scheduler.setNode(node),
      updated: (node) => scheduler.setNode(node),
      deleted: (node) => scheduler.removeNode(node.metadata.name),
    }),
    pods.subscribe({
      added: (pod) => scheduler.setPod(pod),
      updated: (pod, before) => scheduler.setPod(pod, before),
      deleted: (pod) => scheduler.removePod(pod),
    }),
  ];
  try {
    // A decision on half a picture would put everything on the first node that is known.
    const picture = Promise.all([nodes.synced, pods.synced, synced, volumes.synced()]);
    // Who is told to stop before that would wait for a picture that never comes.
    await Promise.race([picture, aborted(signal)]);
    if (signal.aborted) return;
    options.explainer?.((key) => scheduler.explain(key));
    await scheduler.run(signal);
  } finally {
    options.explainer?.(undefined);
    for (const end of unsubscribe) end();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function watchedObjects(informers: InformerFactory): {
  objects: ClusterObjects;
  synced: Promise<unknown>;
} {
  const namespaces = informers.informer(Namespace);
  const services = informers.informer(Service);
  const replicationControllers = informers.informer(ReplicationController);
  const replicaSets = informers.informer(ReplicaSet);
  const statefulSets = informers.informer(StatefulSet);
  const budgets = informers.informer(PodDisruptionBudget);
  const all = [namespaces, services, replicationControllers, replicaSets, statefulSets, budgets];
  return {
    objects: {
      namespaces: listOf(namespaces),
      services: listOf(services),
      replicationControllers: listOf(replicationControllers),
      replicaSets: listOf(replicaSets),
      statefulSets: listOf(statefulSets),
      podDisruptionBudgets: listOf(budgets),
    },
    synced: Promise.all(all.map((informer) => informer.synced)),
  };
}

/** The same list until something changes. The subscription ends with the informer. */
function listOf<T extends ApiObject>(informer: Informer<T>): () => readonly T[] {
  let list: readonly T[] | undefined;
  const forget = () => (list = undefined);
  informer.subscribe({ added: forget, updated: forget, deleted: forget });
  return () => (list ??= informer.list());
}

/** Each scheduler speaks for its own pods; for a victim that is another's, the first one does. */
function eventsByScheduler(
  recorderOf: (component: string) => EventRecorder,
  names: readonly string[],
): SchedulerEvents {
  const first = names[0] ?? "default-scheduler";
  const recorders = new Map([first, ...names].map((name) => [name, recorderOf(name)]));
  const fallback = recorderOf(first);
  return {
    event(pod, ...rest) {
      (recorders.get(pod.spec.schedulerName ?? "") ?? fallback).event(pod, ...rest);
    },
  };
}
