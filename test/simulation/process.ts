import { ConfigMap } from "#api/core/v1.ts";
import type { Clock } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import type { Client } from "#client/client.ts";
import { configMaps } from "#server/resources/core/configmaps/resource.ts";
import { openTestServer } from "#testkit/server.ts";
import type { TestServer, TestServerOptions } from "#testkit/server.ts";
import { StorageFault } from "#storage/store.ts";
import type { Store } from "#storage/store.ts";
import type { Host } from "./network.ts";
import type { World } from "./world.ts";

export { ConfigMap };

export interface ProcessOptions {
  readonly world: World;
  readonly name: string;
  readonly random: Random;
  readonly cacher: TestServerOptions["cacher"];
  /** Opens the store for a process with this clock, as long as it lives. */
  readonly openStore: (clock: Clock, isAlive: () => boolean) => Promise<Store>;
  /** Between the store and the cache: a broken variant's way in. */
  readonly tamper?: (store: Store) => Store;
}

/** What components of the process have. */
interface Inside {
  readonly client: Client;
  readonly store: Store;
}

/**
 * One server: the true API server, cacher and store. When it dies, its timers never fire again, its
 * disk does not answer it, and its connections break; what of it is left in memory is nobody's.
 */
export class SimulatedProcess implements Host {
  readonly name: string;
  readonly #options: ProcessOptions;
  readonly #gone = new AbortController();
  #opened: { readonly server: TestServer; readonly store: Store } | undefined;
  /** What is inside of the process. Never settles where it dies before. */
  readonly ready: Promise<Inside>;

  constructor(options: ProcessOptions) {
    this.name = options.name;
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<Inside>();
    this.ready = promise;
    void this.#open().then((inside) => inside && resolve(inside));
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  get isReady(): boolean {
    return this.#opened !== undefined && !this.gone.aborted;
  }

  get store(): Store | undefined {
    return this.isReady ? this.#opened?.store : undefined;
  }

  handle: Host["handle"] = (request, signal) => {
    if (!this.#opened) throw new Error(`${this.name} is not ready`);
    return this.#opened.server.api.handle(request, {}, signal);
  };

  /** Without any warning. */
  kill(): void {
    this.#options.world.trouble("a server dies", () => this.name);
    this.#gone.abort(new Error(`${this.name} died`));
  }

  /** As an operator would. Connections break when all is done. */
  async stop(): Promise<void> {
    const { world } = this.#options;
    world.note(() => `${this.name} stops`);
    const opened = this.#opened;
    await opened?.server[Symbol.asyncDispose]();
    await opened?.store[Symbol.asyncDispose]();
    this.#gone.abort(new Error(`${this.name} stopped`));
    world.note(() => `${this.name} has stopped`);
  }

  async #open(): Promise<Inside | undefined> {
    const { world, random, cacher, openStore, tamper } = this.#options;
    const isAlive = () => !this.gone.aborted;
    const clock = world.clock(isAlive);
    try {
      const store = await this.#openStore(() => openStore(clock, isAlive));
      const server = await openTestServer({
        resources: [configMaps],
        clock,
        random,
        store: tamper ? tamper(store) : store,
        ...(cacher && { cacher }),
      });
      this.#opened = { server, store };
      world.note(() => `${this.name} is ready`);
      return { client: server.client, store };
    } catch (error) {
      if (isAlive()) world.report(`${this.name} could not start: ${String(error)}`);
      return undefined;
    }
  }

  /** Whoever starts servers starts them again where they found no store. */
  async #openStore(open: () => Promise<Store>): Promise<Store> {
    const { world } = this.#options;
    for (;;) {
      try {
        return await open();
      } catch (error) {
        if (!(error instanceof StorageFault) || error.code !== "unreachable") throw error;
        world.trouble("a server finds no store", () => `${this.name}: ${error.message}`);
        await world.sleep(world.dice.delayMs(500));
      }
    }
  }
}
