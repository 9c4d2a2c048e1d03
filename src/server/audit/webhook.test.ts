import { describe, test } from "node:test";
import assert from "node:assert/strict";
import { text } from "#base/bytes.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { MetricsRegistry } from "#base/metrics.ts";
import { seededRandom } from "#base/random.ts";
import type { Transport } from "#client/transport.ts";
import { openHarness } from "#testkit/requests.ts";
import type { Loose } from "#testkit/requests.ts";
import { Auditor } from "./auditor.ts";
import { BatchedSink } from "./batches.ts";
import type { BatchOptions } from "./batches.ts";
import { AuditPolicy } from "./policy.ts";
import { AuditMetrics } from "./sink.ts";
import { AuditWebhook, blockingSink } from "./webhook.ts";

/** A server that takes events, or answers with the statuses given, one after another. */
function open(statuses: number[] = []) {
  const clock = new VirtualClock();
  const started = clock.now();
  const registry = new MetricsRegistry();
  const metrics = new AuditMetrics(registry);
  const lists: Loose[] = [];
  const atMs: number[] = [];
  const transport: Transport = {
    async send({ body, query }) {
      assert(body.kind === "bytes");
      assert.equal(query.get("timeout"), "30s");
      lists.push(JSON.parse(text(await body.read())));
      atMs.push(clock.now() - started);
      const status = statuses.shift() ?? 200;
      if (status === 0) throw new Error("connect ECONNREFUSED");
      return { status, headers: {}, body: { kind: "none" } };
    },
  };
  const random = seededRandom(1);
  const webhook = new AuditWebhook({
    transport,
    clock,
    random,
    logger: silentLogger,
    metrics,
    initialBackoffMs: 10_000,
  });
  const batched = (options: Partial<BatchOptions>) => {
    const usual = { bufferSize: 10_000, batchSizeMax: 400, batchWaitMs: 30_000 };
    const parts = { webhook, clock, logger: silentLogger, metrics };
    const sink = new BatchedSink({ ...usual, ...options, ...parts });
    const stop = new AbortController();
    return { sink, stop: () => stop.abort(), running: sink.run(stop.signal) };
  };
  const sizes = () => lists.map(({ items }) => (items as unknown[]).length);
  const rendered = (name: string) =>
    registry
      .render()
      .split("\n")
      .filter((line) => line.startsWith(name));
  return { clock, webhook, metrics, lists, atMs, batched, sizes, rendered };
}

const event = (n: number) => JSON.stringify({ kind: "Event", auditID: String(n) });

describe("a webhook of audit events", () => {
  test("is sent a list, again and again until it takes it", async () => {
    const { clock, webhook, lists, atMs } = open([500, 0, 404]);
    const sent = webhook.send([event(1), event(2)]);
    await clock.advance(120_000);
    assert.equal(await sent, true);
    assert.equal(lists.length, 4);
    assert.deepEqual(lists.at(-1), {
      kind: "EventList",
      apiVersion: "audit.k8s.io/v1",
      metadata: {},
      items: [JSON.parse(event(1)), JSON.parse(event(2))],
    });
    const waits = atMs.slice(1).map((at, index) => at - (atMs[index] ?? 0));
    for (const [index, base] of [10_000, 15_000, 22_500].entries()) {
      const wait = waits[index] ?? 0;
      assert.ok(wait >= base && wait <= base * 1.2, `${wait} after ${index + 1} failures`);
    }
  });

  test("has lost them after five attempts, and that is counted", async () => {
    const { clock, webhook, lists, rendered } = open([500, 500, 500, 500, 500]);
    const sent = webhook.send([event(1), event(2)]);
    await clock.advance(300_000);
    assert.equal(await sent, false);
    assert.equal(lists.length, 5);
    const lost = rendered("apiserver_audit_error_total");
    assert.deepEqual(lost, ['apiserver_audit_error_total{plugin="webhook"} 2']);
  });
});

