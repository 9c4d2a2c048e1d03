import { readingsOf } from "../readings.ts";
import { seedPods } from "../seed.ts";
import { defineSubject } from "../subject.ts";

const pods = 150_000;

export const startWithPods = defineSubject({
  name: "start-with-pods",
  about: `the server starts over a store of ${pods.toLocaleString("en")} pods`,
  measures: {
    readyMs: { what: "process started → /readyz", unit: "ms", atMost: 3_000 },
    cpuMs: { what: "CPU until then", unit: "ms" },
    storedBytes: { what: "serialized pods", unit: "MB" },
    memoryBytes: { what: "memory (RSS) when ready", unit: "MB" },
  },
  async run(bench) {
    await using server = await bench.open();
    const { bytes } = await seedPods(server, pods);
    // What comes from the disk for the first time is another measurement.
    await server.restart();
    const { cpuMs, memoryBytes } = readingsOf(server.pid);
    return {
      readyMs: server.readyMs,
      cpuMs,
      storedBytes: bytes / 1e6,
      memoryBytes: memoryBytes / 1e6,
    };
  },
});
