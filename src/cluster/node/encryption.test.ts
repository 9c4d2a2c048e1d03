import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { text, toBase64, utf8 } from "#base/bytes.ts";
import { VirtualClock } from "#base/clock.ts";
import { parseFlags } from "#base/flags.ts";
import { required } from "#base/invariant.ts";
import { silentLogger } from "#base/log.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { cryptoRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { Secret } from "#api/core/v1.ts";
import { secrets } from "#server/resources/core/secrets/resource.ts";
import { MemoryStore } from "#storage/memory/memory-store.ts";
import { startTestPlugin } from "#storage/encryption/node/kms/testing.ts";
import type { ClusterConfig } from "../config.ts";
import { openTestServer } from "../../testkit/server.ts";
import { encryptionFlags, encryptionOfFlags, withEncryption } from "./encryption.ts";
import type { ConfigurationFile } from "./reload.ts";

const metadata = { name: "token", namespace: "default" };
const key = "/registry/secrets/default/token";

test("an update that changes nothing moves a Secret to the new key", async () => {
  await using files = await configurations();
  const clock = new VirtualClock();
  await using raw = new MemoryStore({ clock });
  const serve = async (config: Pick<ClusterConfig, "encryption">) =>
    await openTestServer({
      clock,
      ...(await withEncryption(raw, config, environment)),
      resources: () => [secrets],
    });
  const stored = async () => required(await raw.get(key), "it is stored");

  await using clear = await serve({});
  await clear.client.create(Secret, { metadata, data: { password: "aHVudGVyMg==" } });
  assert.match(text((await stored()).value), /aHVudGVyMg==/);

  let before = (await stored()).modified;
  for (const [keys, writes, isStale] of [
    [["one"], "one", true],
    [["two", "one"], "two", true],
    [["two"], "two", false],
  ] as const) {
    await using server = await serve(await files.with(...keys));
    const secret = await server.client.get(Secret, metadata);
    assert.equal(secret.data?.["password"], "aHVudGVyMg==");
    await server.client.update(Secret, secret);
    const { value, modified } = await stored();
    assert.ok(text(value).startsWith(`k8s:enc:aesgcm:v1:${writes}:`), text(value));
    assert.ok(!text(value).includes("aHVudGVyMg=="));
    assert.equal(modified > before, isStale, "written when stale, and only then");
    before = modified;
  }
});

test("a Secret that no key opens is an error that names it, beside those that are well", async () => {
  await using files = await configurations();
  const clock = new VirtualClock();
  await using raw = new MemoryStore({ clock });
  for (const [name, keys] of [
    ["token", ["one"]],
    ["other", ["two"]],
  ] as const) {
    const { store } = await withEncryption(raw, await files.with(...keys), environment);
    await using server = await openTestServer({ clock, store, resources: () => [secrets] });
    await server.client.create(Secret, { metadata: { ...metadata, name } });
  }
  const { store } = await withEncryption(raw, await files.with("two"), environment);
  await using server = await openTestServer({ clock, store, resources: () => [secrets] });
  const refused = {
    code: 500,
    message:
      `Internal error occurred: unable to transform key "${key}": ` +
      "no matching key was found for the provided AES transformer",
  };
  await assert.rejects(server.client.get(Secret, metadata), refused);
  await assert.rejects(server.client.list(Secret, { namespace: "default" }), refused);
  const other = await server.client.get(Secret, { ...metadata, name: "other" });
  assert.equal(other.metadata.name, "other");
});

test("in an etcd that is shared by prefix, values are bound to their keys there", async () => {
  await using files = await configurations();
  await using raw = new MemoryStore({ clock: new VirtualClock() });
  const config = await files.with("one");
  const { store: here } = await withEncryption(raw, config, environment);
  const etcd = { servers: [], prefix: "/elsewhere" };
  const { store: there } = await withEncryption(raw, { ...config, etcd }, environment);
  await there.commit({ key, value: utf8("value") });
  assert.equal(text(required(await there.get(key), "it is there").value), "value");
  const misplaced = required(await here.get(key), "it is there");
  assert.throws(() => misplaced.value, /message authentication failed/);
});

test("the flag names a file, and one that cannot be followed is refused", async () => {
  await using files = await configurations();
  const of = (...args: string[]) => encryptionOfFlags(parseFlags(encryptionFlags, args).values);
  assert.equal(of(), undefined);
  const encryption = of(`--encryption-provider-config=${await files.write("{}")}`);
  await using raw = new MemoryStore({ clock: new VirtualClock() });
  await assert.rejects(
    withEncryption(raw, { ...(encryption && { encryption }) }, environment),
    /^Error: the encryption configuration .*config.yaml cannot be followed/,
  );
});

