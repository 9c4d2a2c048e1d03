import { test } from "node:test";
import assert from "node:assert/strict";
import { request } from "node:https";
import type { RequestOptions } from "node:https";
import { connect } from "node:http2";
import { gunzipSync } from "node:zlib";
import { once } from "node:events";
import { connect as connectTls } from "node:tls";
import type { IncomingMessage } from "node:http";
import { createAuthenticator } from "../authn/authentication.ts";
import { usualRequestHeaders } from "../authn/request-header.ts";
import { createCertificateAuthority, issueCertificate } from "#pki/certificate.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { Scope } from "#base/scope.ts";
import { silentLogger } from "#base/log.ts";
import { isProtobufEnvelope } from "#schema/protobuf-envelope.ts";
import { openTestServer } from "../../testkit/server.ts";
import { configMap, testResources } from "../../testkit/requests.ts";
import type { Loose } from "../../testkit/requests.ts";
import { listen } from "./listen.ts";
import type { ConnectionLimits } from "./listen.ts";

const maps = "/api/v1/namespaces/default/configmaps";

async function open(limits: Partial<ConnectionLimits> = {}) {
  const now = Date.now();
  const authority = await createCertificateAuthority({ commonName: "test-ca", now });
  const stranger = await createCertificateAuthority({ commonName: "other-ca", now });
  const proxies = await createCertificateAuthority({ commonName: "front-proxy-ca", now });
  const issue = (ca: typeof authority, commonName: string, usages: "server" | "client") =>
    issueCertificate(ca, {
      commonName,
      organizations: ["system:masters", "others"],
      dnsNames: ["localhost"],
      usages,
      now,
    });
  const server = await issue(authority, "kijabi", "server");
  const seen: { name: string; groups: readonly string[] }[] = [];
  const real = createAuthenticator({
    requestHeader: usualRequestHeaders,
    tokens: [],
    audiences: [],
    anonymous: { enabled: true },
  });
  const api = await openTestServer({
    resources: testResources,
    clock: systemClock({ unref: true }),
    authenticators: [
      {
        async authenticate(incoming, connection) {
          const user = await real.authenticate(incoming, connection);
          if (user) seen.push(user);
          return user;
        },
      },
    ],
  });
  const scope = new Scope({ onFailure: (_task, error) => assert.fail(String(error)) });
  const listener = await listen(
    {
      server: api.api,
      key: server.privateKeyPem,
      certificate: server.certificatePem,
      clientCertificateAuthority: authority.certificatePem,
      requestHeaderAuthority: proxies.certificatePem,
      logger: silentLogger,
      address: "127.0.0.1",
      port: 0,
      limits,
    },
    scope,
  );
  const ca = authority.certificatePem;
  return {
    api,
    seen,
    ca,
    listener,
    client: await issue(authority, "jane", "client"),
    proxy: await issue(proxies, "front-proxy-client", "client"),
    foreign: await issue(stranger, "mallory", "client"),
    options: { host: "127.0.0.1", servername: "localhost", port: listener.port, ca },
    async [Symbol.asyncDispose]() {
      await scope.close();
      await api[Symbol.asyncDispose]();
    },
  };
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  readonly json: Loose;
}

async function send(options: RequestOptions, body?: string | Buffer): Promise<Reply> {
  const outgoing = request({ agent: false, ...options });
  outgoing.on("error", () => {}); // "response" below rejects with it.
  outgoing.end(body);
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const content = Buffer.concat(chunks);
  const isJson = response.headers["content-type"] === "application/json";
  const plain = response.headers["content-encoding"] === "gzip" ? gunzipSync(content) : content;
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: content,
    json: isJson ? JSON.parse(plain.toString()) : undefined,
  };
}

test("serves HTTP/1.1 and knows who a client certificate is", async () => {
  await using server = await open();
  const { privateKeyPem: key, certificatePem: cert } = server.client;
  const reply = await send({ ...server.options, key, cert, path: "/version" });
  assert.equal(reply.status, 200);
  assert.equal(reply.json.gitVersion, "v1.36.0+kijabi-0.1.0");
  assert.equal(server.seen[0]?.name, "jane");
  // A set in DER has an order of its own.
  assert.deepEqual(server.seen[0]?.groups, ["others", "system:masters", "system:authenticated"]);
  const metrics = await send({ ...server.options, key, cert, path: "/metrics" });
  assert.match(metrics.body.toString(), /^process_resident_memory_bytes \d+$/m);
  await send({ ...server.options, path: "/version" });
  assert.equal(server.seen.at(-1)?.name, "system:anonymous");

  const foreign = { key: server.foreign.privateKeyPem, cert: server.foreign.certificatePem };
  const refused = await send({ ...server.options, ...foreign, path: "/version" });
  assert.equal(refused.status, 401);
  assert.equal(refused.json.message, "Unauthorized");
});

