import { ConfigMap } from "#api/core/v1.ts";
import { sleep } from "#base/clock.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { benchNamespace } from "../open.ts";
import type { BenchServer } from "../open.ts";
import { jsonType } from "../reader.ts";
import { readingsOf } from "../readings.ts";
import { defineSubject } from "../subject.ts";
import { Watchers } from "../watchers.ts";

const clock = systemClock();
const watchers = 1_000;
const path = `/api/v1/namespaces/${benchNamespace}/configmaps?watch=1`;
/** So many that 1,000 watchers have to be told of 200,000 each second. */
const changesPerSecond = 200;
const objects = 50;
const warmUpMs = 2_000;
const measureMs = 5_000;

export const watchFanOut = defineSubject({
  name: "watch-fan-out",
  about: "1,000 watchers of one kind hear of 200 small changes a second, each on its connection",
  measures: {
    perSecond: { what: "events delivered", unit: "/s", atLeast: 195_000 },
    p50Ms: { what: "p50 from the client's write to a watcher", unit: "ms", digits: 1 },
    p99Ms: { what: "p99", unit: "ms", digits: 1, atMost: 250 },
    maxMs: { what: "longest", unit: "ms", digits: 1 },
    megabytesPerSecond: { what: "in all", unit: "MB/s" },
    serverCpuUs: { what: "server CPU per event delivered", unit: "µs", digits: 2 },
    clientCpuUs: { what: "CPU of the watchers per event", unit: "µs", digits: 2 },
  },
  async run(bench) {
    await using server = await bench.open({ alone: true });
    const names = Array.from({ length: objects }, (_, index) => `changing-${index}`);
    for (const name of names) {
      await server.client.create(ConfigMap, { metadata: { name, namespace: benchNamespace } });
    }
    const plan = { path, accept: jsonType, watchers, perConnection: 1 };
    await using all = await Watchers.open(server, plan);
    const writing = writeSteadily(server, names, warmUpMs + measureMs);
    await sleep(clock, warmUpMs);
    await all.count();
    const cpuFrom = readingsOf(server.pid).cpuMs;
    await sleep(clock, measureMs);
    const { events, bytes, seconds, delaysMs, cpuMs } = await all.count();
    const serverCpuMs = readingsOf(server.pid).cpuMs - cpuFrom;
    await writing;
    const sorted = delaysMs.toSorted((left, right) => left - right);
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? NaN;
    return {
      perSecond: events / seconds,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      maxMs: at(1),
      megabytesPerSecond: bytes / seconds / 1e6,
      serverCpuUs: (serverCpuMs * 1000) / events,
      clientCpuUs: (cpuMs * 1000) / events,
    };
  },
});

/** Changes one object after the other, however long the server takes for each. */
async function writeSteadily(
  { client }: BenchServer,
  names: readonly string[],
  forMs: number,
): Promise<void> {
  const from = performance.now();
  const pending: Promise<unknown>[] = [];
  for (let number = 0; performance.now() - from < forMs; number++) {
    await sleep(clock, Math.max(0, from + (number * 1000) / changesPerSecond - performance.now()));
    const name = names[number % names.length] ?? "";
    const stamp = String(performance.timeOrigin + performance.now());
    const reference = { namespace: benchNamespace, name };
    pending.push(client.patch(ConfigMap, reference, { type: "merge", patch: { data: { stamp } } }));
  }
  await Promise.all(pending);
}

export const watchMemory = defineSubject({
  name: "watch-memory",
  about: "1,000 watches that have nothing to hear",
  measures: {
    streamBytes: { what: "each, 100 on one connection", unit: "B", atMost: 10_240 },
    connectionBytes: { what: "each on a TLS connection of its own", unit: "B" },
  },
  async run(bench) {
    await using server = await bench.open({ alone: true });
    // The first ones load code and fill pools that others find there.
    await bytesPerWatch(server, 100);
    const streamBytes = await bytesPerWatch(server, 100);
    return { streamBytes, connectionBytes: await bytesPerWatch(server, 1) };
  },
});

const settleMs = 5_000;

async function bytesPerWatch(server: BenchServer, perConnection: number): Promise<number> {
  await sleep(clock, settleMs);
  const before = readingsOf(server.pid).memoryBytes;
  await using all = await Watchers.open(server, {
    path,
    accept: jsonType,
    watchers,
    perConnection,
  });
  await sleep(clock, settleMs);
  const after = readingsOf(server.pid).memoryBytes;
  await all.count();
  return (after - before) / watchers;
}
