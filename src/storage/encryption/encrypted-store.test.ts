import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromBase64, text, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import { VirtualClock } from "#base/clock.ts";
import { required } from "#base/invariant.ts";
import { MemoryStore } from "../memory/memory-store.ts";
import { storeContract } from "../node/contract.ts";
import { Cacher } from "../cacher/cacher.ts";
import { revision } from "../store.ts";
import type { StoreEvent } from "../store.ts";
import { EncryptedStore } from "./encrypted-store.ts";
import { KeyRing } from "./key-ring.ts";
import type { Provider, ValueCipher } from "./key-ring.ts";
import { EncryptionRules } from "./rules.ts";
import { aesCbc, aesGcm } from "./node/aes.ts";
import { secretbox } from "./node/secretbox.ts";

const gcmKeys = (...names: string[]): Provider => ({
  type: "aesgcm",
  keys: names.map((name) => ({ name, cipher: aesGcm(secretOf(name, 32)) })),
});
const identity: Provider = { type: "identity", keys: [] };

storeContract({
  name: "EncryptedStore",
  open: async ({ clock, watchBacklog }) => {
    const ring = new KeyRing([gcmKeys("one"), identity]);
    return new EncryptedStore({
      store: new MemoryStore({ clock, historyMax: watchBacklog }),
      ringOf: () => ring,
    });
  },
});

describe("what lies in an encrypted store", () => {
  const key = "/registry/secrets/default/token";

  test("does not show the value, and names the key that opens it", async () => {
    const raw = rawStore();
    const store = sealedBy(raw, gcmKeys("one"));
    const written = await store.commit({ key, value: utf8("very secret") });
    assert.ok(written.ok);
    assert.equal(text(required(written.entry, "it was written").value), "very secret");
    const stored = text(required(await raw.get(key), "it is stored").value);
    assert.ok(stored.startsWith("k8s:enc:aesgcm:v1:one:"), stored);
    assert.ok(!stored.includes("very secret"));
    assert.equal(text(required(await store.get(key), "it is there").value), "very secret");
  });

  test("differs for each write of one value", async () => {
    const raw = rawStore();
    const store = sealedBy(raw, gcmKeys("one"));
    await store.commit({ key, value: utf8("same") });
    const first = required(await raw.get(key), "it is stored").value;
    await store.commit({ key, value: utf8("same") });
    assert.notDeepEqual(required(await raw.get(key), "it is stored").value, first);
  });

  test("is of the resources that the rules name", async () => {
    const raw = rawStore();
    const store = sealedBy(raw, gcmKeys("one"));
    await store.commit({ key: "/registry/configmaps/default/c", value: utf8("public") });
    const { entries } = await raw.range({ prefix: "/registry/" });
    assert.deepEqual(
      entries.map(({ value }) => text(value)),
      ["public"],
    );
  });

  test("is bound to its place", async () => {
    const raw = rawStore();
    const store = sealedBy(raw, gcmKeys("one"));
    await store.commit({ key, value: utf8("mine") });
    const { value } = required(await raw.get(key), "it is stored");
    const elsewhere = "/registry/secrets/other/token";
    await raw.commit({ key: elsewhere, value });
    const moved = required(await store.get(elsewhere), "it is there");
    assert.throws(() => moved.value, {
      message:
        `Internal error occurred: unable to transform key "${elsewhere}": ` +
        "cipher: message authentication failed",
    });
  });

  test("is bound to the path that the medium has for it", async () => {
    const raw = rawStore();
    const rules = new EncryptionRules([{ resources: ["secrets"], providers: [gcmKeys("one")] }]);
    const store = new EncryptedStore({
      store: raw,
      ringOf: (place) => rules.ringOf(place),
      pathOf: (place) => `/elsewhere${place}`,
    });
    await store.commit({ key, value: utf8("mine") });
    const { value } = required(await raw.get(key), "it is stored");
    const sealed = value.subarray("k8s:enc:aesgcm:v1:one:".length);
    const cipher = aesGcm(secretOf("one", 32));
    assert.equal(text(cipher.open(sealed, utf8(`/elsewhere${key}`))), "mine");
  });
});

