import { putLoad } from "../load.ts";
import { configMap, ownName, pathOf } from "../objects.ts";
import { defineSubject, loadMeasures, loadNumbers } from "../subject.ts";

export const createConfigMaps = defineSubject({
  name: "create-config-maps",
  about: "64 clients create ConfigMaps of 1 kB",
  measures: loadMeasures({ perSecond: 8_000 }),
  async run(bench) {
    await using server = await bench.open();
    const body = JSON.stringify(configMap(ownName("map")));
    const result = await putLoad(server, {
      request: { method: "POST", path: pathOf("configmaps"), body },
      clients: 64,
      expect: 201,
    });
    return loadNumbers(result);
  },
});
