import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { systemClock } from "#base/node/system-clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import type { Service } from "#api/core/v1/service.ts";
import type { EndpointSlice } from "#api/discovery/v1.ts";
import type { Draft } from "#schema/message.ts";
import {
  createNetwork,
  createNodeNamespace,
  removeNetwork,
} from "#cluster/providers/node/network.ts";
import { MetricsRegistry } from "#base/metrics.ts";
import { Proxy } from "../../proxy.ts";
import { testService as service, testSlice as slice } from "../testing/objects.ts";
import { startPeer } from "../testing/peer.ts";
import type { Peer, PeerResult } from "../testing/peer.ts";
import { createPodNamespace, removePodNamespace } from "../testing/pod.ts";
import { NftablesRules } from "./nftables.ts";

const skip = process.getuid?.() === 0 ? false : "needs root";
const profile = `t-prx-${process.pid}`;
const third = process.pid % 60;
const clusterCidr = `10.214.${third}.0/24`;
const serviceCidr = `10.214.${64 + third}.0/24`;
const balancerCidr = `10.214.${128 + third}.0/28`;
const nodeSubnet = `10.214.${192 + third}.0/28`;
const nodes = {
  one: { node: "one", address: nodeSubnet.replace(".0/28", ".2"), podCidr: `10.214.${third}.0/26` },
  two: {
    node: "two",
    address: nodeSubnet.replace(".0/28", ".3"),
    podCidr: `10.214.${third}.64/26`,
  },
};
const gateway = nodeSubnet.replace(".0/28", ".1");
const pods = {
  a: { on: "one", address: `10.214.${third}.5` },
  b: { on: "two", address: `10.214.${third}.70` },
  c: { on: "one", address: `10.214.${third}.6` },
} as const;
const vip = (last: number) => `10.214.${64 + third}.${last}`;
const balancer = `10.214.${128 + third}.3`;

const clock = systemClock();
const peers = new Map<string, Peer>();
const proxies: Proxy[] = [];
const allMetrics: MetricsRegistry[] = [];
const failures: unknown[] = [];
const scope = new Scope({ onFailure: (_, error) => failures.push(error) });

before(async () => {
  if (skip) return;
  const network = await createNetwork({ profile, subnet: nodeSubnet, clusterCidr });
  for (const node of Object.values(nodes)) {
    await createNodeNamespace({ network, ...node, serviceCidrs: [serviceCidr, balancerCidr] });
  }
  for (const [name, { on, address }] of Object.entries(pods)) {
    await createPodNamespace({
      name: `${profile}-${name}`,
      nodeNamespace: `kijabi-${profile}.${on}`,
      link: `pod-${name}`,
      address,
      gateway: nodes[on].podCidr.replace(/\.(\d+)\/26$/, (_, start) => `.${Number(start) + 1}`),
    });
  }
  const start = async (name: string, namespace?: string, isServer = false) => {
    const ports = isServer ? { httpPort: 8080, udpPort: 5353 } : {};
    peers.set(name, await startPeer({ name, ...(namespace && { namespace }), ...ports }));
  };
  await Promise.all([
    ...Object.keys(pods).map((name) => start(name, `${profile}-${name}`, name !== "c")),
    start("one", `kijabi-${profile}.one`, true),
    start("two", `kijabi-${profile}.two`),
    start("host"),
  ]);
  for (const { node, address } of Object.values(nodes)) {
    const metrics = new MetricsRegistry();
    allMetrics.push(metrics);
    const proxy = new Proxy({
      node: { name: node, addresses: [address], clusterCidr, serviceCidrs: [serviceCidr] },
      rules: new NftablesRules({
        networkNamespace: `/run/netns/kijabi-${profile}.${node}`,
        random: seededRandom(1),
        logger: silentLogger,
      }),
      clock,
      metrics,
      logger: { ...silentLogger, error: (...said) => failures.push(said) },
      syncMsMin: 10,
    });
    proxies.push(proxy);
    scope.run(`proxy of ${node}`, (signal) => proxy.run(signal));
    proxy.markSynced();
  }
  await Promise.all(proxies.map((proxy) => proxy.ready));
});

