import { ConfigMap, Secret } from "#api/core/v1.ts";
import type { Clock } from "#base/clock.ts";
import { sleep } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import type { Client, Resource } from "#client/client.ts";
import { Informer } from "#client/informer/informer.ts";
import type { ApiObject } from "#client/object.ts";

export interface FollowedObjectsOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** An object that pods of the namespace use, or wait for, is another now, or is there or gone. */
  readonly changed: (namespace: string) => void;
}

/** Longer than the time between two looks at the volumes of a running pod. */
const idleMs = 150_000;

interface Followed {
  readonly informer: Informer<ApiObject>;
  readonly scope: Scope;
  lastAskedMs: number;
}

/**
 * The ConfigMaps and Secrets that the pods of a node refer to: each is watched by itself, as a node
 * may see no others, from when it is first asked for until nobody has asked for a while. So pods
 * see a change at once, and the server is not asked again and again.
 */
export class FollowedObjects {
  readonly #options: FollowedObjectsOptions;
  readonly #followed = new Map<string, Followed>();
  readonly #scope: Scope;

  constructor(options: FollowedObjectsOptions, scope: Scope) {
    this.#options = options;
    this.#scope = scope;
    scope.run("objects nobody needs", (signal) => this.#sweep(signal));
  }

  configMap(namespace: string, name: string, signal: AbortSignal): Promise<ConfigMap | undefined> {
    return this.#get(ConfigMap, namespace, name, signal);
  }

  secret(namespace: string, name: string, signal: AbortSignal): Promise<Secret | undefined> {
    return this.#get(Secret, namespace, name, signal);
  }

  async #get<T extends ApiObject>(
    resource: Resource<T>,
    namespace: string,
    name: string,
    signal: AbortSignal,
  ): Promise<T | undefined> {
    const { informer } = this.#follow(resource, namespace, name);
    // The first to ask does not wait until the watch has come about.
    if (!informer.hasSynced) {
      return await this.#options.client.find(resource, { namespace, name }, signal);
    }
    // The key names the kind, and a kind has one value type.
    return informer.get({ namespace, name }) as T | undefined;
  }

  #follow<T extends ApiObject>(resource: Resource<T>, namespace: string, name: string): Followed {
    const { clock, logger, changed } = this.#options;
    const key = `${resource.info.kind} ${namespace}/${name}`;
    const known = this.#followed.get(key);
    if (known) {
      known.lastAskedMs = clock.monotonic();
      return known;
    }
    const query = { namespace, fieldSelector: `metadata.name=${name}` };
    const informer = new Informer<T>({ ...this.#options, resource, query });
    const heard = () => {
      if (informer.hasSynced) changed(namespace);
    };
    informer.subscribe({ added: heard, updated: heard, deleted: heard });
    const scope = new Scope({
      signal: this.#scope.signal,
      onFailure: (task, error) => logger.error("an object is not followed", { task, error }),
    });
    scope.run(key, (signal) => informer.run(signal));
    const followed = {
      informer: informer as unknown as Informer<ApiObject>,
      scope,
      lastAskedMs: clock.monotonic(),
    };
    this.#followed.set(key, followed);
    return followed;
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      await sleep(clock, idleMs / 2, signal).catch(() => {});
      const limit = clock.monotonic() - idleMs;
      for (const [key, { scope, lastAskedMs }] of this.#followed) {
        if (lastAskedMs > limit && !signal.aborted) continue;
        this.#followed.delete(key);
        await scope.close();
      }
    }
  }
}
