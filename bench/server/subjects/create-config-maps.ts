import { putLoad } from "../load.ts";
import { configMap, ownName, pathOf } from "../objects.ts";
import { benchNamespace } from "../open.ts";
import { hasEtcd, openEtcd } from "../open-etcd.ts";
import { defineSubject, loadMeasures, loadNumbers } from "../subject.ts";
import type { Bench } from "../subject.ts";

const clients = 64;
const body = JSON.stringify(configMap(ownName("map")));

export const createConfigMaps = defineSubject({
  name: "create-config-maps",
  about: "64 clients create ConfigMaps of 1 kB; beside it etcd alone, without TLS",
  measures: {
    ...loadMeasures({ perSecond: 8_000 }),
    etcdPerSecond: { what: "etcd: the same values created", unit: "/s" },
    etcdP99Ms: { what: "etcd: p99", unit: "ms", digits: 1 },
    etcdCpuUs: { what: "etcd: CPU per create", unit: "µs" },
    etcdClientCpuUs: { what: "etcd: CPU of who asks", unit: "µs" },
    cpuRatio: { what: "API server / etcd, by CPU per create", unit: "×", digits: 1 },
    ratio: { what: "API server / etcd, by rate", unit: "×", digits: 2 },
  },
  async run(bench) {
    const ours = await createInServer(bench);
    const theirs = await createInEtcd();
    return {
      ...loadNumbers(ours),
      etcdPerSecond: theirs?.perSecond ?? NaN,
      etcdP99Ms: theirs?.p99Ms ?? NaN,
      etcdCpuUs: theirs?.serverCpuUs ?? NaN,
      etcdClientCpuUs: theirs?.clientCpuUs ?? NaN,
      cpuRatio: ours.serverCpuUs / (theirs?.serverCpuUs ?? NaN),
      ratio: ours.perSecond / (theirs?.perSecond ?? NaN),
    };
  },
});

async function createInServer(bench: Bench) {
  await using server = await bench.open();
  const request = { method: "POST", path: pathOf("configmaps"), body };
  return await putLoad(server, { request, clients, expect: 201 });
}

/** Undefined where there is no etcd. */
async function createInEtcd() {
  if (!hasEtcd()) return undefined;
  await using etcd = await openEtcd();
  const key = `/registry/configmaps/${benchNamespace}/${ownName("map")}`;
  const request = { method: "CREATE", path: key, body };
  return await putLoad(etcd, { request, clients, expect: 0 });
}
