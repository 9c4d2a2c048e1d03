import { CustomResourceDefinition } from "#api/apiextensions/v1.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import type { Client, Resource } from "#client/client.ts";
import { isConflict, isNotFound } from "#client/client.ts";
import type { ApiObject } from "#client/object.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { follow } from "../authz/follow.ts";
import type { LiveDefinitions } from "../registry/registry.ts";
import type { ResourceDefinition } from "../registry/resource.ts";
import { isConditionTrue, withCondition } from "./conditions.ts";
import type { ConditionDraft } from "./conditions.ts";
import { webhookConversion } from "./conversion.ts";
import type { ConversionCaller } from "./conversion.ts";
import { customResources } from "./definition.ts";
import { celRules } from "./rules/cel-engine.ts";
import { cleanupFinalizer, planStatus, terminating } from "./plan.ts";

export interface CustomResourcesOptions {
  /** Acts inside the server, as the server. */
  readonly client: Client;
  readonly live: LiveDefinitions;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly callWebhook: ConversionCaller;
}

const recheckMs = 500;
const retryMsMax = 30_000;

/**
 * Serves what definitions of custom resources say, as soon as they are there and as long as they
 * are. It settles their names among them, and empties those that are being deleted.
 */
export class CustomResources {
  /** Resolves when the definitions that were stored are served. */
  readonly synced: Promise<void>;
  readonly #options: CustomResourcesOptions;
  readonly #crds = new Map<string, CustomResourceDefinition>();
  readonly #served = new Map<string, Served>();
  readonly #pending = new Set<string>();
  readonly #retries = new Map<string, number>();
  readonly #timers = new Set<() => void>();
  #markSynced: () => void = () => {};
  #wake: () => void = () => {};

