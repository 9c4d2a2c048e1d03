import type { TestContext } from "node:test";
import { required } from "#base/invariant.ts";
import { seededRandom } from "#base/random.ts";
import { storeContract } from "../contract.ts";
import { EtcdStore } from "./etcd-store.ts";
import { EtcdCluster, etcdMissing } from "./testing/etcd-cluster.ts";

const clusters = new WeakMap<TestContext, EtcdCluster>();

async function clusterOf(context: TestContext): Promise<EtcdCluster> {
  const cluster = await EtcdCluster.start();
  context.after(() => cluster[Symbol.asyncDispose]());
  clusters.set(context, cluster);
  return cluster;
}

storeContract({
  name: "EtcdStore",
  async open(options, context) {
    const { endpoints } = await clusterOf(context);
    return EtcdStore.open({ ...options, endpoints, random: seededRandom(1) });
  },
  async reopen(options, context) {
    const { endpoints } = required(clusters.get(context), "it was open before");
    return EtcdStore.open({ ...options, endpoints, random: seededRandom(2) });
  },
  skipAll: etcdMissing,
  skip: [
    {
      reason: "etcd's clock cannot be moved; etcd-failures.test.ts waits for it",
      tests: [
        "a key with a TTL goes by itself",
        "a later write replaces the TTL",
        "a TTL goes on while the store is closed",
      ],
    },
  ],
});
