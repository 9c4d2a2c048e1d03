import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Resolver } from "node:dns/promises";
import { after, before, test } from "node:test";
import { once } from "node:events";
import packet from "dns-packet";
import type { Answer, Packet, RecordType } from "dns-packet";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { cryptoRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { MetricsRegistry } from "#base/metrics.ts";
import { testService, testSlice } from "#proxy/node/testing/objects.ts";
import { AnswerCache } from "../cache.ts";
import { ClusterRecords } from "../records.ts";
import { exchangeTcp, exchangeUdp } from "./exchange.ts";
import type { Server } from "./exchange.ts";
import { upstreamsOfResolvConf } from "./forwarder.ts";
import { serveDns } from "./server.ts";
import type { DnsServer } from "./server.ts";

const clock = systemClock();
const failures: unknown[] = [];
const scope = new Scope({ onFailure: (_, error) => failures.push(error) });
const metrics = new MetricsRegistry();
const records = new ClusterRecords();
/** What the test's own upstream server answers to a name, and how often it was asked. */
const world = new Map<string, { answers: Answer[]; rcode?: number; truncate?: boolean }>();
const asked: string[] = [];
let upstreams: readonly Server[] = [];
let server: DnsServer;

before(async () => {
  const upstream = await startUpstream();
  const deaf = await silentPort();
  upstreams = [{ address: "127.0.0.1", port: deaf }, upstream];
  records.setService(testService("web", { clusterIP: "10.96.0.5", ports: [{ port: 80 }] }));
  records.setService(testService("many", { clusterIP: "None", ports: [{ port: 80 }] }));
  const endpoints = Array.from({ length: 200 }, (_, index) => ({ ip: `10.244.1.${index}` }));
  records.setEndpointSlice(testSlice("many", [{ port: 80 }], endpoints));
  const external = (name: string, externalName: string) =>
    records.setService(testService(name, { type: "ExternalName", externalName }));
  external("far", "world.example");
  external("near", "far.default.svc.cluster.local");
  external("round", "round.default.svc.cluster.local");
  external("lost", "lost.example");
  records.markSynced();
  server = await serveDns(
    {
      addresses: ["127.0.0.1", "127.0.0.2"],
      port: 0,
      records,
      upstreams: () => upstreams,
      clock,
      random: cryptoRandom,
      logger: silentLogger,
      metrics,
      upstreamTimeoutMs: 150,
    },
    scope,
  );
});

after(async () => {
  await scope.close();
  assert.deepEqual(failures, []);
});

/** Speaks over both transports, and marks what is over UDP as truncated where it shall. */
async function startUpstream(): Promise<Server> {
  const answer = (message: Buffer, overUdp: boolean) => {
    const { id, questions = [] } = packet.decode(message);
    const [question] = questions;
    const name = question?.name ?? "";
    asked.push(`${overUdp ? "udp" : "tcp"} ${name}`);
    const entry = world.get(name) ?? { answers: [], rcode: 3 };
    const isCut = overUdp && entry.truncate;
    return packet.encode({
      type: "response",
      id: id ?? 0,
      flags:
        packet.RECURSION_AVAILABLE | (isCut ? packet.TRUNCATED_RESPONSE : 0) | (entry.rcode ?? 0),
      questions,
      answers: isCut ? [] : entry.answers,
    });
  };
  const tcp = createServer((socket) => {
    socket.on("data", (chunk: Buffer) => {
      const response = answer(chunk.subarray(2), false);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(response.length);
      socket.end(Buffer.concat([length, response]));
    });
  });
  tcp.listen(0, "127.0.0.1");
  await once(tcp, "listening");
  const { port } = tcp.address() as { port: number };
  const udp = createSocket("udp4");
  udp.on("message", (message, from) => udp.send(answer(message, true), from.port, from.address));
  udp.bind(port, "127.0.0.1");
  await once(udp, "listening");
  scope.onClose(() => {
    tcp.close();
    udp.close();
  });
  return { address: "127.0.0.1", port };
}

/** Takes datagrams, and says nothing. */
let sentToDeaf = 0;

async function silentPort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  socket.on("message", () => void sentToDeaf++);
  scope.onClose(() => void socket.close());
  return socket.address().port;
}

async function ask(
  name: string,
  type: RecordType = "A",
  options: { over?: "udp" | "tcp"; udpSize?: number; to?: string } = {},
): Promise<Packet & { rcode?: string; flag_tc?: boolean; flag_aa?: boolean; length: number }> {
  const query = packet.encode({
    type: "query",
    id: 7,
    flags: packet.RECURSION_DESIRED,
    questions: [{ name, type }],
    additionals: options.udpSize
      ? [
          {
            type: "OPT",
            name: ".",
            udpPayloadSize: options.udpSize,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: 0,
            flag_do: false,
            options: [],
          },
        ]
      : [],
  });
  const exchange = options.over === "tcp" ? exchangeTcp : exchangeUdp;
  const to = { address: options.to ?? "127.0.0.1", port: server.port };
  const answer = await exchange(new Uint8Array(query), to, () => true, AbortSignal.timeout(3000));
  const decoded = packet.decode(Buffer.from(answer));
  assert.equal(decoded.id, 7);
  return { ...decoded, length: answer.length };
}

