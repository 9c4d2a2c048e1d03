import { test } from "node:test";
import assert from "node:assert/strict";
import { VirtualClock } from "#base/clock.ts";
import { seededRandom } from "#base/random.ts";
import { addressOf, AddressPool, subnetOf } from "./addresses.ts";
import { plainBehaviour } from "./behaviour.ts";
import type { FakeBehaviour } from "./behaviour.ts";
import { createFakeRuntime } from "./runtime.ts";
import type { FakeRuntime } from "./runtime.ts";

function setUp(behaviour: FakeBehaviour = {}) {
  const clock = new VirtualClock();
  const runtime = createFakeRuntime({
    clock,
    random: seededRandom(1),
    podCidr: "10.1.2.0/29",
    behaviour: () => behaviour,
  });
  return { clock, runtime };
}

const sandboxConfig = { metadata: { name: "p", uid: "u", namespace: "ns", attempt: 0 } };

async function start(runtime: FakeRuntime) {
  const { podSandboxId } = await runtime.runPodSandbox({ config: sandboxConfig });
  const { containerId } = await runtime.createContainer({
    podSandboxId,
    config: { metadata: { name: "c", attempt: 0 }, image: { image: "i" } },
  });
  await runtime.startContainer({ containerId });
  return { podSandboxId, containerId };
}

/** A container in one line: state, exit code, reason. */
async function told(runtime: FakeRuntime, containerId: string): Promise<string> {
  const { status } = await runtime.containerStatus({ containerId });
  const states = ["created", "running", "exited", "unknown"];
  return `${states[status?.state ?? 3]} ${status?.exitCode} ${status?.reason}`.trim();
}

test("containers end by themselves, and say so", async () => {
  const { clock, runtime } = setUp({ runsForMs: 5000, exitCode: 3 });
  const stop = new AbortController();
  const heard: string[] = [];
  const listening = (async () => {
    for await (const { type } of runtime.events(stop.signal)) heard.push(type);
  })();
  const { containerId } = await start(runtime);
  await clock.advance(4999);
  assert.equal(await told(runtime, containerId), "running 0");
  await clock.advance(1);
  assert.equal(await told(runtime, containerId), "exited 3 Error");
  assert.deepEqual(heard, ["started", "started", "stopped"]);
  stop.abort();
  await listening;
});

test("a stop waits for the container, but not longer than its time", async () => {
  const cases: [FakeBehaviour, number, string, number][] = [
    [{}, 30, "exited 143 Error", 0],
    [{ onTerm: { afterMs: 2000, exitCode: 0 } }, 30, "exited 0 Completed", 2000],
    [{ onTerm: "ignore" }, 10, "exited 137 Error", 10_000],
    [{ onTerm: { afterMs: 60_000, exitCode: 0 } }, 10, "exited 137 Error", 10_000],
    [{ onTerm: "ignore" }, 0, "exited 137 Error", 0],
  ];
  for (const [behaviour, timeout, expected, afterMs] of cases) {
    const { clock, runtime } = setUp(behaviour);
    const { containerId } = await start(runtime);
    const begin = clock.now();
    let endedMs: number | undefined;
    const stopped = runtime
      .stopContainer({ containerId, timeout })
      .then(() => (endedMs = clock.now() - begin));
    await clock.advance(120_000);
    await stopped;
    assert.equal(await told(runtime, containerId), expected);
    assert.equal(endedMs, afterMs, expected);
  }
});

test("a stop that is aborted leaves the container running", async () => {
  const { clock, runtime } = setUp({ onTerm: "ignore" });
  const { containerId } = await start(runtime);
  const hurry = new AbortController();
  const stopped = runtime.stopContainer({ containerId, timeout: 30 }, hurry.signal);
  await clock.advance(1000);
  hurry.abort(new Error("hurry"));
  await assert.rejects(stopped, /hurry/);
  assert.equal(await told(runtime, containerId), "running 0");
});