describe("the rotation of keys", () => {
  const key = "/registry/secrets/default/token";

  test("reads what older keys sealed, and writes with the first", async () => {
    const raw = rawStore();
    await sealedBy(raw, gcmKeys("old")).commit({ key, value: utf8("value") });
    const store = sealedBy(raw, gcmKeys("new", "old"));
    const read = required(await store.get(key), "it is there");
    assert.deepEqual([text(read.value), read.stale], ["value", true]);
    await store.commit({ key, value: read.value, expected: read.modified });
    const stored = text(required(await raw.get(key), "it is stored").value);
    assert.ok(stored.startsWith("k8s:enc:aesgcm:v1:new:"), stored);
    assert.equal(required(await store.get(key), "it is there").stale, false);
    const { value } = required(await sealedBy(raw, gcmKeys("new")).get(key), "it is there");
    assert.equal(text(value), "value");
  });

  test("takes place while entries are held, and opens what no key did", async () => {
    const raw = rawStore();
    const rulesOf = (...providers: readonly Provider[]) =>
      new EncryptionRules([{ resources: ["secrets"], providers }]);
    await sealedBy(raw, gcmKeys("two")).commit({ key: `${key}-2`, value: utf8("other") });
    let rules = rulesOf(gcmKeys("one"));
    const store = new EncryptedStore({ store: raw, ringOf: (place) => rules.ringOf(place) });
    const { entry: held } = await written(store, key);
    const unread = required(await store.get(`${key}-2`), "it is there");
    assert.equal(held.stale, false);
    assert.throws(() => unread.value, /no matching key/);
    rules = rulesOf(gcmKeys("two", "one"));
    assert.equal(held.stale, true);
    assert.equal(text(unread.value), "other");
    assert.equal((await written(store, key)).entry.stale, false);
  });

  test("begins with what was in clear, and ends with it", async () => {
    const raw = rawStore();
    await raw.commit({ key, value: utf8("clear") });
    const sealing = sealedBy(raw, gcmKeys("one"), identity);
    const read = required(await sealing.get(key), "it is there");
    assert.deepEqual([text(read.value), read.stale], ["clear", true]);
    await sealing.commit({ key, value: read.value });
    const clearing = sealedBy(raw, identity, gcmKeys("one"));
    const again = required(await clearing.get(key), "it is there");
    assert.deepEqual([text(again.value), again.stale], ["clear", true]);
    await clearing.commit({ key, value: again.value });
    assert.equal(text(required(await raw.get(key), "it is stored").value), "clear");
  });

  test("tells keys of one name apart by trying them", async () => {
    const raw = rawStore();
    await sealedBy(raw, gcmKeys("one")).commit({ key, value: utf8("value") });
    const renamed = { name: "one", cipher: aesGcm(secretOf("another", 32)) };
    const store = sealedBy(raw, { type: "aesgcm", keys: [renamed] }, gcmKeys("one"));
    assert.equal(text(required(await store.get(key), "it is there").value), "value");
  });
});

describe("what no key opens", () => {
  const key = "/registry/secrets/default/token";
  const cases: readonly [string, readonly Provider[] | undefined, string][] = [
    [
      "under a key that is gone",
      [gcmKeys("two")],
      "no matching key was found for the provided AES transformer",
    ],
    ["of a provider that is gone", [identity], "no matching prefix found"],
    ["of a resource without rule", undefined, "identity transformer tried to read encrypted data"],
  ];
  for (const [name, providers, why] of cases) {
    test(`is told by its path: ${name}`, async () => {
      const raw = rawStore();
      await sealedBy(raw, gcmKeys("one")).commit({ key, value: utf8("lost") });
      const rules = new EncryptionRules(providers ? [{ resources: ["secrets"], providers }] : []);
      const store = new EncryptedStore({ store: raw, ringOf: (place) => rules.ringOf(place) });
      const { entries } = await store.range({ prefix: "/registry/" });
      assert.throws(() => entries[0]?.value, {
        message: `Internal error occurred: unable to transform key "${key}": ${why}`,
      });
    });
  }

  test("leaves a cache of everything else at work, and may be deleted", async () => {
    const raw = rawStore();
    await sealedBy(raw, gcmKeys("one")).commit({ key, value: utf8("lost") });
    const store = sealedBy(raw, gcmKeys("two"), identity);
    await using cacher = new Cacher({ store, clock: new VirtualClock() });
    await cacher.ready;
    const lost = required(await cacher.get(key), "it is there");
    assert.throws(() => lost.value, /unable to transform key/);
    const other = "/registry/secrets/default/other";
    await cacher.commit({ key: other, value: utf8("found") });
    assert.equal(text(required(await cacher.get(other), "it is there").value), "found");
    assert.ok((await cacher.commit({ key, value: undefined })).ok);
    assert.equal(await cacher.get(key), undefined);
  });

  test("does not end a watch", async () => {
    const raw = rawStore();
    await sealedBy(raw, gcmKeys("one")).commit({ key, value: utf8("lost") });
    const store = sealedBy(raw, gcmKeys("two"));
    await store.commit({ key, value: utf8("again") });
    const events: StoreEvent[] = [];
    const stop = new AbortController();
    for await (const event of store.watch({ prefix: "/", after: revision(1) }, stop.signal)) {
      if (events.push(event) === 2) break;
    }
    const [first, second] = events;
    assert.ok(first?.type === "put" && second?.type === "put");
    assert.throws(() => first.entry.value, /unable to transform key/);
    assert.equal(text(second.entry.value), "again");
  });
});

