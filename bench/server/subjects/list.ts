import { sleep } from "#base/clock.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { CustomResourceDefinition } from "#api/apiextensions/v1.ts";
import { median } from "../../measure.ts";
import { fillStore } from "../fill.ts";
import type { BenchServer } from "../open.ts";
import { Reader, jsonType, protobufType } from "../reader.ts";
import { forgetPeak, readingsOf } from "../readings.ts";
import { storedPod, storedWidget } from "../stored-objects.ts";
import { defineSubject } from "../subject.ts";

const clock = systemClock();
/** Until what starting has left behind is gone. */
const settleMs = 5_000;
const megabyte = 1e6;

interface ListNumbers {
  readonly firstMs: number;
  readonly ms: number;
  readonly cpuMs: number;
  readonly moreMegabytes: number;
  readonly othersMs: number;
}

/** Lists one after the other; meanwhile another client asks small things. */
async function measureLists(
  server: BenchServer,
  {
    path,
    accept,
    times,
  }: { readonly path: string; readonly accept: string; readonly times: number },
): Promise<ListNumbers> {
  using reader = new Reader(server.target);
  await sleep(clock, settleMs);
  await reader.read("/livez", jsonType);
  const before = readingsOf(server.pid);
  forgetPeak(server.pid);
  const others = askMeanwhile(server);
  const first = await reader.read(path, accept);
  const cpuFrom = readingsOf(server.pid).cpuMs;
  const taken: number[] = [];
  for (let index = 0; index < times; index++) taken.push((await reader.read(path, accept)).ms);
  const after = readingsOf(server.pid);
  return {
    firstMs: first.ms,
    ms: median(taken),
    cpuMs: (after.cpuMs - cpuFrom) / times,
    moreMegabytes: (after.memoryPeakBytes - before.memoryBytes) / megabyte,
    othersMs: await others.end(),
  };
}

/** How long the longest of many small requests took. */
function askMeanwhile(server: BenchServer): { end(): Promise<number> } {
  const reader = new Reader(server.target);
  const over = new AbortController();
  const asking = (async () => {
    let longestMs = 0;
    while (!over.signal.aborted) {
      longestMs = Math.max(longestMs, (await reader.read("/livez", jsonType)).ms);
      await sleep(clock, 5);
    }
    return longestMs;
  })();
  return {
    async end() {
      over.abort();
      const longestMs = await asking;
      reader[Symbol.dispose]();
      return longestMs;
    },
  };
}

const rowsOf = (form: string, goals: { readonly ms: number; readonly megabytes: number }) => ({
  [`${form}Ms`]: { what: `${form}: to the last byte`, unit: "ms", atMost: goals.ms },
  [`${form}FirstMs`]: { what: `${form}: the first of all`, unit: "ms" },
  [`${form}CpuMs`]: { what: `${form}: CPU of the server`, unit: "ms" },
  [`${form}Megabytes`]: {
    what: `${form}: more memory at the peak`,
    unit: "MB",
    atMost: goals.megabytes,
    digits: 1,
  },
  [`${form}OthersMs`]: { what: `${form}: longest small request meanwhile`, unit: "ms" },
});

const numbersOf = (form: string, numbers: ListNumbers) => ({
  [`${form}Ms`]: numbers.ms,
  [`${form}FirstMs`]: numbers.firstMs,
  [`${form}CpuMs`]: numbers.cpuMs,
  [`${form}Megabytes`]: numbers.moreMegabytes,
  [`${form}OthersMs`]: numbers.othersMs,
});

const listPods = (count: number, goals: { ms: number; megabytes: number }, times: number) =>
  defineSubject({
    name: `list-${count}`,
    about: `a list of ${count.toLocaleString("en")} pods, by the API server alone`,
    measures: { ...rowsOf("json", goals), ...rowsOf("protobuf", goals) },
    async run(bench) {
      await using server = await bench.open({ alone: true });
      await fillStore(server, count, storedPod);
      const path = "/api/v1/pods";
      const json = await measureLists(server, { path, accept: jsonType, times });
      const protobuf = await measureLists(server, { path, accept: protobufType, times });
      return { ...numbersOf("json", json), ...numbersOf("protobuf", protobuf) };
    },
  });

export const list10000 = listPods(10_000, { ms: 60, megabytes: 20 }, 20);
export const list150000 = listPods(150_000, { ms: 2_000, megabytes: 50 }, 3);

export const listCustomResources = defineSubject({
  name: "list-custom",
  about: "a list of 10,000 custom resources, by the API server alone",
  measures: rowsOf("json", { ms: 60, megabytes: 20 }),
  async run(bench) {
    await using server = await bench.open({ alone: true });
    await server.client.create(CustomResourceDefinition, widgets);
    await fillStore(server, 10_000, storedWidget);
    const path = "/apis/bench.example.com/v1/widgets";
    return numbersOf("json", await measureLists(server, { path, accept: jsonType, times: 20 }));
  },
});

const widgets = {
  metadata: { name: "widgets.bench.example.com" },
  spec: {
    group: "bench.example.com",
    scope: "Namespaced" as const,
    names: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: { spec: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
          },
        },
      },
    ],
  },
};