after(async () => {
  if (skip) return;
  await scope.close();
  for (const peer of peers.values()) await peer[Symbol.asyncDispose]();
  for (const name of Object.keys(pods)) await removePodNamespace(`${profile}-${name}`);
  await removeNetwork({ profile });
  assert.deepEqual(failures, []);
});

/** Tells both proxies, and waits until their rules are in place. */
async function apply(objects: { services?: Service[]; slices?: EndpointSlice[]; gone?: string[] }) {
  for (const proxy of proxies) {
    for (const name of objects.gone ?? []) {
      proxy.removeService({ namespace: "default", name });
      proxy.removeEndpointSlice({ namespace: "default", name: `${name}-1` });
    }
    for (const object of objects.services ?? []) proxy.setService(object);
    for (const object of objects.slices ?? []) proxy.setEndpointSlice(object);
  }
  const wait = () => new Promise<void>((resolve) => clock.after(5, resolve));
  for (let turn = 0; turn < 400; turn++) {
    await wait();
    if (allMetrics.every(isIdle)) return;
  }
  assert.fail("the rules were not applied within 2 s");
}

function isIdle(metrics: MetricsRegistry): boolean {
  const text = metrics.render();
  const value = (name: string) =>
    Number(new RegExp(`kubeproxy_sync_proxy_rules_${name}\\{[^}]*\\} (\\d+)`).exec(text)?.[1]);
  return value("service_changes_pending") === 0 && value("endpoint_changes_pending") === 0;
}

async function tcp(from: string, address: string, port: number): Promise<PeerResult> {
  const peer = peers.get(from);
  assert.ok(peer);
  return peer.call({ over: "tcp", address, port });
}

async function udp(from: string, port: number, localPort: number, address = vip(2)) {
  const peer = peers.get(from);
  assert.ok(peer);
  return peer.call({ over: "udp", address, port, localPort, timeoutMs: 400 });
}

const webPorts: Draft<Service>["spec"] = {
  clusterIP: vip(1),
  type: "NodePort",
  ports: [{ port: 80, nodePort: 30080, targetPort: 8080 }],
};
const endpointA = { ip: pods.a.address, node: "one" };
const endpointB = { ip: pods.b.address, node: "two" };
const web = (...endpoints: { ip: string; node: string }[]) =>
  slice("web", [{ port: 8080 }], endpoints);

test("ClusterIP from pods, nodes and the host", { skip }, async (t) => {
  await apply({ services: [service("web", webPorts)], slices: [web(endpointB)] });
  // Masqueraded for all but pods, whose own address is seen.
  const cases: [string, string][] = [
    ["c", `b ${pods.c.address}`],
    ["a", `b ${pods.a.address}`],
    ["one", `b ${nodes.one.address}`],
    ["host", `b ${nodes.one.address}`],
  ];
  for (const [from, expected] of cases) {
    const { text, error, ms } = await tcp(from, vip(1), 80);
    t.diagnostic(`from ${from}: ${ms.toFixed(1)} ms`);
    assert.equal(text, expected, `from ${from}: ${error}`);
  }
  const fromTwo = await tcp("two", vip(1), 80);
  assert.match(fromTwo.text ?? "", /^b 10\./);
  // A pod that is its own endpoint, too.
  const hairpin = await tcp("b", vip(1), 80);
  assert.match(hairpin.text ?? hairpin.error ?? "", /^b 10\./);
});

test("NodePort on every node, from everywhere", { skip }, async () => {
  for (const from of ["c", "b", "one", "two", "host"]) {
    for (const { address } of Object.values(nodes)) {
      const { text, error } = await tcp(from, address, 30080);
      assert.match(text ?? "", /^b /, `from ${from} to ${address}: ${error}`);
    }
  }
});