describe("the rules of encryption", () => {
  test("the best name decides", () => {
    const only = (name: string) => ({ providers: [gcmKeys(name)] });
    const rules = new EncryptionRules([
      { resources: ["secrets"], ...only("secrets") },
      { resources: ["*."], ...only("core") },
      { resources: ["deployments.apps"], ...only("deployments") },
      { resources: ["*.apps"], ...only("apps") },
      { resources: ["*.*"], ...only("all") },
    ]);
    const keyFor = (key: string) =>
      text(rules.ringOf(key).seal(utf8("x"), utf8(key))).split(":")[4];
    const cases = {
      "/registry/secrets/default/s": "secrets",
      "/registry/configmaps/default/c": "core",
      "/registry/apps/deployments/default/d": "deployments",
      "/registry/apps/replicasets/default/r": "apps",
      "/registry/batch/jobs/default/j": "all",
      "/registry/example.com/widgets/default/w": "all",
    };
    for (const [key, name] of Object.entries(cases)) assert.equal(keyFor(key), name, key);
  });
});

describe("the ciphers", () => {
  const path = utf8("/registry/secrets/default/s");
  const ciphers: Record<string, (key: Bytes) => ValueCipher> = { aesGcm, aesCbc, secretbox };
  for (const [name, make] of Object.entries(ciphers)) {
    for (const size of name === "secretbox" ? [32] : [16, 24, 32]) {
      test(`${name} opens what it sealed with a key of ${size} bytes`, () => {
        const cipher = make(secretOf("key", size));
        for (const value of ["", "x", "sixteen bytes ok", "long ".repeat(1000)]) {
          assert.equal(text(cipher.open(cipher.seal(utf8(value), path), path)), value);
        }
      });
    }
    test(`${name} opens what upstream sealed`, () => {
      const sealed = fromBase64(required(sealedUpstream[name], "there is one"));
      const value =
        "upstream sealed this, in more than a block of sixty-four bytes, to be opened here";
      assert.equal(text(make(secretOf("key", 32)).open(sealed, path)), value);
    });
    test(`${name} says when it is given too little`, () => {
      const cipher = make(secretOf("key", 32));
      const message = "the stored data was shorter than the required size";
      assert.throws(() => cipher.open(utf8("short"), path), { message });
    });
  }
  for (const make of [aesGcm, secretbox]) {
    test(`${make.name} notices each changed bit`, () => {
      const cipher = make(secretOf("key", 32));
      const sealed = cipher.seal(utf8("value"), path);
      for (let bit = 0; bit < sealed.length * 8; bit++) {
        const changed = sealed.slice();
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        assert.throws(() => cipher.open(changed, path), /message authentication failed/);
      }
      assert.throws(() => make(secretOf("other", 32)).open(sealed, path), /authentication failed/);
    });
  }
});

/** By the transformers of its v1.36.3. */
const sealedUpstream: Readonly<Record<string, string>> = {
  aesGcm:
    "ch9ToEoUbUVCmiVUp578wF42+VJm8RY0Fv3QweRScORnGYwgsu4m6Ns/Zk6s55dpsUIuO7oNxQENuoSeCZc//Jir/G5k" +
    "vRGXw8psYLbRklhdD4jtRLV8/uWsAIIY2xeGzd9T+DxXr1Ktpate8w==",
  aesCbc:
    "sPIqT3T3Tuk4NeQONnkrqDPAkagIhtp2deuGCcSP2VmUOPvaqiP1O0BzBpruteuDU5137hmt7VxI70X6GMswOUxjmioH" +
    "0BXfAsXjJntqCBFWNsWdMVQAsyVg+BuLl1fnr1D89vWqvryET/IcBVBeog==",
  secretbox:
    "4lYH0MD2FDCxi5uPBp/DubNxKdbzzrygnID2hAFft/dzmqgLyv9OYtcrMHGXZRN+m9bWpLHjnFUW8rk7FwNGSB0DGv4q" +
    "q4IZ4h7jvs+KwvKt9Zm1Ql4BLhIB/1IeKobQ3t8uy7z1m8Gd7AhEs7psv9POsuwIEzSDew==",
};

async function written(store: EncryptedStore, key: string) {
  const result = await store.commit({ key, value: utf8("value") });
  assert.ok(result.ok);
  return { entry: required(result.entry, "it was written") };
}

function rawStore(): MemoryStore {
  return new MemoryStore({ clock: new VirtualClock() });
}

/** Secrets have these providers; everything else is in clear. */
function sealedBy(store: MemoryStore, ...providers: readonly Provider[]): EncryptedStore {
  const rules = new EncryptionRules([{ resources: ["secrets"], providers }]);
  return new EncryptedStore({ store, ringOf: (key) => rules.ringOf(key) });
}

function secretOf(name: string, size: number): Bytes {
  return utf8(name.padEnd(size, "-"));
}