test("sandboxes have addresses, which end with them", async () => {
  const { runtime } = setUp();
  const addresses: string[] = [];
  const ids: string[] = [];
  for (let index = 0; index < 5; index++) {
    const { podSandboxId } = await runtime.runPodSandbox({ config: sandboxConfig });
    const { status } = await runtime.podSandboxStatus({ podSandboxId });
    addresses.push(status?.network?.ip ?? "");
    ids.push(podSandboxId);
  }
  assert.deepEqual(addresses, ["10.1.2.2", "10.1.2.3", "10.1.2.4", "10.1.2.5", "10.1.2.6"]);
  await assert.rejects(
    runtime.runPodSandbox({ config: sandboxConfig }),
    /no IP addresses available/,
  );
  await runtime.stopPodSandbox({ podSandboxId: ids[1] ?? "" });
  const { podSandboxId } = await runtime.runPodSandbox({ config: sandboxConfig });
  const { status } = await runtime.podSandboxStatus({ podSandboxId });
  assert.equal(status?.network?.ip, "10.1.2.3");
});

test("a sandbox takes its containers along", async () => {
  const { runtime } = setUp();
  const { podSandboxId, containerId } = await start(runtime);
  await runtime.stopPodSandbox({ podSandboxId });
  assert.equal(await told(runtime, containerId), "exited 137 Error");
  await runtime.removePodSandbox({ podSandboxId });
  await assert.rejects(runtime.containerStatus({ containerId }), { code: "NOT_FOUND" });
  assert.equal(runtime.calls.runPodSandbox, 1);
});

test("images are there once pulled; some are missing", async () => {
  const { runtime } = setUp();
  assert.equal((await runtime.imageStatus({ image: { image: "nginx:1" } })).image, undefined);
  const { imageRef } = await runtime.pullImage({ image: { image: "nginx:1" } });
  const { image } = await runtime.imageStatus({ image: { image: "docker.io/library/nginx:1" } });
  assert.equal(image?.id, imageRef);
  assert.deepEqual(image.repoTags, ["docker.io/library/nginx:1"]);
  await assert.rejects(runtime.pullImage({ image: { image: "missing/x" } }), {
    code: "NOT_FOUND",
    message: /failed to resolve reference "docker.io\/missing\/x:latest"/,
  });
});

test("what a container does is read from its command", () => {
  const cases: [string[], FakeBehaviour][] = [
    [[], {}],
    [["nginx", "-g", "daemon off;"], {}],
    [["sleep", "5"], { runsForMs: 5000, exitCode: 0 }],
    [["/bin/sleep", "2m"], { runsForMs: 120_000, exitCode: 0 }],
    [["sleep", "infinity"], {}],
    [["false"], { runsForMs: 0, exitCode: 1 }],
    [["sh", "-c", "echo hello; sleep 3 && exit 4"], { runsForMs: 3000, exitCode: 4 }],
    [["/bin/sh", "-c", "while true; do sleep 1; done"], {}],
  ];
  for (const [command, expected] of cases) {
    const spec = { name: "c", attempt: 0, image: "i", command, annotations: {} };
    assert.deepEqual(plainBehaviour(spec), expected, command.join(" "));
  }
  const annotations = {
    "simulated.kijabi.io/runs-for-seconds": "1.5",
    "simulated.kijabi.io/exit-code": "2",
  };
  const spec = { name: "c", attempt: 0, image: "i", command: ["nginx"], annotations };
  assert.deepEqual(plainBehaviour(spec), { runsForMs: 1500, exitCode: 2 });
});

test("ranges are cut from a larger one", () => {
  assert.equal(subnetOf("10.128.0.0/9", 24, 0), "10.128.0.0/24");
  assert.equal(subnetOf("10.128.0.0/9", 24, 300), "10.129.44.0/24");
  assert.throws(() => subnetOf("10.1.0.0/24", 24, 1), RangeError);
  assert.equal(addressOf("198.18.0.0/15", 257), "198.18.1.1");
  assert.throws(() => new AddressPool("10.0.0.0"), RangeError);
});
