import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { text, utf8 } from "#base/bytes.ts";
import { VirtualClock } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { LeaderElector } from "#client/leader/leader-elector.ts";
import { createClient } from "#client/typed.ts";
import type { Connection } from "#server/pipeline/request.ts";
import { MemoryStore } from "#storage/memory/memory-store.ts";
import { SqliteStore } from "#storage/node/sqlite/sqlite-store.ts";
import type { Store } from "#storage/store.ts";
import { eventually } from "../support/eventually.ts";
import { openTestControlPlane } from "../support/in-process.ts";
import type { TestControlPlane } from "../support/in-process.ts";

const [second, hour, day] = [1_000, 3_600_000, 86_400_000];

/** A machine's clock that somebody sets. Durations are those of a clock that nobody can set. */
class SettableClock implements Clock {
  readonly steady = new VirtualClock();
  #offsetMs = 0;

  now(): number {
    return this.steady.now() + this.#offsetMs;
  }

  monotonic(): number {
    return this.steady.monotonic();
  }

  after(delayMs: number, callback: () => void): () => void {
    return this.steady.after(delayMs, callback);
  }

  jump(byMs: number): void {
    this.#offsetMs += byMs;
  }
}

const jumps = [
  ["forwards", day],
  ["back", -day],
] as const;

for (const [how, jumpMs] of jumps) {
  test(`a leader goes on to lead when the clock is set ${how} by a day`, async () => {
    const clock = new SettableClock();
    await using plane = await openTestControlPlane({ clock });
    const user = { name: "system:kube-scheduler", groups: ["system:masters"] };
    const client = createClient(plane.server.transport(user));
    const stop = new AbortController();
    const log: string[] = [];
    const elect = (identity: string) =>
      new LeaderElector({
        client,
        clock,
        random: seededRandom(1),
        logger: silentLogger,
        name: "tried",
        identity,
      })
        .run(async (signal) => {
          log.push(`${identity} leads`);
          await new Promise<void>((resolve) => {
            signal.addEventListener("abort", () => resolve(), { once: true });
          });
        }, stop.signal)
        .catch(() => log.push(`${identity} ends`));
    const first = elect("a");
    await pass(clock, 5 * second);
    const other = elect("b");
    await pass(clock, 5 * second);
    clock.jump(jumpMs);
    await pass(clock, 60 * second);
    assert.deepEqual(log, ["a leads"]);
    stop.abort();
    await pass(clock, 5 * second);
    await Promise.all([first, other]);
  });

  test(`a watch lasts as long as was asked for when the clock is set ${how}`, async () => {
    const clock = new SettableClock();
    await using plane = await openTestControlPlane({ clock });
    const path = "/api/v1/namespaces/default/configmaps";
    const answer = await ask(plane, "GET", path, { query: "watch=true&timeoutSeconds=30" });
    assert.ok(answer.body.kind === "stream");
    let ended = false;
    const { chunks } = answer.body;
    const reading = (async () => {
      for await (const chunk of chunks) void chunk;
      ended = true;
    })();
    clock.jump(jumpMs);
    await pass(clock, 25 * second);
    assert.equal(ended, false);
    await pass(clock, 10 * second);
    await reading;
  });
}

test("a token is valid until its time has come by the clock, whatever happened before", async () => {
  const clock = new SettableClock();
  await using plane = await openTestControlPlane({ clock });
  const account = "/api/v1/namespaces/default/serviceaccounts";
  await created(plane, account, { metadata: { name: "somebody" } });
  const { status } = (await created(plane, `${account}/somebody/token`, { spec: {} })) as {
    status: { token: string };
  };
  const reviewed = async () => {
    const body = { spec: { token: status.token } };
    const review = await created(plane, "/apis/authentication.k8s.io/v1/tokenreviews", body);
    return (review as { status: { authenticated?: boolean } }).status.authenticated ?? false;
  };
  assert.equal(await reviewed(), true);
  clock.jump(day);
  assert.equal(await reviewed(), false, "an hour was asked for");
  clock.jump(-day);
  assert.equal(await reviewed(), true);
  clock.jump(-day);
  assert.equal(await reviewed(), false, "it is from the future");
});

for (const kind of ["memory", "SQLite"]) {
  test(`what expires goes after a jump, and nothing else (${kind})`, async (context) => {
    const clock = new SettableClock();
    const store = await openStore(kind, clock);
    context.after(() => store.end());
    const put = (key: string, ttlSeconds?: number) =>
      store.commit({ key, value: utf8(key), ...(ttlSeconds !== undefined && { ttlSeconds }) });
    const keys = async () => (await store.range({ prefix: "/" })).entries.map(({ key }) => key);
    await put("/kept");
    await put("/event", 3600);
    clock.jump(-day);
    await put("/later", 3600);
    await pass(clock, hour + second);
    await eventually(async () => assert.deepEqual(await keys(), ["/event", "/kept"]));
    clock.jump(day);
    // Clocks are looked at every hour, however far the time is.
    await pass(clock, hour);
    await eventually(async () => assert.deepEqual(await keys(), ["/kept"]));
    const { ok } = await put("/kept");
    assert.ok(ok, "and it goes on");
  });
}

async function openStore(kind: string, clock: Clock): Promise<Store & { end(): Promise<void> }> {
  if (kind === "memory") {
    const store = new MemoryStore({ clock });
    return Object.assign(store, { end: () => store[Symbol.asyncDispose]() });
  }
  const folder = await mkdtemp(join(tmpdir(), "kijabi-clock-"));
  const store = await SqliteStore.open({ path: join(folder, "store.db"), clock });
  return Object.assign(store, {
    async end() {
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  });
}

/** Time passes in steps, between which all that is due is done. */
async function pass(clock: SettableClock, ms: number): Promise<void> {
  const steps = Math.min(60, Math.ceil(ms / second));
  for (let step = 0; step < steps; step++) {
    await clock.steady.advance(ms / steps);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function ask(
  { server }: TestControlPlane,
  method: "GET" | "POST",
  path: string,
  { query = "", body }: { query?: string; body?: object },
) {
  const bytes = utf8(JSON.stringify(body));
  const connection: Connection = {
    clientCertificate: {
      commonName: "admin",
      organizations: ["system:masters"],
      fingerprint: "00",
    },
  };
  return server.handle(
    {
      method,
      path,
      query: new URLSearchParams(query),
      headers: {},
      body: body
        ? { kind: "bytes", contentType: "application/json", read: async () => bytes }
        : { kind: "none" },
    },
    connection,
    new AbortController().signal,
  );
}

async function created(plane: TestControlPlane, path: string, body: object): Promise<unknown> {
  const answer = await ask(plane, "POST", path, { body });
  assert.ok(answer.body.kind === "bytes");
  assert.equal(answer.status, 201, text(answer.body.bytes));
  return JSON.parse(text(answer.body.bytes));
}
