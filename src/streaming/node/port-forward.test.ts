import assert from "node:assert/strict";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { test } from "node:test";
import { equalBytes, text, utf8 } from "#base/bytes.ts";
import { silentLogger } from "#base/log.ts";
import { readAll } from "../byte-queue.ts";
import { aborted, pump, splice } from "../duplex.ts";
import { bridgePortForward, type PortForwarder } from "../port-forward.ts";
import { acceptPortForward } from "./accept.ts";
import { openPortForward } from "./open.ts";
import { socketDuplex } from "./socket.ts";
import { upgradeTarget } from "./target.ts";
import { pattern, readText, upgradeServer } from "./testing.ts";

/** The pod's server: port 1 of a forward means "refused", any other reaches it. */
const pod = createServer({ allowHalfOpen: true }, (socket) => {
  const connection = socketDuplex(socket);
  // Echoes; answers the end of the input with a last word.
  pump(connection.readable, connection)
    .then(() => connection.write(utf8("|bye")))
    .then(() => connection.closeWrite())
    .catch((error: unknown) => connection.close(error));
});
await new Promise<void>((resolve) => pod.listen(0, "127.0.0.1", resolve));
const podPort = (pod.address() as AddressInfo).port;

const kubelet = await upgradeServer(async (request, socket, head) => {
  const session = await acceptPortForward(request, socket, head);
  const running: Promise<void>[] = [];
  for await (const forward of session) {
    if (forward.port === 1) {
      await forward.fail("error forwarding port 1 to pod x: connection refused");
      continue;
    }
    const port = connect({ port: podPort, host: "127.0.0.1", allowHalfOpen: true });
    running.push(splice(forward.data, socketDuplex(port)).catch(() => {}));
  }
  await Promise.all(running);
});
test.after(async () => {
  await kubelet.close();
  await new Promise((resolve) => pod.close(resolve));
});

const open = (transport: "websocket" | "spdy", url = kubelet.url): Promise<PortForwarder> =>
  openPortForward({ target: upgradeTarget(`${url}/portForward/ns/x`), transport });

for (const transport of ["websocket", "spdy"] as const) {
  test(`${transport}: half-close`, async () => {
    const forwarder = await open(transport);
    const connection = await forwarder.open(80);
    await connection.data.write(utf8("hello"));
    await connection.data.closeWrite();
    assert.equal(await readText(connection.data.readable), "hello|bye");
    assert.equal(await connection.failure(), undefined);
    forwarder.close();
  });

  test(`${transport}: a failure is told, and the next connection works`, async () => {
    const forwarder = await open(transport);
    const failed = await forwarder.open(1);
    assert.equal(await readText(failed.data.readable), "");
    const message = "error forwarding port 1 to pod x: connection refused";
    assert.equal(await failed.failure(), message);
    const connection = await forwarder.open(80);
    await connection.data.closeWrite();
    assert.equal(await readText(connection.data.readable), "|bye");
    forwarder.close();
  });

  test(`${transport}: 10 MB there and back, beside 20 others`, async () => {
    const forwarder = await open(transport);
    const bytes = pattern(10 * 1024 * 1024);
    const large = await forwarder.open(80);
    const reading = readAll(large.data.readable, bytes.length + 4);
    const writing = large.data.write(bytes).then(() => large.data.closeWrite());
    const others = Array.from({ length: 20 }, async (_unused, index) => {
      const connection = await forwarder.open(80);
      await connection.data.write(utf8(`connection ${index}`));
      await connection.data.closeWrite();
      assert.equal(await readText(connection.data.readable), `connection ${index}|bye`);
    });
    await Promise.all([writing, ...others]);
    const received = await reading;
    assert.ok(equalBytes(received.subarray(0, bytes.length), bytes));
    assert.equal(text(received.subarray(bytes.length)), "|bye");
    forwarder.close();
  });

  test(`${transport}: one connection that is not read does not stop another`, async () => {
    const forwarder = await open(transport);
    const stalled = await forwarder.open(80);
    // More than the kernel's buffers on the way hold.
    const writing = stalled.data.write(new Uint8Array(64 * 1024 * 1024)).catch(() => "cut off");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const connection = await forwarder.open(80);
    await connection.data.write(utf8("through"));
    await connection.data.closeWrite();
    assert.equal(await readText(connection.data.readable), "through|bye");
    stalled.data.close();
    assert.equal(await writing, "cut off");
    forwarder.close();
  });
}

