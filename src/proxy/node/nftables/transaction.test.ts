import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import type { Service } from "#api/core/v1/service.ts";
import type { EndpointSlice } from "#api/discovery/v1.ts";
import { plan } from "../../plan.ts";
import type { ProxyNode } from "../../plan.ts";
import { testService as service, testSlice as slice } from "../testing/objects.ts";
import { NftablesRules } from "./nftables.ts";
import { changeTransaction, emptyTable, wholeTransaction } from "./transaction.ts";

const skip = process.getuid?.() === 0 ? false : "needs root";
const execute = promisify(execFile);
const namespace = `t-nft-${process.pid}`;
const networkNamespace = `/run/netns/${namespace}`;
const node: ProxyNode = {
  name: "one",
  addresses: ["10.214.0.2"],
  clusterCidr: "10.244.0.0/16",
  serviceCidrs: ["10.96.0.0/12"],
};

before(async () => {
  if (!skip) await execute("ip", ["netns", "add", namespace]);
});
after(async () => {
  if (!skip) await execute("ip", ["netns", "delete", namespace]);
});

const nft = async (...args: string[]) =>
  (await execute("nsenter", [`--net=${networkNamespace}`, "nft", ...args], { maxBuffer: 64 << 20 }))
    .stdout;

const createRules = () =>
  new NftablesRules({ networkNamespace, random: seededRandom(1), logger: silentLogger });

/** `count` Services with two endpoints each; the first is at `10.244.0.<tail>`. */
function cluster(count: number, tail = 1) {
  const services: Service[] = [];
  const endpointSlices: EndpointSlice[] = [];
  for (let index = 0; index < count; index++) {
    const name = `service-${index}`;
    const port = { name: "http", port: 80, nodePort: 30_000 + index };
    const clusterIP = `10.96.${index >> 8}.${index & 255}`;
    services.push(service(name, { clusterIP, type: "NodePort", ports: [port] }));
    const first = index === 0 ? tail : index & 255;
    const endpoints = [`10.244.${index >> 8}.${first}`, `10.245.${index >> 8}.${index & 255}`];
    endpointSlices.push(
      slice(
        name,
        [{ name: "http", port: 8080 }],
        endpoints.map((ip) => ({ ip })),
      ),
    );
  }
  return plan({ node, services, endpointSlices });
}

test("500 Services: the whole, and one change", { skip }, async (t) => {
  const rules = createRules();
  const first = cluster(500);
  const timed = async (what: string, work: () => Promise<void>) => {
    const started = performance.now();
    await work();
    const ms = performance.now() - started;
    t.diagnostic(`${what}: ${ms.toFixed(0)} ms`);
    return ms;
  };
  await timed("500 Services from nothing", () => rules.apply(first, undefined));
  await timed("500 Services again", () => rules.apply(first, undefined));
  const second = cluster(500, 77);
  const changeMs = await timed("one endpoint of 500 Services", () => rules.apply(second, first));
  assert.ok(changeMs < 1000);
  assert.match(await nft("list", "table", "ip", "kijabi_proxy"), /dnat to 10\.244\.0\.77:8080/);
  // What changes lead to is what writing all leads to.
  const changed = await nft("-j", "list", "table", "ip", "kijabi_proxy");
  await rules.remove();
  await createRules().apply(second, undefined);
  assert.deepEqual(
    contentOf(await nft("-j", "list", "table", "ip", "kijabi_proxy")),
    contentOf(changed),
  );
  await timed("499 Services gone", () => rules.apply(cluster(1, 77), second));
  const { chains } = contentOf(await nft("-j", "list", "table", "ip", "kijabi_proxy"));
  const own = chains.filter((name) => name.includes("/"));
  assert.equal(own.length, 4, `two endpoints, the service, its outside: ${own.join(" ")}`);
  await rules.remove();
});

interface Listing {
  nftables: {
    chain?: { name: string };
    rule?: { chain: string; expr: unknown };
    set?: { name: string; elem?: unknown[] };
    map?: { name: string; elem?: unknown[] };
  }[];
}

