import type { Node, Pod } from "#api/core/v1.ts";
import { DeviceClass, ResourceClaim, ResourceSlice } from "#api/resource/v1.ts";
import type { AllocationResult } from "#api/resource/v1.ts";
import type { Clock } from "#base/clock.ts";
import type { Client } from "#client/client.ts";
import type { InformerFactory } from "#client/informer/factory.ts";
import type { Informer } from "#client/informer/informer.ts";
import { controllerOf, isAtLeast } from "#client/object.ts";
import { deviceSelector } from "#machinery/cel/devices.ts";
import type { DeviceTest } from "#machinery/cel/devices.ts";
import type { Draft } from "#schema/message.ts";
import { Interned } from "../cache/interned.ts";
import { allocate } from "./allocate.ts";
import type { Allocations, DeviceObjects } from "./allocate.ts";
import { deviceKey } from "./pools.ts";

/** Keeps a claim as long as devices are allocated for it. */
const claimFinalizer = "resource.kubernetes.io/delete-protection";
/** So many may use a claim. */
const usersMax = 256;
/** How long the own cache may take to show what was written. */
const shownMsMax = 60_000;

export interface DeviceClaimsOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly informers: InformerFactory;
}

/**
 * The claims of pods, and devices for them. What was decided for one pod is taken from the next
 * one's choice at once, before the API server shows it.
 */
