import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { silentLogger } from "#base/log.ts";
import { cryptoRandom } from "#base/random.ts";
import {
  createNetwork,
  createNodeNamespace,
  removeNetwork,
} from "#cluster/providers/node/network.ts";
import { NftablesRules } from "#proxy/node/nftables/nftables.ts";
import { testService, testSlice } from "#proxy/node/testing/objects.ts";
import { createPodNamespace, removePodNamespace } from "#proxy/node/testing/pod.ts";
import { plan } from "#proxy/plan.ts";

const skip = process.getuid?.() === 0 ? false : "needs root";
const profile = `t-dns-${process.pid}`;
const third = process.pid % 60;
const clusterCidr = `10.214.${third}.128/25`;
const serviceCidr = `10.214.${64 + third}.128/25`;
const node = {
  node: "one",
  address: `10.214.${192 + third}.130`,
  podCidr: `10.214.${third}.128/26`,
};
const dnsIp = `10.214.${64 + third}.138`;
const webIp = `10.214.${64 + third}.139`;

/** Asks with the resolver of Node, in a namespace or on the host. */
async function lookUp(namespace: string | undefined, over: "udp" | "tcp"): Promise<string> {
  // A name with one answer is asked for over TCP only when that is forced.
  const resolve =
    `const { Resolver } = require("node:dns/promises"); const resolver = new Resolver({ timeout: 2000, tries: 1 });` +
    ` resolver.setServers(["${dnsIp}"]);` +
    ` resolver.resolve4("web.default.svc.cluster.local").then((all) => console.log(all.join()));`;
  const connect =
    `const socket = require("node:net").connect(53, "${dnsIp}");` +
    ` socket.on("error", (error) => console.log(error.code));` +
    ` socket.on("connect", () => { console.log("connected"); socket.destroy(); });`;
  const program = [process.execPath, "-e", over === "udp" ? resolve : connect];
  const [command = "", ...args] = namespace
    ? ["nsenter", `--net=/run/netns/${namespace}`, ...program]
    : program;
  return (await promisify(execFile)(command, args)).stdout.trim();
}

test("the node's DNS behind the cluster's DNS address", { skip }, async (t) => {
  t.after(() => removeNetwork({ profile }));
  const subnet = `10.214.${192 + third}.128/28`;
  const network = await createNetwork({ profile, subnet, clusterCidr });
  const serviceCidrs = [serviceCidr];
  const namespace = await createNodeNamespace({ network, ...node, serviceCidrs });
  const pod = `${profile}-pod`;
  await createPodNamespace({
    name: pod,
    nodeNamespace: namespace.name,
    link: "pod",
    address: `10.214.${third}.133`,
    gateway: `10.214.${third}.129`,
  });
  t.after(() => removePodNamespace(pod));

  const program = fileURLToPath(new URL("testing/dns-program.ts", import.meta.url));
  const child = spawn(
    "nsenter",
    [`--net=${namespace.path}`, process.execPath, program, node.address, webIp],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  t.after(async () => {
    child.stdin.end();
    await once(child, "exit");
  });
  await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  assert.equal(child.exitCode, null, "the server runs");

  const dns = testService("kube-dns", {
    clusterIP: dnsIp,
    internalTrafficPolicy: "Local",
    ports: [
      { name: "dns", port: 53, protocol: "UDP" },
      { name: "dns-tcp", port: 53 },
    ],
  });
  const slice = testSlice(
    "kube-dns",
    [
      { name: "dns", port: 53, protocol: "UDP" },
      { name: "dns-tcp", port: 53 },
    ],
    [{ ip: node.address, node: node.node }],
  );
  const rules = new NftablesRules({
    networkNamespace: namespace.path,
    random: cryptoRandom,
    logger: silentLogger,
  });
  await rules.apply(
    plan({
      node: { name: "one", addresses: [node.address], clusterCidr, serviceCidrs },
      services: [dns],
      endpointSlices: [slice],
    }),
    undefined,
  );
  for (const from of [pod, namespace.name, undefined]) {
    await t.test(`from ${from ?? "the host"}`, async () => {
      assert.equal(await lookUp(from, "udp"), webIp);
      assert.equal(await lookUp(from, "tcp"), "connected");
    });
  }
});
