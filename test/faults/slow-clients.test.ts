import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectHttp2, constants } from "node:http2";
import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import type { TLSSocket } from "node:tls";
import { openListener } from "./listener.ts";
import type { Target } from "./listener.ts";

/** Clients that never come to an end, but send a little all the time: silence alone is no measure. */
const limits = {
  headersMs: 1_000,
  requestMs: 2_000,
  idleMs: 1_000,
  stalledMs: 1_000,
  checkMs: 100,
};
const tickMs = 100;
/** Far more than any of the limits, and far less than for ever. */
const patienceMs = 20_000;
const maps = "/api/v1/namespaces/default/configmaps";

async function socketTo(target: Target, protocol: "http/1.1" | "h2"): Promise<TLSSocket> {
  const socket = connectTls({ ...target, ALPNProtocols: [protocol] });
  socket.on("error", () => {});
  await once(socket, "secureConnect");
  return socket;
}

/** Resolves with what the server said when it ends the connection, whatever is sent meanwhile. */
async function endOf(socket: TLSSocket, next: () => Buffer | string): Promise<string> {
  let said = "";
  socket.on("data", (chunk: Buffer) => (said += chunk.toString("latin1")));
  const closed = once(socket, "close", { signal: AbortSignal.timeout(patienceMs) });
  const ticking = setInterval(() => socket.writable && socket.write(next()), tickMs);
  try {
    await closed;
  } finally {
    clearInterval(ticking);
    socket.destroy();
  }
  return said;
}

async function sessionTo(target: Target): Promise<ClientHttp2Session> {
  const session = connectHttp2(`https://localhost:${target.port}`, target);
  session.on("error", () => {});
  await once(session, "connect");
  return session;
}

test("headers without end, in HTTP/1.1", async () => {
  await using listening = await openListener(limits);
  const socket = await socketTo(listening.target, "http/1.1");
  socket.write("GET /version HTTP/1.1\r\nhost: localhost\r\n");
  let count = 0;
  assert.match(await endOf(socket, () => `x-${count++}: y\r\n`), /^HTTP\/1.1 408 |^$/);
});

test("headers without end, in HTTP/2", async () => {
  await using listening = await openListener(limits);
  const socket = await socketTo(listening.target, "h2");
  socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
  // Headers of 16 KB, byte by byte.
  socket.write(Buffer.from([0, 0x40, 0, 1, 0, 0, 0, 0, 1]));
  await endOf(socket, () => Buffer.from([0x82]));
});

test("pings without a request, in HTTP/2", async () => {
  await using listening = await openListener(limits);
  const socket = await socketTo(listening.target, "h2");
  socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
  await endOf(socket, () => Buffer.from([0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]));
});

test("a body without end, in HTTP/1.1", async () => {
  await using listening = await openListener(limits);
  const socket = await socketTo(listening.target, "http/1.1");
  const headers = "host: localhost\r\ncontent-type: application/json\r\ncontent-length: 100000";
  socket.write(`POST ${maps} HTTP/1.1\r\n${headers}\r\n\r\n`);
  assert.match(await endOf(socket, () => " "), /^HTTP\/1.1 (408|504) |^$/);
});

test("a body without end, in HTTP/2: the stream is closed, and others go on", async () => {
  await using listening = await openListener(limits);
  const session = await sessionTo(listening.target);
  try {
    const headers = { ":method": "POST", ":path": maps, "content-type": "application/json" };
    const stream = session.request(headers, { endStream: false });
    stream.on("error", () => {});
    const closed = once(stream, "close", { signal: AbortSignal.timeout(patienceMs) });
    const ticking = setInterval(() => stream.writable && stream.write(" "), tickMs);
    const [answer] = (await once(stream, "response")) as [{ ":status": number }];
    assert.equal(answer[":status"], 504);
    // The server also says that it wants no more of the body.
    stream.resume();
    await closed;
    clearInterval(ticking);
    assert.equal(stream.rstCode, constants.NGHTTP2_NO_ERROR);
    assert.equal(await statusOf(session.request({ ":path": "/version" })), 200);
  } finally {
    session.destroy();
  }
});

test("answers that nobody takes, in HTTP/2: the streams are closed, and others go on", async () => {
  await using listening = await openListener(limits);
  const session = await sessionTo(listening.target);
  try {
    const streams = Array.from({ length: 20 }, () => {
      const stream = session.request({ ":path": "/openapi/v2" });
      stream.on("error", () => {});
      return once(stream, "close", { signal: AbortSignal.timeout(patienceMs) });
    });
    await Promise.all(streams);
    assert.equal(await statusOf(session.request({ ":path": "/version" })), 200);
  } finally {
    session.destroy();
  }
});

test("a client that is slow, but takes what it is sent, gets all of it", async () => {
  const stalledMs = 2_000;
  await using listening = await openListener({ ...limits, stalledMs });
  const session = await sessionTo(listening.target);
  try {
    const stream = session.request({ ":path": "/openapi/v2" });
    const [answer] = (await once(stream, "response")) as [{ "content-length": string }];
    let length = 0;
    const from = performance.now();
    for await (const chunk of stream) {
      length += (chunk as Buffer).length;
      // Longer than who takes nothing would have.
      if (performance.now() - from < 1.5 * stalledMs) await pause(20);
    }
    assert.equal(length, Number(answer["content-length"]));
  } finally {
    session.destroy();
  }
});

async function statusOf(stream: ClientHttp2Stream): Promise<number | undefined> {
  const [headers] = (await once(stream, "response")) as [{ ":status"?: number }];
  stream.resume();
  return headers[":status"];
}
