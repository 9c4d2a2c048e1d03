import { after, before, describe, it } from "node:test";
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { text } from "#base/bytes.ts";
import { createCertificateAuthority, issueCertificate } from "#pki/certificate.ts";
import { readBytes } from "../remote.ts";
import { frontProxy } from "./front-proxy.ts";

describe("the front proxy", () => {
  const now = Date.now();
  let port = 0;
  let authority = "";
  let stranger = "";
  let proxy: ReturnType<typeof frontProxy>;
  let close = () => {};

  before(async () => {
    const proxies = await createCertificateAuthority({ commonName: "proxies", now });
    const client = await issueCertificate(proxies, {
      commonName: "front-proxy-client",
      usages: "client",
      now,
    });
    const ca = await createCertificateAuthority({ commonName: "metrics-ca", now });
    const issued = await issueCertificate(ca, {
      commonName: "metrics",
      dnsNames: ["metrics.kube-system.svc"],
      usages: "server",
      now,
    });
    authority = ca.certificatePem;
    stranger = proxies.certificatePem;
    const server = createServer(
      {
        cert: issued.certificatePem,
        key: issued.privateKeyPem,
        ca: proxies.certificatePem,
        requestCert: true,
      },
      (request, response) => {
        const { CN } = (request.socket as TLSSocket).getPeerCertificate().subject;
        const groups = request.headersDistinct["x-remote-group"];
        response.end(JSON.stringify([CN, request.url, groups]));
      },
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
    proxy = frontProxy({
      clientCertificate: { certificate: client.certificatePem, key: client.privateKeyPem },
    });
    close = () => {
      server.closeAllConnections();
      server.close();
    };
  });
  after(() => {
    proxy.close();
    close();
  });

  const fetch = (more: object = {}) =>
    proxy.fetch(
      {
        address: { host: "127.0.0.1", port },
        name: "metrics.kube-system.svc",
        certificateAuthority: authority,
        insecureSkipTlsVerify: false,
        ...more,
      },
      {
        method: "GET",
        path: "/apis/a b?",
        query: new URLSearchParams({ limit: "1" }),
        headers: { "X-Remote-Group": ["one", "two"] },
      },
      new AbortController().signal,
    );
  const wrong = "tls: failed to verify certificate: x509:";

  it("shows its certificate, and sends a header as often as it has values", async () => {
    const answer = await fetch();
    assert.deepEqual(JSON.parse(text(await readBytes(answer))), [
      "front-proxy-client",
      "/apis/a%20b%3F?limit=1",
      ["one", "two"],
    ]);
  });

  it("believes only the right name under the right authority, unless told to", async () => {
    await assert.rejects(fetch({ certificateAuthority: stranger }), {
      message: `${wrong} certificate signed by unknown authority`,
    });
    await assert.rejects(fetch({ name: "other.kube-system.svc" }), {
      message: new RegExp(`^${wrong} .*other\\.kube-system\\.svc`),
    });
    const lax = { certificateAuthority: undefined, name: "other", insecureSkipTlsVerify: true };
    assert.equal((await fetch(lax)).status, 200);
  });

  it("says why there is no connection", async () => {
    await assert.rejects(fetch({ address: { host: "127.0.0.1", port: 1 } }), {
      message: "dial tcp 127.0.0.1:1: connect: connection refused",
    });
  });
});
