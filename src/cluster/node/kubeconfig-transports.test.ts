import { test } from "node:test";
import assert from "node:assert/strict";
import { createServer } from "node:https";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { Scope } from "#base/scope.ts";
import type { Transport } from "#client/transport.ts";
import { createCertificateAuthority, issueCertificate } from "#pki/certificate.ts";
import { kubeconfigTransports } from "./kubeconfig-transports.ts";

test("a webhook is shown the certificate that the kubeconfig's file has now", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "kijabi-kubeconfig-"));
  t.after(() => rm(folder, { recursive: true }));
  const now = Date.now();
  const authority = await createCertificateAuthority({ commonName: "ca", now });
  const issue = (commonName: string, usages: "server" | "client") =>
    issueCertificate(authority, { commonName, dnsNames: ["localhost"], usages, now });
  const own = await issue("webhook", "server");
  const seen: unknown[] = [];
  const webhook = createServer(
    {
      key: own.privateKeyPem,
      cert: own.certificatePem,
      ca: authority.certificatePem,
      requestCert: true,
    },
    (request, response) => {
      seen.push((request.socket as TLSSocket).getPeerCertificate().subject.CN);
      response.end();
    },
  );
  webhook.listen(0, "127.0.0.1");
  await once(webhook, "listening");
  t.after(() => webhook.close());

  const file = (name: string) => join(folder, name);
  const write = async (commonName: string) => {
    const { privateKeyPem, certificatePem } = await issue(commonName, "client");
    await writeFile(file("key"), privateKeyPem);
    await writeFile(file("crt"), certificatePem);
  };
  await write("one");
  await writeFile(file("ca"), authority.certificatePem);
  const { port } = webhook.address() as AddressInfo;
  const cluster = { server: `https://localhost:${port}`, "certificate-authority": "ca" };
  const user = { "client-certificate": "crt", "client-key": "key" };
  await writeFile(
    file("kubeconfig"),
    JSON.stringify({
      "current-context": "c",
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
      clusters: [{ name: "c", cluster }],
      users: [{ name: "u", user }],
    }),
  );
  const clock = new VirtualClock();
  await using scope = new Scope({ onFailure: (_task, error) => assert.fail(String(error)) });
  const to = await kubeconfigTransports({ scope, clock, logger: silentLogger });
  const transport = to(file("kubeconfig"));
  assert.equal(to(file("kubeconfig")), transport);
  const ask = (way: Transport) =>
    way.send({
      method: "POST",
      path: "",
      query: new URLSearchParams(),
      headers: {},
      body: { kind: "none" },
    });
  await ask(transport);
  await write("two");
  await clock.advance(20_000);
  await ask(transport);
  // Half of a pair is not taken, and the next look finds the rest.
  await writeFile(file("crt"), "");
  await clock.advance(20_000);
  await ask(transport);
  await write("three");
  await clock.advance(20_000);
  await ask(transport);
  assert.deepEqual(seen, ["one", "two", "two", "three"]);
});