test("bridged from every transport to SPDY", async () => {
  const bridge = await upgradeServer(async (request, socket, head) => {
    const session = await acceptPortForward(request, socket, head);
    await bridgePortForward(session, await open("spdy"), silentLogger);
  });
  for (const transport of ["websocket", "spdy"] as const) {
    const forwarder = await open(transport, bridge.url);
    const failed = await forwarder.open(1);
    assert.equal(await readText(failed.data.readable), "");
    assert.match((await failed.failure()) ?? "", /connection refused/);
    const connection = await forwarder.open(80);
    const reading = readText(connection.data.readable);
    await connection.data.write(utf8("over the bridge"));
    await connection.data.closeWrite();
    assert.equal(await reading, "over the bridge|bye");
    forwarder.close();
  }
  await bridge.close();
  assert.deepEqual(bridge.failures, []);
});

test("channels: two ports by the query", async () => {
  for (const protocol of ["v4.channel.k8s.io", "v4.base64.channel.k8s.io"]) {
    const target = upgradeTarget(`${kubelet.url}/portForward/ns/x?port=80&port=1`);
    const options = { target, transport: "channels", ports: [80, 1] } as const;
    const forwarder = await openPortForward({ ...options, protocols: [protocol] });
    const connection = await forwarder.open(80);
    const refused = await forwarder.open(1);
    await connection.data.write(utf8("hello"));
    for await (const bytes of connection.data.readable) {
      assert.equal(text(bytes), "hello");
      break;
    }
    await assert.rejects(connection.data.closeWrite(), /has no half-close/);
    forwarder.close();
    await aborted(forwarder.ended);
    assert.match((await refused.failure()) ?? "closed", /connection refused|closed/);
  }
});

test("channels: the port stands at the beginning of each channel", async () => {
  const { WebSocket } = await import("ws");
  const url = `${kubelet.url.replace("http", "ws")}/portForward/ns/x?ports=80,1`;
  const socket = new WebSocket(url, ["v4.channel.k8s.io"]);
  const messages: string[] = [];
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  socket.on("message", (data: Buffer) => {
    messages.push(data.toString("latin1"));
    if (messages.length === 5) resolve();
  });
  await enough;
  assert.deepEqual(messages.slice(0, 4), ["\0\x50\0", "\x01\x50\0", "\x02\x01\0", "\x03\x01\0"]);
  assert.equal(messages[4], "\x03error forwarding port 1 to pod x: connection refused");
  socket.terminate();
});

test("bad requests are refused", async () => {
  const bad = async (query: string) => {
    const target = upgradeTarget(`${kubelet.url}/portForward/ns/x${query}`);
    await openPortForward({ target, transport: "channels", ports: [] });
  };
  await assert.rejects(bad(""), /400: query parameter "port" is required/);
  await assert.rejects(bad("?port="), /400: query parameter "port" cannot be empty/);
  await assert.rejects(bad("?port=80,99999"), /400: unable to parse "80,99999" as a port/);
  const forwarder = await open("spdy");
  await assert.rejects(forwarder.open(99999), /reset stream 1 with status 5/);
  forwarder.close();
});

test("garbage after the upgrade ends the connection, and nothing else", async () => {
  const { hostname, port } = new URL(kubelet.url);
  const socket: Socket = connect({ host: hostname, port: Number(port) });
  socket.write(
    "POST /portForward/ns/x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n" +
      "X-Stream-Protocol-Version: portforward.k8s.io\r\n\r\n" +
      "\x80\x03\x00\x01\x00\xff\xff\xff garbage",
    "latin1",
  );
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const received = Buffer.concat(chunks).toString("latin1");
  assert.match(received, /^HTTP\/1\.1 101 /);
  const forwarder = await open("spdy");
  const connection = await forwarder.open(80);
  await connection.data.closeWrite();
  assert.equal(await readText(connection.data.readable), "|bye");
  forwarder.close();
});