describe("batches", () => {
  test("leave when they are full, or have waited", async () => {
    const { clock, batched, sizes, atMs } = open();
    const { sink, stop, running } = batched({ batchSizeMax: 3 });
    await clock.advance(1_000);
    for (let n = 0; n < 7; n++) sink.write(event(n));
    await clock.advance(29_000);
    assert.deepEqual(sizes(), [3, 3]);
    await clock.advance(2_000);
    assert.deepEqual(sizes(), [3, 3, 1]);
    assert.deepEqual(atMs, [1_000, 1_000, 31_000]);
    stop();
    await running;
  });

  test("leave at the rate that is set", async () => {
    const { clock, batched, atMs } = open();
    const throttle = { perSecond: 10, burst: 2 };
    const { sink, stop, running } = batched({ batchSizeMax: 1, throttle });
    for (let n = 0; n < 5; n++) sink.write(event(n));
    await clock.advance(1_000);
    assert.deepEqual(
      atMs.map((at) => Math.round(at)),
      [0, 0, 100, 200, 300],
    );
    stop();
    await running;
  });

  test("do not wait for one that is slow, and lose what is too much", async () => {
    const { clock, batched, sizes, rendered } = open([500]);
    const { sink, stop, running } = batched({ batchSizeMax: 2, bufferSize: 3 });
    sink.write(event(1));
    sink.write(event(2));
    await clock.advance(1);
    for (let n = 3; n < 8; n++) sink.write(event(n));
    await clock.advance(1);
    assert.deepEqual(sizes(), [2, 2]);
    const lost = rendered("apiserver_audit_error_total");
    assert.deepEqual(lost, ['apiserver_audit_error_total{plugin="buffered"} 2']);
    stop();
    await running;
    assert.deepEqual(
      sizes().toSorted((a, b) => a - b),
      [1, 2, 2, 2],
    );
  });
});

describe("requests", () => {
  const ask = async (statuses: number[], strict: boolean, omitted = "") => {
    const opened = open(statuses);
    const policy = AuditPolicy.parse(
      `{apiVersion: audit.k8s.io/v1, kind: Policy, omitStages: [${omitted}], ` +
        "rules: [{level: Metadata}]}",
    );
    const { clock, webhook, metrics } = opened;
    const sink = blockingSink(webhook, { strict });
    const auditor = new Auditor({ policy, clock, random: seededRandom(1), sink, metrics });
    const api = await openHarness({ auditor });
    const answer = api.send("GET", "/api/v1/namespaces/default/configmaps");
    let isAnswered = false;
    void answer.then(() => (isAnswered = true));
    return { ...opened, api, answer, isAnswered: () => isAnswered };
  };

  test("wait for a webhook that blocks", async () => {
    const { api, clock, answer, isAnswered, lists, rendered } = await ask([500], false);
    await using _ = api;
    await clock.advance(9_000);
    assert.equal(isAnswered(), false);
    await clock.advance(9_000);
    assert.equal((await answer).status, 200);
    assert.deepEqual(
      lists.map(({ items }) => items[0].stage),
      ["RequestReceived", "RequestReceived", "ResponseComplete"],
    );
    assert.deepEqual(rendered("apiserver_audit_event_total"), ["apiserver_audit_event_total 2"]);
    const level = 'apiserver_audit_level_total{level="Metadata"} 1';
    assert.deepEqual(rendered("apiserver_audit_level_total"), [level]);
  });

  test("go on without it, unless the mode is strict", async () => {
    for (const [strict, status] of [
      [false, 200],
      [true, 500],
    ] as const) {
      const { api, clock, answer, rendered } = await ask([0, 0, 0, 0, 0], strict);
      await using _ = api;
      await clock.advance(300_000);
      const { status: answered, json } = await answer;
      assert.equal(answered, status);
      if (strict) assert.match(json.message, /failed to store audit event/);
      const rejected = `apiserver_audit_requests_rejected_total ${strict ? 1 : 0}`;
      assert.deepEqual(rendered("apiserver_audit_requests_rejected_total"), [rejected]);
    }
  });

  test("that were answered are not taken back", async () => {
    const { api, clock, answer } = await ask([0, 0, 0, 0, 0], true, "RequestReceived");
    await using _ = api;
    await clock.advance(300_000);
    assert.equal((await answer).status, 200);
  });
});