test("a proxy says who asks, and nobody else does", async () => {
  await using server = await open();
  const headers = {
    "x-remote-user": "cleo",
    "x-remote-group": ["dev,ops", "qa"],
    "impersonate-group": ["a", "b"],
    "impersonate-user": "bob",
  };
  const { privateKeyPem: key, certificatePem: cert } = server.proxy;
  const reply = await send({ ...server.options, key, cert, path: "/version", headers });
  assert.equal(reply.status, 200);
  assert.deepEqual(server.seen.at(-1), {
    name: "cleo",
    groups: ["dev,ops", "qa", "system:authenticated"],
  });
  const client = { key: server.client.privateKeyPem, cert: server.client.certificatePem };
  await send({ ...server.options, ...client, path: "/version", headers });
  assert.equal(server.seen.at(-1)?.name, "jane");
  const silent = await send({ ...server.options, key, cert, path: "/version" });
  assert.equal(silent.status, 401);
});

test("serves HTTP/2", async () => {
  await using server = await open();
  const session = connect(`https://localhost:${server.listener.port}`, {
    ca: server.ca,
    lookup: (_host, _options, done) => done(null, [{ address: "127.0.0.1", family: 4 }]),
  } as Parameters<typeof connect>[1]);
  const stream = session.request({ ":method": "POST", ":path": maps });
  stream.end(JSON.stringify(configMap("a", { key: "1" })));
  const [headers] = (await once(stream, "response")) as [Record<string, string | number>];
  assert.equal(headers[":status"], 201);
  let content = "";
  for await (const chunk of stream) content += String(chunk);
  assert.equal(JSON.parse(content).metadata.name, "a");
  session.close();
});

test("answers over HTTP/2 arrive whole, whoever reads how much of their requests", async () => {
  await using server = await open();
  const text = "x".repeat(2_000_000);
  const created = JSON.stringify(configMap("big", { text }));
  assert.equal(
    (await send({ ...server.options, method: "POST", path: maps }, created)).status,
    201,
  );
  const session = connect(`https://localhost:${server.listener.port}`, {
    ca: server.ca,
    lookup: (_host, _options, done) => done(null, [{ address: "127.0.0.1", family: 4 }]),
  } as Parameters<typeof connect>[1]);
  const ask = async (headers: Record<string, string>, body?: string) => {
    const stream = session.request(headers);
    // How the stream is closed is what others judge an answer by.
    const closed = once(stream, "close");
    if (body === undefined) stream.end();
    else stream.write(body);
    const [head] = (await once(stream, "response")) as [Record<string, string | number>];
    let content = "";
    for await (const chunk of stream) content += String(chunk);
    stream.end();
    await closed;
    return [head[":status"], JSON.parse(content), stream.rstCode] as const;
  };
  const [status, map, code] = await ask({ ":path": `${maps}/big` });
  assert.deepEqual([status, map.data.text.length, code], [200, text.length, 0]);
  // Nobody looks at the body of what is refused for its headers.
  const refused = { ":method": "PATCH", ":path": `${maps}/big`, "content-type": "text/plain" };
  for (const body of ["{}", "x".repeat(50_000)]) {
    const [refusal, answer, end] = await ask(refused, body);
    assert.deepEqual([refusal, answer.code, end], [415, 415, 0]);
  }
  session.close();
});

test("refuses a body of ten megabytes, and goes on", async () => {
  await using server = await open();
  const big = JSON.stringify(configMap("big", { text: "x".repeat(10 * 1024 * 1024) }));
  const reply = await send({ ...server.options, method: "POST", path: maps }, big);
  assert.equal(reply.status, 413);
  assert.equal(reply.json.message, "Request entity too large: limit is 3145728");
  assert.equal(reply.json.reason, "RequestEntityTooLarge");
  const chunked = { "transfer-encoding": "chunked" };
  const announced = await send(
    { ...server.options, method: "POST", path: maps, headers: chunked },
    big,
  );
  assert.equal(announced.status, 413);
  assert.equal((await send({ ...server.options, path: `${maps}/big` })).status, 404);
});

test("compresses long answers only, and streams lists compressed", async () => {
  await using server = await open();
  const create = (name: string, size: number) =>
    send(
      { ...server.options, method: "POST", path: maps },
      JSON.stringify(configMap(name, { text: "x".repeat(size) })),
    );
  await create("small", 10);
  const headers = { "accept-encoding": "gzip" };
  const small = await send({ ...server.options, headers, path: maps });
  assert.equal(small.headers["content-encoding"], undefined);
  for (let index = 0; index < 4; index++) await create(`large-${index}`, 100_000);
  const large = await send({ ...server.options, headers, path: maps });
  assert.equal(large.headers["content-encoding"], "gzip");
  assert(large.body.length < 50_000);
  assert.equal(large.json.items.length, 5);
});

