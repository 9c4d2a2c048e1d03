import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { sleep } from "#base/clock.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { pauseImage } from "../../src/cluster/images/node/pause.ts";
import { deleteContainerd, startContainerd } from "../../src/cluster/providers/node/containerd.ts";
import { detectHost } from "../../src/cluster/providers/node/host.ts";
import { importImage, listImages } from "../../src/cluster/providers/node/images.ts";
import {
  createNetwork,
  createNodeNamespace,
  removeNetwork,
} from "../../src/cluster/providers/node/network.ts";
import { run } from "../../src/cluster/providers/node/run.ts";
import { ensureImages, imageNames } from "./build.ts";

const host = detectHost();
const skip = host.problems[0] ?? (host.missingPackages.join(" ") || false);
const clock = systemClock();
const profile = `t-img-${process.pid}`;
const node = "one";
const third = process.pid % 200;
const address = `10.213.${third}.130`;
const podCidr = `10.217.${third}.0/26`;

test("the tutorials' images run", { skip, timeout: 300_000 }, async (t) => {
  const archives = await ensureImages(imageNames(), { announce: (words) => t.diagnostic(words) });
  const socket = await startNode(t);
  for (const { file, names } of archives) {
    const start = performance.now();
    assert.deepEqual([...(await importImage({ socket, file }))].sort(), [...names].sort());
    t.diagnostic(`${names[0]}, …: loaded in ${(performance.now() - start).toFixed(0)} ms`);
  }
  const images = await listImages({ socket });
  const digest = (name: string) => images.find((image) => image.name === name)?.digest;
  assert.notEqual(
    digest("docker.io/library/nginx:1.14.2"),
    digest("docker.io/library/nginx:1.16.1"),
  );

  await t.test("nginx serves its page and logs it", async (t) => {
    const nginx = await start(t, { socket, image: "docker.io/library/nginx:1.14.2" });
    assert.match(await fetched(80), /<h1>Welcome to nginx!<\/h1>/);
    await nginx.logged(/"GET \/ HTTP\/1\.1" 200/);
    assert.match(await nginx.execute("curl", "-s", "localhost"), /Welcome to nginx!/);
    assert.match(await nginx.execute("bash", "-c", "echo $PATH; ls /"), /usr\/local\/bin[^]*etc\n/);
    assert.match(await nginx.execute("ps"), /nginx: master process nginx -g daemon off;/);
  });
  await t.test("the echo server tells what it was asked", async (t) => {
    const echo = await start(t, { socket, image: "k8s.gcr.io/echoserver:1.4" });
    const answer = await fetched(8080, "/hello?to=you");
    assert.match(answer, /^CLIENT VALUES:\nclient_address=10\.213\.\d+\.129\ncommand=GET\n/);
    assert.match(answer, /\nreal path=\/hello\nquery=to=you\nrequest_version=1\.1\nrequest_uri=/);
    assert.match(answer, /\nHEADERS RECEIVED:\n[^]*host=[^]*BODY:\n-no body in request-$/);
    const posted = await fetch(`http://${address}:8080/`, { method: "POST", body: "some words" });
    assert.match(await posted.text(), /command=POST\n[^]*BODY:\nsome words$/);
    assert.ok(await echo.endsAtSigterm());
  });
  await t.test("the bootcamp tells its version", async (t) => {
    for (const [image, version] of [
      ["gcr.io/google-samples/kubernetes-bootcamp:v1", 1],
      ["docker.io/jocatalin/kubernetes-bootcamp:v2", 2],
    ] as const) {
      const bootcamp = await start(t, { socket, image });
      const line = new RegExp(
        `^Hello Kubernetes bootcamp! \\| Running on: \\S+ \\| v=${version}\n$`,
      );
      assert.match(await fetched(8080), line);
      await bootcamp.logged(/^Kubernetes Bootcamp App Started At: [^]*\| Total Requests: 1 \|/);
      assert.match(await bootcamp.execute("cat", "server.js"), /Hello Kubernetes bootcamp!/);
      assert.ok(await bootcamp.endsAtSigterm());
    }
  });
  await t.test("hello-app, node-hello and agnhost answer", async (t) => {
    const app = await start(t, { socket, image: "gcr.io/google-samples/hello-app:2.0" });
    assert.match(await fetched(8080), /^Hello, world!\nVersion: 2\.0\.0\nHostname: \S+\n$/);
    assert.ok(await app.endsAtSigterm());
    const hello = await start(t, { socket, image: "gcr.io/google-samples/node-hello:1.0" });
    assert.equal(await fetched(8080), "Hello Kubernetes!");
    assert.ok(await hello.endsAtSigterm());
    const image = "registry.k8s.io/e2e-test-images/agnhost:2.39";
    const command = ["/agnhost", "netexec", "--http-port=8080"];
    const agnhost = await start(t, { socket, image, command });
    assert.match(await fetched(8080), /^NOW: \d{4}-/);
    assert.match(await fetched(8080, "/clientip"), /^10\.213\.\d+\.129:\d+$/);
    assert.equal(await fetched(8080, "/echo?msg=hi%20you"), "hi you");
    await agnhost.logged(
      /Started HTTP server on port 8080\n.*Started UDP server on port {2}8081\n/,
    );
    assert.ok(await agnhost.endsAtSigterm());
  });
  await t.test("redis keeps what it is told", async (t) => {
    const redis = await start(t, { socket, image: "docker.io/library/redis:6.0.5" });
    await redis.logged(/Ready to accept connections/);
    assert.equal(await redis.execute("redis-cli", "set", "answer", "42"), "OK\n");
    assert.equal(await redis.execute("redis-cli", "-h", address, "get", "answer"), "42\n");
  });
  await t.test("busybox has its tools", async (t) => {
    const image = "docker.io/library/busybox:1.28";
    const busybox = await start(t, {
      socket,
      image,
      command: ["sh", "-c", "echo ready; sleep 60"],
    });
    await busybox.logged(/^ready\n$/);
    assert.match(await busybox.execute("nslookup", "-h").catch(String), /BusyBox v/);
    assert.match(await busybox.execute("sh", "-c", "wget --help 2>&1; true"), /Usage: wget/);
    assert.equal(await busybox.execute("id", "-un"), "root\n");
  });
});

