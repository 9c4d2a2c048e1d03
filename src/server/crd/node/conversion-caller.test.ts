import assert from "node:assert/strict";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { toBase64, utf8 } from "#base/bytes.ts";
import { systemClock } from "#base/node/system-clock.ts";
import type { Client } from "#client/client.ts";
import { createCertificateAuthority, issueCertificate } from "#pki/certificate.ts";
import { httpsWebhooks } from "../../webhook/node/https-post.ts";
import { clusterAddressResolver } from "../../webhook/service-resolver.ts";
import { createConversionCaller } from "../conversion-caller.ts";

/** A webhook that answers with the status and body that the review's uid asks for. */
async function open() {
  const now = Date.now();
  const authority = await createCertificateAuthority({ commonName: "test-ca", now });
  const certificate = await issueCertificate(authority, {
    commonName: "webhook",
    organizations: [],
    dnsNames: ["localhost", "hook.tools.svc"],
    usages: "server",
    now,
  });
  const asked: string[] = [];
  const server = createServer(
    { key: certificate.privateKeyPem, cert: certificate.certificatePem },
    (request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const { answer, status } = JSON.parse(body) as { answer: string; status: number };
        asked.push(`${request.method} ${request.headers.host} ${request.url}`);
        response.writeHead(status).end(answer);
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    port,
    caBundle: toBase64(utf8(authority.certificatePem)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const client = (clusterIP: string, port: number) =>
  ({
    find: () => Promise.resolve({ spec: { clusterIP, ports: [{ port }] } }),
  }) as unknown as Client;

test("a webhook is asked by its URL or by its service, and known by its certificate", async (t) => {
  await using webhook = await open();
  const { port, caBundle } = webhook;
  const webhooks = httpsWebhooks();
  t.after(() => webhooks.close());
  const resolve = clusterAddressResolver(client("127.0.0.1", port));
  const clock = systemClock({ unref: true });
  const call = createConversionCaller({ post: webhooks.post, resolve }, clock);
  const good = { status: 200, answer: '{"kind":"ConversionReview"}' };
  const url = `https://localhost:${port}/convert`;
  assert.deepEqual(await call({ url, caBundle }, good), { kind: "ConversionReview" });
  const service = { namespace: "tools", name: "hook", path: "/crd", port };
  assert.deepEqual(await call({ service, caBundle }, good), { kind: "ConversionReview" });
  assert.deepEqual(webhook.asked, [
    `POST localhost:${port} /convert?timeout=30s`,
    `POST hook.tools.svc:${port} /crd?timeout=30s`,
  ]);
  await assert.rejects(call({ url }, good), /^Error: Post "https:\/\/localhost.*certificate/);
  const elsewhere = { ...service, port: 1 };
  await assert.rejects(call({ service: elsewhere, caBundle }, good), /no service port 1 found/);
  const broken = { status: 500, answer: "no" };
  await assert.rejects(
    call({ url, caBundle }, broken),
    /^Error: an error on the server \("no"\) has prevented the request from succeeding$/,
  );
  const wrong = { status: 200, answer: "[]" };
  await assert.rejects(call({ url, caBundle }, wrong), /the answer is no JSON object$/);
});
