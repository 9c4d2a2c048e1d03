import { Node, Pod } from "#api/core/v1.ts";
import type { Clock } from "#base/clock.ts";
import { sleep } from "#base/clock.ts";
import { required } from "#base/invariant.ts";
import type { Logger } from "#base/log.ts";
import type { Scope } from "#base/scope.ts";
import type { Client, ObjectReference } from "#client/client.ts";
import type { Informer } from "#client/informer/informer.ts";
import { keyOf, referenceOf } from "#client/object.ts";
import type { Draft } from "#schema/message.ts";
import type { Kubelet } from "../kubelet.ts";
import { isMirrorPod, mirrorAnnotation } from "../pod-source.ts";
import { hashAnnotation, isStaticPod, ManifestError, parseStaticPod } from "./manifest.ts";
import type { Manifest } from "./manifest.ts";

export interface StaticPodsOptions {
  readonly node: string;
  readonly client: Client;
  /** The node's pods, for their mirrors among them. */
  readonly informer: Informer<Pod>;
  readonly clock: Clock;
  readonly logger: Logger;
}

type StaticKubelet = Pick<Kubelet, "setPod" | "removePod" | "poke" | "worker">;

const retryMs = 2000;
/** How often it is asked whether a pod that is replaced has ended. */
const replaceMs = 200;

/**
 * The pods that a node runs on its own account, from files. They run without the API server; when
 * it is there, each is shown on it by a mirror pod, made again when it is deleted.
 */
export class StaticPods {
  readonly #options: StaticPodsOptions;
  /** What the files say, by namespace and name. */
  #pods: ReadonlyMap<string, Pod> = new Map();
  /** Handed to the kubelet, by namespace and name. */
  readonly #running = new Map<string, string>();
  /** Given up, but maybe not ended, by namespace and name. */
  readonly #ending = new Map<string, string>();
  readonly #applied: { promise: Promise<void>; resolve: () => void };
  #kubelet: StaticKubelet | undefined;
  #wake: (() => void) | undefined;
  #poked = false;
  #hasApplied = false;
  #nodeUid: string | undefined;

  constructor(options: StaticPodsOptions) {
    this.#options = options;
    let resolve = () => {};
    const promise = new Promise<void>((done) => (resolve = done));
    this.#applied = { promise, resolve };
  }

  /** Settles when the files have been read for the first time. */
  get applied(): Promise<void> {
    return this.#applied.promise;
  }

  /** The object on the API server that carries a pod's status; none while its mirror is missing. */
  target(pod: Pod): { namespace: string; name: string; uid: string } | undefined {
    const { namespace = "", name, uid } = pod.metadata;
    if (!isStaticPod(pod)) return { namespace, name, uid };
    const mirror = this.#options.informer.get({ namespace, name });
    const shown = mirror?.metadata.annotations?.[mirrorAnnotation];
    if (!mirror || shown !== uid || mirror.metadata.deletionTimestamp) return undefined;
    return { namespace, name, uid: mirror.metadata.uid };
  }

  /** Takes the files as they are now. A file that makes no pod is told of, and left out. */
  apply(manifests: readonly Manifest[]): void {
    const { node, clock, logger } = this.#options;
    const pods = new Map<string, Pod>();
    for (const manifest of manifests) {
      try {
        const pod = parseStaticPod(manifest, { node, nowMs: clock.now() });
        const key = keyOf(pod.metadata);
        if (pods.has(key))
          throw new ManifestError(`${manifest.path}: ${key} is in another file, too`);
        const known = this.#pods.get(key);
        pods.set(key, known?.metadata.uid === pod.metadata.uid ? known : pod);
      } catch (error) {
        if (!(error instanceof ManifestError)) throw error;
        logger.error("a file makes no static pod", { error: error.message });
      }
    }
    this.#pods = pods;
    this.#hasApplied = true;
    this.#startAndStop();
    this.#applied.resolve();
    this.#poke();
  }

