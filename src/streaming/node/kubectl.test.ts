import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, createServer as createTcpServer, type AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { equalBytes, utf8 } from "#base/bytes.ts";
import { pump, type Duplex } from "../duplex.ts";
import { acceptPortForward, acceptRemoteCommand } from "./accept.ts";
import { upgradeTarget } from "./target.ts";
import { pattern, runCommand, streamsOf } from "./testing.ts";
import { tunnelUpgrade } from "./tunnel.ts";

/** The stock kubectl, in every version that is installed, against our server side. */
const kubectls = findKubectls();
const skip = kubectls.length === 0 && "kubectl is not installed";

const pod = {
  kind: "Pod",
  apiVersion: "v1",
  metadata: { name: "x", namespace: "default", uid: "u" },
  spec: { containers: [{ name: "c", image: "i" }] },
  status: { phase: "Running" },
};
const documents: Record<string, unknown> = {
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/apis": { kind: "APIGroupList", apiVersion: "v1", groups: [] },
  "/api/v1": {
    kind: "APIResourceList",
    groupVersion: "v1",
    resources: [
      { name: "pods", singularName: "pod", namespaced: true, kind: "Pod", verbs: ["get"] },
    ],
  },
  "/api/v1/namespaces/default/pods/x": pod,
};
function answer(request: IncomingMessage, response: ServerResponse): void {
  const document = documents[new URL(request.url ?? "/", "http://localhost").pathname];
  response.writeHead(document ? 200 : 404, { "Content-Type": "application/json" });
  response.end(JSON.stringify(document ?? { kind: "Status", status: "Failure", code: 404 }));
}

/** Which transports were used, so that a fallback is noticed. */
let transports: string[] = [];
const failures: unknown[] = [];

const kubelet = createServer(answer);
kubelet.on("upgrade", (request, socket, head) => {
  transports.push(request.headers.upgrade ?? "");
  const handle = async () => {
    if (/\/(exec|attach)\?/.test(request.url ?? "")) {
      const session = await acceptRemoteCommand(request, socket, head, streamsOf(request));
      return runCommand(request, session);
    }
    const running: Promise<void>[] = [];
    for await (const forward of await acceptPortForward(request, socket, head)) {
      if (forward.port === 9) await forward.fail("error forwarding port 9: connection refused");
      else running.push(echo(forward.data));
    }
    await Promise.all(running);
  };
  handle().catch((error: unknown) => {
    // A kubectl that forwards ports is killed in the end, which its session may notice.
    if (request.url?.includes("/exec?")) failures.push(error);
  });
});

async function echo(data: Duplex): Promise<void> {
  await pump(data.readable, data);
  await data.write(utf8("|bye"));
  await data.closeWrite();
}

/** As the API server: hands every upgrade on. */
const apiServer = createServer(answer);
apiServer.on("upgrade", (request, socket, head) => {
  const { port } = kubelet.address() as AddressInfo;
  const target = upgradeTarget(`http://127.0.0.1:${port}${request.url}`);
  tunnelUpgrade(request, socket, head, target).catch((error: unknown) => failures.push(error));
});

const urls: string[] = [];
test.before(async () => {
  for (const server of [kubelet, apiServer]) {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    urls.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }
});
test.after(() => {
  for (const server of [kubelet, apiServer]) {
    server.closeAllConnections();
    server.close();
  }
});

function findKubectls(): { version: string; path: string }[] {
  const which = spawnSync("which", ["kubectl"], { encoding: "utf8" }).stdout.trim();
  if (which === "") return [];
  const folder = dirname(realpathSync(which));
  const others = ["1.27", "1.29", "1.31", "1.33"].map((version) => {
    return { version, path: join(folder, `kubectl.${version}`) };
  });
  return [{ version: "default", path: which }, ...others.filter(({ path }) => existsSync(path))];
}

interface Options {
  path: string;
  server: string;
  webSockets: boolean;
}

function environment(webSockets: boolean): NodeJS.ProcessEnv {
  const on = String(webSockets);
  return {
    ...process.env,
    KUBECTL_REMOTE_COMMAND_WEBSOCKETS: on,
    KUBECTL_PORT_FORWARD_WEBSOCKETS: on,
    KUBECONFIG: "/dev/null",
  };
}

async function kubectl(options: Options, args: string[], input?: Uint8Array, wrap?: boolean) {
  const all = ["--server", options.server, ...args];
  // `script` lends a terminal.
  const line = [options.path, ...all].join(" ");
  const [program, parameters] = wrap
    ? ["script", ["-qec", `stty rows 24 cols 80; ${line}`, "/dev/null"]]
    : [options.path, all];
  const child = spawn(program, parameters, { env: environment(options.webSockets) });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() };
}

