import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { bridgeName, linkName, namespaceName } from "./names.ts";
import {
  createNetwork,
  createNodeNamespace,
  listNodeNamespaces,
  removeNetwork,
  removeNodeNamespace,
  routeServices,
  routeThroughNode,
  unroute,
} from "./network.ts";
import { run } from "./run.ts";

const profile = `t-net-${process.pid}`;
const skip = process.getuid?.() === 0 ? false : "needs root";
const third = process.pid % 200;
const subnet = `10.213.${third}.0/28`;
const clusterCidr = `10.214.${third}.0/24`;
const serviceCidrs = [`10.215.${third}.0/24`];
const nodes = [
  { node: "one", address: `10.213.${third}.2`, podCidr: `10.214.${third}.0/26` },
  { node: "two", address: `10.213.${third}.3`, podCidr: `10.214.${third}.64/26` },
] as const;

/** A closed port is refused by the address itself: whoever hears the refusal can reach it. */
async function reaches(namespace: string | undefined, address: string): Promise<void> {
  const connect = ["2", "bash", "-c", `exec 3<>/dev/tcp/${address}/1`];
  const attempt = namespace
    ? run("nsenter", [`--net=/run/netns/${namespace}`, "timeout", ...connect])
    : run("timeout", connect);
  await assert.rejects(attempt, /Connection refused/);
}

/** Without those of any cluster: others are made and removed while this test runs. */
async function rulesOfOthers(): Promise<string> {
  const output = await run("nft", ["list", "ruleset"]);
  return output.replace(/table ip kijabi_\S+ \{[^]*?\n\}\n?/g, "");
}

test("a network of two nodes", { skip }, async (t) => {
  t.after(() => removeNetwork({ profile }));
  const before = await rulesOfOthers();
  const started = performance.now();
  const network = await createNetwork({ profile, subnet, clusterCidr });
  const networkMs = performance.now() - started;
  for (const node of nodes) await createNodeNamespace({ network, serviceCidrs, ...node });
  const nodesMs = performance.now() - started - networkMs;
  t.diagnostic(`network ${networkMs.toFixed(0)} ms, two nodes ${nodesMs.toFixed(0)} ms`);
  const [one, two] = nodes.map(({ node }) => namespaceName(profile, node));

  await t.test("the host and the nodes reach each other", async () => {
    await reaches(undefined, nodes[0].address);
    await reaches(undefined, nodes[1].address);
    await reaches(one, nodes[1].address);
    await reaches(two, network.gateway);
  });
  await t.test("a pod's address is reached from the host and from the other node", async () => {
    const pod = `10.214.${third}.70`;
    await run("ip", ["-n", two ?? "", "address", "add", `${pod}/32`, "dev", "lo"]);
    await reaches(undefined, pod);
    await reaches(one, pod);
  });
  await t.test("a Service's address leads to the first node", async () => {
    const output = await run("ip", ["route", "get", `10.215.${third}.10`]);
    assert.match(output, new RegExp(`via ${nodes[0].address} dev ${network.bridge}`));
  });
  await t.test("networks of Services come and go", async () => {
    const [first = ""] = serviceCidrs;
    const more = `10.216.${third}.0/28`;
    const routes = async () => {
      const output = await run("ip", ["route", "show", "dev", network.bridge, "proto", "76"]);
      return output.trim().split(/ *\n/);
    };
    const to = (cidr: string) => `${cidr} via ${nodes[0].address}`;
    await routeServices({ network, cidrs: [first, more] });
    assert.deepEqual(await routes(), [to(first), to(more)]);
    await routeServices({ network, cidrs: [first, more] });
    assert.deepEqual(await routes(), [to(first), to(more)]);
    await routeServices({ network, cidrs: [first] });
    assert.deepEqual(await routes(), [to(first)]);
    const taken = `10.217.${third}.0/28`;
    await run("ip", ["route", "add", taken, "dev", "lo"]);
    try {
      await assert.rejects(routeServices({ network, cidrs: [first, taken, more] }), /is taken/);
    } finally {
      await run("ip", ["route", "delete", taken, "dev", "lo"]);
    }
    assert.deepEqual(await routes(), [to(first), to(more)]);
    await routeServices({ network, cidrs: [first] });
  });
  await t.test("again changes nothing, and heals what is missing", async () => {
    await run("ip", ["-n", one ?? "", "route", "delete", "default"]);
    await run("ip", ["link", "delete", linkName(profile, "two")]);
    const again = await createNetwork({ profile, subnet, clusterCidr });
    assert.deepEqual(again, network);
    for (const node of nodes) await createNodeNamespace({ network, serviceCidrs, ...node });
    await reaches(one, nodes[1].address);
    assert.match(await run("ip", ["-n", one ?? "", "route"]), /^default via /);
  });
  await t.test("the same address for another node is refused", async () => {
    const clash = { ...nodes[1], node: "three", podCidr: `10.214.${third}.128/26` };
    await assert.rejects(
      createNodeNamespace({ network, serviceCidrs, ...clash }),
      /already the way/,
    );
  });
  await t.test("a network that the machine uses is refused", async () => {
    const other = { profile: `${profile}-b`, subnet, clusterCidr };
    await assert.rejects(createNetwork(other), /is taken/);
  });
  await t.test("other tables are untouched", async () =>
    assert.equal(await rulesOfOthers(), before),
  );
  await t.test(
    "one address goes through the node that is said, until it goes nowhere",
    async () => {
      const address = `10.213.${third}.10`;
      const way = () => run("ip", ["route", "get", address]);
      for (const { address: via } of [nodes[0], nodes[1], nodes[0]]) {
        await routeThroughNode({ network, address, via });
        assert.match(await way(), new RegExp(`via ${via} dev ${network.bridge}`));
      }
      await unroute({ network, address });
      assert.doesNotMatch(await way(), / via /);
      await unroute({ network, address });
    },
  );
  await t.test("services move to another node when their node goes", async () => {
    const balanced = `10.213.${third}.11`;
    await routeThroughNode({ network, address: balanced, via: nodes[0].address });
    await removeNodeNamespace({ profile, node: "one" });
    assert.match(
      await run("ip", ["route", "get", balanced]),
      new RegExp(`via ${nodes[1].address} `),
    );
    const output = await run("ip", ["route", "get", `10.215.${third}.10`]);
    assert.match(output, new RegExp(`via ${nodes[1].address} `));
    assert.doesNotMatch(await run("ip", ["route"]), new RegExp(`via ${nodes[0].address} `));
    await removeNodeNamespace({ profile, node: "one" });
  });
  await t.test("nothing is left after the end", async () => {
    await removeNetwork({ profile });
    assert.deepEqual(await listNodeNamespaces({ profile }), []);
    assert.ok(!existsSync(`/sys/class/net/${bridgeName(profile)}`));
    assert.ok(!existsSync(`/sys/class/net/${linkName(profile, "two")}`));
    assert.doesNotMatch(await run("nft", ["list", "ruleset"]), new RegExp(profile));
    assert.doesNotMatch(await run("ip", ["route"]), new RegExp(`10\\.21[345]\\.${third}\\.`));
    await removeNetwork({ profile });
  });
});
