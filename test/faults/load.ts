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

export const listOf = (server: ServerProcess) =>
  server.api.get<ApiList>(`${configMaps}?labelSelector=made%3Dhere`);

export const versionOf = ({ metadata }: ApiObject | ApiList) => Number(metadata.resourceVersion);