test("both endpoints get their share, and changes count at once", { skip }, async () => {
  await apply({ slices: [web(endpointA, endpointB)] });
  const counts: Record<string, number> = {};
  for (let round = 0; round < 40; round++) {
    const { text = "none" } = await tcp("c", vip(1), 80);
    const [server = ""] = text.split(" ");
    counts[server] = (counts[server] ?? 0) + 1;
  }
  assert.deepEqual(Object.keys(counts).sort(), ["a", "b"], JSON.stringify(counts));
  await apply({ slices: [web(endpointA)] });
  for (let round = 0; round < 10; round++) {
    assert.match((await tcp("c", vip(1), 80)).text ?? "", /^a /);
  }
});

test("no endpoints: refused, and fast; other ports too", { skip }, async () => {
  await apply({ slices: [web()] });
  for (const from of ["c", "one", "host"]) {
    for (const [address, port] of [
      [vip(1), 80],
      [nodes.one.address, 30080],
      [nodes.two.address, 30080],
      [vip(1), 81],
    ] as const) {
      const { error, ms } = await tcp(from, address, port);
      assert.equal(error, "ECONNREFUSED", `from ${from} to ${address}:${port}`);
      assert.ok(ms < 200, `${ms} ms`);
    }
  }
  const unused = await peers
    .get("c")
    ?.call({ over: "tcp", address: vip(200), port: 80, timeoutMs: 300 });
  assert.equal(unused?.error, "TIMEOUT", "an address that no Service has leads nowhere");
});

test("session affinity", { skip }, async () => {
  const sticky: Draft<Service>["spec"] = {
    ...webPorts,
    sessionAffinity: "ClientIP",
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 2 } },
  };
  await apply({ services: [service("web", sticky)], slices: [web(endpointA, endpointB)] });
  for (const from of ["c", "host"]) {
    const { text: first = "" } = await tcp(from, vip(1), 80);
    assert.match(first, /^[ab] /);
    for (let round = 0; round < 12; round++) {
      assert.equal((await tcp(from, vip(1), 80)).text, first);
    }
    // It survives other changes, and gives way when the endpoint goes.
    await apply({ services: [service("other", { clusterIP: vip(9), ports: [{ port: 1 }] })] });
    assert.equal((await tcp(from, vip(1), 80)).text, first);
    await apply({ slices: [web(first.startsWith("a") ? endpointB : endpointA)] });
    assert.match((await tcp(from, vip(1), 80)).text ?? "", first.startsWith("a") ? /^b/ : /^a/);
    await apply({ slices: [web(endpointA, endpointB)], gone: ["other"] });
  }
});

test("a UDP sender that keeps its port leaves an endpoint that is gone", { skip }, async () => {
  const dns = service("dns", {
    clusterIP: vip(2),
    type: "NodePort",
    ports: [{ port: 53, protocol: "UDP", nodePort: 30053 }],
  });
  const slices = (...endpoints: { ip: string; node: string }[]) => [
    slice("dns", [{ port: 5353, protocol: "UDP" }], endpoints),
  ];
  const until = async (from: string, expected: RegExp, address = vip(2), port = 53) => {
    // One datagram is lost when the flow moves.
    for (let attempt = 0; attempt < 2; attempt++) {
      const { text = "" } = await udp(from, port, 40_000, address);
      if (expected.test(text)) return;
    }
    assert.fail(`from ${from} to ${address}: no answer ${String(expected)}`);
  };
  await apply({ services: [dns], slices: slices(endpointA) });
  const targets = [
    [vip(2), 53],
    [nodes.two.address, 30053],
  ] as const;
  for (const expected of ["a", "b", "a", "b"]) {
    await apply({ slices: slices(expected === "a" ? endpointA : endpointB) });
    for (const from of ["c", "one", "host"]) {
      for (const [address, port] of targets) {
        await until(from, new RegExp(`^${expected} `), address, port);
      }
    }
  }
  // A flow whose endpoint stays is left where it is.
  await apply({ slices: slices(endpointA, endpointB) });
  for (let round = 0; round < 5; round++) {
    assert.match((await udp("c", 53, 40_000)).text ?? "", /^b /);
  }
  await apply({ slices: slices() });
  assert.equal((await udp("c", 53, 40_000)).error, "TIMEOUT", "the flow is noticed");
  assert.equal((await udp("c", 53, 40_000)).error, "ECONNREFUSED");
  await apply({ gone: ["dns"] });
});

