import { test } from "node:test";
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { createServer as createTlsServer, request } from "node:https";
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { text } from "#base/bytes.ts";
import { silentLogger } from "#base/log.ts";
import { Scope } from "#base/scope.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { Pod } from "#api/core/v1.ts";
import type { ApiResponse } from "#client/transport.ts";
import { createCertificateAuthority, issueCertificate } from "#pki/certificate.ts";
import { openTestServer } from "../../../testkit/server.ts";
import { testResources } from "../../../testkit/requests.ts";
import { listen } from "../../node/listen.ts";
import type { RequestContext } from "../../pipeline/request.ts";
import { takenOver } from "../../resources/common/answers.ts";
import type { ForwardedRequest, Target } from "../../resources/core/pods/kubelet-connector.ts";
import { createKubeletConnector } from "./kubelet-connector.ts";

const plainRequest: ForwardedRequest = {
  method: "GET",
  path: "/a b",
  query: new URLSearchParams({ q: "1" }),
  headers: {},
  body: undefined,
};

async function material() {
  const now = Date.now();
  const authority = await createCertificateAuthority({ commonName: "ca", now });
  const issue = (commonName: string) =>
    issueCertificate(authority, {
      commonName,
      dnsNames: ["localhost"],
      ipAddresses: ["127.0.0.1"],
      usages: "both",
      now,
    });
  return { authority, kubelet: await issue("kubelet"), server: await issue("server") };
}

async function bodyOf({ body }: ApiResponse): Promise<string> {
  assert(body.kind === "stream");
  let content = "";
  for await (const chunk of body.chunks) content += text(chunk);
  return content;
}

test("asks kubelets with the server's certificate, and says when nobody answers", async () => {
  const { authority, kubelet, server } = await material();
  const seen: string[] = [];
  const backend = createTlsServer(
    {
      key: kubelet.privateKeyPem,
      cert: kubelet.certificatePem,
      ca: authority.certificatePem,
      requestCert: true,
    },
    (incoming, response) => {
      const { CN } = (incoming.socket as TLSSocket).getPeerCertificate().subject;
      seen.push(`${String(CN)} ${incoming.url}`);
      response.writeHead(418, { "content-type": "text/plain" }).end("short and stout");
    },
  );
  await once(backend.listen(0, "127.0.0.1"), "listening");
  const { port } = backend.address() as AddressInfo;
  const connector = createKubeletConnector({
    certificateAuthority: authority.certificatePem,
    clientCertificate: { certificate: server.certificatePem, key: server.privateKeyPem },
    addressOf: (node) => (node === "known" ? { host: "127.0.0.1", port } : undefined),
  });
  const { signal } = new AbortController();
  const answer = await connector.fetch({ kind: "kubelet", node: "known" }, plainRequest, signal);
  assert.equal(answer.status, 418);
  assert.equal(await bodyOf(answer), "short and stout");
  assert.deepEqual(seen, ["server /a%20b?q=1"]);
  await assert.rejects(
    connector.fetch({ kind: "kubelet", node: "unknown" }, plainRequest, signal),
    /no preferred addresses found/,
  );
  backend.close();
  backend.closeAllConnections();
  await assert.rejects(
    connector.fetch({ kind: "kubelet", node: "known" }, plainRequest, signal),
    /^StatusError: error trying to reach service: /,
  );
});

test("joins an upgraded connection with what answers behind", async () => {
  const { authority, server } = await material();
  const backend = createServer();
  backend.on("upgrade", (_incoming: IncomingMessage, socket: Socket) => {
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n",
    );
    socket.pipe(socket);
  });
  await once(backend.listen(0, "127.0.0.1"), "listening");
  const { port } = backend.address() as AddressInfo;
  const connector = createKubeletConnector({
    certificateAuthority: authority.certificatePem,
    clientCertificate: { certificate: server.certificatePem, key: server.privateKeyPem },
    addressOf: () => undefined,
  });
  const target: Target = { kind: "http", scheme: "http", host: "127.0.0.1", port };
  const resources = testResources.map((definition) => ({
    ...definition,
    subresources: {
      echo: {
        kind: { group: "", version: "v1", kind: "PodProxyOptions" },
        verbs: ["get"],
        async handle(context: RequestContext) {
          const { upgrade } = context.connection;
          assert(upgrade);
          await connector.tunnel(upgrade, target, plainRequest, context.signal);
          return takenOver;
        },
      },
    },
  }));
  await using scope = new Scope({ onFailure: (_task, error) => assert.fail(String(error)) });
  const api = await openTestServer({ resources, clock: systemClock({ unref: true }) });
  scope.onClose(async () => api[Symbol.asyncDispose]());
  const listener = await listen(
    {
      server: api.api,
      address: "127.0.0.1",
      port: 0,
      key: server.privateKeyPem,
      certificate: server.certificatePem,
      clientCertificateAuthority: authority.certificatePem,
      logger: silentLogger,
    },
    scope,
  );
  await api.client.create(Pod, {
    metadata: { name: "p", namespace: "default" },
    spec: { containers: [{ name: "main", image: "nginx" }] },
  });
  const outgoing = request({
    host: "127.0.0.1",
    port: listener.port,
    ca: authority.certificatePem,
    agent: false,
    path: "/api/v1/namespaces/default/pods/p/echo",
    headers: { connection: "Upgrade", upgrade: "echo" },
  });
  outgoing.end();
  const [response, socket] = (await once(outgoing, "upgrade")) as [IncomingMessage, Socket];
  assert.equal(response.statusCode, 101);
  socket.write("hello");
  const [echoed] = (await once(socket, "data")) as [Buffer];
  assert.equal(echoed.toString(), "hello");
  socket.destroy();
  backend.close();
  backend.closeAllConnections();
});
