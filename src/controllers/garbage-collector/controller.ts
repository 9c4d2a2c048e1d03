import { sleep } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import { Scope } from "#base/scope.ts";
import type { ObjectReference, Resource } from "#client/client.ts";
import { isConflict, isNotFound } from "#client/client.ts";
import type { Discovery } from "#client/discovery.ts";
import { Reflector } from "#client/informer/reflector.ts";
import type { ApiObject } from "#client/object.ts";
import { WorkQueue } from "#client/workqueue/workqueue.ts";
import type { Controller, ControllerEnvironment } from "#component/controller.ts";
import { OwnerGraph, foregroundFinalizer, orphanFinalizer } from "./graph.ts";
import type { GraphNode, Identity } from "./graph.ts";

const workers = 20;
const rediscoverMs = 30_000;
/** So many owners are known to be absent before they are asked for again. */
const absentMax = 500;
/** From when somebody announces a kind to when discovery tells of it. */
const announcedMs = 1_000;
/** Kinds whose objects announce other kinds. */
const announcers: ReadonlySet<string> = new Set([
  "apiextensions.k8s.io/CustomResourceDefinition",
  "apiregistration.k8s.io/APIService",
]);

type Discover = (signal: AbortSignal) => Promise<Discovery>;

/** Deletes what has lost its last owner, and carries out foreground and orphaning deletion. */
export function garbageCollector(discover: Discover): Controller {
  return {
    name: "garbage-collector-controller",
    run: (environment, signal) => new Collector(discover, environment).run(signal),
  };
}

class Collector {
  readonly #discover: Discover;
  readonly #environment: ControllerEnvironment;
  readonly #logger: Logger;
  readonly #queue: WorkQueue;
  readonly #graph: OwnerGraph;
  /** What is followed, by "group/Kind"; and how to stop. */
  readonly #followed = new Map<string, { resource: Resource<ApiObject>; stop: AbortController }>();
  /** Owners that are not there, by place and id. */
  readonly #absent = new Set<string>();
  /** Aborted when there may be other kinds than were followed last. */
  #announced = new AbortController();

