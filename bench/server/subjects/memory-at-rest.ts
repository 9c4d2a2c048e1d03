import { sleep } from "#base/clock.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { fillStore } from "../fill.ts";
import { readingsOf } from "../readings.ts";
import { storedPod } from "../stored-objects.ts";
import { defineSubject } from "../subject.ts";

const clock = systemClock();
const pods = 150_000;
const restMs = 20_000;

export const memoryAtRest = defineSubject({
  name: "memory-at-rest",
  about: "150,000 pods in the API server alone, nobody asks for them",
  measures: {
    megabytes: { what: "the pods, serialized", unit: "MB" },
    emptyMegabytes: { what: "memory of the server without them", unit: "MB" },
    restMegabytes: { what: "memory of the server with them", unit: "MB" },
    ratio: { what: "what they take : serialized", unit: "x", digits: 2, atMost: 1.3 },
    readyMs: { what: "from the start of the process to ready", unit: "ms", atMost: 3_000 },
  },
  async run(bench) {
    await using server = await bench.open({ alone: true });
    await sleep(clock, restMs);
    const empty = readingsOf(server.pid).memoryBytes;
    const bytes = await fillStore(server, pods, storedPod);
    const { readyMs } = server;
    await sleep(clock, restMs);
    const rest = readingsOf(server.pid).memoryBytes;
    return {
      megabytes: bytes / 1e6,
      emptyMegabytes: empty / 1e6,
      restMegabytes: rest / 1e6,
      ratio: (rest - empty) / bytes,
      readyMs,
    };
  },
});
