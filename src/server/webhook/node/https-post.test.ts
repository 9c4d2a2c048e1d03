import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:https";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { utf8 } from "#base/bytes.ts";
import { createCertificateAuthority, issueCertificate } from "#pki/certificate.ts";
import { httpsWebhooks } from "./https-post.ts";

describe("webhooks over HTTPS", () => {
  const now = Date.now();
  const webhooks = httpsWebhooks();
  const seen: { path: string; host: string; body: string }[] = [];
  let authority = "";
  let stranger = "";
  let port = 0;
  let close = () => {};

  before(async () => {
    const ca = await createCertificateAuthority({ commonName: "webhooks", now });
    const other = await createCertificateAuthority({ commonName: "strangers", now });
    const issued = await issueCertificate(ca, {
      commonName: "hook",
      dnsNames: ["hook.tools.svc"],
      usages: "server",
      now,
    });
    authority = ca.certificatePem;
    stranger = other.certificatePem;
    const server = createServer({ cert: issued.certificatePem, key: issued.privateKeyPem }, answer);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
    close = () => {
      server.closeAllConnections();
      server.close();
    };
  });
  after(() => {
    webhooks.close();
    close();
  });

  const answer: Parameters<typeof createServer>[1] = (request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { url = "", headers } = request;
      const body = Buffer.concat(chunks).toString();
      seen.push({ path: url, host: headers.host ?? "", body });
      if (url.startsWith("/silent")) return;
      response.writeHead(url.startsWith("/fail") ? 500 : 200);
      response.end("an answer");
    });
  };
  const post = (path: string, certificateAuthority = authority, signal?: AbortSignal) =>
    webhooks.post(
      {
        url: new URL(`https://hook.tools.svc:443${path}`),
        address: { host: "127.0.0.1", port },
        certificateAuthority,
      },
      utf8("{}"),
      signal ?? new AbortController().signal,
    );

  it("go to the service's address under its name", async () => {
    assert.deepEqual(await post("/check?timeout=1s"), { status: 200, text: "an answer" });
    assert.deepEqual(seen.at(-1), {
      path: "/check?timeout=1s",
      host: "hook.tools.svc",
      body: "{}",
    });
    assert.equal((await post("/fail")).status, 500);
  });

  it("are not believed without their authority's word", async () => {
    const message =
      "tls: failed to verify certificate: x509: certificate signed by unknown authority";
    await assert.rejects(post("/", stranger), { message });
    const named = {
      url: new URL("https://other.tools.svc/"),
      address: { host: "127.0.0.1", port },
    };
    const target = { ...named, certificateAuthority: authority };
    await assert.rejects(
      webhooks.post(target, utf8("{}"), new AbortController().signal),
      /^Error: tls: failed to verify certificate: x509: .*other\.tools\.svc/,
    );
  });

  it("may be given up", async () => {
    const stop = new AbortController();
    const waiting = post("/silent", authority, stop.signal);
    setTimeout(() => stop.abort(), 50);
    await assert.rejects(waiting);
  });

  it("say why there is no connection", async () => {
    const target = { url: new URL("https://127.0.0.1:1/") };
    await assert.rejects(webhooks.post(target, utf8("{}"), new AbortController().signal), {
      message: "dial tcp 127.0.0.1:1: connect: connection refused",
    });
  });
});