  constructor(discover: Discover, environment: ControllerEnvironment) {
    this.#discover = discover;
    this.#environment = environment;
    this.#logger = environment.logger.with({ controller: "garbage-collector" });
    this.#queue = new WorkQueue({ clock: environment.clock });
    this.#graph = new OwnerGraph({
      attemptToDelete: ({ identity }) => this.#queue.add(`delete ${identity.uid}`),
      attemptToOrphan: ({ identity }) => this.#queue.add(`orphan ${identity.uid}`),
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#environment;
    await using scope = new Scope({
      signal,
      onFailure: (task, error) => this.#logger.error("a task stopped", { task, error }),
    });
    scope.run("follow what is served", async (signal) => {
      while (!signal.aborted) {
        this.#announced = new AbortController();
        await this.#followServed(scope, signal);
        const announced = AbortSignal.any([signal, this.#announced.signal]);
        await sleep(clock, rediscoverMs, announced).catch(() => {});
        if (this.#announced.signal.aborted) await sleep(clock, announcedMs, signal).catch(() => {});
      }
    });
    await this.#queue.run(workers, (key) => this.#work(key, signal), signal);
  }

  async #followServed(scope: Scope, signal: AbortSignal): Promise<void> {
    let discovery: Discovery;
    try {
      discovery = await this.#discover(signal);
    } catch (error) {
      if (!signal.aborted) this.#logger.warn("cannot discover", { error: String(error) });
      return;
    }
    const served = new Set<string>();
    for (const { resource, verbs } of discovery.resources) {
      const usable = ["list", "watch", "delete"].every((verb) => verbs.includes(verb));
      // Events are many, own nothing and expire by themselves.
      if (!usable || resource.info.kind === "Event") continue;
      const key = `${resource.info.group}/${resource.info.kind}`;
      served.add(key);
      if (this.#followed.has(key)) continue;
      const stop = new AbortController();
      this.#followed.set(key, { resource, stop });
      scope.run(`follow ${key}`, (signal) =>
        this.#follow(resource, AbortSignal.any([signal, stop.signal])),
      );
    }
    if (discovery.failures.size > 0) return;
    for (const [key, { stop }] of this.#followed) {
      if (served.has(key)) continue;
      this.#followed.delete(key);
      stop.abort();
    }
  }

  #follow(resource: Resource<ApiObject>, signal: AbortSignal): Promise<void> {
    const { client, clock, random } = this.#environment;
    const present = new Set<string>();
    const { group, kind } = resource.info;
    const announces = announcers.has(`${group}/${kind}`);
    const reflector = new Reflector<ApiObject>({
      client,
      resource,
      clock,
      random,
      logger: this.#logger,
      sink: {
        replace: (objects) => {
          const now = new Set(objects.map(({ metadata }) => metadata.uid));
          for (const object of objects) this.#graph.put(object);
          for (const uid of present) if (!now.has(uid)) this.#graph.remove(uid);
          present.clear();
          for (const uid of now) present.add(uid);
        },
        changed: (type, object) => {
          const { uid } = object.metadata;
          if (announces) this.#announced.abort();
          if (type === "DELETED") {
            present.delete(uid);
            this.#graph.remove(uid);
          } else {
            present.add(uid);
            this.#graph.put(object);
          }
        },
        bookmark: () => {},
      },
    });
    return reflector.run(signal);
  }

  async #work(key: string, signal: AbortSignal): Promise<void> {
    const [task, uid = ""] = key.split(" ");
    const node = this.#graph.get(uid);
    if (!node) return this.#queue.forget(key);
    try {
      await (task === "orphan" ? this.#orphan(node) : this.#attemptToDelete(node, signal));
      this.#queue.forget(key);
    } catch (error) {
      if (signal.aborted) return;
      const retryMs = this.#queue.addRateLimited(key);
      const { kind, namespace, name } = node.identity;
      const details = { kind, namespace, name, error: String(error), retryMs };
      if (isConflict(error)) this.#logger.debug("will look again", details);
      else this.#logger.warn("cannot collect", details);
    }
  }

  async #attemptToDelete(node: GraphNode, signal: AbortSignal): Promise<void> {
    if (node.deleting && !node.deletingDependents) return;
    if (node.virtual) {
      const live = await this.#find(node.identity, signal);
      // If it is there, its watch tells of it. Else it was known as an owner only.
      if (live?.metadata.uid !== node.identity.uid) this.#graph.remove(node.identity.uid);
      return;
    }
    if (node.deletingDependents) return this.#finishForeground(node);
    await this.#judge(node, signal);
  }

  /**
   * Decides by the owners that the object named when it was seen last. What is then done is done
   * to that version of it only; where it has changed since, it is judged anew.
   */
  async #judge(node: GraphNode, signal: AbortSignal): Promise<void> {
    const { finalizers, identity, owners } = node;
    const dangling: string[] = [];
    const waiting: string[] = [];
    let solid = 0;
    const seen = snapshotOf(node);
    for (const owner of owners) {
      const state = await this.#stateOf(owner, identity.namespace, signal);
      if (state === "gone") dangling.push(owner.uid);
      else if (state === "waits") waiting.push(owner.uid);
      else solid++;
    }
    if (dangling.length + waiting.length === 0) return;
    if (solid > 0) {
      const lost = new Set([...dangling, ...waiting]);
      const ownerReferences = owners.filter(({ uid }) => !lost.has(uid));
      return this.#patchMetadata(seen, { ownerReferences });
    }
    if (waiting.length > 0 && node.dependents.size > 0) {
      await this.#unblockCircle(node);
      return this.#delete(seen, "Foreground");
    }
    const policy = finalizers.includes(orphanFinalizer)
      ? "Orphan"
      : finalizers.includes(foregroundFinalizer)
        ? "Foreground"
        : "Background";
    await this.#delete(seen, policy);
  }

