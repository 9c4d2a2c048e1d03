import type { Pod } from "#api/core/v1.ts";
import type { Scope } from "#base/scope.ts";
import type { Informer } from "#client/informer/informer.ts";
import type { Kubelet } from "./kubelet.ts";

/** Index of an informer of pods: by the node that they are bound to. */
export const nodeNameIndex = "nodeName";

export type PodSink = Pick<Kubelet, "setPod" | "removePod">;

/** On a pod of the API server that only shows one of a node's own, static pods. */
export const mirrorAnnotation = "kubernetes.io/config.mirror";

export function isMirrorPod({ metadata }: Pod): boolean {
  return metadata.annotations?.[mirrorAnnotation] !== undefined;
}

/**
 * Hands the pods of nodes to their kubelets, each version in order. One subscription serves any
 * number of nodes. Mirror pods are left out: what they show comes from another source.
 */
export class PodRouter {
  readonly #informer: Informer<Pod>;
  readonly #sinks = new Map<string, PodSink>();

  constructor(informer: Informer<Pod>) {
    this.#informer = informer;
    informer.addIndex(nodeNameIndex, ({ spec }) => (spec.nodeName ? [spec.nodeName] : []));
    informer.subscribe({
      added: (pod) => this.#set(pod),
      updated: (pod) => this.#set(pod),
      deleted: (pod) => this.#sinkOf(pod)?.removePod(pod.metadata.uid),
    });
  }

  /** The node's pods that are known come at once. Returns what ends it. */
  follow(node: string, sink: PodSink): () => void {
    this.#sinks.set(node, sink);
    for (const pod of this.#informer.byIndex(nodeNameIndex, node)) this.#set(pod);
    return () => {
      if (this.#sinks.get(node) === sink) this.#sinks.delete(node);
    };
  }

  #set(pod: Pod): void {
    this.#sinkOf(pod)?.setPod(pod);
  }

  #sinkOf(pod: Pod): PodSink | undefined {
    return isMirrorPod(pod) ? undefined : this.#sinks.get(pod.spec.nodeName ?? "");
  }
}

/**
 * One node's pods, from an informer of its own (field selector `spec.nodeName=NODE`) or a shared
 * one, until the scope closes. Once all of them and those of `others` are known, what else runs on
 * the node is left over.
 */
export function followPods(
  options: {
    readonly informer: Informer<Pod>;
    readonly node: string;
    readonly kubelet: PodSink & Pick<Kubelet, "allPodsKnown">;
    /** Settles when the node's other sources, such as its static pods, have named theirs. */
    readonly others?: Promise<unknown>;
  },
  scope: Scope,
): void {
  const { informer, node, kubelet, others } = options;
  scope.onClose(new PodRouter(informer).follow(node, kubelet));
  scope.run("all pods known", async (signal) => {
    await Promise.race([Promise.all([informer.synced, others]), aborted(signal)]);
    if (!signal.aborted) kubelet.allPodsKnown();
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
