import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { concatBytes, text, utf8 } from "#base/bytes.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { required } from "#base/invariant.ts";
import { pauseImage, writePauseImage } from "../../images/node/pause.ts";
import { hierarchies } from "./cgroups.ts";
import { deleteContainerd, startContainerd, stopContainerd } from "./containerd.ts";
import { callCri } from "./cri-probe.ts";
import { detectHost } from "./host.ts";
import { importImage, listImages } from "./images.ts";
import { mountsBelow } from "./mounts.ts";
import { nodeCgroup } from "./names.ts";
import { createNetwork, createNodeNamespace, removeNetwork } from "./network.ts";
import { identify, isAlive, listProcesses, send } from "./processes.ts";
import { run } from "./run.ts";

const host = detectHost();
const skip = host.problems[0] ?? (host.missingPackages.join(" ") || false);
const clock = systemClock();
const profile = `t-run-${process.pid}`;
const node = "one";
const third = process.pid % 200;
const podCidr = `10.216.${third}.0/26`;
const cgroupParent = `${nodeCgroup(profile, node)}/kubepods/pod1`;

test("a node's runtime", { skip, timeout: 120_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "kjb-"));
  const files = {
    profile,
    node,
    root: join(folder, "root"),
    state: join(folder, "state"),
    socket: join(folder, "c.sock"),
    pidFile: join(folder, "c.pid"),
  };
  const { socket } = files;
  t.after(async () => {
    await deleteContainerd({ ...files, clock });
    await removeNetwork({ profile });
    rmSync(folder, { recursive: true, force: true });
  });
  let last = performance.now();
  const step = (name: string) => {
    const now = performance.now();
    t.diagnostic(`${name}: ${(now - last).toFixed(0)} ms`);
    last = now;
  };
  const network = await createNetwork({
    profile,
    subnet: `10.213.${third}.64/28`,
    clusterCidr: podCidr,
  });
  step("network");
  const address = `10.213.${third}.66`;
  const namespace = await createNodeNamespace({
    network,
    node,
    address,
    podCidr,
    serviceCidrs: [],
  });
  step("namespace");
  const options = {
    ...files,
    networkNamespace: namespace.path,
    podCidr,
    mtu: network.mtu,
    host,
    sandboxImage: pauseImage,
    configDir: join(folder, "config"),
    logFile: join(folder, "containerd.log"),
    clock,
  };
  const started = await startContainerd(options);
  step("containerd");
  assert.equal(started.adopted, false);
  const pause = join(folder, "pause.tar");
  await writePauseImage({ file: pause, architecture: required(host.architecture, "known here") });
  step("pause written");
  assert.deepEqual(await importImage({ socket, file: pause, pinned: true }), [pauseImage]);
  step("pause imported");
  const sandbox = await runPodSandbox(socket);
  step("first pod sandbox");
  const status = await call(socket, "RuntimeService/PodSandboxStatus", [[1, sandbox]]);
  const ip = addressIn(status);
  const sandboxPid = Number(readFileSync(pidOf(files.state, sandbox), "utf8"));
  const sandboxProcess = required(identify(sandboxPid), "the sandbox runs");

  await t.test("images are known by tag and digest", async () => {
    const images = await listImages({ socket });
    const byTag = required(
      images.find((image) => image.name === pauseImage),
      "the tag is there",
    );
    assert.ok(images.some((image) => image.name === `registry.k8s.io/pause@${byTag.digest}`));
    const again = await importImage({ socket, file: pause });
    assert.deepEqual(again, [pauseImage]);
  });
  await t.test("the host reaches the pod, and the pod is in the node's cgroup", async () => {
    const connect = run("timeout", ["2", "bash", "-c", `exec 3<>/dev/tcp/${ip}/1`]);
    await assert.rejects(connect, /Connection refused/);
    assert.match(readFileSync(`/proc/${sandboxPid}/cgroup`, "utf8"), new RegExp(cgroupParent));
  });
  await t.test("a port of the node leads to the pod", async () => {
    const rules = await run("nsenter", [`--net=${namespace.path}`, "iptables-save", "-t", "nat"]);
    assert.match(rules, new RegExp(`--dport 90 -j DNAT --to-destination ${ip}:80`));
    assert.doesNotMatch(await run("nft", ["list", "ruleset"]), /dport 90 /);
  });
  await t.test("a second start adopts", async () => {
    const again = await startContainerd(options);
    assert.deepEqual(again, { ...started, adopted: true });
  });
  await t.test("containers outlive the runtime, stopped or killed", async () => {
    await stopContainerd({ ...files, clock });
    assert.ok(isAlive(sandboxProcess));
    const restarted = await startContainerd(options);
    assert.equal(restarted.adopted, false);
    send(required(identify(restarted.pid), "just started"), "SIGKILL");
    await startContainerd(options);
    assert.ok(isAlive(sandboxProcess));
    // Field 3 of the status is the state, and 0 is "ready", which protobuf leaves out.
    const after = await call(socket, "RuntimeService/PodSandboxStatus", [[1, sandbox]]);
    assert.ok(text(after).includes(ip));
  });
  await t.test("a start that fails says why", async () => {
    const other = {
      ...options,
      node: "broken",
      pidFile: join(folder, "broken.pid"),
      socket: join(folder, "broken.sock"),
      networkNamespace: "/run/netns/kijabi-no-such-namespace",
    };
    await assert.rejects(startContainerd(other), /kijabi-no-such-namespace/);
    assert.ok(!existsSync(other.pidFile));
  });
  await t.test("nothing is left after the deletion", async () => {
    last = performance.now();
    const sockets = shimSockets();
    await deleteContainerd({ ...files, clock });
    step("deleted");
    await removeNetwork({ profile });
    step("network removed");
    assert.ok(!isAlive(sandboxProcess));
    const left = listProcesses().filter(({ commandLine }) =>
      commandLine.join(" ").includes(folder),
    );
    assert.deepEqual(left, []);
    assert.deepEqual(mountsBelow([folder]), []);
    assert.ok(!existsSync(files.root) && !existsSync(files.state) && !existsSync(socket));
    for (const root of hierarchies()) {
      assert.ok(!existsSync(join(root, dirname(nodeCgroup(profile, node)))), root);
    }
    const results = "/var/lib/cni/results";
    assert.deepEqual(
      existsSync(results) ? readdirSync(results).filter((name) => name.includes(sandbox)) : [],
      [],
    );
    assert.ok(shimSockets().length < sockets.length);
    assert.ok(!(await run("ip", ["link"])).includes(profile));
    await deleteContainerd({ ...files, clock });
  });
});

