import { putLoad } from "../load.ts";
import { ownName, pathOf, pod, turnName } from "../objects.ts";
import { defineSubject, loadMeasures, loadNumbers } from "../subject.ts";

const objects = 1_000;

export const getByName = defineSubject({
  name: "get-by-name",
  about: "64 clients get pods, one after the other",
  measures: loadMeasures({ perSecond: 25_000 }),
  async run(bench) {
    await using server = await bench.open();
    const body = JSON.stringify(pod(ownName("pod")));
    await putLoad(server, {
      request: { method: "POST", path: pathOf("pods"), body },
      clients: 1,
      expect: 201,
      warmUpMs: 0,
      requests: objects,
    });
    const request = { method: "GET", path: pathOf("pods", turnName("pod")) };
    return loadNumbers(await putLoad(server, { request, clients: 64, objects, expect: 200 }));
  },
});