/** Without the order of things, handles and counters. The zone for stale flows may differ. */
function contentOf(listing: string) {
  const { nftables } = JSON.parse(listing) as Listing;
  return {
    chains: nftables.flatMap(({ chain }) => chain?.name ?? []).sort(),
    rules: nftables
      .flatMap(({ rule }) =>
        rule && rule.chain !== "udp-move" ? `${rule.chain} ${JSON.stringify(rule.expr)}` : [],
      )
      .sort(),
    elements: nftables
      .flatMap(({ set, map }) => {
        const found = set ?? map;
        return (found?.elem ?? []).map((item) => `${found?.name} ${JSON.stringify(item)}`);
      })
      .sort(),
  };
}

test("no change is no transaction; the smallest change touches only its own", () => {
  const before = cluster(3);
  assert.equal(changeTransaction(before, cluster(3), 1), undefined);
  const commands = changeTransaction(before, cluster(3, 9), 1) ?? "";
  assert.match(commands, /add chain ip kijabi_proxy endpoint-\S+10\.244\.0\.9\/8080/);
  assert.doesNotMatch(commands, /service-[12]\/|udp-move|element/);
});

test("a kernel without zones has all rules but those for stale UDP flows", () => {
  const commands = wholeTransaction(cluster(1), undefined, emptyTable);
  assert.doesNotMatch(commands, /zone|udp-flows|udp-move|raw-/);
  assert.match(commands, /add map ip kijabi_proxy services/);
});

test("a restart keeps clients' affinity, and takes away what is stale", { skip }, async () => {
  const sticky = service("sticky", {
    clusterIP: "10.96.0.1",
    sessionAffinity: "ClientIP",
    ports: [{ port: 80 }],
  });
  const endpointSlices = [slice("sticky", [{ port: 8080 }], [{ ip: "10.244.0.1" }])];
  const old = service("old", { clusterIP: "10.96.0.2", ports: [{ port: 80 }] });
  const oldSlice = slice("old", [{ port: 8080 }], [{ ip: "10.244.0.2" }]);
  await createRules().apply(
    plan({ node, services: [sticky, old], endpointSlices: [...endpointSlices, oldSlice] }),
    undefined,
  );
  const sets = JSON.parse(await nft("-j", "list", "sets")) as Listing;
  const affinity = sets.nftables.find(({ set }) => set?.name.startsWith("affinity-"))?.set?.name;
  assert.ok(affinity);
  await nft("add", "element", "ip", "kijabi_proxy", affinity, "{ 10.244.9.9 }");
  await createRules().apply(plan({ node, services: [sticky], endpointSlices }), undefined);
  assert.match(await nft("list", "set", "ip", "kijabi_proxy", affinity), /10\.244\.9\.9/);
  const table = await nft("list", "table", "ip", "kijabi_proxy");
  assert.doesNotMatch(table, /default\/old/);
  await createRules().remove();
});

test("what somebody else made of the table is written anew", { skip }, async () => {
  const rules = createRules();
  const wanted = cluster(2);
  await rules.apply(wanted, undefined);
  const right = contentOf(await nft("-j", "list", "table", "ip", "kijabi_proxy"));
  await nft("flush", "table", "ip", "kijabi_proxy");
  await nft("flush", "map", "ip", "kijabi_proxy", "services");
  await nft("add", "chain", "ip", "kijabi_proxy", "stranger");
  await rules.apply(wanted, undefined);
  assert.deepEqual(contentOf(await nft("-j", "list", "table", "ip", "kijabi_proxy")), right);
  // A chain of the same name at another place cannot be repaired, only replaced.
  await nft("delete", "table", "ip", "kijabi_proxy");
  await nft("add", "table", "ip", "kijabi_proxy");
  const hook = "{ type filter hook forward priority 5; }";
  await nft("add", "chain", "ip", "kijabi_proxy", "nat-prerouting", hook);
  await rules.apply(wanted, undefined);
  assert.deepEqual(contentOf(await nft("-j", "list", "table", "ip", "kijabi_proxy")), right);
});

test("a failure says what nft said, and leaves the rules as they were", { skip }, async () => {
  const rules = createRules();
  const wanted = cluster(2);
  await rules.apply(wanted, undefined);
  const right = await nft("list", "table", "ip", "kijabi_proxy");
  const broken = { ...wanted, node: { ...node, clusterCidr: "nonsense" } };
  await assert.rejects(rules.apply(broken, wanted), /nft failed: .*nonsense/s);
  assert.equal(await nft("list", "table", "ip", "kijabi_proxy"), right);
});
