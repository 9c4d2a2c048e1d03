import type { PersistentVolume, Pod } from "#api/core/v1.ts";
import { podReferences } from "./pod-references.ts";

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

interface Named {
  readonly metadata: { readonly namespace?: string; readonly name: string };
}

/** On pods that a node has made of its own manifests. */
const mirrorAnnotation = "kubernetes.io/config.mirror";

/**
 * Which objects are related to which node: those that its pods name, the volumes bound to their
 * claims, and the secrets of those volumes. Fed by informers; counts references, so that every
 * question and every change costs no more than the object has references.
 */
export class NodeGraph {
  /** By kind and key of the object: how many of a node's pods name it. */
  readonly #nodesOf = new Map<string, Map<string, number>>();
  readonly #pods = new Map<string, { readonly node: string; readonly references: string[] }>();
  readonly #volumes = new Map<string, { claim: string; secrets: readonly string[] }>();
  /** Volumes that use a secret. */
  readonly #volumesOf = new Map<string, Set<string>>();
  /** Objects that name their node themselves. */
  readonly #nodeNamed = new Map<string, string>();

  putPod(pod: Pod): void {
    this.removePod(pod);
    const { namespace = "", name } = pod.metadata;
    const node = pod.spec.nodeName;
    if (!node) return;
    // What a node makes itself must not open anything to it.
    const isMirror = pod.metadata.annotations?.[mirrorAnnotation] !== undefined;
    const needed = isMirror ? [] : podReferences(pod);
    const references = [
      keyOf("pods", namespace, name),
      ...needed.map(({ kind, name: other }) => keyOf(kind, namespace, other)),
    ];
    this.#pods.set(`${namespace}/${name}`, { node, references });
    for (const reference of references) this.#count(reference, node, 1);
  }

  removePod({ metadata: { namespace = "", name } }: Named): void {
    const known = this.#pods.get(`${namespace}/${name}`);
    if (!known) return;
    this.#pods.delete(`${namespace}/${name}`);
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

  removeVolume({ metadata: { name } }: Named): void {
    for (const secret of this.#volumes.get(name)?.secrets ?? []) {
      const users = this.#volumesOf.get(secret);
      users?.delete(name);
      if (users?.size === 0) this.#volumesOf.delete(secret);
    }
    this.#volumes.delete(name);
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

  isRelated(node: string, kind: ReferencedKind, namespace: string, name: string): boolean {
    const key = keyOf(kind, namespace, name);
    if (this.#nodeNamed.get(key) === node) return true;
    if (this.#nodesOf.get(key)?.has(node)) return true;
    if (kind === "persistentvolumes") return this.#isVolumeOf(node, name);
    if (kind !== "secrets") return false;
    for (const volume of this.#volumesOf.get(key) ?? []) {
      if (this.#isVolumeOf(node, volume)) return true;
    }
    return false;
  }

  #isVolumeOf(node: string, name: string): boolean {
    const claim = this.#volumes.get(name)?.claim;
    return claim !== undefined && (this.#nodesOf.get(claim)?.has(node) ?? false);
  }

  #count(reference: string, node: string, change: 1 | -1): void {
    let nodes = this.#nodesOf.get(reference);
    if (!nodes) this.#nodesOf.set(reference, (nodes = new Map()));
    const count = (nodes.get(node) ?? 0) + change;
    if (count > 0) nodes.set(node, count);
    else nodes.delete(node);
    if (nodes.size === 0) this.#nodesOf.delete(reference);
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
