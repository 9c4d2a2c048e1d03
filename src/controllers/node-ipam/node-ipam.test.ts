import assert from "node:assert/strict";
import { test } from "node:test";
import { Node } from "#api/core/v1.ts";
import { startCluster } from "../testing/cluster.ts";
import { Dialogue, view } from "../testing/dialogue.ts";
import { golden } from "../testing/node/golden.ts";
import { nodeIpamController } from "./controller.ts";
import { Occupation } from "./plan.ts";
import { CidrRange } from "./ranges.ts";

test("parts of a range", () => {
  const range = new CidrRange("10.244.0.0/16", 24);
  assert.deepEqual(
    [range.count, range.part(0), range.part(255)],
    [256, "10.244.0.0/24", "10.244.255.0/24"],
  );
  const cases: [string, { first: number; last: number } | undefined][] = [
    ["10.244.3.0/24", { first: 3, last: 3 }],
    ["10.244.3.128/25", { first: 3, last: 3 }],
    ["10.244.4.0/22", { first: 4, last: 7 }],
    ["10.0.0.0/8", { first: 0, last: 255 }],
    ["10.245.0.0/24", undefined],
    ["fd00::/64", undefined],
  ];
  for (const [cidr, expected] of cases) assert.deepEqual(range.partsIn(cidr), expected, cidr);
  assert.equal(new CidrRange("fd00:1::/48", 64).part(258), "fd00:1:0:102::/64");
  assert.throws(() => new CidrRange("10.244.0.0/16", 8), /no networks of \/8/);
  assert.throws(() => new CidrRange("fd00::/8", 64), /more than 65536/);
});

test("who gets which part", () => {
  const cases: [string, (taken: Occupation) => (string | undefined)[], (string | undefined)[]][] = [
    ["one after the other", (taken) => [taken.allocate("a"), taken.allocate("b")], ["0", "1"]],
    [
      "none that somebody has",
      (taken) => [String(taken.occupy("x", "10.0.0.0/26")), taken.allocate("a")],
      ["true", "1"],
    ],
    [
      "none that was given back just now, as long as there are others",
      (taken) => {
        taken.allocate("a");
        taken.release("a");
        return ["b", "c", "d", "e"].map((name) => taken.allocate(name));
      },
      ["1", "2", "3", "0"],
    ],
    [
      "none when all are taken",
      (taken) => ["a", "b", "c", "d", "e"].map((name) => taken.allocate(name)),
      ["0", "1", "2", "3", undefined],
    ],
    [
      "one that two had only after both",
      (taken) => {
        for (const name of ["x", "y"]) taken.occupy(name, "10.0.0.0/26");
        for (const name of ["a", "b", "c"]) taken.allocate(name);
        taken.release("x");
        const early = taken.allocate("d");
        taken.release("y");
        return [early, taken.allocate("d")];
      },
      [undefined, "0"],
    ],
    [
      "of another network nothing",
      (taken) => [String(taken.occupy("x", "10.9.0.0/26"))],
      ["false"],
    ],
  ];
  for (const [name, act, expected] of cases) {
    const range = new CidrRange("10.0.0.0/24", 26);
    const parts = new Map([0, 1, 2, 3].map((index) => [range.part(index), String(index)]));
    const found = act(new Occupation(range)).map((cidr) => parts.get(cidr ?? "") ?? cidr);
    assert.deepEqual(found, expected, name);
  }
});

test("nodes get their networks, and leave them to others", async () => {
  const controller = nodeIpamController({
    clusterCidrs: ["10.244.0.0/22", "fd00:10:244::/56"],
    nodePrefixes: [24, 64],
    serviceCidrs: ["10.244.0.0/24"],
  });
  const cluster = await startCluster([controller], {
    async prepare(client) {
      const spec = { podCIDR: "10.244.1.0/24", podCIDRs: ["10.244.1.0/24"] };
      await client.create(Node, { metadata: { name: "old" }, spec });
    },
  });
  const { client } = cluster;
  const dialogue = new Dialogue(cluster, [
    view(Node, ({ spec }) => (spec.podCIDRs ?? []).join(" and ") || "no network"),
  ]);
  const add = (name: string) => client.create(Node, { metadata: { name } });
  await dialogue.ask("two nodes", () => Promise.all([add("a"), add("b")]), 500);
  await dialogue.ask("one too many", () => add("c"), 500);
  await dialogue.ask("one goes", () => client.delete(Node, { name: "a" }), 2_000);
  golden(new URL("testdata/networks.txt", import.meta.url), await dialogue.end());
  await cluster.stop();
});
