import type { CustomResourceDefinition } from "#api/apiextensions/v1.ts";
import { APIService } from "#api/apiregistration/v1.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import { isAlreadyExists, isConflict, isNotFound } from "#client/client.ts";
import type { Client } from "#client/client.ts";
import { WorkQueue } from "#client/workqueue/workqueue.ts";
import type { Draft } from "#schema/message.ts";
import type { Follower } from "../authz/follow.ts";
import { decideRegistration, localApiServices } from "./registration.ts";

export interface RegistrarOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The versions that the server answers itself, besides those of custom resources. */
  builtIn(): readonly { readonly group: string; readonly version: string }[];
  /** The APIService as it is now. */
  current(name: string): APIService | undefined;
}

const workers = 5;

/** Keeps the APIServices that stand for what the server answers itself. */
export class Registrar {
  readonly #options: RegistrarOptions;
  readonly #queue: WorkQueue;
  readonly #definitions = new Map<string, CustomResourceDefinition>();
  readonly #synced = new Set<string>();
  #wanted: ReadonlyMap<string, Draft<APIService>> = new Map();
  #atStart: ReadonlySet<string> = new Set();

  constructor(options: RegistrarOptions) {
    this.#options = options;
    this.#queue = new WorkQueue({ clock: options.clock });
  }

  /** Where definitions of custom resources go. */
  readonly definitions: Follower<CustomResourceDefinition> = {
    replace: (definitions) => {
      this.#definitions.clear();
      for (const one of definitions) this.#definitions.set(one.metadata.name, one);
      this.#plan();
    },
    put: (definition) => {
      this.#definitions.set(definition.metadata.name, definition);
      this.#plan();
    },
    remove: ({ metadata }) => {
      this.#definitions.delete(metadata.name);
      this.#plan();
    },
  };

  /** Somebody wrote or deleted the APIService. */
  changed(name: string): void {
    this.#queue.add(name);
  }

  /**
   * Begins once all definitions and APIServices are known, of which `names` were there before:
   * what stands for a definition that was not read yet would be taken for superfluous.
   */
  async run(names: Iterable<string>, signal: AbortSignal): Promise<void> {
    this.#atStart = new Set(names);
    this.#plan();
    for (const name of this.#atStart) this.#queue.add(name);
    await this.#queue.run(workers, (name) => this.#work(name, signal), signal);
  }

  #plan(): void {
    const before = this.#wanted;
    this.#wanted = localApiServices(this.#options.builtIn(), [...this.#definitions.values()]);
    for (const name of before.keys()) if (!this.#wanted.has(name)) this.#queue.add(name);
    for (const name of this.#wanted.keys()) if (!before.has(name)) this.#queue.add(name);
  }

  async #work(name: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#sync(name);
      this.#synced.add(name);
      this.#queue.forget(name);
    } catch (error) {
      if (signal.aborted) return;
      this.#options.logger.warn("an APIService could not be kept", { name, error });
      this.#queue.addRateLimited(name);
    }
  }

  async #sync(name: string): Promise<void> {
    const { client } = this.#options;
    const wanted = this.#wanted.get(name);
    const current = this.#options.current(name);
    const wasSynced = this.#synced.has(name);
    const wasThereAtStart = this.#atStart.has(name);
    try {
      const decision = decideRegistration(wanted, current, { wasSynced, wasThereAtStart });
      if (decision === "create" && wanted) {
        await client.create(APIService, wanted, { fieldManager: "kube-apiserver" });
      } else if (decision === "update" && wanted && current) {
        const changed = { ...current, spec: wanted.spec as APIService["spec"] };
        await client.update(APIService, changed, { fieldManager: "kube-apiserver" });
      } else if (decision === "delete" && current) {
        const { uid } = current.metadata;
        await client.delete(APIService, { name }, { ...(uid && { preconditions: { uid } }) });
      }
    } catch (error) {
      // Somebody else was there first: the watch tells what came of it.
      if (!isAlreadyExists(error) && !isConflict(error) && !isNotFound(error)) throw error;
    }
  }
}
