import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import type { TLSSocket } from "node:tls";
import { utf8 } from "#base/bytes.ts";
import type { ApiServer } from "#server/server.ts";
import { eventually } from "../support/eventually.ts";
import { openListener, targetOf } from "./listener.ts";
import type { Target } from "./listener.ts";
import { Writers, configMaps, listOf } from "./load.ts";
import { memoryOf } from "./memory.ts";
import { Place } from "./place.ts";

const watchers = 100;
const bytesEach = 100_000;
/** Written while they do not read: were it kept for each of them, that would be 1.5 GB. */
const objects = 150;
const memoryMax = 400 << 20;

test("watchers that do not read what they are sent", { timeout: 120_000 }, async (context) => {
  const place = await Place.make(context);
  const server = await place.makeServer();
  await server.start();
  const target = await targetOf(server.kubeconfig);
  const sockets = await Promise.all(Array.from({ length: watchers }, () => watcher(target)));
  context.after(() => sockets.forEach((socket) => socket.destroy()));
  const before = await memoryOf(server.pid);
  const writers = new Writers(server, { bytes: bytesEach });
  await eventually(() => assert.ok(writers.acknowledged.size >= objects), { intervalMs: 20 });
  await writers.stop();
  const more = (await memoryOf(server.pid)) - before;
  context.diagnostic(
    `${watchers} watchers, ${objects} objects of ${bytesEach} bytes: ${more >> 20} MB`,
  );
  assert.ok(more < memoryMax, `${more >> 20} MB more`);
  assert.ok((await listOf(server)).items.length >= objects, "others are served");
});

test("a watcher that stalls is cut off, and is behind when it reads again", async () => {
  const stalledMs = 500;
  const cacher = { history: { min: 5, ms: 0, max: 5 } };
  await using listening = await openListener({ stalledMs }, { cacher });
  const stalled = await watcher(listening.target);
  const count = 150;
  try {
    for (let n = 0; n < count; n++) {
      await create(listening.server, n);
      // It is told of each, while it still takes what it is told.
      await pause(1);
    }
    await pause(4 * stalledMs);
    let received = 0;
    stalled.on("data", (chunk: Buffer) => (received += chunk.length));
    // A watch that went on would not end.
    await once(stalled, "close", { signal: AbortSignal.timeout(20_000) });
    assert.ok(received < count * bytesEach, `${received} bytes`);
  } finally {
    stalled.destroy();
  }
});

async function create(server: ApiServer, n: number): Promise<void> {
  const data = { filling: "x".repeat(bytesEach) };
  const bytes = utf8(JSON.stringify({ metadata: { name: `object-${n}` }, data }));
  const { status } = await server.handle(
    {
      method: "POST",
      path: configMaps,
      query: new URLSearchParams(),
      headers: {},
      body: { kind: "bytes", contentType: "application/json", read: async () => bytes },
    },
    { user: { name: "admin", groups: ["system:masters"] } },
    new AbortController().signal,
  );
  assert.equal(status, 201);
}

/** Has begun to watch, and reads no further than that. */
async function watcher(target: Target): Promise<TLSSocket> {
  const socket = connectTls({ ...target, ALPNProtocols: ["http/1.1"] });
  socket.on("error", () => {});
  await once(socket, "secureConnect");
  const headers = "host: localhost\r\nconnection: close";
  socket.write(`GET ${configMaps}?watch=true HTTP/1.1\r\n${headers}\r\n\r\n`);
  await once(socket, "readable");
  return socket;
}
