import { test } from "node:test";
import assert from "node:assert/strict";
import { Pod } from "#api/core/v1.ts";
import type { PodSpec } from "#api/core/v1.ts";
import { applyDefaults } from "#schema/default.ts";
import type { Draft } from "#schema/message.ts";
import { plan } from "./plan.ts";
import type { PlanContext } from "./plan.ts";
import type { ContainerRun, RuntimeState } from "./runtime-state.ts";

function pod(spec: Partial<Draft<PodSpec>> = {}): Pod {
  return applyDefaults(Pod, {
    metadata: { name: "p", namespace: "default", uid: "u" },
    spec: { containers: [{ name: "app", image: "i" }], ...spec },
  } satisfies Draft<Pod>);
}

function run(
  name: string,
  state: ContainerRun["state"],
  exitCode = 0,
  more: Partial<ContainerRun> = {},
): ContainerRun {
  return {
    id: `${name}-id`,
    name,
    sandboxId: "s",
    state,
    attempt: 0,
    createdAtMs: 1,
    startedAtMs: 1,
    finishedAtMs: state === "exited" ? 2 : 0,
    exitCode,
    reason: "",
    message: "",
    image: "i",
    imageId: "sha",
    hash: "h",
    logPath: "",
    ...more,
  };
}

const sandbox = { id: "s", ready: true, attempt: 0, createdAtMs: 1, addresses: ["10.0.0.2"] };
const state = (...runs: ContainerRun[]): RuntimeState => ({ sandboxes: [sandbox], runs });
const context: PlanContext = {
  nowMs: 0,
  hashOf: () => "h",
  backoffLeftMs: () => 0,
  unhealthy: () => undefined,
  started: () => true,
};

/** A plan in one line, to be read beside its case. */
function told(subject: Pod, runtime: RuntimeState, more: Partial<PlanContext> = {}): string {
  const { newSandbox, stop, start, backingOff, finished, againInMs } = plan(subject, runtime, {
    ...context,
    ...more,
  });
  return (
    [
      newSandbox && `sandbox ${newSandbox.attempt}`,
      stop.length && `stop ${stop.map(({ run, reason }) => `${run.name}(${reason})`).join()}`,
      start.length && `start ${start.map(({ name }) => name).join()}`,
      backingOff.length && `backoff ${backingOff.map(({ name }) => name).join()} ${againInMs}`,
      finished && "finished",
    ]
      .filter(Boolean)
      .join("; ") || "nothing"
  );
}

const init = {
  initContainers: [
    { name: "i1", image: "i" },
    { name: "i2", image: "i" },
  ],
};
const sidecar = { initContainers: [{ name: "side", image: "i", restartPolicy: "Always" }] };

const failed: Pod = { ...pod(), status: { phase: "Failed" } };

test("a pod is planned from its spec and what runs", () => {
  const cases: [string, string, Pod, RuntimeState, Partial<PlanContext>?][] = [
    ["new pod", "sandbox 0; start app", pod(), { sandboxes: [], runs: [] }],
    ["all is well", "nothing", pod(), state(run("app", "running"))],
    ["crashed", "start app", pod(), state(run("app", "exited", 1))],
    [
      "crashed often",
      "backoff app 5000",
      pod(),
      state(run("app", "exited", 1)),
      { backoffLeftMs: () => 5000 },
    ],
    [
      "completed, Never",
      "finished",
      pod({ restartPolicy: "Never" }),
      state(run("app", "exited", 0)),
    ],
    [
      "failed, OnFailure",
      "start app",
      pod({ restartPolicy: "OnFailure" }),
      state(run("app", "exited", 2)),
    ],
    [
      "completed, OnFailure",
      "finished",
      pod({ restartPolicy: "OnFailure" }),
      state(run("app", "exited", 0)),
    ],
    ["completed, Always", "start app", pod(), state(run("app", "exited", 0))],
    [
      "unhealthy",
      "stop app(unhealthy)",
      pod(),
      state(run("app", "running")),
      { unhealthy: () => "liveness" },
    ],
    [
      "image changed",
      "stop app(changed); start app",
      pod(),
      state(run("app", "running", 0, { hash: "old" })),
    ],
    [
      "dead sandbox",
      "sandbox 1; start app",
      pod(),
      { sandboxes: [{ ...sandbox, ready: false }], runs: [run("app", "exited", 137)] },
    ],
    [
      "dead sandbox, still running",
      "stop app(sandbox)",
      pod(),
      { sandboxes: [{ ...sandbox, ready: false }], runs: [run("app", "running")] },
    ],
    [
      "dead sandbox, Never",
      "finished",
      pod({ restartPolicy: "Never" }),
      { sandboxes: [{ ...sandbox, ready: false }], runs: [run("app", "exited", 137)] },
    ],
    [
      "dead sandbox, Never, nothing was run",
      "sandbox 1; start app",
      pod({ restartPolicy: "Never" }),
      { sandboxes: [{ ...sandbox, ready: false }], runs: [] },
    ],
    [
      "new sandbox, init starts over",
      "start i1",
      pod(init),
      {
        sandboxes: [{ ...sandbox, id: "next" }],
        runs: [run("i1", "exited"), run("i2", "exited"), run("app", "exited", 137)],
      },
    ],
    ["created, never started", "start app", pod(), state(run("app", "created"))],
    ["lost", "start app", pod({ restartPolicy: "Never" }), state(run("app", "unknown"))],
    ["final phase", "stop app(finished); finished", failed, state(run("app", "running"))],
    ["init first", "start i1", pod(init), state()],
    ["init running", "nothing", pod(init), state(run("i1", "running"))],
    ["second init", "start i2", pod(init), state(run("i1", "exited"))],
    ["init failed", "start i1", pod(init), state(run("i1", "exited", 1))],
    [
      "init failed, Never",
      "finished",
      pod({ ...init, restartPolicy: "Never" }),
      state(run("i1", "exited", 1)),
    ],
    ["inits done", "start app", pod(init), state(run("i1", "exited"), run("i2", "exited"))],
    ["sidecar first", "start side", pod(sidecar), state()],
    [
      "sidecar not started",
      "nothing",
      pod(sidecar),
      state(run("side", "running")),
      { started: () => false },
    ],
    ["then apps", "start app", pod(sidecar), state(run("side", "running"))],
    [
      "sidecar died",
      "start side",
      pod(sidecar),
      state(run("side", "exited", 1), run("app", "running")),
    ],
    [
      "apps done, sidecar stops",
      "stop side(finished); finished",
      pod({ ...sidecar, restartPolicy: "Never" }),
      state(run("side", "running"), run("app", "exited")),
    ],
  ];
  for (const [name, expected, subject, runtime, more] of cases) {
    assert.equal(told(subject, runtime, more), expected, name);
  }
});
