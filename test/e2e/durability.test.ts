import assert from "node:assert/strict";
import { sleep } from "#base/clock.ts";
import { required } from "#base/invariant.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { isAlive, readPidFile } from "../../src/cluster/providers/node/processes.ts";
import { testCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import type { ApiList, ApiObject } from "../support/api.ts";

const cluster = testCluster({ name: "durable", images: ["nginx"] });
const clock = systemClock();
const path = "/api/v1/namespaces/default/configmaps";
const kills = 20;
/** Acknowledged between one kill and the next; enough for kills in the midst of commits. */
const createsPerLife = 40;

/** Creates objects one after the other, as several clients at once do, whatever happens. */
class Writers {
  readonly acknowledged = new Map<string, ApiObject>();
  #refused: string[] = [];
  #next = 0;
  #stopped = false;
  readonly #tasks: Promise<void>[];

  constructor(count: number) {
    this.#tasks = Array.from({ length: count }, () => this.#write());
  }

  /** What the server refused, as against connections that broke. */
  get refused(): readonly string[] {
    return this.#refused;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#tasks);
  }

  async #write(): Promise<void> {
    while (!this.#stopped) {
      const name = `object-${this.#next++}`;
      const body = { metadata: { name, labels: { made: "here" } }, data: { name } };
      try {
        const answer = await cluster.api.send({ method: "POST", path, body });
        if (answer.status === 201) this.acknowledged.set(name, answer.json() as ApiObject);
        // While it starts, the server may say that it is not ready.
        else if (answer.status < 500) this.#refused.push(answer.text);
      } catch {
        await sleep(clock, 20); // no server: nothing was acknowledged
      }
    }
  }
}

/** Follows the objects from one revision on, and goes on from the last one seen. */
class Follower {
  readonly added: ApiObject[] = [];
  readonly problems: string[] = [];
  resumed = 0;
  readonly #controller = new AbortController();
  readonly #task: Promise<void>;

  constructor(resourceVersion: string) {
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
        for await (const event of cluster.api.watch(`${path}?${query}`, signal)) {
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
        await sleep(clock, 20);
      }
      this.resumed++;
    }
  }
}

interface ContainerFacts {
  readonly pod: string;
  readonly uid: string;
  readonly address: string;
  readonly containers: readonly { containerID: string; restartCount: number }[];
}

async function containerFacts(): Promise<readonly ContainerFacts[]> {
  const { items } = await cluster.api.get<
    ApiList<
      ApiObject & {
        status: {
          podIP: string;
          containerStatuses: readonly { containerID: string; restartCount: number }[];
        };
      }
    >
  >("/api/v1/namespaces/default/pods");
  return items.map(({ metadata, status }) => ({
    pod: metadata.name,
    uid: metadata.uid,
    address: status.podIP,
    containers: status.containerStatuses.map(({ containerID, restartCount }) => ({
      containerID,
      restartCount,
    })),
  }));
}

cluster.test(`${kills} times kill -9 of the server under a stream of creates`, async (t) => {
  await cluster.kubectl("create deployment web --image=nginx --replicas=2");
  await cluster.waitFor("deployment/web", "jsonpath={.status.availableReplicas}=2");
  const before = await containerFacts();
  const agent = required(await readPidFile(cluster.nodePaths().agentPid), "the agent runs");
  const { metadata } = await cluster.api.get<ApiList>(path);
  const follower = new Follower(metadata.resourceVersion);
  const writers = new Writers(4);
  t.after(() => follower.stop());
  try {
    for (let round = 0; round < kills; round++) {
      const enough = writers.acknowledged.size + createsPerLife;
      await eventually(() => assert.ok(writers.acknowledged.size >= enough), { intervalMs: 5 });
      const server = required(await readPidFile(cluster.paths.serverPid), "the server runs");
      process.kill(server.pid, "SIGKILL");
      await eventually(() => assert.ok(!isAlive(server)), { intervalMs: 5 });
      await cluster.start();
    }
  } finally {
    await writers.stop();
  }
  t.diagnostic(`${writers.acknowledged.size} creates acknowledged`);
  assert.deepEqual(writers.refused, []);

  const list = await cluster.api.get<ApiList>(`${path}?labelSelector=made%3Dhere`);
  const stored = new Map(list.items.map((item) => [item.metadata.name, item]));
  for (const [name, object] of writers.acknowledged) {
    assert.deepEqual(stored.get(name)?.metadata, object.metadata, `${name} was acknowledged`);
    assert.deepEqual(stored.get(name)?.data, { name });
  }

  // Every object was told of once, in order, through all the interruptions.
  await eventually(() => assert.equal(follower.added.length, stored.size));
  await follower.stop();
  assert.deepEqual(follower.problems, []);
  assert.ok(follower.resumed >= kills, `resumed ${follower.resumed} times`);
  const seen = follower.added.map((object) => Number(object.metadata.resourceVersion));
  assert.deepEqual(
    seen,
    [...seen].sort((left, right) => left - right),
  );
  assert.deepEqual(
    new Set(follower.added.map((object) => object.metadata.uid)),
    new Set(list.items.map((object) => object.metadata.uid)),
  );

  assert.deepEqual(await containerFacts(), before, "no container was touched");
  assert.ok(isAlive(agent), "the agent lived on");
  await cluster.kubectl("scale deployment/web --replicas=3");
  await cluster.waitFor("deployment/web", "jsonpath={.status.availableReplicas}=3");
});