test("a watch streams, and ends with its client", async () => {
  await using server = await open();
  const outgoing = request({ ...server.options, agent: false, path: `${maps}?watch=1` });
  outgoing.on("error", () => {}); // It is destroyed below.
  outgoing.end();
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  const line = once(response, "data");
  await send({ ...server.options, method: "POST", path: maps }, JSON.stringify(configMap("a")));
  const [chunk] = (await line) as [Buffer];
  assert.equal(JSON.parse(chunk.toString()).type, "ADDED");
  outgoing.destroy();
});

test("a watch by its old path is one", async () => {
  await using server = await open();
  await send({ ...server.options, method: "POST", path: maps }, JSON.stringify(configMap("a")));
  const path = maps.replace("/v1/", "/v1/watch/");
  const headers = { "accept-encoding": "gzip" };
  const outgoing = request({ ...server.options, headers, agent: false, path: `${path}/a` });
  outgoing.on("error", () => {}); // It is destroyed below.
  outgoing.end();
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  const [chunk] = (await once(response, "data")) as [Buffer];
  assert.equal(JSON.parse(chunk.toString()).object.metadata.name, "a");
  outgoing.destroy();
});

test("long lists in protobuf are compressed, and watches are not", async () => {
  await using server = await open();
  for (let index = 0; index < 4; index++) {
    const body = JSON.stringify(configMap(`large-${index}`, { text: "x".repeat(100_000) }));
    await send({ ...server.options, method: "POST", path: maps }, body);
  }
  const accept = "application/vnd.kubernetes.protobuf";
  const headers = { "accept-encoding": "gzip", accept };
  const list = await send({ ...server.options, headers, path: maps });
  assert.equal(list.headers["content-encoding"], "gzip");
  assert.equal(list.headers["content-type"], accept);
  const plain = gunzipSync(list.body);
  assert(isProtobufEnvelope(plain) && plain.length > 400_000 && list.body.length < 50_000);
  const outgoing = request({ ...server.options, headers, agent: false, path: `${maps}?watch=1` });
  outgoing.on("error", () => {}); // It is destroyed below.
  outgoing.end();
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  assert.equal(response.headers["content-encoding"], undefined);
  assert.equal(response.headers["content-type"], `${accept};stream=watch`);
  outgoing.destroy();
});

test("closing ends watches in good order", async () => {
  await using server = await open();
  const outgoing = request({ ...server.options, agent: false, path: `${maps}?watch=1` });
  outgoing.end();
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  const ended = once(response.resume(), "end");
  const closing = server.listener.close(5000);
  await ended;
  await closing;
  assert.equal(response.complete, true);
});

test("an upgrade that nobody takes gets an ordinary answer", async () => {
  await using server = await open();
  const headers = { connection: "Upgrade", upgrade: "websocket" };
  const reply = await send({ ...server.options, headers, path: `${maps}/missing` });
  assert.equal(reply.status, 404);
  assert.equal(reply.json.reason, "NotFound");
});

test("a malformed path is refused", async () => {
  await using server = await open();
  const reply = await send({ ...server.options, path: "/api/v1/%zz" });
  assert.equal(reply.status, 400);
});

test("a declined upgrade is hung up on, whatever its client goes on sending", async () => {
  await using opened = await open();
  const socket = connectTls({ ...opened.options, ALPNProtocols: ["http/1.1"] });
  await once(socket, "secureConnect");
  const head = `GET ${maps} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: nothing\r\n\r\n`;
  socket.write(head + "x".repeat(5000));
  let heard = "";
  socket.on("data", (chunk: Buffer) => (heard += chunk.toString()));
  await once(socket, "close");
  assert.match(heard, /^HTTP\/1.1 200 /);
});

test("a client that takes nothing of a watch is cut off, others are not", async () => {
  await using it = await open({ stalledMs: 300 });
  const { certificatePem: cert, privateKeyPem: key } = it.client;
  const watching = async () => {
    const path = `${maps}?watch=1&resourceVersion=1`;
    const outgoing = request({ ...it.options, agent: false, cert, key, path });
    outgoing.on("error", () => {});
    outgoing.end();
    const [response] = (await once(outgoing, "response")) as [IncomingMessage];
    response.on("error", () => {});
    return response;
  };
  const [reading, stalled] = [await watching(), await watching()];
  let taken = 0;
  reading.on("data", (chunk: Buffer) => (taken += chunk.length));
  stalled.pause();
  const cut = new Promise((resolve) => stalled.on("close", resolve));
  const body = (name: string) => configMap(name, { text: "x".repeat(900_000) });
  const headers = { "content-type": "application/json" };
  for (let index = 0; index < 12; index++) {
    const content = JSON.stringify(body(`large-${index}`));
    const options = { ...it.options, cert, key, path: maps, method: "POST", headers };
    assert.equal((await send(options, content)).status, 201);
  }
  // It has room for some megabytes; what is in it is read to its end before the end is heard of.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  stalled.resume();
  await cut;
  assert.equal(stalled.complete, false);
  assert(taken > 12 * 900_000);
  assert.equal(reading.destroyed, false);
  reading.destroy();
});