  /** Runs the pods on the kubelet, and keeps their mirrors, until the scope closes. */
  start(kubelet: StaticKubelet, scope: Scope): void {
    this.#kubelet = kubelet;
    this.#startAndStop();
    const { informer } = this.#options;
    const heard = (mirror: Pod) => {
      if (!isMirrorPod(mirror)) return;
      const pod = this.#pods.get(keyOf(mirror.metadata));
      // A new mirror has no status yet.
      if (pod) kubelet.poke(pod.metadata.uid);
      this.#poke();
    };
    scope.onClose(
      informer.subscribe({
        added: heard,
        updated: (mirror, old) => {
          const { deletionTimestamp } = mirror.metadata;
          if (deletionTimestamp && !old.metadata.deletionTimestamp) heard(mirror);
        },
        deleted: heard,
      }),
    );
    scope.run("static pods", (signal) => this.#run(signal));
  }

  /** A file's next version starts when the one before has ended: they may claim the same ports. */
  #startAndStop(): void {
    const kubelet = this.#kubelet;
    if (!kubelet) return;
    for (const [key, uid] of this.#running) {
      if (this.#pods.get(key)?.metadata.uid === uid) continue;
      kubelet.removePod(uid);
      this.#running.delete(key);
      this.#ending.set(key, uid);
    }
    for (const [key, uid] of this.#ending) if (!kubelet.worker(uid)) this.#ending.delete(key);
    for (const [key, pod] of this.#pods) {
      if (this.#running.has(key) || this.#ending.has(key)) continue;
      this.#running.set(key, pod.metadata.uid);
      kubelet.setPod(pod);
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, logger, informer } = this.#options;
    const onAbort = () => this.#poke();
    signal.addEventListener("abort", onAbort, { once: true });
    while (!signal.aborted) {
      this.#poked = false;
      this.#startAndStop();
      let againInMs = this.#ending.size > 0 ? replaceMs : undefined;
      if (informer.hasSynced) {
        try {
          await this.#reconcileMirrors(signal);
        } catch (error) {
          if (signal.aborted) return;
          logger.warn("mirror pods are not as they should be yet", { error });
          againInMs ??= retryMs;
        }
      } else againInMs ??= retryMs;
      await this.#pause(againInMs, clock, signal);
    }
  }

  async #reconcileMirrors(signal: AbortSignal): Promise<void> {
    const { client, informer } = this.#options;
    const keys = new Set(this.#pods.keys());
    for (const object of informer.list())
      if (this.#isOwnMirror(object)) keys.add(keyOf(object.metadata));
    for (const key of keys) {
      const reference = referenceOf(key);
      const object = informer.get(reference);
      const step = decideMirror(this.#pods.get(key), object, this.#hasApplied);
      switch (step) {
        case "create":
          await client.create(Pod, await this.#mirrorOf(reference, signal));
          break;
        case "delete": {
          const { uid } = required(object, "what is deleted is there").metadata;
          const preconditions = { uid };
          await client.delete(Pod, reference, { gracePeriodSeconds: 0, preconditions });
          break;
        }
        case "nothing":
          break;
        default:
          step satisfies never;
      }
    }
  }

  async #mirrorOf(reference: ObjectReference, signal: AbortSignal): Promise<Draft<Pod>> {
    const { client, node } = this.#options;
    const pod = required(this.#pods.get(keyOf(reference)), "only pods that are wanted are shown");
    const { uid, annotations, labels, name, namespace = "" } = pod.metadata;
    this.#nodeUid ??= (await client.get(Node, { name: node }, signal)).metadata.uid;
    const owner = { apiVersion: "v1", kind: "Node", name: node, uid: this.#nodeUid };
    return {
      metadata: {
        name,
        namespace,
        ...(labels && { labels }),
        annotations: { ...annotations, [mirrorAnnotation]: uid },
        ownerReferences: [{ ...owner, controller: true }],
      },
      spec: pod.spec,
    };
  }

  #isOwnMirror(object: Pod): boolean {
    return isMirrorPod(object) && object.spec.nodeName === this.#options.node;
  }

  #poke(): void {
    this.#poked = true;
    this.#wake?.();
  }

  async #pause(delayMs: number | undefined, clock: Clock, signal: AbortSignal): Promise<void> {
    if (this.#poked || signal.aborted) return;
    const ended = new AbortController();
    const poked = new Promise<void>((resolve) => (this.#wake = resolve));
    const waits = [poked];
    if (delayMs !== undefined) waits.push(sleep(clock, delayMs, ended.signal).catch(() => {}));
    await Promise.race(waits);
    ended.abort();
    this.#wake = undefined;
  }
}

/** What to do about the object that has a static pod's name, or shows one. Pure. */
export function decideMirror(
  pod: Pod | undefined,
  object: Pod | undefined,
  allKnown: boolean,
): "create" | "delete" | "nothing" {
  if (!object) return pod ? "create" : "nothing";
  // Somebody's own pod of the same name is not ours to remove.
  if (!isMirrorPod(object)) return "nothing";
  if (!pod) return allKnown ? "delete" : "nothing";
  const shown = object.metadata.annotations?.[mirrorAnnotation];
  const isOld = shown !== pod.metadata.annotations?.[hashAnnotation];
  return isOld || object.metadata.deletionTimestamp ? "delete" : "nothing";
}
