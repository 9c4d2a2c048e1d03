import { Event } from "#api/core/v1.ts";
import type { Resource } from "#client/client.ts";
import type { ApiObject } from "#client/object.ts";
import { keyOf } from "#client/object.ts";
import type { TestCluster } from "./cluster.ts";

/** A kind whose objects a dialogue follows: told anew whenever `show` says something else. */
export interface View {
  readonly resource: Resource<ApiObject>;
  readonly show: (object: ApiObject) => string;
}

export function view<T extends ApiObject>(
  resource: Resource<T>,
  show: (object: T) => string,
): View {
  return { resource, show: show as View["show"] };
}

/** What somebody asks of the cluster, and all that the cluster then does, with the time of each. */
export class Dialogue {
  readonly #cluster: TestCluster;
  readonly #stop = new AbortController();
  readonly #shown = new Map<string, string>();
  readonly #lines: string[] = [];
  readonly #done: Promise<unknown>;
  #asked = 0;

  constructor(cluster: TestCluster, views: readonly View[]) {
    this.#cluster = cluster;
    const { signal } = this.#stop;
    this.#done = Promise.all([
      ...views.map((one) => this.#follow(one, signal)),
      this.#followEvents(signal),
    ]);
  }

  async ask(words: string, request: () => Promise<unknown>, waitMs: number): Promise<void> {
    this.#lines.push(`> ${words}`);
    this.#asked = this.#cluster.clock.now();
    await request();
    await this.#cluster.advance(waitMs);
    this.#lines.push("");
  }

  async end(): Promise<string> {
    this.#stop.abort();
    await this.#done;
    return this.#lines.join("\n");
  }

  async #follow({ resource, show }: View, signal: AbortSignal): Promise<void> {
    const { client } = this.#cluster;
    for await (const { type, object } of client.watch(
      resource,
      { sendInitialEvents: true },
      signal,
    )) {
      if (type === "BOOKMARK" || type === "ERROR") continue;
      const name = `${resource.info.kind} ${object.metadata.name}`;
      const key = `${resource.info.kind} ${keyOf(object.metadata)}`;
      const text = type === "DELETED" ? "gone" : show(object);
      if (this.#shown.get(key) === text) continue;
      this.#shown.set(key, text);
      this.#tell(`${name}: ${text}`);
    }
  }

  async #followEvents(signal: AbortSignal): Promise<void> {
    const { client } = this.#cluster;
    for await (const { type, object } of client.watch(Event, { sendInitialEvents: true }, signal)) {
      if (type !== "ADDED" && type !== "MODIFIED") continue;
      this.#tell(`  ${object.type} ${object.reason}: ${object.message}`);
    }
  }

  #tell(text: string): void {
    const seconds = (this.#cluster.clock.now() - this.#asked) / 1000;
    this.#lines.push(`${`${seconds.toFixed(1)}s`.padStart(7)}  ${text}`);
  }
}