  /** Dependents that wait for each other in a circle would wait for ever. */
  async #unblockCircle(node: GraphNode): Promise<void> {
    for (const dependent of node.dependents) {
      if (!dependent.deletingDependents) continue;
      const ownerReferences = dependent.owners.map((owner) =>
        owner.uid === node.identity.uid ? { ...owner, blockOwnerDeletion: false } : owner,
      );
      await this.#patchMetadata(snapshotOf(dependent), { ownerReferences });
    }
  }

  async #stateOf(
    owner: { apiVersion: string; kind: string; name: string; uid: string },
    namespace: string | undefined,
    signal: AbortSignal,
  ): Promise<"there" | "waits" | "gone"> {
    const known = this.#graph.get(owner.uid);
    if (known && !known.virtual && !known.deletingDependents) return "there";
    const resource = this.#resourceOf(owner);
    // A cluster-scoped object cannot say in which namespace such an owner would be.
    if (resource.info.namespaced && !namespace) return "there";
    const { apiVersion, kind, name, uid } = owner;
    const place = [namespace, apiVersion, kind, name, uid].join(" ");
    if (this.#absent.has(place)) return "gone";
    const live = await this.#find({ apiVersion, kind, namespace, name, uid }, signal);
    if (!live || live.metadata.uid !== uid) {
      if (known?.virtual) this.#graph.remove(uid);
      this.#remember(place);
      return "gone";
    }
    const { deletionTimestamp, finalizers = [] } = live.metadata;
    return deletionTimestamp && finalizers.includes(foregroundFinalizer) ? "waits" : "there";
  }

  /** No object ever gets the id of one that is gone. */
  #remember(absent: string): void {
    if (this.#absent.size === absentMax) this.#absent.clear();
    this.#absent.add(absent);
  }

  /** Foreground deletion: the object goes when nothing that blocks it is left. */
  async #finishForeground(node: GraphNode): Promise<void> {
    const blocking = [...node.dependents].filter(({ owners }) =>
      owners.some(({ uid, blockOwnerDeletion }) => uid === node.identity.uid && blockOwnerDeletion),
    );
    if (blocking.length === 0) return this.#removeFinalizer(node, foregroundFinalizer);
    for (const dependent of blocking) {
      if (!dependent.deletingDependents) this.#queue.add(`delete ${dependent.identity.uid}`);
    }
  }

  async #orphan(node: GraphNode): Promise<void> {
    for (const dependent of node.dependents) {
      const { owners } = dependent;
      const ownerReferences = owners.filter(({ uid }) => uid !== node.identity.uid);
      if (ownerReferences.length === owners.length) continue;
      await this.#patchMetadata(snapshotOf(dependent), { ownerReferences });
    }
    await this.#removeFinalizer(node, orphanFinalizer);
  }

  async #removeFinalizer(node: GraphNode, finalizer: string): Promise<void> {
    if (!node.finalizers.includes(finalizer)) return;
    const finalizers = node.finalizers.filter((name) => name !== finalizer);
    await this.#patchMetadata(snapshotOf(node), { finalizers });
  }

  /** Only if nobody changed the object since: the patch replaces whole lists. */
  async #patchMetadata({ identity, resourceVersion }: Snapshot, change: object): Promise<void> {
    const { uid } = identity;
    const patch = { metadata: { ...change, uid, resourceVersion } };
    const { place, resource } = this.#placeOf(identity);
    try {
      await this.#environment.client.patch(resource, place, { type: "merge", patch });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  async #delete(
    { identity, resourceVersion }: Snapshot,
    propagationPolicy: "Orphan" | "Foreground" | "Background",
  ): Promise<void> {
    const { kind, name, namespace, uid } = identity;
    this.#logger.debug("collecting", { kind, namespace, name, propagationPolicy });
    const options = { propagationPolicy, preconditions: { uid, resourceVersion } };
    const { place, resource } = this.#placeOf(identity);
    try {
      await this.#environment.client.delete(resource, place, options);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  #find(identity: Identity, signal?: AbortSignal): Promise<ApiObject | undefined> {
    const { place, resource } = this.#placeOf(identity);
    return this.#environment.client.find(resource, place, signal);
  }

  #placeOf(identity: Identity): { resource: Resource<ApiObject>; place: ObjectReference } {
    const resource = this.#resourceOf(identity);
    const { namespace, name } = identity;
    return { resource, place: resource.info.namespaced ? { namespace, name } : { name } };
  }

  #resourceOf({ apiVersion, kind }: { apiVersion: string; kind: string }): Resource<ApiObject> {
    // Owners may be named in another version than the one that we follow: the group decides.
    const slash = apiVersion.indexOf("/");
    const group = slash < 0 ? "" : apiVersion.slice(0, slash);
    const followed = this.#followed.get(`${group}/${kind}`);
    if (!followed) throw new Error(`no resource of ${apiVersion} ${kind} is served (yet)`);
    return followed.resource;
  }
}

/** One version of an object: what is decided by it must not be done to a later one. */
interface Snapshot {
  readonly identity: Identity;
  readonly resourceVersion: string;
}

function snapshotOf({ identity, resourceVersion }: GraphNode): Snapshot {
  return { identity, resourceVersion };
}
