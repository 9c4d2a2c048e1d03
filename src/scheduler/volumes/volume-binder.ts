import { PersistentVolume, PersistentVolumeClaim } from "#api/core/v1.ts";
import type { Node, Pod } from "#api/core/v1.ts";
import { CSINode, StorageClass, VolumeAttachment } from "#api/storage/v1.ts";
import type { Client } from "#client/client.ts";
import type { InformerFactory } from "#client/informer/factory.ts";
import { isAtLeast, keyOf } from "#client/object.ts";
import type { Informer } from "#client/informer/informer.ts";
import { boundTo, claimKeysOf, isFullyBound, volumeAnnotations } from "#machinery/volumes.ts";
import type { ClusterEvent } from "../framework.ts";
import { podKey } from "../cache/pod-info.ts";
import { claimsOf, volumesOn } from "./pod-volumes.ts";
import type { AttachedObjects } from "./volume-limits.ts";
import type { NodeVolumes, PodClaims, VolumeObjects, VolumePlan } from "./pod-volumes.ts";

/** The name of an index. */
const attachedNode = "node";

/** As long as upstream waits for volumes to be made and bound. */
const bindMsMax = 600_000;

/** Whether a change of volumes may be one that the pod waits for. */
export function mayHelp(event: ClusterEvent, pod: Pod): boolean {
  if (event.kind !== "VolumesChanged") return false;
  return event.claim === undefined || claimKeysOf(pod).includes(event.claim);
}

/**
 * Finds volumes for the pods that are placed, and waits for them to be bound. What was decided for
 * one pod is taken from the next one's choice at once, before the API server shows it.
 */