test("a file that is followed takes effect while the server runs", async () => {
  await using files = await configurations();
  await using raw = new MemoryStore({ clock: new VirtualClock() });
  const followed: ConfigurationFile[] = [];
  const { encryption } = await files.with("one");
  assert(encryption);
  const config = { encryption: { ...encryption, automaticReload: true } };
  const { store } = await withEncryption(raw, config, {
    ...environment,
    follow: (file) => followed.push(file),
  });
  await using server = await openTestServer({
    clock: new VirtualClock(),
    store,
    resources: () => [secrets],
  });
  const stored = async () => text(required(await raw.get(key), "it is stored").value);
  await server.client.create(Secret, { metadata, data: { password: "aHVudGVyMg==" } });
  const [file] = followed;
  assert.equal(file?.path, encryption.configurationFile);
  await assert.rejects(async () => await file?.apply("kind: Other"), /cannot be followed/);
  assert.match(await stored(), /^k8s:enc:aesgcm:v1:one:/);

  await files.with("two", "one");
  await file?.apply(await readFile(encryption.configurationFile, "utf8"));
  const secret = await server.client.get(Secret, metadata);
  assert.match(await stored(), /^k8s:enc:aesgcm:v1:one:/);
  await server.client.update(Secret, secret);
  assert.match(await stored(), /^k8s:enc:aesgcm:v1:two:/);

  const of = (...args: string[]) => encryptionOfFlags(parseFlags(encryptionFlags, args).values);
  const reload = "--encryption-provider-config-automatic-reload";
  assert.throws(() => of(reload), /must be set with --encryption-provider-config/);
  assert.equal(of(reload, "--encryption-provider-config=/a")?.automaticReload, true);
});

test("a plugin's key seals Secrets, and its health is the server's", async () => {
  await using files = await configurations();
  const socket = join(tmpdir(), `kijabi-kms-${process.pid}.sock`);
  const plugin = await startTestPlugin(socket);
  await using raw = new MemoryStore({ clock: new VirtualClock() });
  const configurationFile = await files.write(
    JSON.stringify({
      apiVersion: "apiserver.config.k8s.io/v1",
      kind: "EncryptionConfiguration",
      resources: [
        {
          resources: ["secrets"],
          providers: [{ kms: { apiVersion: "v2", name: "vault", endpoint: `unix://${socket}` } }],
        },
      ],
    }),
  );
  await using scope = new Scope({ onFailure: (_task, error) => assert.fail(String(error)) });
  const parts = { ...environment, scope };
  const { store, checks } = await withEncryption(raw, { encryption: { configurationFile } }, parts);
  await using server = await openTestServer({
    clock: new VirtualClock(),
    store,
    resources: () => [secrets],
  });
  await server.client.create(Secret, { metadata, data: { password: "aHVudGVyMg==" } });
  const { value } = required(await raw.get(key), "it is stored");
  assert.match(text(value), /^k8s:enc:kms:v2:vault:/);
  const [health] = checks;
  assert.equal(health?.name, "kms-providers");
  await health?.check();
  plugin.close();

  // The server starts beside its plugin, and says that it is not there.
  const alone = await withEncryption(raw, { encryption: { configurationFile } }, parts);
  assert.throws(() => void alone.checks[0]?.check(), /failed to perform status section/);
});

const environment = {
  clock: systemClock({ unref: true }),
  random: cryptoRandom,
  logger: silentLogger,
  scope: new Scope({ onFailure: (_task, error) => assert.fail(String(error)) }),
  follow: () => assert.fail("nobody wants it read again"),
};
after(() => environment.scope.close());

/** Files of configurations, gone with the test. */
async function configurations() {
  const folder = await mkdtemp(join(tmpdir(), "kijabi-encryption-"));
  const write = async (content: string) => {
    const file = join(folder, "config.yaml");
    await writeFile(file, content);
    return file;
  };
  return {
    write,
    /** Secrets are sealed with the first of these keys; clear ones are read, too. */
    async with(...names: readonly string[]): Promise<Pick<ClusterConfig, "encryption">> {
      const keys = names.map((name) => ({ name, secret: toBase64(utf8(name.padEnd(32, "-"))) }));
      const providers = [{ aesgcm: { keys } }, { identity: {} }];
      const configurationFile = await write(
        JSON.stringify({
          apiVersion: "apiserver.config.k8s.io/v1",
          kind: "EncryptionConfiguration",
          resources: [{ resources: ["secrets"], providers }],
        }),
      );
      return { encryption: { configurationFile } };
    },
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true }),
  };
}
