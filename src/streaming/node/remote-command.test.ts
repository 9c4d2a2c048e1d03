import assert from "node:assert/strict";
import { test } from "node:test";
import { WebSocket } from "ws";
import { equalBytes, utf8 } from "#base/bytes.ts";
import { readAll } from "../byte-queue.ts";
import { decodeSizes, type RemoteCommand } from "../remote-command.ts";
import { acceptRemoteCommand } from "./accept.ts";
import { openRemoteCommand } from "./open.ts";
import { UpgradeFailedError, upgradeTarget } from "./target.ts";
import { pattern, readText, runCommand, streamsOf, upgradeServer } from "./testing.ts";

const server = await upgradeServer(async (request, socket, head) => {
  const session = await acceptRemoteCommand(request, socket, head, streamsOf(request));
  await runCommand(request, session);
});
test.after(() => server.close());

interface Way {
  transport: "websocket" | "spdy";
  protocol: string;
}

const ways: Way[] = [
  ...["v5.", "v4.", "v3.", "v2.", "", "v4.base64.", "base64."].map((version) => ({
    transport: "websocket" as const,
    protocol: `${version}channel.k8s.io`,
  })),
  ...["v5.", "v4.", "v3.", "v2.", ""].map((version) => ({
    transport: "spdy" as const,
    protocol: `${version}channel.k8s.io`,
  })),
];

function run(way: Way, query: string): Promise<RemoteCommand> {
  const params = new URLSearchParams(query);
  const on = (name: string) => params.get(name) === "1";
  return openRemoteCommand({
    target: upgradeTarget(`${server.url}/exec?${query}`),
    transport: way.transport,
    protocols: [way.protocol],
    streams: { stdin: on("stdin"), stdout: on("stdout"), stderr: on("stderr"), tty: on("tty") },
  });
}

for (const way of ways) {
  const name = `${way.transport} ${way.protocol}`;
  const hasStatus = /v[45]/.test(way.protocol);
  const hasStdinEnd = way.transport === "spdy" || way.protocol.startsWith("v5.");

  test(`${name}: exit codes`, async () => {
    const command = await run(way, "stdout=1&stderr=1&command=exit&command=3");
    assert.equal(command.protocol, way.protocol);
    assert.equal(await readText(command.stdout), "");
    const status = await command.status();
    assert.equal(status.status, "Failure");
    assert.equal(status.message, "command terminated with non-zero exit code: exit status 3");
    if (hasStatus) {
      assert.equal(status.reason, "NonZeroExitCode");
      assert.deepEqual(status.details?.causes, [{ reason: "ExitCode", message: "3" }]);
    }
    command.close();
  });

  test(`${name}: stderr is apart from stdout`, async () => {
    const command = await run(way, "stdout=1&stderr=1&command=err&command=oops");
    const both = await Promise.all([readText(command.stdout), readText(command.stderr)]);
    assert.deepEqual(both, ["", "oops"]);
    assert.equal((await command.status()).status, "Success");
    command.close();
  });

  test(`${name}: an internal error`, async () => {
    const command = await run(way, "stdout=1&command=nope");
    assert.equal(await readText(command.stdout), "");
    const status = await command.status();
    assert.equal(status.message, 'exec: "nope": not found');
    command.close();
  });

  test(
    `${name}: resizes`,
    { skip: way.transport === "spdy" && /^(v2\.)?ch/.test(way.protocol) && "no resizes before v3" },
    async () => {
      const command = await run(way, "stdout=1&tty=1&stdin=1&command=sizes&command=2");
      await command.resize({ width: 80, height: 24 });
      await command.resize({ width: 132, height: 43 });
      assert.equal(await readText(command.stdout), "80x24 132x43 ");
      await command.status();
      command.close();
    },
  );

  test(`${name}: the end of stdin`, async () => {
    const command = await run(way, "stdin=1&stdout=1&command=cat");
    await command.stdin.write(utf8("hello"));
    if (!hasStdinEnd) {
      await assert.rejects(command.stdin.close(), /cannot tell the end of a stream/);
      command.close();
      return;
    }
    await command.stdin.close();
    assert.equal(await readText(command.stdout), "hello");
    assert.equal((await command.status()).status, "Success");
    command.close();
  });
}