async function startNode(t: TestContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "kji-"));
  const files = {
    profile,
    node,
    root: join(folder, "root"),
    state: join(folder, "state"),
    socket: join(folder, "c.sock"),
    pidFile: join(folder, "c.pid"),
  };
  t.after(async () => {
    await deleteContainerd({ ...files, clock });
    await removeNetwork({ profile });
    rmSync(folder, { recursive: true, force: true });
  });
  const subnet = `10.213.${third}.128/28`;
  const network = await createNetwork({ profile, subnet, clusterCidr: podCidr });
  const namespace = await createNodeNamespace({
    network,
    node,
    address,
    podCidr,
    serviceCidrs: [],
  });
  await startContainerd({
    ...files,
    networkNamespace: namespace.path,
    podCidr,
    mtu: network.mtu,
    host,
    sandboxImage: pauseImage,
    configDir: join(folder, "config"),
    logFile: join(folder, "log"),
    clock,
  });
  return files.socket;
}

interface Running {
  logged(pattern: RegExp): Promise<void>;
  execute(...command: string[]): Promise<string>;
  endsAtSigterm(): Promise<boolean>;
}

let containers = 0;

/** A container in the node's network, which ends with the test. */
async function start(
  t: TestContext,
  options: { socket: string; image: string; command?: readonly string[] },
): Promise<Running> {
  const { socket, image, command = [] } = options;
  const id = `c${++containers}`;
  const ctr = (...args: string[]) => run("ctr", ["-n", "k8s.io", "-a", socket, ...args]);
  const controller = new AbortController();
  let log = "";
  let ended = false;
  const stop = new Promise<void>((resolve) =>
    controller.signal.addEventListener("abort", () => resolve()),
  );
  const { spawn } = await import("node:child_process");
  const child = spawn("ctr", [
    "-n",
    "k8s.io",
    "-a",
    socket,
    "run",
    "--rm",
    "--net-host",
    image,
    id,
    ...command,
  ]);
  child.stdout.on("data", (chunk: Buffer) => (log += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
  child.on("exit", () => {
    ended = true;
    controller.abort();
  });
  t.after(async () => {
    if (!ended) await ctr("tasks", "kill", "-s", "SIGKILL", id);
    await stop;
  });
  await until(async () => {
    assert.ok(!ended, `${image} ended: ${log}`);
    return (await ctr("tasks", "list")).includes(`${id} `);
  });
  return {
    logged: (pattern) =>
      until(
        () => pattern.test(log),
        () => `${pattern} in ${JSON.stringify(log)}`,
      ),
    execute: (...words) => ctr("tasks", "exec", "--exec-id", `e${++containers}`, id, ...words),
    async endsAtSigterm() {
      await ctr("tasks", "kill", "-s", "SIGTERM", id);
      await until(() => ended);
      return ended;
    },
  };
}

async function fetched(port: number, path = "/"): Promise<string> {
  let answer = "";
  await until(async () => {
    const response = await fetch(`http://${address}:${port}${path}`).catch(() => undefined);
    if (response) answer = await response.text();
    return response !== undefined;
  });
  return answer;
}

async function until(
  condition: () => boolean | Promise<boolean>,
  what: () => string = () => "it",
): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, `waited 10 s for ${what()}`);
    await sleep(clock, 20);
  }
}