for (const { version, path } of kubectls) {
  for (const webSockets of [true, false]) {
    for (const tunnel of [false, true]) {
      const way = `${webSockets ? "WebSocket" : "SPDY"}${tunnel ? ", tunnelled" : ""}`;
      test(`kubectl ${version} exec over ${way}`, { timeout: 60_000 }, async () => {
        const server = urls[tunnel ? 1 : 0] ?? "";
        const options = { path, server, webSockets };
        transports = [];
        failures.length = 0;
        const exit = await kubectl(options, ["exec", "x", "--", "exit", "3"]);
        assert.equal(exit.code, 3, exit.stderr);
        assert.match(exit.stderr, /command terminated with exit code 3/);

        const err = await kubectl(options, ["exec", "x", "--", "err", "oops"]);
        assert.deepEqual([err.code, err.stdout.toString(), err.stderr], [0, "", "oops"]);

        const missing = await kubectl(options, ["exec", "x", "--", "nope"]);
        assert.equal(missing.code, 1);
        assert.match(missing.stderr, /exec: "nope": not found/);

        const bytes = pattern(3 * 1024 * 1024);
        const cat = await kubectl(options, ["exec", "-i", "x", "--", "cat"], bytes);
        assert.equal(cat.code, 0, cat.stderr);
        assert.ok(equalBytes(cat.stdout, bytes));

        const length = 10 * 1024 * 1024;
        const send = await kubectl(options, ["exec", "x", "--", "send", String(length)]);
        assert.equal(send.code, 0, send.stderr);
        assert.ok(equalBytes(send.stdout, pattern(length)));

        const tty = await kubectl(
          options,
          ["exec", "-it", "x", "--", "sizes", "1"],
          undefined,
          true,
        );
        assert.match(tty.stdout.toString(), /80x24/, tty.stderr);

        // Since 1.29, when asked to; since 1.31 by itself.
        const speaksWebSocket = webSockets && !/1\.2[0-8]/.test(version);
        const expected = speaksWebSocket ? "websocket" : "SPDY/3.1";
        assert.deepEqual([...new Set(transports)], [expected]);
        assert.deepEqual(failures, []);
      });

      test(`kubectl ${version} port-forward over ${way}`, { timeout: 60_000 }, async () => {
        transports = [];
        const server = urls[tunnel ? 1 : 0] ?? "";
        const ready = Promise.withResolvers<number>();
        const args = ["--server", server, "port-forward", "x", ":80", "--address", "127.0.0.1"];
        const child = spawn(path, args, { env: environment(webSockets) });
        let output = "";
        child.stdout.on("data", (chunk: Buffer) => {
          output += chunk.toString();
          const port = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(output)?.[1];
          if (port) ready.resolve(Number(port));
        });
        child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
        child.on("close", () => ready.reject(new Error(output)));
        try {
          const port = await ready.promise;
          const bytes = pattern(3 * 1024 * 1024);
          for (const content of [utf8("hello"), bytes, utf8("")]) {
            const received = await exchange(port, content);
            assert.ok(equalBytes(received.subarray(0, content.length), content));
            assert.equal(received.subarray(content.length).toString(), "|bye");
          }
          const many = Array.from({ length: 10 }, (_unused, index) =>
            exchange(port, utf8(`number ${index}`)),
          );
          for (const [index, received] of (await Promise.all(many)).entries()) {
            assert.equal(received.toString(), `number ${index}|bye`);
          }
        } finally {
          child.kill("SIGINT");
        }
        const speaksWebSocket = webSockets && !/1\.(2\d|30)/.test(version);
        assert.deepEqual([...new Set(transports)], [speaksWebSocket ? "websocket" : "SPDY/3.1"]);
      });
    }
  }

  test(`kubectl ${version} port-forward tells of a failure`, { timeout: 60_000 }, async () => {
    const free = createTcpServer();
    await new Promise<void>((resolve) => free.listen(0, "127.0.0.1", resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const args = ["--server", urls[0] ?? "", "port-forward", "x", `${port}:9`];
    const child = spawn(path, args, { env: environment(true) });
    let output = "";
    const { promise: told, resolve } = Promise.withResolvers<void>();
    const listen = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes("Forwarding from")) exchange(port, utf8("x")).catch(() => {});
      if (output.includes("an error occurred forwarding")) resolve();
      if (/error.*forwarding/i.test(output)) resolve();
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    await told;
    child.kill("SIGINT");
    assert.match(output, /error forwarding port 9: connection refused/);
  });
}

test("kubectl is there to be tested with", { skip }, () => {
  assert.ok(kubectls.length > 0);
});

async function exchange(port: number, content: Uint8Array): Promise<Buffer> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.end(content);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
