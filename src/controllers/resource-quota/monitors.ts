import { sleep, withTimeout } from "#base/clock.ts";
import type { Scope } from "#base/scope.ts";
import { PersistentVolumeClaim, Pod, Service } from "#api/core/v1.ts";
import { ResourceClaim } from "#api/resource/v1.ts";
import type { Resource } from "#client/client.ts";
import type { Discovery } from "#client/discovery.ts";
import type { ApiObject } from "#client/object.ts";
import type { ControllerEnvironment } from "#component/controller.ts";
import { isMeasured } from "#machinery/quota/usage.ts";
import { openMonitor, openTally } from "./monitor.ts";
import type { Change, Monitor } from "./monitor.ts";
import type { Holding } from "./plan.ts";

export type Discover = (signal: AbortSignal) => Promise<Discovery>;

export interface MonitorEvents {
  readonly changed: (change: Change) => void;
  /** Other resources can be counted than before. */
  readonly recount: () => void;
}

/** Once there is something to count, what is served is asked for so often. */
const rediscoverMs = 30_000;
/** What has not come by then is counted when it comes. */
const syncMsMax = 10_000;
const neededVerbs = ["create", "list", "watch", "delete"];
/** Their objects are looked into; of all others only the number counts. */
const measured: readonly Resource<ApiObject>[] = [
  Pod,
  Service,
  PersistentVolumeClaim,
  ResourceClaim,
];

/** Follows what quotas bound, of all that is served; nothing is watched that nobody bounds. */
export class Monitors {
  readonly #environment: ControllerEnvironment;
  readonly #discover: Discover;
  readonly #scope: Scope;
  readonly #monitors = new Map<string, Monitor>();
  #served: readonly Resource<ApiObject>[] | undefined;
  #first: Promise<unknown> | undefined;
  #events: MonitorEvents = { changed() {}, recount() {} };

  constructor(environment: ControllerEnvironment, discover: Discover, scope: Scope) {
    this.#environment = environment;
    this.#discover = discover;
    this.#scope = scope;
    scope.onClose(() => {
      for (const monitor of this.#monitors.values()) monitor.stop();
    });
  }

  /** Tells of changes, and follows what is served, until the signal aborts. */
  async run(events: MonitorEvents, signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#environment;
    this.#events = events;
    while (!signal.aborted) {
      await sleep(clock, rediscoverMs, signal).catch(() => {});
      if (signal.aborted || !this.#served) continue;
      try {
        if (await this.#rediscover(signal)) events.recount();
      } catch (error) {
        if (!signal.aborted) logger.warn("cannot discover", { error: String(error) });
      }
    }
  }

  /** What the namespace has of each resource that counts under one of these names. */
  async holdings(
    namespace: string,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly Holding[]> {
    if (!this.#served) await this.#discoverOnce(signal);
    const monitors = (this.#served ?? [])
      .filter(({ info }) => names.some((name) => isMeasured(info.group, info.resource ?? "", name)))
      .map((resource) => this.#monitorOf(resource));
    await this.#sync(monitors, signal);
    return monitors.map((monitor) => ({
      group: monitor.group,
      resource: monitor.resource,
      objects: monitor.held(namespace),
    }));
  }

  /** Waits for all, or for as many as come in time: the others ask for a recount then. */
  async #sync(monitors: readonly Monitor[], signal: AbortSignal): Promise<void> {
    const late = monitors.filter(({ hasSynced }) => !hasSynced);
    if (late.length === 0) return;
    try {
      await withTimeout(this.#environment.clock, syncMsMax, signal, (linked) =>
        Promise.race([Promise.all(late.map(({ synced }) => synced)), aborted(linked)]),
      );
    } catch (error) {
      if (signal.aborted) throw error;
      const resources = late.filter(({ hasSynced }) => !hasSynced).map(({ resource }) => resource);
      this.#environment.logger.warn("cannot be counted yet", { resources });
      for (const { synced } of late) void synced.then(() => this.#events.recount());
    }
  }

  #monitorOf(resource: Resource<ApiObject>): Monitor {
    const key = nameOf(resource);
    let monitor = this.#monitors.get(key);
    if (!monitor) {
      const changed = (change: Change) => this.#events.changed(change);
      monitor = measured.includes(resource)
        ? openMonitor(resource, this.#environment, changed)
        : openTally(resource, { environment: this.#environment, changed, scope: this.#scope });
      this.#monitors.set(key, monitor);
    }
    return monitor;
  }

  /** However many quotas there are at the start. */
  #discoverOnce(signal: AbortSignal): Promise<unknown> {
    this.#first ??= this.#rediscover(signal).finally(() => (this.#first = undefined));
    return this.#first;
  }

  /** Whether other resources are served than were before. */
  async #rediscover(signal: AbortSignal): Promise<boolean> {
    const { failures, resources } = await this.#discover(signal);
    const served = resources
      .filter(({ resource: { info }, verbs }) => {
        // Events come and go by themselves, and never were counted.
        if (!info.namespaced || info.kind === "Event") return false;
        return neededVerbs.every((verb) => verbs.includes(verb));
      })
      .map(({ resource }) => resource);
    // A server that is away for a moment has taken nothing with it.
    const kept = (this.#served ?? []).filter(({ info: { group, version } }) =>
      failures.has(group ? `${group}/${version}` : version),
    );
    const before = new Set(this.#served?.map(nameOf));
    this.#served = [...served, ...kept];
    const now = new Set(this.#served.map(nameOf));
    for (const [key, monitor] of this.#monitors) {
      if (now.has(key)) continue;
      monitor.stop();
      this.#monitors.delete(key);
    }
    return now.size !== before.size || [...now].some((key) => !before.has(key));
  }
}

function nameOf({ info: { group, version, resource = "" } }: Resource<ApiObject>): string {
  return `${group}/${version}/${resource}`;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
  });
}