function shimSockets(): readonly string[] {
  return existsSync("/run/containerd/s") ? readdirSync("/run/containerd/s") : [];
}

function pidOf(state: string, sandbox: string): string {
  return join(state, "io.containerd.runtime.v2.task/k8s.io", sandbox, "init.pid");
}

/** A string's length stands before it. */
function addressIn(status: Uint8Array): string {
  const start = Buffer.from(status).indexOf(`10.216.${third}.`);
  assert.ok(start > 0, "the sandbox has an address");
  return text(status.subarray(start, start + (status[start - 1] ?? 0)));
}

type Field = readonly [number, string | Uint8Array];

/** A protobuf message of strings and messages. */
function encode(fields: readonly Field[]): Uint8Array {
  return concatBytes(
    fields.flatMap(([number, value]) => {
      const bytes = typeof value === "string" ? utf8(value) : value;
      assert.ok(number < 16 && bytes.length < 2 ** 14);
      const length =
        bytes.length < 128 ? [bytes.length] : [(bytes.length % 128) | 128, bytes.length >> 7];
      return [Uint8Array.of((number << 3) | 2, ...length), bytes];
    }),
  );
}

async function call(socket: string, name: string, fields: readonly Field[]): Promise<Uint8Array> {
  const method = `/runtime.v1.${name}`;
  const answer = await callCri({ socket, method, message: encode(fields) });
  assert.equal(answer.status, "0", answer.statusMessage);
  return answer.message;
}

async function runPodSandbox(socket: string): Promise<string> {
  const metadata = encode([
    [1, "pod"],
    [2, "2c7ab6ee-0f2c-4f4b-8a0c-1f5d3a1f1a11"],
    [3, "default"],
  ]);
  const config = encode([
    [1, metadata],
    [2, "pod"],
    [5, Uint8Array.of(0x10, 80, 0x18, 90)], // container port 80 at the node's port 90
    [8, encode([[1, cgroupParent]])],
  ]);
  const answer = await call(socket, "RuntimeService/RunPodSandbox", [[1, config]]);
  return text(answer.subarray(2, 66));
}