const dataOf = (response: Packet) =>
  (response.answers ?? []).map((answer) => ("data" in answer ? answer.data : undefined));

test("a Service, over UDP and TCP, on each address", async () => {
  for (const over of ["udp", "tcp"] as const) {
    for (const to of server.addresses) {
      const response = await ask("web.default.svc.cluster.local", "A", { over, to });
      assert.equal(response.rcode, "NOERROR");
      assert.equal(response.flag_aa, true);
      assert.deepEqual(dataOf(response), ["10.96.0.5"]);
    }
  }
});

test("a name that is not there, with how long that holds", async () => {
  const response = await ask("absent.default.svc.cluster.local");
  assert.equal(response.rcode, "NXDOMAIN");
  const [soa] = response.authorities ?? [];
  assert.equal(soa?.type, "SOA");
  assert.equal(soa && "data" in soa && (soa.data as { minimum: number }).minimum, 5);
});

test("a long answer: cut for small readers, whole for others", async () => {
  const name = "many.default.svc.cluster.local";
  const small = await ask(name);
  assert.equal(small.flag_tc, true);
  assert.ok(small.length <= 512 && (small.answers?.length ?? 0) > 20, `${small.length} bytes`);
  const larger = await ask(name, "A", { udpSize: 1232 });
  assert.equal(larger.flag_tc, true);
  assert.ok(larger.length <= 1232 && (larger.answers?.length ?? 0) > 60, `${larger.length} bytes`);
  assert.equal(larger.additionals?.[0]?.type, "OPT");
  const whole = await ask(name, "A", { over: "tcp" });
  assert.equal(whole.flag_tc, false);
  assert.equal(new Set(dataOf(whole)).size, 200);
  const alsoWhole = await ask(name, "A", { udpSize: 4096 });
  assert.equal(alsoWhole.answers?.length, 200);
});

test("other names go to the upstream server that answers, and are remembered", async () => {
  world.set("www.example", {
    answers: [{ type: "A", name: "www.example", ttl: 300, data: "192.0.2.1" }],
  });
  const response = await ask("www.example");
  assert.deepEqual(dataOf(response), ["192.0.2.1"]);
  const count = asked.length;
  const again = await ask("www.example", "A", { over: "tcp" });
  assert.deepEqual(dataOf(again), ["192.0.2.1"]);
  const [first] = again.answers ?? [];
  assert.ok(first && "ttl" in first && Number(first.ttl) <= 30, "no longer than 30 s");
  assert.equal(asked.length, count, "from the cache");
  assert.equal((await ask("nobody.example")).rcode, "NXDOMAIN");
});

test("a server that was deaf is asked last for a while", async () => {
  world.set("quick.example", {
    answers: [{ type: "A", name: "quick.example", ttl: 1, data: "192.0.2.2" }],
  });
  const before = sentToDeaf;
  assert.ok(before > 0, "it is the first in the list");
  await ask("quick.example");
  assert.equal(sentToDeaf, before);
});

test("what upstream cuts is fetched over TCP", async () => {
  const answers = Array.from({ length: 60 }, (_, index) => ({
    type: "A" as const,
    name: "long.example",
    ttl: 60,
    data: `192.0.2.${index}`,
  }));
  world.set("long.example", { answers, truncate: true });
  const cut = await ask("long.example");
  assert.equal(cut.flag_tc, true);
  assert.deepEqual(asked.slice(-2), ["udp long.example", "tcp long.example"]);
  const whole = await ask("long.example", "A", { over: "tcp" });
  assert.equal(whole.answers?.length, 60);
});

test("an ExternalName is followed, in the cluster and outside", async () => {
  world.set("world.example", {
    answers: [
      { type: "CNAME", name: "world.example", ttl: 60, data: "real.example" },
      { type: "A", name: "real.example", ttl: 60, data: "192.0.2.3" },
    ],
  });
  const response = await ask("near.default.svc.cluster.local");
  assert.deepEqual(dataOf(response), [
    "far.default.svc.cluster.local",
    "world.example",
    "real.example",
    "192.0.2.3",
  ]);
  const round = await ask("round.default.svc.cluster.local");
  assert.equal(round.rcode, "SERVFAIL");
});

test("no upstream server that answers: SERVFAIL", async () => {
  const all = upstreams;
  upstreams = [];
  assert.equal((await ask("unknown.example")).rcode, "SERVFAIL");
  const alias = await ask("lost.default.svc.cluster.local");
  assert.equal(alias.rcode, "SERVFAIL");
  upstreams = [{ address: "127.0.0.1", port: 1 }];
  assert.equal((await ask("other.example")).rcode, "SERVFAIL");
  upstreams = all;
  world.set("broken.example", { answers: [], rcode: 2 });
  assert.equal((await ask("broken.example")).rcode, "SERVFAIL");
});

