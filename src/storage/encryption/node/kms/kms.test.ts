import { test } from "node:test";
import type { TestContext } from "node:test";
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBase64, text, utf8 } from "#base/bytes.ts";
import { VirtualClock } from "#base/clock.ts";
import { required } from "#base/invariant.ts";
import { silentLogger } from "#base/log.ts";
import { cryptoRandom } from "#base/random.ts";
import { decodeProtobuf } from "#schema/protobuf.ts";
import { MemoryStore } from "../../../memory/memory-store.ts";
import { EncryptedStore } from "../../encrypted-store.ts";
import { EncryptionRules } from "../../rules.ts";
import { KmsEnvelope, seededGcm } from "./envelope.ts";
import { EncryptedObject } from "./messages.ts";
import { connectPlugin } from "./plugin.ts";
import { startTestPlugin } from "./testing.ts";

const key = "/registry/secrets/default/token";
const minute = 60_000;

async function open(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "kijabi-kms-"));
  const socket = join(folder, "kms.sock");
  const plugin = await startTestPlugin(socket);
  const clock = new VirtualClock();
  const raw = new MemoryStore({ clock });
  const connections: { close(): void }[] = [];
  t.after(async () => {
    for (const connection of connections) connection.close();
    plugin.close();
    await rm(folder, { recursive: true });
  });
  /** As a server does that starts. */
  const start = async () => {
    const connection = connectPlugin(`unix://${socket}`, 5_000);
    connections.push(connection);
    const environment = { clock, random: cryptoRandom, logger: silentLogger };
    const envelope = new KmsEnvelope({ ...environment, name: "vault", plugin: connection });
    await envelope.probe();
    const provider = { type: "kms", keys: [{ name: "vault", cipher: envelope }] };
    const rules = new EncryptionRules([{ resources: ["secrets"], providers: [provider] }]);
    const store = new EncryptedStore({ store: raw, ringOf: (place) => rules.ringOf(place) });
    return { envelope, store };
  };
  const stored = async (at = key) => required(await raw.get(at), "it is stored").value;
  const read = async (store: EncryptedStore, at = key) =>
    required(await store.get(at), "it is there");
  return { plugin, clock, raw, start, stored, read };
}

test("values are sealed under a seed that the plugin has encrypted, and say so", async (t) => {
  const { plugin, start, stored, read } = await open(t);
  const { store } = await start();
  await store.commit({ key, value: utf8("very secret") });
  await store.commit({ key: `${key}-2`, value: utf8("another") });
  const bytes = await stored();
  const prefix = "k8s:enc:kms:v2:vault:";
  assert.equal(text(bytes.subarray(0, prefix.length)), prefix);
  assert.ok(!text(bytes).includes("very secret"));
  const object = decodeProtobuf(EncryptedObject, bytes.subarray(prefix.length), { fillZero: true });
  assert.equal(object.keyID, "key-1");
  assert.equal(object.encryptedDEKSourceType, 1);
  assert.equal(text(required(object.annotations["made.example.com"], "it is kept")), "here");
  assert.equal(text((await read(store)).value), "very secret");
  assert.deepEqual(plugin.calls, ["Status", "Encrypt"]);
});

test("a server that starts asks once for each seed, in gets, lists and watches", async (t) => {
  const { plugin, start, read } = await open(t);
  const { store: first } = await start();
  for (let n = 0; n < 5; n++) await first.commit({ key: `${key}-${n}`, value: utf8(`${n}`) });
  plugin.calls.length = 0;
  const { store } = await start();
  const { entries } = await store.range({ prefix: "/registry/secrets/" });
  assert.deepEqual(
    entries.map(({ value, stale }) => [text(value), stale]),
    ["0", "1", "2", "3", "4"].map((value) => [value, false]),
  );
  assert.equal(text((await read(store, `${key}-3`)).value), "3");
  assert.deepEqual(plugin.calls, ["Status", "Encrypt", "Decrypt"]);

  const stop = new AbortController();
  const query = { prefix: "/registry/secrets/", after: await store.current() };
  const events = store.watch(query, stop.signal)[Symbol.asyncIterator]();
  const next = events.next();
  const { store: other } = await start();
  await other.commit({ key: `${key}-new`, value: utf8("new") });
  const { value: event } = await next;
  assert(event?.type === "put");
  assert.equal(text(event.entry.value), "new");
  stop.abort();
});

