import { test } from "node:test";
import assert from "node:assert/strict";
import { Pod } from "#api/core/v1.ts";
import type { Container, Probe } from "#api/core/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { applyDefaults } from "#schema/default.ts";
import type { Draft } from "#schema/message.ts";
import type { ContainerRun } from "../pod-worker/runtime-state.ts";
import { createProber } from "./prober.ts";
import type { ProbeResult } from "./prober.ts";

function setUp(probes: Partial<Draft<Container>>, answer: () => ProbeResult | "hang") {
  const clock = new VirtualClock();
  const changes: number[] = [];
  const events: string[] = [];
  const startMs = clock.now();
  const asked: number[] = [];
  const prober = createProber({
    clock,
    random: seededRandom(1),
    logger: silentLogger,
    act: async () => {
      asked.push((clock.now() - startMs) / 1000);
      const result = answer();
      return result === "hang" ? await new Promise<ProbeResult>(() => {}) : result;
    },
    event: (_pod, _type, _reason, message) => events.push(message),
    changed: () => changes.push((clock.now() - startMs) / 1000),
  });
  const pod = applyDefaults(Pod, {
    metadata: { name: "p", namespace: "default", uid: "u" },
    spec: { containers: [{ name: "app", image: "i", ...probes }] },
  } satisfies Draft<Pod>);
  const run: ContainerRun = {
    id: "run",
    name: "app",
    sandboxId: "s",
    state: "running",
    attempt: 0,
    createdAtMs: startMs,
    startedAtMs: startMs,
    finishedAtMs: 0,
    exitCode: 0,
    reason: "",
    message: "",
    image: "i",
    imageId: "i",
    hash: "",
    logPath: "",
  };
  return { clock, prober, pod, run, changes, events, asked };
}

const probe = { exec: { command: ["check"] }, periodSeconds: 10 };

test("a container without probes is well as soon as it is known", async () => {
  const { prober, pod, run } = setUp({}, () => ({ ok: true }));
  assert.equal(prober.ready(run), false);
  prober.track(pod, [run], "10.0.0.1");
  assert.deepEqual([prober.started(run), prober.ready(run)], [true, true]);
  assert.equal(prober.unhealthy(run), undefined);
  prober.untrack("u");
  assert.equal(prober.ready(run), false);
});

test("delay, period and thresholds are kept", async () => {
  const { clock, prober, pod, run, asked, changes } = setUp(
    { readinessProbe: { ...probe, initialDelaySeconds: 5, successThreshold: 2 } },
    () => ({ ok: true }),
  );
  prober.track(pod, [run], undefined);
  await clock.advance(30_000);
  assert.deepEqual(asked, [5, 15, 25]);
  assert.deepEqual(changes, [15]);
  await prober[Symbol.asyncDispose]();
});

test("a probe that hangs has failed; a container is given up once", async () => {
  const { clock, prober, pod, run, asked, events } = setUp(
    { livenessProbe: { ...probe, timeoutSeconds: 3, failureThreshold: 2 } },
    () => "hang",
  );
  prober.track(pod, [run], undefined);
  await clock.advance(120_000);
  assert.equal(prober.unhealthy(run), "liveness");
  assert.deepEqual(asked, [0, 10]);
  assert.deepEqual(events, [
    'Liveness probe failed: command timed out: "check" timed out after 3s',
    'Liveness probe failed: command timed out: "check" timed out after 3s',
  ]);
  await prober[Symbol.asyncDispose]();
});

const timeouts: [Partial<Draft<Probe>>, string][] = [
  [
    { httpGet: { path: "/healthz", port: "web", scheme: "HTTP" } },
    'Get "http://10.0.0.1:8080/healthz": context deadline exceeded ' +
      "(Client.Timeout exceeded while awaiting headers)",
  ],
  [{ tcpSocket: { port: 9000 } }, "dial tcp 10.0.0.1:9000: i/o timeout"],
];
for (const [action, text] of timeouts) {
  test(`no answer in time is told as: ${text}`, async () => {
    const { clock, prober, pod, run, events } = setUp(
      {
        ports: [{ name: "web", containerPort: 8080 }],
        readinessProbe: { periodSeconds: 10, ...action },
      },
      () => "hang",
    );
    prober.track(pod, [run], "10.0.0.1");
    await clock.advance(5000);
    assert.deepEqual(events, [`Readiness probe failed: ${text}`]);
    await prober[Symbol.asyncDispose]();
  });
}

test("a run that was ready before is taken for ready until it says otherwise", async () => {
  const { clock, prober, pod, run } = setUp(
    { readinessProbe: { ...probe, failureThreshold: 1 } },
    () => ({
      ok: false,
      text: "no",
    }),
  );
  const known = {
    name: "app",
    state: {},
    lastState: {},
    ready: true,
    started: true,
    restartCount: 0,
    image: "i",
    imageID: "i",
    containerID: "containerd://run",
  };
  prober.track({ ...pod, status: { containerStatuses: [known] } }, [run], undefined);
  assert.equal(prober.ready(run), true);
  await clock.advance(1000);
  assert.equal(prober.ready(run), false);
  await prober[Symbol.asyncDispose]();
});

test("a pod that is ending is asked whether it is ready, not whether it lives", async () => {
  const { clock, prober, pod, run, events, asked } = setUp(
    { livenessProbe: probe, readinessProbe: { ...probe, periodSeconds: 100 } },
    () => ({ ok: false, text: "gone" }),
  );
  prober.track(pod, [run], "10.0.0.1");
  await clock.advance(5000);
  assert.deepEqual(asked, [0, 0]);
  prober.ending("u");
  await clock.advance(100_000);
  assert.deepEqual(asked, [0, 0, 100]);
  assert.deepEqual(events, [
    "Liveness probe failed: gone",
    "Readiness probe failed: gone",
    "Readiness probe failed: gone",
  ]);
  await prober[Symbol.asyncDispose]();
});