test("bad messages", async () => {
  const send = (bytes: number[]) => {
    const to = { address: "127.0.0.1", port: server.port };
    return exchangeUdp(Uint8Array.from(bytes), to, () => true, AbortSignal.timeout(200));
  };
  const header = (flags: number, questions: number) => [
    0,
    9,
    flags,
    0,
    0,
    questions,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  const codeOf = async (bytes: number[]) => ((await send(bytes))[3] ?? 0) & 0xf;
  assert.equal(await codeOf(header(0, 0)), 1, "no question");
  assert.equal(await codeOf([...header(0, 1), 63, 1, 2]), 1, "cut off");
  assert.equal(await codeOf([...header(0, 1), 0xc0, 12, 0, 1, 0, 1]), 1, "a name in circles");
  assert.equal(await codeOf([...header(0x10, 1), 0, 0, 1, 0, 1]), 4, "not a query");
  assert.equal(await codeOf([...header(0, 1), 0, 0, 1, 0, 3]), 5, "another class");
  await assert.rejects(send([1, 2, 3]), "too short for any answer");
  await assert.rejects(send(header(0x80, 0)), "an answer is not answered");
  assert.deepEqual(dataOf(await ask("web.default.svc.cluster.local")), ["10.96.0.5"]);
});

test("the system's own resolver reads our answers", async () => {
  const resolver = new Resolver({ timeout: 1000, tries: 1 });
  resolver.setServers([`127.0.0.1:${server.port}`]);
  const domain = "default.svc.cluster.local";
  assert.deepEqual(await resolver.resolve4(`web.${domain}`), ["10.96.0.5"]);
  assert.equal((await resolver.resolve4(`many.${domain}`)).length, 200);
  const [location] = await resolver.resolveSrv(`_._tcp.web.${domain}`);
  assert.partialDeepStrictEqual(location, {
    name: `web.${domain}`,
    port: 80,
    priority: 0,
    weight: 100,
  });
  assert.deepEqual(await resolver.reverse("10.96.0.5"), [`web.${domain}`]);
  assert.deepEqual(await resolver.resolveTxt("dns-version.cluster.local"), [["1.1.0"]]);
  assert.deepEqual(await resolver.resolveCname(`far.${domain}`), ["world.example"]);
  const soa = await resolver.resolveSoa("cluster.local");
  assert.equal(soa.hostmaster, "hostmaster.cluster.local");
  await assert.rejects(resolver.resolve4(`absent.${domain}`), { code: "ENOTFOUND" });
  await assert.rejects(resolver.resolve6(`web.${domain}`), { code: "ENODATA" });
  const text = metrics.render();
  assert.match(text, /coredns_dns_responses_total\{rcode="NXDOMAIN"\} \d/);
});

test("times to live run on in the cache, and end there", async () => {
  const virtual = new VirtualClock();
  const cache = new AnswerCache({ clock: virtual, capacity: 2 });
  const bytes = (ttl: number) =>
    new Uint8Array(
      packet.encode({
        type: "response",
        id: 1,
        questions: [{ name: "a.example", type: "A" }],
        answers: [{ type: "A", name: "a.example", ttl, data: "192.0.2.1" }],
      }),
    );
  const ttlOf = (answer: Uint8Array | undefined) => {
    if (!answer) return undefined;
    const [first] = packet.decode(Buffer.from(answer)).answers ?? [];
    return first && "ttl" in first ? first.ttl : undefined;
  };
  cache.put("long", bytes(3600));
  cache.put("short", bytes(1));
  assert.equal(ttlOf(cache.get("long", 5)), 30);
  assert.equal(packet.decode(Buffer.from(cache.get("long", 5) ?? [])).id, 5);
  await virtual.advance(4000);
  assert.equal(ttlOf(cache.get("long", 5)), 26);
  assert.equal(ttlOf(cache.get("short", 5)), 1);
  await virtual.advance(1000);
  assert.equal(cache.get("short", 5), undefined, "5 s at least, and no longer");
  cache.put("b", bytes(60));
  cache.put("c", bytes(60));
  assert.equal(cache.get("long", 5), undefined, "the oldest makes room");
});

test("upstream servers of resolv.conf, but not ourselves", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "kijabi-dns-"));
  t.after(() => rm(folder, { recursive: true }));
  const first = join(folder, "first");
  const second = join(folder, "second");
  const virtual = new VirtualClock();
  const options = { files: [first, second], own: ["10.96.0.10", "10.0.0.2"], clock: virtual };
  const servers = upstreamsOfResolvConf({ ...options, loopback: false, logger: silentLogger });
  await writeFile(second, "nameserver 192.0.2.8 # ours\nnameserver 10.0.0.2\n");
  assert.deepEqual(servers(), [{ address: "192.0.2.8", port: 53 }]);
  await writeFile(first, "search example\nnameserver 127.0.0.53\n");
  await virtual.advance(6000);
  assert.deepEqual(servers(), [{ address: "192.0.2.8", port: 53 }], "loopback is not reachable");
  await writeFile(first, "nameserver 10.96.0.10\nnameserver 192.0.2.9\nnameserver nonsense\n");
  assert.deepEqual(servers(), [{ address: "192.0.2.8", port: 53 }], "looked at now and then");
  await virtual.advance(6000);
  assert.deepEqual(servers(), [{ address: "192.0.2.9", port: 53 }]);
});
