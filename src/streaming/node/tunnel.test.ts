import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { equalBytes, utf8 } from "#base/bytes.ts";
import { readAll } from "../byte-queue.ts";
import { bridgeRemoteCommand } from "../remote-command.ts";
import { acceptPortForward, acceptRemoteCommand } from "./accept.ts";
import { openPortForward, openRemoteCommand } from "./open.ts";
import { UpgradeFailedError, upgradeTarget } from "./target.ts";
import { pattern, readText, runCommand, streamsOf, upgradeServer } from "./testing.ts";
import { tunnelUpgrade } from "./tunnel.ts";

const seen: IncomingMessage[] = [];
const folder = mkdtempSync(join(tmpdir(), "streaming-"));
const [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")];
const openssl =
  "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=kubelet " +
  `-addext subjectAltName=IP:127.0.0.1 -keyout ${keyFile} -out ${certFile}`;
execFileSync("openssl", openssl.split(" "), { stdio: "ignore" });
const [key, cert] = [readFileSync(keyFile), readFileSync(certFile)];
rmSync(folder, { recursive: true });

/** Two kubelets that do the same, one over TLS. */
const kubelets: Server[] = [
  createHttpServer((request, response) => answer(request, response)),
  createHttpsServer({ key, cert }, (request, response) => answer(request, response)),
];
function answer(request: IncomingMessage, response: ServerResponse): void {
  seen.push(request);
  response.writeHead(404, { "Content-Type": "application/json" });
  response.end('{"kind":"Status","message":"no such pod"}');
}
for (const kubelet of kubelets) {
  kubelet.on("upgrade", (request: IncomingMessage, socket, head) => {
    seen.push(request);
    const handle = async () => {
      if (request.url?.startsWith("/missing")) {
        socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 12\r\n\r\nno such pod\n");
        return;
      }
      if (request.url?.startsWith("/exec")) {
        const session = await acceptRemoteCommand(request, socket, head, streamsOf(request));
        return runCommand(request, session);
      }
      for await (const forward of await acceptPortForward(request, socket, head)) {
        await forward.data.write(utf8(`port ${forward.port}`));
        await forward.data.closeWrite();
      }
    };
    handle().catch((error: unknown) => socket.destroy(error as Error));
  });
  await new Promise<void>((resolve) => kubelet.listen(0, "127.0.0.1", () => resolve()));
}
const ports = kubelets.map((kubelet) => (kubelet.address() as AddressInfo).port);
const kubeletUrls = [`http://127.0.0.1:${ports[0]}`, `https://127.0.0.1:${ports[1]}`];
const tls = { ca: cert.toString() };

const apiServer = await upgradeServer(async (request, socket, head) => {
  const { pathname, search, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const kubelet = searchParams.get("kubelet") ?? "";
  const headers = { "X-Kubelet-Client": "apiserver" };
  const target = upgradeTarget(`${kubelet}${pathname}${search}`, { headers, tls });
  await tunnelUpgrade(request, socket, head, target);
});
test.after(async () => {
  await apiServer.close();
  for (const kubelet of kubelets) kubelet.close();
});

const streams = { stdin: true, stdout: true, stderr: false, tty: false };

function through(path: string, query: string, kubelet: string) {
  const url = `${apiServer.url}${path}?kubelet=${encodeURIComponent(kubelet)}&${query}`;
  return upgradeTarget(url, { headers: { Authorization: "Bearer secret" } });
}

for (const kubelet of kubeletUrls) {
  const scheme = new URL(kubelet).protocol;
  for (const transport of ["websocket", "spdy"] as const) {
    test(`${scheme} ${transport}: a command, 10 MB there and back`, async () => {
      const target = through("/exec", "stdin=1&stdout=1&command=cat", kubelet);
      const command = await openRemoteCommand({ target, transport, streams });
      const bytes = pattern(10 * 1024 * 1024);
      const reading = readAll(command.stdout, bytes.length);
      await command.stdin.write(bytes);
      await command.stdin.close();
      assert.ok(equalBytes(await reading, bytes));
      assert.equal((await command.status()).status, "Success");
      command.close();
      const request = seen.at(-1);
      assert.equal(request?.headers.authorization, undefined, "credentials stay here");
      assert.equal(request?.headers["x-kubelet-client"], "apiserver");
      assert.equal(request?.headers.host, new URL(kubelet).host);
      assert.equal(request?.method, transport === "spdy" ? "POST" : "GET");
    });

    test(`${scheme} ${transport}: port-forward`, async () => {
      const target = through("/portForward", "", kubelet);
      const forwarder = await openPortForward({ target, transport });
      const connection = await forwarder.open(8080);
      assert.equal(await readText(connection.data.readable), "port 8080");
      forwarder.close();
    });

    test(`${scheme} ${transport}: the kubelet's refusal reaches the client`, async () => {
      const target = through("/missing", "", kubelet);
      await assert.rejects(openRemoteCommand({ target, transport, streams }), (error) => {
        assert.ok(error instanceof UpgradeFailedError);
        assert.deepEqual([error.statusCode, error.body], [404, "no such pod\n"]);
        return true;
      });
    });
  }
}

test("a kubelet that cannot be reached", async () => {
  const target = through("/exec", "stdout=1", "http://127.0.0.1:1");
  await assert.rejects(openRemoteCommand({ target, transport: "spdy", streams }), (error) => {
    assert.ok(error instanceof UpgradeFailedError);
    assert.equal(error.statusCode, 500);
    const status = JSON.parse(error.body) as { message: string; status: string };
    assert.equal(status.status, "Failure");
    assert.match(status.message, /^error dialing backend: .*ECONNREFUSED/);
    return true;
  });
});

test("a body is passed on, and a token among the subprotocols is not", async () => {
  const url = new URL(apiServer.url);
  const socket = connect({ host: url.hostname, port: Number(url.port) });
  socket.write(
    `POST /missing?kubelet=${encodeURIComponent(kubeletUrls[0] ?? "")} HTTP/1.1\r\nHost: a\r\n` +
      "Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: a\r\n" +
      "X-Stream-Protocol-Version: b\r\nCookie: c=1\r\nImpersonate-User: root\r\n" +
      "Sec-WebSocket-Protocol: v4.channel.k8s.io, base64url.bearer.authorization.k8s.io.c2VjcmV0\r\n" +
      "Content-Length: 5\r\n\r\nhello",
  );
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  assert.match(Buffer.concat(chunks).toString(), /^HTTP\/1\.1 404 Not Found\r\n/);
  const request = seen.at(-1);
  assert.ok(request);
  assert.equal(request.headers["content-length"], "5");
  assert.equal(request.headers["x-stream-protocol-version"], "a, b");
  assert.equal(request.headers["sec-websocket-protocol"], "v4.channel.k8s.io");
  assert.equal(request.headers.cookie, undefined);
  assert.equal(request.headers["impersonate-user"], undefined);
});

test("commands bridged from every transport to SPDY", async () => {
  const bridge = await upgradeServer(async (request, socket, head) => {
    const wanted = streamsOf(request);
    const session = await acceptRemoteCommand(request, socket, head, wanted);
    const target = upgradeTarget(`${kubeletUrls[0]}${request.url}`);
    const command = await openRemoteCommand({
      target,
      transport: "spdy",
      protocols: ["v4.channel.k8s.io"],
      streams: wanted,
    });
    await bridgeRemoteCommand(session, command);
  });
  for (const transport of ["websocket", "spdy"] as const) {
    const open = (query: string, tty = false) =>
      openRemoteCommand({
        target: upgradeTarget(`${bridge.url}/exec?stdin=1&stdout=1&${query}`),
        transport,
        streams: { ...streams, tty },
      });
    const cat = await open("command=cat");
    const bytes = pattern(3 * 1024 * 1024);
    const reading = readAll(cat.stdout, bytes.length);
    await cat.stdin.write(bytes);
    await cat.stdin.close();
    assert.ok(equalBytes(await reading, bytes));
    assert.equal((await cat.status()).status, "Success");
    cat.close();

    const exit = await open("command=exit&command=7");
    assert.deepEqual((await exit.status()).details?.causes?.[0]?.message, "7");
    exit.close();

    const sizes = await open("tty=1&command=sizes&command=1", true);
    await sizes.resize({ width: 100, height: 50 });
    assert.equal(await readText(sizes.stdout), "100x50 ");
    await sizes.status();
    sizes.close();
  }
  assert.deepEqual(bridge.failures, []);

  const leaving = await openRemoteCommand({
    target: upgradeTarget(`${bridge.url}/exec?stdin=1&stdout=1&command=cat`),
    transport: "websocket",
    streams,
  });
  leaving.close(new Error("gone"));
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(bridge.failures.length, 1, "the bridge ends when its client leaves");
  await bridge.close();
});
