import { setTimeout as pause } from "node:timers/promises";
import type { ApiList, ApiObject } from "../support/api.ts";
import type { ServerProcess } from "../ha/server-process.ts";

export const configMaps = "/api/v1/namespaces/default/configmaps";

/** Creates objects without end, as several clients at once do, whatever happens to the server. */
export class Writers {
  readonly acknowledged = new Map<string, ApiObject>();
  /** Answers other than "created", by their status. */
  readonly refused = new Map<number, string>();
  /** Creates that nobody answered. */
  unanswered = 0;
  #next = 0;
  #stopped = false;
  readonly #server: ServerProcess;
  readonly #bytes: number;
  readonly #name: string;
  readonly #tasks: readonly Promise<void>[];

  /** Each of the objects is so large, and has a name that begins so. */
  constructor(server: ServerProcess, { count = 4, bytes = 10, name = "object" } = {}) {
    this.#server = server;
    this.#name = name;
    this.#bytes = bytes;
    this.#tasks = Array.from({ length: count }, () => this.#write());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#tasks);
  }

  async #write(): Promise<void> {
    while (!this.#stopped) {
      try {
        const answer = await this.#create();
        const object = answer.status === 201 ? (answer.json() as ApiObject) : undefined;
        if (object) this.acknowledged.set(object.metadata.name, object);
        else this.refused.set(answer.status, answer.text);
        if (!object) await pause(20);
      } catch {
        this.unanswered++;
        await pause(20);
      }
    }
  }

  #create() {
    const name = `${this.#name}-${this.#next++}`;
    const data = { name, filling: "x".repeat(this.#bytes) };
    const body = { metadata: { name, labels: { made: "here" } }, data };
    return this.#server.api.send({ method: "POST", path: configMaps, body });
  }
}

/** Follows the objects from one revision on, and goes on from the last one seen. */
export class Follower {
  readonly added: ApiObject[] = [];
  readonly problems: string[] = [];
  resumed = 0;
  readonly #server: ServerProcess;
  readonly #controller = new AbortController();
  readonly #task: Promise<void>;

  constructor(server: ServerProcess, resourceVersion: string) {
    this.#server = server;
    this.#task = this.#follow(resourceVersion);
  }

  async stop(): Promise<void> {
    this.#controller.abort();
    await this.#task;
  }

  async #follow(from: string): Promise<void> {
    let resourceVersion = from;
    const { signal } = this.#controller;
    while (!signal.aborted) {
      const query = `labelSelector=made%3Dhere&watch=true&resourceVersion=${resourceVersion}`;
      try {
        for await (const event of this.#server.api.watch(`${configMaps}?${query}`, signal)) {
          if (event.type === "ERROR") {
            this.problems.push(JSON.stringify(event.object));
            return;
          }
          resourceVersion = event.object.metadata.resourceVersion;
          if (event.type === "ADDED") this.added.push(event.object);
          else this.problems.push(`${event.type} ${event.object.metadata.name}`);
        }
      } catch (error) {
        if (signal.aborted) return;
        const text = error instanceof Error ? error.message : String(error);
        if (/: (4\d\d): /.test(text)) this.problems.push(text);
        await pause(20);
      }
      this.resumed++;
    }
  }
}

export const listOf = (server: ServerProcess) =>
  server.api.get<ApiList>(`${configMaps}?labelSelector=made%3Dhere`);

export const versionOf = ({ metadata }: ApiObject | ApiList) => Number(metadata.resourceVersion);
