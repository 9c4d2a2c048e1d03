import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { text, utf8 } from "#base/bytes.ts";
import { HttpClient } from "./http-client.ts";
import type { HttpRequest, HttpResponse } from "./http-client.ts";

/** A server that says what it is told to, to each request on each connection. */
async function serve(answer: (request: string, socket: Socket, connection: number) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const connection = sockets.push(socket);
    let seen = "";
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      seen += chunk.toString();
      const end = seen.indexOf("\r\n\r\n");
      const length = Number(/content-length: (\d+)/.exec(seen)?.[1] ?? 0);
      if (end < 0 || seen.length < end + 4 + length) return;
      const request = seen;
      seen = "";
      answer(request, socket, connection);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = new HttpClient({
    host: "example:80",
    open: async () => connect({ port, host: "127.0.0.1" }),
  });
  return {
    client,
    sockets,
    async [Symbol.asyncDispose]() {
      client.close();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

const get: HttpRequest = { method: "GET", target: "/a?b", headers: { accept: "text/plain" } };

function said(body: string, headers = ""): string {
  return `HTTP/1.1 200 OK\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;
}

async function read(response: HttpResponse): Promise<string> {
  let all = "";
  for await (const chunk of response.chunks) all += text(chunk);
  return all;
}

test("sends what is asked for, and uses a connection again", async () => {
  const requests: string[] = [];
  await using server = await serve((request, socket, connection) => {
    requests.push(request);
    socket.write(said(`${connection}`));
  });
  const headers = { accept: "a", group: ["x", "경"] };
  const post = { method: "POST", target: "/c", headers, body: utf8("data") };
  assert.equal(await read(await server.client.send(get)), "1");
  assert.equal(await read(await server.client.send(post)), "1");
  assert.equal(await read(await server.client.send({ ...post, body: undefined })), "1");
  assert.deepEqual(requests, [
    "GET /a?b HTTP/1.1\r\nHost: example:80\r\naccept: text/plain\r\n\r\n",
    "POST /c HTTP/1.1\r\nHost: example:80\r\naccept: a\r\ngroup: x\r\ngroup: 경\r\ncontent-length: 4\r\n\r\ndata",
    "POST /c HTTP/1.1\r\nHost: example:80\r\naccept: a\r\ngroup: x\r\ngroup: 경\r\ncontent-length: 0\r\n\r\n",
  ]);
});

test("what is under way at the same time has connections of its own", async () => {
  await using server = await serve((_request, socket, connection) => {
    setTimeout(() => socket.write(said(`${connection}`)), 20);
  });
  const both = await Promise.all([server.client.send(get), server.client.send(get)]);
  assert.deepEqual((await Promise.all(both.map(read))).toSorted(), ["1", "2"]);
});

test("a header cannot bring others along", async () => {
  await using server = await serve((_request, socket) => socket.write(said("")));
  await assert.rejects(
    server.client.send({ ...get, headers: { authorization: "Bearer a\r\nX: y" } }),
    /net\/http: invalid header field value for "Authorization"/,
  );
  assert.equal(server.sockets.length, 0);
});

test("reads are sent again where a kept connection was lost, writes are not", async () => {
  let seen = 0;
  await using server = await serve((_request, socket) => {
    // Every second request finds that the server has just gone.
    if (++seen % 2 === 0) socket.destroy();
    else socket.write(said(`${seen}`));
  });
  assert.equal(await read(await server.client.send(get)), "1");
  assert.equal(await read(await server.client.send(get)), "3");
  await assert.rejects(server.client.send({ ...get, method: "DELETE" }), { code: "ECONNRESET" });
});

test("a connection that the server has closed is not asked", async () => {
  await using server = await serve((_request, socket, connection) =>
    socket.write(said(`${connection}`)),
  );
  assert.equal(await read(await server.client.send(get)), "1");
  server.sockets[0]?.end();
  await sleep(50);
  const write = { ...get, method: "PATCH" };
  assert.equal(await read(await server.client.send(write)), "2");
});

test("tells of refused connections, of hanging up, of garbage, and of halves", async () => {
  const closed = new HttpClient({ host: "x", open: async () => connect({ port: 1 }) });
  await assert.rejects(closed.send(get), { code: "ECONNREFUSED" });
  const answers = [
    "",
    "SSH-2.0-OpenSSH_9.2\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
  ];
  await using server = await serve((_request, socket) => void socket.end(answers.shift() ?? ""));
  await assert.rejects(server.client.send(get), { code: "ECONNRESET" });
  await assert.rejects(server.client.send(get), /malformed HTTP response "SSH-2\.0-OpenSSH_9\.2"/);
  const half = await server.client.send(get);
  await assert.rejects(read(half), { message: "unexpected EOF", code: "ECONNRESET" });
});

test("a body may last as long as the connection, but a broken one is no end", async () => {
  const answers = [
    (socket: Socket) => socket.end("HTTP/1.0 200 OK\r\n\r\nall"),
    (socket: Socket) => {
      socket.write("HTTP/1.0 200 OK\r\n\r\npart");
      setTimeout(() => socket.resetAndDestroy(), 20);
    },
  ];
  await using server = await serve((_request, socket) => answers.shift()?.(socket));
  assert.equal(await read(await server.client.send(get)), "all");
  const broken = await server.client.send(get);
  await assert.rejects(read(broken), { code: "ECONNRESET" });
});

test("streams as it comes, and ends the connection of whoever stops listening", async () => {
  await using server = await serve((_request, socket) => {
    socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    let count = 0;
    const timer = setInterval(() => socket.write(`2\r\n${++count}\n\r\n`), 5);
    socket.once("close", () => clearInterval(timer));
  });
  const { chunks } = await server.client.send(get);
  const got: string[] = [];
  for await (const chunk of chunks) {
    got.push(text(chunk));
    if (got.length === 3) break;
  }
  assert.deepEqual(got, ["1\n", "2\n", "3\n"]);
  const [socket] = server.sockets;
  if (socket && !socket.destroyed) await once(socket, "close");
});

test("ends with the reason of who aborts, before the head and after it", async () => {
  const reason = new Error("enough");
  await using server = await serve((request, socket) => {
    if (request.includes("/slow")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na");
  });
  const early = new AbortController();
  const waiting = server.client.send(get, early.signal);
  setTimeout(() => early.abort(reason), 20);
  await assert.rejects(waiting, reason);
  await assert.rejects(server.client.send(get, early.signal), reason);
  const late = new AbortController();
  const response = await server.client.send({ ...get, target: "/slow" }, late.signal);
  setTimeout(() => late.abort(reason), 20);
  await assert.rejects(read(response), reason);
});

test("a slow reader makes the server wait, and misses nothing", async () => {
  const size = 24 * 1024 * 1024;
  let isSent = false;
  await using server = await serve((_request, socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
    socket.write(Buffer.alloc(size), () => (isSent = true));
  });
  const { chunks } = await server.client.send(get);
  await sleep(200);
  assert.equal(isSent, false);
  let got = 0;
  for await (const chunk of chunks) got += chunk.length;
  assert.equal(got, size);
  // And the connection is of use again.
  assert.equal((await server.client.send(get)).status, 200);
  assert.equal(server.sockets.length, 1);
});
