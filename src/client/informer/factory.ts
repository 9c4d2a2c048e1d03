import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { Client, Resource } from "../client.ts";
import type { ApiObject } from "../object.ts";
import { Informer } from "./informer.ts";
import type { ReflectorQuery } from "./reflector.ts";

export interface InformerFactoryOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** One informer per kind and query, shared by all who ask for it. */
export class InformerFactory {
  readonly #options: InformerFactoryOptions;
  readonly #informers = new Map<string, Informer<ApiObject>>();
  #scope: Scope | undefined;

  constructor(options: InformerFactoryOptions) {
    this.#options = options;
  }

  /** Runs from when the factory is started on; add indexes before that where it is possible. */
  informer<T extends ApiObject>(resource: Resource<T>, query: ReflectorQuery = {}): Informer<T> {
    const { kind } = resource.info;
    const { fieldSelector = "", labelSelector = "", namespace = "" } = query;
    const key = [apiVersionOf(resource.info), kind, namespace, labelSelector, fieldSelector].join(
      " ",
    );
    const existing = this.#informers.get(key);
    // The key names the kind, and a kind has one value type.
    if (existing) return existing as unknown as Informer<T>;
    const informer = new Informer<T>({ ...this.#options, resource, query });
    this.#informers.set(key, informer as unknown as Informer<ApiObject>);
    this.#scope?.run(`informer of ${kind}`, (signal) => informer.run(signal));
    return informer;
  }

  /** Starts the informers there are, and from now on each one that is asked for. */
  start(signal?: AbortSignal): void {
    if (this.#scope) return;
    const { logger } = this.#options;
    this.#scope = new Scope({
      onFailure: (task, error) => logger.error("an informer stopped", { task, error }),
      ...(signal && { signal }),
    });
    for (const informer of this.#informers.values()) {
      this.#scope.run(`informer of ${informer.resource.info.kind}`, (signal) =>
        informer.run(signal),
      );
    }
  }

  /** Settles when every informer asked for so far has its first complete state. */
  async synced(): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer.synced));
  }

  async close(): Promise<void> {
    await this.#scope?.close();
  }
}
