import { putLoad } from "../load.ts";
import { ownName, pathOf, pod } from "../objects.ts";
import { defineSubject, loadMeasures, loadNumbers } from "../subject.ts";

export const createPods = defineSubject({
  name: "create-pods",
  about: "64 clients create pods",
  measures: loadMeasures({ perSecond: 5_000, p99Ms: 50 }),
  async run(bench) {
    await using server = await bench.open();
    const result = await putLoad(server, {
      request: { method: "POST", path: pathOf("pods"), body: JSON.stringify(pod(ownName("pod"))) },
      clients: 64,
      expect: 201,
    });
    return loadNumbers(result);
  },
});
