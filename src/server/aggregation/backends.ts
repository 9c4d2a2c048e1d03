import type { ServiceReference } from "#api/apiregistration/v1.ts";
import { Service } from "#api/core/v1.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import type { Client, Resource } from "#client/client.ts";
import type { ApiObject } from "#client/object.ts";
import { follow } from "../authz/follow.ts";
import type { Follower } from "../authz/follow.ts";
import { backendProblem } from "./availability.ts";
import type { Availability } from "./conditions.ts";

const serviceLabel = "kubernetes.io/service-name";

export interface BackendsOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Something about a Service or its endpoints is another now. */
  onChange(service: { readonly namespace: string; readonly name: string }): void;
}

/** Services and their endpoints, for those that lie behind APIServices. */
export class Backends {
  readonly #options: BackendsOptions;
  readonly #services = new Map<string, Service>();
  readonly #endpointSlices = new Map<string, EndpointSlice>();
  readonly #signal: AbortSignal;
  #synced: Promise<unknown> | undefined;
  #following: Promise<unknown> = Promise.resolve();

  /** Follows nothing before it is asked for the first time: most clusters have none of it. */
  constructor(options: BackendsOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /** What the objects have against a Service; undefined where they have nothing. */
  async problemOf(reference: ServiceReference): Promise<Availability | undefined> {
    await (this.#synced ??= this.#follow());
    const { namespace, name } = reference;
    const endpointSlices = [...this.#endpointSlices.values()].filter(
      ({ metadata }) =>
        metadata.namespace === namespace && metadata.labels?.[serviceLabel] === name,
    );
    return backendProblem(reference, this.#services.get(`${namespace}/${name}`), endpointSlices);
  }

  /** Resolves when nothing is followed any more, after the signal aborted. */
  async closed(): Promise<void> {
    await this.#following;
  }

  #follow(): Promise<unknown> {
    const onChange: BackendsOptions["onChange"] = (service) => this.#options.onChange(service);
    const changed = ({ metadata: { namespace = "", name } }: ApiObject) =>
      onChange({ namespace, name });
    const services = this.#start(Service, into(this.#services, changed));
    const endpointSlices = this.#start(
      EndpointSlice,
      into(this.#endpointSlices, ({ metadata: { namespace = "", labels } }) => {
        const name = labels?.[serviceLabel];
        if (name) onChange({ namespace, name });
      }),
    );
    this.#following = Promise.all([services.ended, endpointSlices.ended]);
    return Promise.all([services.synced, endpointSlices.synced]);
  }

  #start<T extends ApiObject>(resource: Resource<T>, follower: Follower<T>) {
    const { client, clock, random, logger } = this.#options;
    const { promise: synced, resolve: onSynced } = Promise.withResolvers<void>();
    const source = { client, clock, random, logger };
    const ended = follow({ ...source, resource, follower, onSynced }, this.#signal);
    return { synced: Promise.race([synced, ended]), ended };
  }
}

function into<T extends ApiObject>(
  objects: Map<string, T>,
  changed: (object: T) => void,
): Follower<T> {
  const key = ({ metadata }: T) => `${metadata.namespace}/${metadata.name}`;
  return {
    replace(all) {
      const gone = [...objects.values()];
      objects.clear();
      for (const one of all) objects.set(key(one), one);
      for (const one of [...gone, ...all]) changed(one);
    },
    put(object) {
      objects.set(key(object), object);
      changed(object);
    },
    remove(object) {
      objects.delete(key(object));
      changed(object);
    },
  };
}