test("traffic policies Local", { skip }, async () => {
  const local: Draft<Service>["spec"] = { ...webPorts, externalTrafficPolicy: "Local" };
  await apply({ services: [service("web", local)], slices: [web(endpointB)] });
  const viaTwo = await tcp("host", nodes.two.address, 30080);
  assert.equal(viaTwo.text, `b ${gateway}`, "the true address of the client is seen");
  const quick = { over: "tcp", address: nodes.one.address, port: 30080, timeoutMs: 300 } as const;
  assert.equal((await peers.get("host")?.call(quick))?.error, "TIMEOUT", "none on that node");
  assert.match((await tcp("c", nodes.one.address, 30080)).text ?? "", /^b /, "a pod is served");
  assert.match((await tcp("one", nodes.one.address, 30080)).text ?? "", /^b /, "so is the node");

  const inside: Draft<Service>["spec"] = { ...webPorts, internalTrafficPolicy: "Local" };
  await apply({ services: [service("web", inside)] });
  const dropped = { over: "tcp", address: vip(1), port: 80, timeoutMs: 300 } as const;
  assert.equal((await peers.get("c")?.call(dropped))?.error, "TIMEOUT");
  assert.match((await tcp("b", vip(1), 80)).text ?? "", /^b /);
});

test("an endpoint that is the node itself, as cluster DNS is", { skip }, async () => {
  const spec: Draft<Service>["spec"] = {
    clusterIP: vip(10),
    internalTrafficPolicy: "Local",
    ports: [{ port: 80 }],
  };
  const onNode = { ip: nodes.one.address, node: "one" };
  await apply({
    services: [service("kube", spec)],
    slices: [slice("kube", [{ port: 8080 }], [onNode])],
  });
  assert.equal((await tcp("c", vip(10), 80)).text, `one ${pods.c.address}`);
  for (const from of ["one", "host"]) {
    assert.match((await tcp(from, vip(10), 80)).text ?? "", /^one 10\./, `from ${from}`);
  }
  await apply({ gone: ["kube"] });
});

test("load-balancer addresses, externalIPs and source ranges", { skip }, async () => {
  const balanced = service("web", {
    ...webPorts,
    type: "LoadBalancer",
    externalIPs: ["10.214.255.9"],
  });
  const withAddress = {
    ...balanced,
    status: { loadBalancer: { ingress: [{ ip: balancer }] } },
  } as Service;
  await apply({ services: [withAddress], slices: [web(endpointB)] });
  for (const from of ["host", "c", "one"]) {
    assert.match((await tcp(from, balancer, 80)).text ?? "", /^b /, `from ${from}`);
  }
  assert.match((await tcp("c", "10.214.255.9", 80)).text ?? "", /^b /);
  const limited = {
    ...withAddress,
    spec: { ...withAddress.spec, loadBalancerSourceRanges: [`${gateway}/32`] },
  } as Service;
  await apply({ services: [limited] });
  assert.match((await tcp("host", balancer, 80)).text ?? "", /^b /);
  const refused = { over: "tcp", address: balancer, port: 80, timeoutMs: 300 } as const;
  assert.equal((await peers.get("c")?.call(refused))?.error, "TIMEOUT");
  assert.match((await tcp("c", vip(1), 80)).text ?? "", /^b /, "the cluster address is not meant");
});

test("the host has no rules of the proxy", { skip }, async () => {
  const { stdout } = await promisify(execFile)("nft", ["list", "tables"]);
  assert.doesNotMatch(stdout, /kijabi_proxy/);
});