for (const way of [ways[0], ways[5], ways[7]].filter((way) => way !== undefined)) {
  test(`${way.transport} ${way.protocol}: 10 MB each way, slowly read`, async () => {
    const bytes = pattern(10 * 1024 * 1024);
    const sent = await run(way, `stdout=1&command=send&command=${bytes.length}`);
    const received: Uint8Array[] = [];
    let size = 0;
    for await (const part of sent.stdout) {
      received.push(part);
      size += part.length;
      // Yield now and then, so that the sender meets a full window.
      if (received.length % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.equal(size, bytes.length);
    assert.ok(equalBytes(Buffer.concat(received), bytes));
    assert.equal((await sent.status()).status, "Success");
    sent.close();
    if (way.protocol.includes("base64")) return;

    const echoed = await run(way, "stdin=1&stdout=1&command=cat");
    const reading = readAll(echoed.stdout, bytes.length);
    await echoed.stdin.write(bytes);
    await echoed.stdin.close();
    assert.ok(equalBytes(await reading, bytes));
    assert.equal((await echoed.status()).status, "Success");
    echoed.close();
  });
}

test("a writer waits when nobody reads", async () => {
  let written = 0;
  const slow = await upgradeServer(async (request, socket, head) => {
    const session = await acceptRemoteCommand(request, socket, head, streamsOf(request));
    const block = pattern(64 * 1024);
    while (!session.ended.aborted) {
      await session.stdout.write(block);
      written += block.length;
    }
  });
  for (const transport of ["websocket", "spdy"] as const) {
    written = 0;
    const streams = { stdin: false, stdout: true, stderr: false, tty: false };
    const target = upgradeTarget(`${slow.url}/exec?stdout=1`);
    const command = await openRemoteCommand({ target, transport, streams });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const soon = written;
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(written, soon, `${transport}: still writing`);
    assert.ok(written < 16 * 1024 * 1024, `${transport}: ${written} bytes are somewhere`);
    command.close();
  }
  await slow.close();
});

test("a client that leaves ends the session", async () => {
  for (const transport of ["websocket", "spdy"] as const) {
    const { promise: ended, resolve } = Promise.withResolvers<unknown>();
    const waiting = await upgradeServer(async (request, socket, head) => {
      const session = await acceptRemoteCommand(request, socket, head, streamsOf(request));
      session.ended.addEventListener("abort", () => resolve(session.ended.reason));
    });
    const streams = { stdin: true, stdout: true, stderr: false, tty: false };
    const target = upgradeTarget(`${waiting.url}/exec?stdin=1&stdout=1`);
    const command = await openRemoteCommand({ target, transport, streams });
    command.close();
    assert.ok((await ended) instanceof Error);
    await assert.rejects(command.status(), /ended before the command's status|closed/);
    await waiting.close();
  }
});

test("a protocol that the server lacks is refused", async () => {
  const target = upgradeTarget(`${server.url}/exec?stdout=1&command=exit`);
  const streams = { stdin: false, stdout: true, stderr: false, tty: false };
  const open = (transport: "websocket" | "spdy") =>
    openRemoteCommand({ target, transport, streams, protocols: ["v9.channel.k8s.io"] });
  await assert.rejects(open("spdy"), (error) => {
    assert.ok(error instanceof UpgradeFailedError);
    assert.equal(error.statusCode, 403);
    assert.equal(
      error.body,
      "unable to upgrade: unable to negotiate protocol: client supports [v9.channel.k8s.io], " +
        "server accepts [v5.channel.k8s.io v4.channel.k8s.io v3.channel.k8s.io " +
        "v2.channel.k8s.io channel.k8s.io]\n",
    );
    return true;
  });
  await assert.rejects(open("websocket"), (error) => {
    assert.ok(error instanceof UpgradeFailedError);
    assert.equal(error.statusCode, 403);
    return true;
  });
});

test("a client that opens no streams is not waited for without end", async () => {
  const impatient = await upgradeServer(async (request, socket, head) => {
    const streams = { stdin: true, stdout: true, stderr: true, tty: false };
    const options = { streamCreationTimeoutMs: 50 };
    await acceptRemoteCommand(request, socket, head, streams, options);
  });
  const streams = { stdin: false, stdout: true, stderr: false, tty: false };
  const target = upgradeTarget(`${impatient.url}/exec`);
  const command = await openRemoteCommand({ target, transport: "spdy", streams });
  await assert.rejects(command.status());
  assert.match(String(impatient.failures[0]), /timed out waiting for client to create streams/);
  command.close();
  await impatient.close();
});

test("garbage messages", async () => {
  const talk = async (protocol: string, messages: (string | Uint8Array)[]) => {
    const url = `${server.url.replace("http", "ws")}/exec?stdin=1&stdout=1&command=cat`;
    const socket = new WebSocket(url, [protocol]);
    const { promise: closed, resolve } = Promise.withResolvers<{ code: number; got: string }>();
    let got = "";
    socket.on("message", (data: Buffer) => (got += data.toString("latin1")));
    socket.on("close", (code) => resolve({ code, got }));
    await new Promise((opened) => socket.once("open", opened));
    for (const message of messages) socket.send(message);
    return closed;
  };
  const v5 = await talk("v5.channel.k8s.io", [
    new Uint8Array(0),
    new Uint8Array([77, 1, 2]), // No such channel.
    new Uint8Array([1, 65]), // One that the client has no business to write.
    new Uint8Array([0, 104, 105]),
    new Uint8Array([255]),
    new Uint8Array([255, 9]),
    new Uint8Array([255, 0]),
  ]);
  assert.equal(v5.code, 1000);
  const status = '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success"}';
  assert.equal(v5.got, `\x01\x01hi\x03${status}`, "greeting, output and status");
  const base64 = await talk("v4.base64.channel.k8s.io", ["0aGk=", "0!!! not base64"]);
  assert.equal(base64.code, 1007);
  assert.match(base64.got, /^11aGk=/);
});

test("sizes, however they are cut", async () => {
  const table: [string[], string][] = [
    [['{"Width":80,"Height":24}\n'], "80x24"],
    [['{"Width":80,', '"Height":24}{"width":1,"height":2}'], "80x24 1x2"],
    [['{"Width":80,"Height":24}', "garbage}", '{"Width":1,"Height":1}'], "80x24"],
    [['{"Width":-1,"Height":24}'], ""],
    [['{"Width":"80"}'], ""],
    [["x".repeat(5000), '{"Width":1,"Height":1}'], ""],
  ];
  for (const [chunks, expected] of table) {
    const source = (async function* () {
      for (const chunk of chunks) yield utf8(chunk);
    })();
    const sizes: string[] = [];
    for await (const { width, height } of decodeSizes(source)) sizes.push(`${width}x${height}`);
    assert.equal(sizes.join(" "), expected);
  }
});