  constructor(options: CustomResourcesOptions) {
    this.#options = options;
    this.synced = new Promise((resolve) => (this.#markSynced = resolve));
  }

  /** Returns when the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { client, clock, random, logger } = this.#options;
    const follower = {
      replace: (crds: readonly CustomResourceDefinition[]) => {
        this.#crds.clear();
        for (const crd of crds) this.#crds.set(crd.metadata.name, crd);
        this.#publish();
        for (const name of this.#crds.keys()) this.#enqueue(name);
      },
      put: (crd: CustomResourceDefinition) => {
        const { name } = crd.metadata;
        this.#crds.set(name, crd);
        this.#publish();
        this.#enqueue(name);
      },
      remove: ({ metadata, spec }: CustomResourceDefinition) => {
        this.#crds.delete(metadata.name);
        this.#publish();
        this.#enqueueGroup(spec.group);
      },
    };
    const following = follow(
      {
        client,
        clock,
        random,
        logger,
        resource: CustomResourceDefinition,
        follower,
        onSynced: () => this.#markSynced(),
      },
      signal,
    );
    signal.addEventListener("abort", () => this.#wake(), { once: true });
    await this.#work(signal);
    for (const cancel of this.#timers) cancel();
    await following;
  }

  /** Hands the registry what is to be served now. What has not changed stays the same object. */
  #publish(): void {
    const { live, callWebhook, random } = this.#options;
    let isChanged = false;
    for (const [name, { uid }] of this.#served) {
      const crd = this.#crds.get(name);
      if (crd?.metadata.uid === uid && isConditionTrue(crd, "Established")) continue;
      this.#served.delete(name);
      isChanged = true;
    }
    for (const [name, crd] of this.#crds) {
      if (!isConditionTrue(crd, "Established")) continue;
      const known = this.#served.get(name);
      const isTerminating = isConditionTrue(crd, "Terminating");
      if (known && isSame(known, crd)) {
        known.crd = crd;
        isChanged ||= known.state.isTerminating !== isTerminating;
        known.state.isTerminating = isTerminating;
        continue;
      }
      const state = { isTerminating };
      const convert = webhookConversion(crd, { call: callWebhook, random });
      const definitions = customResources(crd, convert, { state, engine: celRules });
      this.#served.set(name, { uid: crd.metadata.uid, crd, state, definitions });
      isChanged = true;
    }
    if (!isChanged) return;
    const all = [...this.#served.values()].flatMap(({ definitions }) => definitions);
    live.replace("custom resources", all);
  }

  #enqueue(name: string): void {
    this.#pending.add(name);
    this.#wake();
  }

  /** A name may have become free for another definition of the group. */
  #enqueueGroup(group: string): void {
    for (const [name, { spec }] of this.#crds) if (spec.group === group) this.#enqueue(name);
  }

  #enqueueAfter(name: string, ms: number): void {
    const cancel = this.#options.clock.after(ms, () => {
      this.#timers.delete(cancel);
      this.#enqueue(name);
    });
    this.#timers.add(cancel);
  }

  /** One definition after the other: what they decide of names depends on each other. */
  async #work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const [name] = this.#pending;
      if (name === undefined) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      this.#pending.delete(name);
      try {
        const requeueAfterMs = await this.#reconcile(name);
        this.#retries.delete(name);
        if (requeueAfterMs !== undefined) this.#enqueueAfter(name, requeueAfterMs);
      } catch (error) {
        // Somebody else wrote it: the watch brings what they made of it.
        if (signal.aborted || isConflict(error) || isNotFound(error)) continue;
        this.#options.logger.warn("a definition of custom resources failed", { name, error });
        const retries = this.#retries.get(name) ?? 0;
        this.#retries.set(name, retries + 1);
        this.#enqueueAfter(name, Math.min(retryMsMax, 100 * 2 ** retries));
      }
    }
  }

  async #reconcile(name: string): Promise<number | undefined> {
    const crd = this.#crds.get(name);
    if (!crd) return undefined;
    if (crd.metadata.deletionTimestamp) return this.#empty(crd);
    const status = planStatus(crd, [...this.#crds.values()], this.#now());
    if (!status) return undefined;
    const updated = await this.#write({ ...crd, status });
    // The next definition must see which names are taken, before the watch tells of it.
    this.#crds.set(name, updated);
    this.#publish();
    if (!deepEqual(status.acceptedNames, crd.status.acceptedNames)) {
      this.#enqueueGroup(crd.spec.group);
    }
    return undefined;
  }

  /** Deletes the instances of a definition that is being deleted, then lets it go. */
  async #empty(crd: CustomResourceDefinition): Promise<number | undefined> {
    const { metadata } = crd;
    if (!metadata.finalizers?.includes(cleanupFinalizer)) return undefined;
    if (!isConditionTrue(crd, "Established")) {
      await this.#release(crd, terminating.neverEstablished);
      return undefined;
    }
    const type = this.#served.get(metadata.name)?.definitions[0]?.type as
      | Resource<ApiObject>
      | undefined;
    if (!type) throw new Error(`${metadata.name} is established, but no version of it is served`);
    const current = await this.#withCondition(crd, terminating.inProgress);
    const { client } = this.#options;
    const { items } = await client.list(type);
    const namespaces = new Set(items.map((item) => item.metadata.namespace));
    try {
      for (const namespace of namespaces) {
        await client.deleteCollection(type, namespace ? { namespace } : {});
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      await this.#withCondition(current, terminating.failed(why));
      throw error;
    }
    const left = items.length ? (await client.list(type)).items : [];
    if (left.length > 0) return recheckMs;
    await this.#release(current, terminating.completed);
    return undefined;
  }

  async #withCondition(
    crd: CustomResourceDefinition,
    draft: ConditionDraft,
  ): Promise<CustomResourceDefinition> {
    const conditions = withCondition(crd.status.conditions, draft, this.#now());
    if (deepEqual(conditions, crd.status.conditions)) return crd;
    return this.#write({ ...crd, status: { ...crd.status, conditions } });
  }

  async #release(crd: CustomResourceDefinition, draft: ConditionDraft): Promise<void> {
    const conditions = withCondition(crd.status.conditions, draft, this.#now());
    const finalizers = (crd.metadata.finalizers ?? []).filter((one) => one !== cleanupFinalizer);
    const metadata = { ...crd.metadata, finalizers };
    await this.#write({ ...crd, metadata, status: { ...crd.status, conditions } });
  }

  #write(crd: CustomResourceDefinition): Promise<CustomResourceDefinition> {
    const options = { subresource: "status", fieldManager: "kube-apiserver" };
    return this.#options.client.update(CustomResourceDefinition, crd, options);
  }

  #now(): string {
    return `${new Date(this.#options.clock.now()).toISOString().slice(0, 19)}Z`;
  }
}

interface Served {
  readonly uid: string;
  /** As it was last seen: specs are large, and mostly the very same object. */
  crd: CustomResourceDefinition;
  readonly state: { isTerminating: boolean };
  readonly definitions: readonly ResourceDefinition[];
}

function isSame({ crd: known }: Served, crd: CustomResourceDefinition): boolean {
  if (known === crd) return true;
  return (
    deepEqual(known.spec, crd.spec) &&
    deepEqual(known.status.acceptedNames, crd.status.acceptedNames)
  );
}
