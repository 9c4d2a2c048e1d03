import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import type { TLSSocket } from "node:tls";
import { targetOf } from "./listener.ts";
import type { Target } from "./listener.ts";
import { memoryOf } from "./memory.ts";
import { Place } from "./place.ts";

/**
 * Connections that do nothing. KIJABI_FAULTS_CONNECTIONS asks for more than are made by default:
 * 10,000 is what a release is tried with. The handshakes are what takes the time.
 */
const wanted = Number(process.env["KIJABI_FAULTS_CONNECTIONS"] ?? 1_000);
/** Both ends need one each, and some for themselves. */
const allowed =
  Number(/^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1]) - 200;
const count = Math.min(wanted, allowed);
const atOnce = 50;
/** Of the server's memory, generously: a TLS connection of OpenSSL alone takes some tens of KB. */
const bytesMax = 150 * 1024;

test(`${count} idle connections`, { timeout: 60_000 + count * 30 }, async (context) => {
  if (count < wanted)
    context.diagnostic(`${wanted} are wanted, the limit of open files allows ${count}`);
  const place = await Place.make(context);
  const server = await place.makeServer();
  await server.start();
  const target = await targetOf(server.kubeconfig);
  const sockets: TLSSocket[] = [];
  const openedAt = new Map<TLSSocket, number>();
  context.after(() => sockets.forEach((socket) => socket.destroy()));
  let session: Buffer | undefined;
  const open = async () => {
    const socket = await idle(target, session);
    socket.once("session", (given) => (session ??= given));
    sockets.push(socket);
    openedAt.set(socket, performance.now());
  };
  // What the first ones load is there once.
  for (let n = 0; n < atOnce; n++) await open();
  const before = await memoryOf(server.pid);
  while (sockets.length < count) {
    await Promise.all(Array.from({ length: Math.min(atOnce, count - sockets.length) }, open));
  }
  const isOpen = (socket: TLSSocket) => !socket.destroyed && socket.readable;
  const alive = sockets.filter(isOpen).length;
  const each = ((await memoryOf(server.pid)) - before) / (alive - atOnce);
  const from = performance.now();
  assert.equal((await server.api.send({ path: "/readyz" })).status, 200);
  const tookMs = performance.now() - from;
  context.diagnostic(
    `${alive} open, ${(each / 1024).toFixed(1)} KB each; /readyz took ${tookMs.toFixed(0)} ms`,
  );
  assert.ok(each < bytesMax, `${each} bytes each`);
  // On a slow machine, the first have been sent away meanwhile, as idle ones are after 90 s.
  const young = sockets.filter(
    (socket) => performance.now() - (openedAt.get(socket) ?? 0) < 60_000,
  );
  assert.ok(young.length > 0 && young.every(isOpen));
});

/** One that has asked for something, and then asks for nothing more. */
async function idle(target: Target, session: Buffer | undefined): Promise<TLSSocket> {
  const options = { ...target, ALPNProtocols: ["http/1.1"], ...(session && { session }) };
  const socket = connectTls(options);
  socket.on("error", () => {});
  await once(socket, "secureConnect");
  socket.write("GET /version HTTP/1.1\r\nhost: localhost\r\n\r\n");
  const [answer] = (await once(socket, "data")) as [Buffer];
  assert.match(answer.toString("latin1"), /^HTTP\/1.1 200 /);
  return socket;
}
