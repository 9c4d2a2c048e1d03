import type { ApiObject } from "#client/object.ts";
import { deepEqual } from "#machinery/deep-equal.ts";

/** Enough of an object to find it again. */
export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string;
}

type Owner = NonNullable<ApiObject["metadata"]["ownerReferences"]>[number];

export interface GraphNode {
  identity: Identity;
  /** Of the object as it was seen last; empty while it is virtual. */
  resourceVersion: string;
  finalizers: readonly string[];
  owners: readonly Owner[];
  readonly dependents: Set<GraphNode>;
  /** Known only as somebody's owner so far: it may not exist. */
  virtual: boolean;
  deleting: boolean;
  /** Being deleted in the foreground: it waits for its dependents. */
  deletingDependents: boolean;
  /** Being deleted with its dependents set free first. */
  orphaning: boolean;
}

export const foregroundFinalizer = "foregroundDeletion";
export const orphanFinalizer = "orphan";

/** What a change of the graph asks for. */
export interface GraphWork {
  /** Look whether it still has an owner, or whether it can finish its own deletion. */
  attemptToDelete(node: GraphNode): void;
  /** Set its dependents free, then let it go. */
  attemptToOrphan(node: GraphNode): void;
}

/** Who owns whom, over all kinds. Fed by watches, which come in any order across kinds. */
export class OwnerGraph {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #work: GraphWork;

  constructor(work: GraphWork) {
    this.#work = work;
  }

  get size(): number {
    return this.#nodes.size;
  }

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  /** An object was seen, new or changed. */
  put(object: ApiObject): void {
    const { metadata } = object;
    const { deletionTimestamp, ownerReferences = none } = metadata;
    const finalizers: readonly string[] = metadata.finalizers ?? none;
    let node = this.#nodes.get(metadata.uid);
    const known = node !== undefined && !node.virtual;
    if (!node) {
      node = newNode(identityOf(object));
      this.#nodes.set(metadata.uid, node);
    } else if (node.virtual) {
      // Whoever named it as an owner may have been mistaken about the rest.
      node.identity = identityOf(object);
      node.virtual = false;
    }
    node.resourceVersion = metadata.resourceVersion;
    node.finalizers = finalizers;
    const before = node.owners;
    // Most changes are of a status, and nobody gets or loses an owner.
    const isQuiet = known && deletionTimestamp === undefined && !node.deleting;
    if (isQuiet && deepEqual(before, ownerReferences)) return;
    node.owners = ownerReferences;
    this.#relink(node, before);
    if (!known) this.#askForAbsentOwners(node);
    else if (ownersLost(before, ownerReferences)) this.#work.attemptToDelete(node);
    this.#unblockOwners(node, before);

    const wasDeletingDependents = node.deletingDependents;
    const wasOrphaning = node.orphaning;
    node.deleting = deletionTimestamp !== undefined;
    node.deletingDependents = node.deleting && finalizers.includes(foregroundFinalizer);
    node.orphaning = node.deleting && finalizers.includes(orphanFinalizer);
    if (node.orphaning && !wasOrphaning) this.#work.attemptToOrphan(node);
    if (node.deletingDependents && !wasDeletingDependents) {
      for (const dependent of node.dependents) this.#work.attemptToDelete(dependent);
      this.#work.attemptToDelete(node);
    }
  }

  /** An object is gone: those that it owned lose an owner. */
  remove(uid: string): void {
    const node = this.#nodes.get(uid);
    if (!node) return;
    this.#nodes.delete(uid);
    for (const owner of node.owners) {
      const ownerNode = this.#nodes.get(owner.uid);
      ownerNode?.dependents.delete(node);
      if (ownerNode?.deletingDependents) this.#work.attemptToDelete(ownerNode);
      if (ownerNode?.virtual && ownerNode.dependents.size === 0) this.#nodes.delete(owner.uid);
    }
    for (const dependent of node.dependents) this.#work.attemptToDelete(dependent);
  }

  #relink(node: GraphNode, before: readonly Owner[]): void {
    const now = new Set(node.owners.map(({ uid }) => uid));
    for (const { uid } of before) {
      if (now.has(uid)) continue;
      const owner = this.#nodes.get(uid);
      owner?.dependents.delete(node);
      if (owner?.deletingDependents) this.#work.attemptToDelete(owner);
    }
    for (const reference of node.owners) {
      let owner = this.#nodes.get(reference.uid);
      if (!owner) {
        const { apiVersion, kind, name, uid } = reference;
        const { namespace } = node.identity;
        owner = newNode({ apiVersion, kind, namespace, name, uid });
        owner.virtual = true;
        this.#nodes.set(uid, owner);
      }
      owner.dependents.add(node);
      // Became a dependent of one that is just going.
      if (owner.deletingDependents) this.#work.attemptToDelete(node);
    }
  }

  /** An owner that no watch has shown yet may never have existed, or be gone already. */
  #askForAbsentOwners(node: GraphNode): void {
    const absent = node.owners.some(({ uid }) => this.#nodes.get(uid)?.virtual);
    if (absent) this.#work.attemptToDelete(node);
  }

  /** A dependent that no longer blocks its owner's deletion lets the owner go on. */
  #unblockOwners(node: GraphNode, before: readonly Owner[]): void {
    for (const { uid, blockOwnerDeletion } of before) {
      if (!blockOwnerDeletion) continue;
      const now = node.owners.find((owner) => owner.uid === uid);
      const owner = this.#nodes.get(uid);
      if (now && !now.blockOwnerDeletion && owner?.deletingDependents) {
        this.#work.attemptToDelete(owner);
      }
    }
  }
}

const none: readonly never[] = [];

function ownersLost(before: readonly Owner[], now: readonly Owner[]): boolean {
  return before.some(({ uid }) => now.length > 0 && !now.some((owner) => owner.uid === uid));
}

function newNode(identity: Identity): GraphNode {
  return {
    identity,
    resourceVersion: "",
    finalizers: none,
    owners: none,
    dependents: new Set(),
    virtual: false,
    deleting: false,
    deletingDependents: false,
    orphaning: false,
  };
}

function identityOf({ apiVersion, kind, metadata }: ApiObject): Identity {
  const { namespace, name, uid } = metadata;
  return { apiVersion, kind, namespace, name, uid };
}
