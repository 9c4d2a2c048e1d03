import { test } from "node:test";
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { silentLogger } from "#base/log.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { cryptoRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { ConfigMap } from "#api/core/v1.ts";
import { createCertificateAuthority, issueCertificate } from "#pki/certificate.ts";
import type { TokenAuthenticator } from "#server/authn/token.ts";
import { createAuthenticator } from "#server/authn/authentication.ts";
import { listen } from "#server/node/listen.ts";
import { configMaps } from "#server/resources/core/configmaps/resource.ts";
import { namespaces } from "#server/resources/core/namespaces/resource.ts";
import { openTestServer } from "../../testkit/server.ts";
import { StatusError, isConflict } from "../client.ts";
import { Informer } from "../informer/informer.ts";
import { createClient } from "../typed.ts";
import { httpsTransport } from "./https-transport.ts";
import { KubeconfigError, kubeconfigTransport, loadKubeconfig } from "./kubeconfig.ts";

async function open() {
  const now = Date.now();
  const authority = await createCertificateAuthority({ commonName: "test-ca", now });
  const issue = (commonName: string, usages: "server" | "client") =>
    issueCertificate(authority, { commonName, dnsNames: ["localhost"], usages, now });
  const server = await issue("kijabi", "server");
  const client = await issue("jane", "client");
  const seen: string[] = [];
  const tokens: TokenAuthenticator = {
    authenticateToken: (token) =>
      Promise.resolve(
        token === "sesame" ? { user: { name: "ali", groups: [] }, audiences: [] } : undefined,
      ),
  };
  const real = createAuthenticator({
    tokens: [tokens],
    audiences: [],
    anonymous: { enabled: false },
  });
  const api = await openTestServer({
    resources: [configMaps, namespaces],
    clock: systemClock({ unref: true }),
    authenticators: [
      {
        async authenticate(request, connection) {
          const user = await real.authenticate(request, connection);
          if (user) seen.push(user.name);
          return user;
        },
      },
    ],
  });
  const scope = new Scope({ onFailure: (task, error) => assert.fail(`${task}: ${String(error)}`) });
  const listener = await listen(
    {
      server: api.api,
      key: server.privateKeyPem,
      certificate: server.certificatePem,
      clientCertificateAuthority: authority.certificatePem,
      logger: silentLogger,
      address: "127.0.0.1",
      port: 0,
    },
    scope,
  );
  const directory = await mkdtemp(join(tmpdir(), "kubeconfig-"));
  return {
    seen,
    client,
    issue,
    directory,
    server: `https://localhost:${listener.port}`,
    certificateAuthority: authority.certificatePem,
    async [Symbol.asyncDispose]() {
      await scope.close();
      await api[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
}

type Opened = Awaited<ReturnType<typeof open>>;

test("shows a renewed certificate on new connections, and ends what is under way on old ones", async () => {
  await using opened = await open();
  const asClient = ({ certificatePem, privateKeyPem }: Opened["client"]) => ({
    certificate: certificatePem,
    key: privateKeyPem,
  });
  const { server, certificateAuthority } = opened;
  const transport = httpsTransport({
    server,
    certificateAuthority,
    clientCertificate: asClient(opened.client),
  });
  const client = createClient(transport);
  const list = client.list(ConfigMap);
  transport.renew({ clientCertificate: asClient(await opened.issue("joan", "client")) });
  await Promise.all([list, client.list(ConfigMap)]);
  await client.list(ConfigMap);
  assert.deepEqual(opened.seen.toSorted(), ["jane", "joan", "joan"]);
  transport.close();
});

async function kubeconfig(opened: Opened, user: object, cluster: object = {}): Promise<string> {
  const path = join(opened.directory, "config");
  await writeFile(
    path,
    stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "here",
      contexts: [{ name: "here", context: { cluster: "c", user: "u", namespace: "shop" } }],
      clusters: [
        {
          name: "c",
          cluster: {
            server: opened.server,
            "certificate-authority-data": btoa(opened.certificateAuthority),
            ...cluster,
          },
        },
      ],
      users: [{ name: "u", user }],
    }),
  );
  return path;
}

test("writes, reads, watches and reports errors over HTTPS", async () => {
  await using opened = await open();
  const path = await kubeconfig(opened, {
    "client-certificate-data": btoa(opened.client.certificatePem),
    "client-key-data": btoa(opened.client.privateKeyPem),
  });
  const config = loadKubeconfig({ path });
  assert.equal(config.namespace, "shop");
  const transport = kubeconfigTransport(config);
  const client = createClient(transport);
  const metadata = { namespace: "default", name: "a" };
  const created = await client.create(ConfigMap, { metadata, data: { k: "1" } });
  assert.equal(opened.seen.at(-1), "jane");

  const clock = systemClock();
  const informer = new Informer({
    client,
    resource: ConfigMap,
    clock,
    random: cryptoRandom,
    logger: silentLogger,
  });
  const stop = new AbortController();
  const done = informer.run(stop.signal);
  await informer.synced;
  assert.equal(informer.get(metadata)?.data?.k, "1");
  const updated = await client.update(ConfigMap, { ...created, data: { k: "2" } });
  await informer.until(() => informer.get(metadata)?.data?.k === "2", 5_000);
  await assert.rejects(client.update(ConfigMap, { ...created, data: { k: "3" } }), isConflict);
  await client.patch(ConfigMap, metadata, { type: "merge", patch: { data: { k: "4" } } });
  await client.delete(ConfigMap, metadata, { preconditions: { uid: updated.metadata.uid } });
  await informer.until(() => informer.get(metadata) === undefined, 5_000);
  assert.equal(await client.find(ConfigMap, metadata), undefined);
  assert.deepEqual((await client.list(ConfigMap)).items, []);
  stop.abort();
  await done;
  transport.close();
});

test("a token's file is read again when it changes, and a wrong token is told", async () => {
  await using opened = await open();
  const file = join(opened.directory, "token");
  await writeFile(file, "wrong\n");
  const path = await kubeconfig(opened, { tokenFile: "token" });
  const transport = kubeconfigTransport(loadKubeconfig({ path }));
  const client = createClient(transport);
  await assert.rejects(client.list(ConfigMap), (error) => {
    assert.ok(error instanceof StatusError);
    assert.deepEqual([error.code, error.reason], [401, "Unauthorized"]);
    return true;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  await writeFile(file, "sesame\n");
  assert.deepEqual((await client.list(ConfigMap)).items, []);
  assert.equal(opened.seen.at(-1), "ali");
  transport.close();
});

test("a server of another authority is not trusted; an aborted request ends", async () => {
  await using opened = await open();
  const stranger = await createCertificateAuthority({ commonName: "x", now: Date.now() });
  const distrusting = httpsTransport({
    server: opened.server,
    certificateAuthority: stranger.certificatePem,
  });
  await assert.rejects(createClient(distrusting).list(ConfigMap), /certificate/);
  const { server, certificateAuthority } = opened;
  const transport = httpsTransport({ server, certificateAuthority, bearerToken: "sesame" });
  const stop = new AbortController();
  const events = createClient(transport).watch(ConfigMap, {}, stop.signal);
  const next = events[Symbol.asyncIterator]().next();
  setTimeout(() => stop.abort(), 50);
  assert.equal((await next).done, true);
  distrusting.close();
  transport.close();
});

test("says what is wrong with a kubeconfig", async () => {
  await using opened = await open();
  assert.throws(() => loadKubeconfig({ path: "/nowhere/config" }), KubeconfigError);
  const path = await kubeconfig(opened, { exec: { command: "aws" } });
  assert.throws(() => loadKubeconfig({ path }), /user "u": "exec" is not supported/);
  assert.throws(() => loadKubeconfig({ path, context: "other" }), /context "other" does not exist/);
});