export class VolumeBinder {
  readonly #client: Client;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #volumes: Informer<PersistentVolume>;
  readonly #classes: Informer<StorageClass>;
  readonly #csiNodes: Informer<CSINode>;
  readonly #attachments: Informer<VolumeAttachment>;
  readonly #plans = new Map<string, VolumePlan>();
  /** By the name of the volume: as it will be. */
  readonly #reserved = new Map<string, PersistentVolume>();
  /** By the uid of the claim: where its volume will be made. */
  readonly #selected = new Map<string, string>();
  readonly #objects: VolumeObjects & AttachedObjects = {
    claim: (namespace, name) => this.#claimOf(namespace, name),
    volume: (name) => this.#volumeOf(name),
    volumes: () =>
      this.#volumes.list().map((volume) => this.#reserved.get(volume.metadata.name) ?? volume),
    storageClass: (name) => this.#classes.get({ name }),
    csiNode: (name) => this.#csiNodes.get({ name }),
    attachments: (node) => this.#attachments.byIndex(attachedNode, node),
  };

  constructor({ client, informers }: { client: Client; informers: InformerFactory }) {
    this.#client = client;
    this.#claims = informers.informer(PersistentVolumeClaim);
    this.#volumes = informers.informer(PersistentVolume);
    this.#classes = informers.informer(StorageClass);
    this.#csiNodes = informers.informer(CSINode);
    this.#attachments = informers.informer(VolumeAttachment);
    this.#attachments.addIndex(attachedNode, ({ spec }) => [spec.nodeName]);
  }

  /** All there is for now is known. */
  async synced(): Promise<void> {
    const all = [this.#claims, this.#volumes, this.#classes, this.#csiNodes, this.#attachments];
    await Promise.all(all.map(({ synced }) => synced));
  }

  /**
   * Calls back at every change that may make volumes fit, with the key of the claim where it is
   * one. Returns what ends that.
   */
  subscribe(changed: (claim?: string) => void): () => void {
    const claimChanged = ({ metadata }: PersistentVolumeClaim) => changed(keyOf(metadata));
    const handlers = { added: () => changed(), updated: () => changed() };
    const ends = [
      this.#claims.subscribe({ added: claimChanged, updated: claimChanged }),
      this.#volumes.subscribe(handlers),
      this.#classes.subscribe(handlers),
      this.#csiNodes.subscribe(handlers),
      this.#attachments.subscribe({ deleted: () => changed() }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  get objects(): VolumeObjects & AttachedObjects {
    return this.#objects;
  }

  claimsOf(pod: Pod): PodClaims | string {
    return claimsOf(pod, this.#objects);
  }

  check(node: Node, claims: PodClaims): NodeVolumes {
    return volumesOn(node, claims, this.#objects);
  }

  /** Takes the volumes that the pod needs on the node from everybody else. */
  reserve(pod: Pod, node: Node): void {
    const claims = this.claimsOf(pod);
    if (typeof claims === "string") return;
    const volumes = this.check(node, claims);
    if (!volumes.ok) return;
    const { plan } = volumes;
    if (plan.bindings.length === 0 && plan.provisions.length === 0) return;
    this.#plans.set(podKey(pod), plan);
    for (const { claim, volume } of plan.bindings) {
      this.#reserved.set(volume.metadata.name, boundTo(volume, claim));
    }
    for (const { metadata } of plan.provisions) {
      this.#selected.set(metadata.uid, node.metadata.name);
    }
  }

  /** What was reserved is done, or not needed after all. */
  release(pod: Pod): void {
    const plan = this.#plans.get(podKey(pod));
    if (!plan) return;
    this.#plans.delete(podKey(pod));
    for (const { volume } of plan.bindings) this.#reserved.delete(volume.metadata.name);
    for (const { metadata } of plan.provisions) this.#selected.delete(metadata.uid);
  }

  /** Says what was decided and waits until all of the pod's claims are bound. Throws if not. */
  async bind(pod: Pod, node: Node, signal: AbortSignal): Promise<void> {
    const plan = this.#plans.get(podKey(pod));
    if (!plan) return;
    for (const { claim, volume } of plan.bindings) {
      const bound = boundTo(volume, claim);
      if (bound !== volume) await this.#client.update(PersistentVolume, bound);
    }
    for (const claim of plan.provisions) await this.#select(claim, node, signal);
    const wanted = [...plan.bindings.map(({ claim }) => claim), ...plan.provisions];
    let problem: string | undefined;
    const isDone = () => {
      problem = this.#problemOf(plan, node);
      return problem !== undefined || wanted.every((claim) => this.#isBound(claim));
    };
    await this.#claims.until(isDone, bindMsMax, signal);
    if (problem !== undefined) throw new Error(problem);
  }

  /** Resolves when our own cache has it: what it shows before that means nothing. */
  async #select(
    { metadata }: PersistentVolumeClaim,
    node: Node,
    signal: AbortSignal,
  ): Promise<void> {
    const { selectedNode } = volumeAnnotations;
    const { namespace, name, uid } = metadata;
    if (metadata.annotations?.[selectedNode] === node.metadata.name) return;
    const patch = { metadata: { uid, annotations: { [selectedNode]: node.metadata.name } } };
    const reference = { namespace, name };
    const updated = await this.#client.patch(PersistentVolumeClaim, reference, {
      type: "merge",
      patch,
    });
    const isShown = () => {
      const current = this.#claims.get(reference)?.metadata;
      return !current || isAtLeast(current.resourceVersion, updated.metadata.resourceVersion);
    };
    await this.#claims.until(isShown, bindMsMax, signal);
  }

  /** Why waiting any longer is of no use. */
  #problemOf({ bindings, provisions }: VolumePlan, node: Node): string | undefined {
    for (const claim of provisions) {
      const { namespace, name } = claim.metadata;
      const current = this.#claims.get({ namespace, name });
      if (!current) return `error getting PVC "${namespace}/${name}": could not find the object`;
      const selected = current.metadata.annotations?.[volumeAnnotations.selectedNode];
      if (selected !== node.metadata.name) {
        return `selectedNode annotation reset for PVC "${name}"`;
      }
    }
    for (const { claim } of bindings) {
      const { namespace, name } = claim.metadata;
      if (!this.#claims.get({ namespace, name })) {
        return `error getting PVC "${namespace}/${name}": could not find the object`;
      }
    }
    return undefined;
  }

  #isBound({ metadata: { namespace, name } }: PersistentVolumeClaim): boolean {
    const claim = this.#claims.get({ namespace, name });
    return claim !== undefined && isFullyBound(claim);
  }

  /** Where a volume will be made counts as said. */
  #claimOf(namespace: string, name: string): PersistentVolumeClaim | undefined {
    const claim = this.#claims.get({ namespace, name });
    const node = claim && this.#selected.get(claim.metadata.uid);
    if (!claim || node === undefined) return claim;
    const { metadata } = claim;
    const annotations = { ...metadata.annotations, [volumeAnnotations.selectedNode]: node };
    return { ...claim, metadata: { ...metadata, annotations } };
  }

  #volumeOf(name: string): PersistentVolume | undefined {
    return this.#reserved.get(name) ?? this.#volumes.get({ name });
  }
}