export class DeviceClaims {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #claims: Informer<ResourceClaim>;
  readonly #classes: Informer<DeviceClass>;
  readonly #slices: Informer<ResourceSlice>;
  readonly #selectors = new Interned<DeviceTest>(1024);
  /** By the claim's uid: what is being written. */
  readonly #decided = new Map<string, { pod: string; allocation: Draft<AllocationResult> }>();
  #taken: Set<string> | undefined;
  #sliceList: readonly ResourceSlice[] | undefined;
  readonly #objects: DeviceObjects = {
    slices: () => (this.#sliceList ??= this.#slices.list()),
    deviceClass: (name) => this.#classes.get({ name }),
    taken: () => (this.#taken ??= this.#findTaken()),
    selector: (expression) => this.#selectors.get(expression, () => deviceSelector(expression)),
  };

  constructor({ client, clock, informers }: DeviceClaimsOptions) {
    this.#client = client;
    this.#clock = clock;
    this.#claims = informers.informer(ResourceClaim);
    this.#classes = informers.informer(DeviceClass);
    this.#slices = informers.informer(ResourceSlice);
    const forget = () => (this.#taken = undefined);
    this.#claims.subscribe({ added: forget, updated: forget, deleted: forget });
    const forgetSlices = () => (this.#sliceList = undefined);
    this.#slices.subscribe({ added: forgetSlices, updated: forgetSlices, deleted: forgetSlices });
  }

  /** Whether all there is for now is known; before that no pod with claims can be placed. */
  get isReady(): boolean {
    return this.#claims.hasSynced && this.#classes.hasSynced && this.#slices.hasSynced;
  }

  /** Calls back at every change that may make devices fit. Returns what ends that. */
  subscribe(changed: () => void): () => void {
    const handlers = { added: () => changed(), updated: () => changed(), deleted: () => changed() };
    const ends = [
      this.#claims.subscribe(handlers),
      this.#classes.subscribe(handlers),
      this.#slices.subscribe(handlers),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  /** The claims that the pod names, or why it can go nowhere for now. */
  claimsOf(pod: Pod): readonly ResourceClaim[] | string {
    if (!this.isReady) return "the cluster's devices have not been read yet";
    const { namespace, name, uid } = pod.metadata;
    const claims: ResourceClaim[] = [];
    for (const wanted of pod.spec.resourceClaims ?? []) {
      const made = pod.status.resourceClaimStatuses?.find((each) => each.name === wanted.name);
      const isMade = wanted.resourceClaimName === undefined;
      if (isMade && !made) return `pod "${namespace}/${name}": ResourceClaim not created yet`;
      const claimName = wanted.resourceClaimName ?? made?.resourceClaimName;
      // One for which nothing had to be made.
      if (claimName === undefined) continue;
      const claim = this.#claims.get({ namespace, name: claimName });
      if (!claim) return `resourceclaim.resource.k8s.io "${claimName}" not found`;
      if (claim.metadata.deletionTimestamp) return `resourceclaim "${claimName}" is being deleted`;
      if (isMade && controllerOf(claim)?.uid !== uid) {
        return (
          `ResourceClaim ${namespace}/${claimName} was not created for pod ${namespace}/${name} ` +
          "(pod is not owner)"
        );
      }
      claims.push(claim);
    }
    return claims;
  }

  /** What holds for every node: undefined when devices may be found. */
  problemOf(pod: Pod, claims: readonly ResourceClaim[]): string | undefined {
    for (const claim of claims) {
      const { allocation, reservedFor = [] } = claim.status;
      const isReserved = reservedFor.some(({ uid }) => uid === pod.metadata.uid);
      if (allocation && !isReserved && reservedFor.length >= usersMax) {
        return "resourceclaim in use";
      }
      if (allocation) continue;
      if (this.#decided.has(claim.metadata.uid)) {
        const { namespace, name } = claim.metadata;
        return `resource claim ${namespace}/${name} is in the process of being allocated`;
      }
      for (const request of claim.spec.devices?.requests ?? []) {
        for (const each of [request.exactly ?? [], request.firstAvailable ?? []].flat()) {
          if (this.#classes.get({ name: each.deviceClassName })) continue;
          return `request ${request.name}: device class ${each.deviceClassName} does not exist`;
        }
      }
    }
    return undefined;
  }

  /** Devices on the node for the claims that have none yet. */
  allocate(claims: readonly ResourceClaim[], node: Node): Allocations {
    return allocate(
      claims.filter(({ status }) => !status.allocation),
      node,
      this.#objects,
    );
  }

  /** Takes the devices that the pod needs on the node from everybody else. */
  reserve(pod: Pod, node: Node): void {
    const claims = this.claimsOf(pod);
    if (typeof claims === "string") return;
    const open = claims.filter(({ status }) => !status.allocation);
    const allocations = this.allocate(claims, node);
    if (!allocations.ok) return;
    for (const [index, { metadata }] of open.entries()) {
      const allocation = allocations.results[index];
      if (allocation) this.#decided.set(metadata.uid, { pod: pod.metadata.uid, allocation });
    }
    this.#taken = undefined;
  }

  /** What was reserved is written, or not needed after all. */
  release(pod: Pod): void {
    for (const [uid, { pod: owner }] of this.#decided) {
      if (owner === pod.metadata.uid) this.#decided.delete(uid);
    }
    this.#taken = undefined;
  }

  /** Writes down what was decided, and that the pod uses its claims. */
  async bind(pod: Pod, signal: AbortSignal): Promise<void> {
    const claims = this.claimsOf(pod);
    if (typeof claims === "string") throw new Error(claims);
    for (const claim of claims) {
      const isOurs = ({ uid }: { uid: string }) => uid === pod.metadata.uid;
      if (claim.status.allocation && claim.status.reservedFor?.some(isOurs)) continue;
      const written = await this.#write(claim, pod);
      const { namespace, name, resourceVersion } = written.metadata;
      const isShown = () => {
        const current = this.#claims.get({ namespace, name })?.metadata;
        return !current || isAtLeast(current.resourceVersion, resourceVersion);
      };
      await this.#claims.until(isShown, shownMsMax, signal);
    }
  }

  async #write(claim: ResourceClaim, pod: Pod): Promise<ResourceClaim> {
    const { metadata, status } = claim;
    const user = { resource: "pods", name: pod.metadata.name, uid: pod.metadata.uid };
    const reservedFor = [...(status.reservedFor ?? []), user];
    if (status.allocation) {
      const next = { ...claim, status: { ...status, reservedFor } };
      return this.#client.update(ResourceClaim, next, { subresource: "status" });
    }
    const decided = this.#decided.get(metadata.uid);
    if (!decided) throw new Error(`nothing is decided for claim ${metadata.name}`);
    const finalizers = metadata.finalizers ?? [];
    // First, so that the claim cannot go without its devices being freed.
    const kept = finalizers.includes(claimFinalizer)
      ? claim
      : await this.#client.update(ResourceClaim, {
          ...claim,
          metadata: { ...metadata, finalizers: [...finalizers, claimFinalizer] },
        });
    const allocationTimestamp = `${new Date(this.#clock.now()).toISOString().slice(0, 19)}Z`;
    const allocation = { ...decided.allocation, allocationTimestamp } as AllocationResult;
    const next = { ...kept, status: { ...kept.status, allocation, reservedFor } };
    return this.#client.update(ResourceClaim, next, { subresource: "status" });
  }

  #findTaken(): Set<string> {
    const allocations = [
      ...this.#claims.list().flatMap(({ status }) => status.allocation ?? []),
      ...[...this.#decided.values()].map(({ allocation }) => allocation),
    ];
    const results = allocations.flatMap(({ devices }) => devices?.results ?? []);
    return new Set(results.filter(({ adminAccess }) => !adminAccess).map(deviceKey));
  }
}
