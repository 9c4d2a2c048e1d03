import { setTimeout as pause } from "node:timers/promises";
import type { ApiObject } from "../support/api.ts";
import type { ServerProcess } from "./server-process.ts";

/** Follows the objects of a path through one server, and goes on from the last one seen. */
export class Follower {
  readonly added: ApiObject[] = [];
  readonly problems: string[] = [];
  resumed = 0;
  readonly #server: ServerProcess;
  readonly #controller = new AbortController();
  readonly #task: Promise<void>;

  constructor(server: ServerProcess, path: string, resourceVersion: string) {
    this.#server = server;
    this.#task = this.#follow(path, resourceVersion);
  }

  async stop(): Promise<void> {
    this.#controller.abort();
    await this.#task;
  }

  async #follow(path: string, from: string): Promise<void> {
    let resourceVersion = from;
    const { signal } = this.#controller;
    while (!signal.aborted) {
      const query = `labelSelector=made%3Dhere&watch=true&resourceVersion=${resourceVersion}`;
      try {
        for await (const event of this.#server.api.watch(`${path}?${query}`, signal)) {
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
