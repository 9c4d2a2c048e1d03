import { Pod } from "#api/core/v1.ts";
import type { PersistentVolume } from "#api/core/v1.ts";
import { keyOf as storedKeyOf } from "../../registry/keys.ts";
import { isMirrorPod, podReferences } from "#machinery/pod-references.ts";

/** What a node may get to see because of its pods. */
export type ReferencedKind =
  | "secrets"
  | "configmaps"
  | "persistentvolumeclaims"
  | "persistentvolumes"
  | "serviceaccounts"
  | "resourceclaims"
  | "pods"
  | "volumeattachments"
  | "resourceslices";

/** What pods name, and how many of a node's do. */
interface Named {
  readonly key: string;
  readonly pods: Map<string, number>;
}

/** The pod's node, and what it names. There may be very many of these: they share what they can. */
interface PodNeeds {
  readonly node: string;
  readonly references: readonly Named[];
}

interface ObjectName {
  readonly metadata: { readonly namespace?: string; readonly name: string };
}

/**
 * Which objects are related to which node: those that its pods name, the volumes bound to their
 * claims, and the secrets of those volumes. Fed by those who follow them; counts references, so
 * that every question and every change costs no more than the object has references.
 */
export class NodeGraph {
  /** By kind and key of the object. */
  readonly #nodesOf = new Map<string, Named>();
  /** By the key in the store, whose text is there anyway. */
  readonly #pods = new Map<string, PodNeeds>();
  readonly #volumes = new Map<string, { claim: string; secrets: readonly string[] }>();
  /** Volumes that use a secret. */
  readonly #volumesOf = new Map<string, Set<string>>();
  /** Objects that name their node themselves. */
  readonly #nodeNamed = new Map<string, string>();

  get hasPods(): boolean {
    return this.#pods.size > 0;
  }

  /** Pods go by the keys that the store has them under. */
  putPod(key: string, pod: Pod): void {
    this.removePod(key);
    const { namespace = "" } = pod.metadata;
    const node = pod.spec.nodeName;
    if (!node) return;
    const references = (isMirrorPod(pod) ? [] : podReferences(pod)).map(({ kind, name }) =>
      this.#named(keyOf(kind, namespace, name)),
    );
    this.#pods.set(key, { node, references });
    for (const reference of references) this.#count(reference, node, 1);
  }

  /** Drops those that are not among these. */
  retainPods(keys: ReadonlySet<string>): void {
    for (const key of this.#pods.keys()) if (!keys.has(key)) this.removePod(key);
  }

  removePod(key: string): void {
    const known = this.#pods.get(key);
    if (!known) return;
    this.#pods.delete(key);
    for (const reference of known.references) this.#count(reference, known.node, -1);
  }

  putVolume(volume: PersistentVolume): void {
    this.removeVolume(volume);
    const { claimRef } = volume.spec;
    if (!claimRef?.name) return;
    const name = volume.metadata.name;
    const secrets = volumeSecrets(volume, claimRef.namespace ?? "");
    const claim = keyOf("persistentvolumeclaims", claimRef.namespace ?? "", claimRef.name);
    this.#volumes.set(name, { claim, secrets });
    for (const secret of secrets) {
      const users = this.#volumesOf.get(secret) ?? new Set();
      users.add(name);
      this.#volumesOf.set(secret, users);
    }
  }

  removeVolume({ metadata: { name } }: ObjectName): void {
    for (const secret of this.#volumes.get(name)?.secrets ?? []) {
      const users = this.#volumesOf.get(secret);
      users?.delete(name);
      if (users?.size === 0) this.#volumesOf.delete(secret);
    }
    this.#volumes.delete(name);
  }

  retainVolumes(names: ReadonlySet<string>): void {
    for (const name of this.#volumes.keys()) {
      if (!names.has(name)) this.removeVolume({ metadata: { name } });
    }
  }

  /** A VolumeAttachment or ResourceSlice, and the node it is for; undefined when it is gone. */
  setNodeOf(
    kind: "volumeattachments" | "resourceslices",
    name: string,
    node: string | undefined,
  ): void {
    if (node === undefined) this.#nodeNamed.delete(keyOf(kind, "", name));
    else this.#nodeNamed.set(keyOf(kind, "", name), node);
  }

  retainNodeNamed(kind: "volumeattachments" | "resourceslices", names: ReadonlySet<string>): void {
    const prefix = keyOf(kind, "", "");
    for (const key of this.#nodeNamed.keys()) {
      if (key.startsWith(prefix) && !names.has(key.slice(prefix.length))) {
        this.#nodeNamed.delete(key);
      }
    }
  }

  isRelated(node: string, kind: ReferencedKind, namespace: string, name: string): boolean {
    if (kind === "pods") {
      return this.#pods.get(storedKeyOf(Pod.info, namespace, name))?.node === node;
    }
    const key = keyOf(kind, namespace, name);
    if (this.#nodeNamed.get(key) === node) return true;
    if (this.#nodesOf.get(key)?.pods.has(node)) return true;
    if (kind === "persistentvolumes") return this.#isVolumeOf(node, name);
    if (kind !== "secrets") return false;
    for (const volume of this.#volumesOf.get(key) ?? []) {
      if (this.#isVolumeOf(node, volume)) return true;
    }
    return false;
  }

  #isVolumeOf(node: string, name: string): boolean {
    const claim = this.#volumes.get(name)?.claim;
    return claim !== undefined && (this.#nodesOf.get(claim)?.pods.has(node) ?? false);
  }

  #named(key: string): Named {
    const known = this.#nodesOf.get(key);
    if (known) return known;
    const named = { key, pods: new Map<string, number>() };
    this.#nodesOf.set(key, named);
    return named;
  }

  #count({ key, pods }: Named, node: string, change: 1 | -1): void {
    const count = (pods.get(node) ?? 0) + change;
    if (count > 0) pods.set(node, count);
    else pods.delete(node);
    if (pods.size === 0) this.#nodesOf.delete(key);
  }
}

function keyOf(kind: ReferencedKind, namespace: string, name: string): string {
  return `${kind} ${namespace}/${name}`;
}

function volumeSecrets({ spec }: PersistentVolume, claimNamespace: string): string[] {
  const found: string[] = [];
  const add = (reference: { name?: string; namespace?: string } | undefined) => {
    if (!reference?.name) return;
    found.push(keyOf("secrets", reference.namespace || claimNamespace, reference.name));
  };
  const { csi, azureFile } = spec;
  add(csi?.controllerPublishSecretRef);
  add(csi?.nodePublishSecretRef);
  add(csi?.nodeStageSecretRef);
  add(csi?.controllerExpandSecretRef);
  add(csi?.nodeExpandSecretRef);
  add(spec.cephfs?.secretRef);
  add(spec.flexVolume?.secretRef);
  add(spec.rbd?.secretRef);
  add(spec.scaleIO?.secretRef);
  add(spec.iscsi?.secretRef);
  add(spec.storageos?.secretRef);
  if (azureFile) {
    add({ name: azureFile.secretName, namespace: azureFile.secretNamespace ?? claimNamespace });
  }
  return found;
}
