import { test } from "node:test";
import assert from "node:assert/strict";
import { Node } from "#api/core/v1.ts";
import { startCluster } from "../testing/cluster.ts";
import { CacheSeconds, ttlController } from "./controller.ts";

test("the more nodes, the longer, and back only when it is clearly fewer", () => {
  const seconds = new CacheSeconds();
  const found = [1, 100, 101, 90, 89, 501, 450, 449, 1001, 899, 2001, 1800, 1799, 5].map(
    (nodes) => {
      const changed = seconds.observe(nodes);
      return `${nodes}: ${seconds.value}${changed ? "!" : ""}`;
    },
  );
  assert.deepEqual(found, [
    "1: 0",
    "100: 0",
    "101: 15!",
    "90: 15",
    "89: 0!",
    "501: 30!",
    "450: 30",
    "449: 15!",
    "1001: 60!",
    "899: 30!",
    "2001: 300!",
    "1800: 300",
    "1799: 60!",
    "5: 0!",
  ]);
});

test("nodes are told, all of them when it changes", async () => {
  const cluster = await startCluster([ttlController()]);
  const { client } = cluster;
  const told = async () => {
    const { items } = await client.list(Node);
    const values = items.map(
      ({ metadata }) => metadata.annotations?.["node.alpha.kubernetes.io/ttl"],
    );
    return [items.length, [...new Set(values)]];
  };
  for (let index = 0; index < 100; index++) {
    await client.create(Node, { metadata: { name: `node-${index}` } });
  }
  await cluster.advance(1_000);
  assert.deepEqual(await told(), [100, ["0"]]);
  await client.create(Node, { metadata: { name: "node-100" } });
  await cluster.advance(1_000);
  assert.deepEqual(await told(), [101, ["15"]]);
  for (let index = 0; index < 12; index++) await client.delete(Node, { name: `node-${index}` });
  await cluster.advance(1_000);
  assert.deepEqual(await told(), [89, ["0"]]);
  await cluster.stop();
});
