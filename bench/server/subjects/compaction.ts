import { stat } from "node:fs/promises";
import { putLoad } from "../load.ts";
import type { LoadResult } from "../load.ts";
import { configMap, ownName, pathOf, turnName } from "../objects.ts";
import type { BenchServer } from "../open.ts";
import { requestMark } from "../request-template.ts";
import { seedHistory } from "../seed.ts";
import { defineSubject } from "../subject.ts";

const objects = 1_000;
const writers = 16;
/** What the store keeps at most, unless it is older than five minutes: it is full from the start. */
const historyMax = 200_000;
const rounds = 4;
/** The store looks every ten seconds. */
const roundMs = 6_000;

/**
 * The same objects are written over and over in a store that is full of history, so that as much
 * is compacted as is written. Another client gets an object meanwhile: who waits there waits for
 * a pause of the server.
 */
export const compaction = defineSubject({
  name: "compaction",
  about: `${writers} clients replace ConfigMaps of 1 kB in a store that is full of history`,
  measures: {
    perSecond: { what: "writes", unit: "/s" },
    writtenMegabytes: { what: "values that were written in all", unit: "MB" },
    beforeMegabytes: { what: "files of the store before it", unit: "MB" },
    diskMegabytes: { what: "the same after it", unit: "MB" },
    growth: { what: "after / before", unit: "×", digits: 2, atMost: 1.2 },
    readMaxMs: { what: "longest get meanwhile", unit: "ms", digits: 1, atMost: 50 },
    readP99Ms: { what: "p99 of a get meanwhile", unit: "ms", digits: 1 },
    writeP99Ms: { what: "p99 of a write", unit: "ms", digits: 1 },
  },
  async run(bench) {
    await using server = await bench.open();
    await putLoad(server, createAll());
    await seedHistory(server, historyMax);
    const before = await diskBytes(server);
    const writes: LoadResult[] = [];
    const reads: LoadResult[] = [];
    for (let round = 0; round < rounds; round++) {
      const [write, read] = await Promise.all([
        putLoad(server, replaceAll(writes.at(-1)?.next ?? objects)),
        putLoad(server, { ...getOne, warmUpMs: 500, measureMs: roundMs - 500 }),
      ]);
      writes.push(write);
      reads.push(read);
    }
    const after = await diskBytes(server);
    const max = (values: readonly number[]) => Math.max(...values);
    const last = writes.at(-1);
    return {
      perSecond: max(writes.map(({ perSecond }) => perSecond)),
      writtenMegabytes: ((last?.next ?? NaN) * 1_024) / 1e6,
      beforeMegabytes: before / 1e6,
      diskMegabytes: after / 1e6,
      growth: after / before,
      readMaxMs: max(reads.map(({ maxMs }) => maxMs)),
      readP99Ms: max(reads.map(({ p99Ms }) => p99Ms)),
      writeP99Ms: max(writes.map(({ p99Ms }) => p99Ms)),
    };
  },
});

const getOne = {
  request: { method: "GET", path: pathOf("configmaps", "map-0000000007") },
  clients: 1,
  expect: 200,
};

function createAll() {
  const body = JSON.stringify(configMap(ownName("map")));
  const request = { method: "POST", path: pathOf("configmaps"), body };
  return { request, clients: 16, expect: 201, warmUpMs: 0, requests: objects };
}

function replaceAll(first: number) {
  const map = configMap(turnName("map")) as { data: Record<string, string> };
  const data = { ...map.data, round: requestMark };
  const body = JSON.stringify({ ...map, data });
  const request = { method: "PUT", path: pathOf("configmaps", turnName("map")), body };
  const times = { warmUpMs: 500, measureMs: roundMs - 500 };
  return { request, objects, first, clients: writers, expect: 200, ...times };
}

async function diskBytes({ paths }: BenchServer): Promise<number> {
  const files = await Promise.all([paths.store, `${paths.store}-wal`].map((file) => stat(file)));
  return files.reduce((sum, { size }) => sum + size, 0);
}