test("what the plugin's earlier key sealed is stale, and written under the new one", async (t) => {
  const { plugin, start, stored, read } = await open(t);
  const { envelope, store } = await start();
  const committed = await store.commit({ key, value: utf8("value") });
  assert(committed.ok && committed.entry);
  assert.equal(committed.entry.stale, false);
  plugin.keyId = "key-2";
  assert.equal((await read(store)).stale, false);
  await envelope.probe();
  assert.equal(committed.entry.stale, true);
  const entry = await read(store);
  assert.deepEqual([text(entry.value), entry.stale], ["value", true]);
  await store.commit({ key, value: entry.value });
  assert.equal((await read(store)).stale, false);
  assert.match(text(await stored()), /key-2/);
});

test("without the plugin known values are read, and written for three minutes", async (t) => {
  const { plugin, clock, start, read } = await open(t);
  const { envelope, store } = await start();
  const stop = new AbortController();
  const running = envelope.run(stop.signal);
  await store.commit({ key, value: utf8("value") });
  plugin.isDown = true;
  await clock.advance(2 * minute);
  await envelope.probe();
  assert.match(required(envelope.problem, "it is known"), /vault is closed/);
  await store.commit({ key, value: utf8("value 2") });
  await clock.advance(3 * minute);
  assert.equal(text((await read(store)).value), "value 2");
  await assert.rejects(store.commit({ key, value: utf8("value 3") }), {
    message: /^Internal error occurred: encryptedDEKSource with keyID hash "sha256:\w+" expired at/,
  });
  plugin.isDown = false;
  await envelope.probe();
  assert.equal(envelope.problem, undefined);
  await store.commit({ key, value: utf8("value 4") });
  stop.abort();
  await running;
});

test("a plugin that comes late opens what could not be read before", async (t) => {
  const { plugin, start, read } = await open(t);
  const { store: first } = await start();
  await first.commit({ key, value: utf8("value") });
  plugin.isDown = true;
  const { envelope, store } = await start();
  assert.match(required(envelope.problem, "it is down"), /^failed to perform status section/);
  const held = await read(store);
  assert.throws(() => held.value, /failed to decrypt DEK, error: .*vault is closed/);
  await assert.rejects(store.commit({ key, value: utf8("x") }), /no key to seal with yet/);
  plugin.isDown = false;
  assert.equal(text((await read(store)).value), "value");
  assert.equal(text(held.value), "value");
});

test("a plugin that says something odd is not well", async (t) => {
  const { plugin, start } = await open(t);
  const cases: [change: Partial<typeof plugin>, problem: RegExp][] = [
    [{ healthz: "sealed" }, /kmsv2 Provider vault is not healthy, error: got unexpected healthz/],
    [{ version: "v3" }, /expected KMSv2 API version v2, got v3/],
    [{ keyId: "" }, /got invalid KMSv2 KeyID hash "": keyID is empty/],
    [{ keyId: "k".repeat(1025) }, /keyID is 1025 bytes, which exceeds the max size of 1024/],
  ];
  for (const [change, problem] of cases) {
    const usual = { healthz: "ok", version: "v2", keyId: "key-1" };
    Object.assign(plugin, usual, change);
    const { envelope } = await start();
    assert.match(envelope.problem ?? "", problem);
    Object.assign(plugin, usual);
  }
});

/** By the types of its v1.36.3. */
const sealedUpstream =
  "Cl3DQG1GrZK1V5mbBXWLPk8dUDgkkXE/a2DMP9iKTG7LSIUnn5qYcMoJXmiF8pggXKsH/gw6PMZX/Z0yrDH6UuTWt56i" +
  "8+KaQJx9tgYXe5ksPQHYUOl+3AUY4A9J4nsSBWtleS0xGgtzZWFsZWQgc2VlZCISCg1hLmV4YW1wbGUuY29tEgExKAE=";

test("what upstream sealed under a seed is opened", () => {
  const object = decodeProtobuf(EncryptedObject, fromBase64(sealedUpstream), { fillZero: true });
  assert.equal(object.keyID, "key-1");
  assert.equal(text(object.encryptedDEKSource), "sealed seed");
  assert.equal(object.encryptedDEKSourceType, 1);
  const cipher = seededGcm(utf8("seed".padEnd(32, "-")));
  const place = utf8("/registry/secrets/default/s");
  assert.equal(text(cipher.open(object.encryptedData, place)), "upstream sealed this under a seed");
});
