import { test } from "node:test";
import assert from "node:assert/strict";
import { KubeletFixture } from "./cri/fake/kubelet-fixture.ts";
import type { FakeBehaviour } from "./cri/fake/behaviour.ts";

/** Containers behave by name. */
const byName = (behaviours: Record<string, FakeBehaviour>) => ({
  behaviour: ({ name }: { name: string }) => behaviours[name],
});

test("a pod starts, and is Ready", async () => {
  const kubelet = new KubeletFixture();
  await kubelet.create("web", {
    containers: [
      {
        name: "app",
        image: "nginx:1",
        volumeMounts: [{ name: "data", mountPath: "/data", readOnly: true }],
      },
    ],
  });
  assert.deepEqual(kubelet.told, [
    "+0s web Pending | app ContainerCreating",
    "+0s web Running ready | app running",
  ]);
  const { status } = kubelet.pod("web");
  assert.equal(status.podIP, "10.88.0.2");
  assert.deepEqual(status.podIPs, [{ ip: "10.88.0.2" }]);
  assert.equal(status.hostIP, "192.168.0.1");
  assert.equal(status.startTime, "2026-01-01T00:00:00Z");
  assert.equal(status.qosClass, "BestEffort");
  assert.equal(status.observedGeneration, 1);
  assert.deepEqual(
    status.conditions?.map(({ type, status: value }) => `${type}=${value}`),
    [
      "PodReadyToStartContainers=True",
      "Initialized=True",
      "Ready=True",
      "ContainersReady=True",
      "PodScheduled=True",
    ],
  );
  const app = kubelet.container("web");
  assert.match(app.containerID ?? "", /^containerd:\/\/[0-9a-f]{64}$/);
  assert.equal(app.image, "nginx:1");
  assert.equal(app.started, true);
  assert.deepEqual(app.volumeMounts, [
    { name: "data", mountPath: "/data", readOnly: true, recursiveReadOnly: "Disabled" },
  ]);
  assert.deepEqual(kubelet.events.slice(0, 1), ['Normal Pulling Pulling image "nginx:1"']);
  assert.ok(kubelet.events.includes("Normal Created Created container: app"));
  assert.ok(kubelet.events.includes("Normal Started Started container app"));
  await kubelet.stop();
});

test("a container that crashes is started again, later each time", async () => {
  const kubelet = new KubeletFixture(byName({ app: { runsForMs: 1000, exitCode: 3 } }));
  await kubelet.create("web");
  await kubelet.advance(80_000);
  assert.deepEqual(kubelet.told, [
    "+0s web Pending | app ContainerCreating",
    "+0s web Running ready | app running",
    "+1s web Running | app Error(3)",
    "+1s web Running ready | app running #1",
    "+2s web Running | app CrashLoopBackOff #1",
    "+12s web Running ready | app running #2",
    "+13s web Running | app CrashLoopBackOff #2",
    "+33s web Running ready | app running #3",
    "+34s web Running | app CrashLoopBackOff #3",
    "+74s web Running ready | app running #4",
    "+75s web Running | app CrashLoopBackOff #4",
  ]);
  const { state, lastState } = kubelet.container("web");
  assert.equal(
    state.waiting?.message,
    "back-off 1m20s restarting failed container=app pod=web_default(uid-web)",
  );
  assert.deepEqual(
    { ...lastState.terminated, containerID: "" },
    {
      exitCode: 3,
      reason: "Error",
      startedAt: "2026-01-01T00:01:14Z",
      finishedAt: "2026-01-01T00:01:15Z",
      containerID: "",
    },
  );
  assert.ok(
    kubelet.events.includes(
      "Warning BackOff Back-off restarting failed container app in pod web_default(uid-web)",
    ),
  );
  assert.equal(
    kubelet.condition("web", "Ready"),
    "False ContainersNotReady containers with unready status: [app]",
  );
  // Of all the runs only the last two are kept.
  const { containers } = await kubelet.runtime.listContainers({});
  assert.equal(containers.length, 2);
  await kubelet.stop();
});

test("the restart policy decides how a pod ends", async () => {
  const cases: [policy: "Always" | "OnFailure" | "Never", FakeBehaviour, string[]][] = [
    ["Never", { runsForMs: 1000, exitCode: 0 }, ["+1s web Succeeded | app Completed(0)"]],
    ["Never", { runsForMs: 1000, exitCode: 2 }, ["+1s web Failed | app Error(2)"]],
    ["OnFailure", { runsForMs: 1000, exitCode: 0 }, ["+1s web Succeeded | app Completed(0)"]],
    [
      "OnFailure",
      { runsForMs: 1000, exitCode: 2 },
      ["+1s web Running | app Error(2)", "+1s web Running ready | app running #1"],
    ],
    [
      "Always",
      { runsForMs: 1000, exitCode: 0 },
      ["+1s web Running | app Completed(0)", "+1s web Running ready | app running #1"],
    ],
  ];
  for (const [restartPolicy, behaviour, expected] of cases) {
    const kubelet = new KubeletFixture(byName({ app: behaviour }));
    await kubelet.create("web", { restartPolicy });
    await kubelet.advance(1500);
    assert.deepEqual(kubelet.told.slice(2), expected, restartPolicy);
    await kubelet.stop();
  }
});

test("a finished pod gives back its sandbox, keeps its logs, and stays as it is", async () => {
  const kubelet = new KubeletFixture(byName({ app: { runsForMs: 1000 } }));
  await kubelet.create("job", { restartPolicy: "Never" });
  await kubelet.advance(60_000);
  const { items } = await kubelet.runtime.listPodSandbox({ filter: { state: { state: 0 } } });
  assert.deepEqual(items, []);
  assert.equal((await kubelet.runtime.listContainers({})).containers.length, 1);
  assert.equal(kubelet.condition("job", "Initialized"), "True PodCompleted");
  assert.equal(kubelet.condition("job", "Ready"), "False PodCompleted");
  assert.equal(kubelet.condition("job", "PodReadyToStartContainers"), "False");
  const before = kubelet.pod("job").status;
  await kubelet.restart();
  await kubelet.advance(60_000);
  assert.deepEqual(kubelet.pod("job").status, before);
  assert.equal((await kubelet.runtime.listContainers({})).containers.length, 1);
  await kubelet.delete("job");
  assert.equal(kubelet.find("job"), undefined);
  assert.deepEqual((await kubelet.runtime.listContainers({})).containers, []);
  await kubelet.stop();
});

test("init containers run one after the other, before the others", async () => {
  const kubelet = new KubeletFixture(
    byName({ first: { runsForMs: 1000 }, second: { runsForMs: 2000 } }),
  );
  await kubelet.create("web", {
    initContainers: [
      { name: "first", image: "busybox:1" },
      { name: "second", image: "busybox:1" },
    ],
  });
  assert.equal(
    kubelet.condition("web", "Initialized"),
    "False ContainersNotInitialized containers with incomplete status: [first second]",
  );
  await kubelet.advance(5000);
  assert.deepEqual(kubelet.told, [
    "+0s web Pending | first ContainerCreating | second ContainerCreating | app PodInitializing",
    "+0s web Pending | first running | second ContainerCreating | app PodInitializing",
    "+1s web Pending | first Completed(0) | second ContainerCreating | app PodInitializing",
    "+1s web Pending | first Completed(0) | second running | app PodInitializing",
    "+3s web Pending | first Completed(0) | second Completed(0) | app PodInitializing",
    "+3s web Running ready | first Completed(0) | second Completed(0) | app running",
  ]);
  assert.equal(kubelet.container("web", "first").ready, true);
  assert.equal(kubelet.container("web", "first").started, false);
  assert.equal(kubelet.condition("web", "Initialized"), "True");
  await kubelet.stop();
});

test("an init container that fails is tried again, or fails the pod", async () => {
  const failing = byName({ first: { runsForMs: 1000, exitCode: 1 } });
  const initContainers = [{ name: "first", image: "busybox:1" }];
  const kubelet = new KubeletFixture(failing);
  await kubelet.create("web", { initContainers });
  await kubelet.advance(3000);
  assert.deepEqual(kubelet.told.slice(1), [
    "+0s web Pending | first running | app PodInitializing",
    "+1s web Pending | first Error(1) | app PodInitializing",
    "+1s web Pending | first running #1 | app PodInitializing",
    "+2s web Pending | first CrashLoopBackOff #1 | app PodInitializing",
  ]);
  await kubelet.stop();

  const never = new KubeletFixture(failing);
  await never.create("web", { initContainers, restartPolicy: "Never" });
  await never.advance(3000);
  assert.equal(never.told.at(-1), "+1s web Failed | first Error(1) | app PodInitializing");
  assert.equal(never.condition("web", "Ready"), "False PodFailed");
  await never.stop();
});

test("a sidecar runs beside the others and goes last", async () => {
  const kubelet = new KubeletFixture(byName({ app: { runsForMs: 5000 } }));
  await kubelet.create("job", {
    restartPolicy: "Never",
    initContainers: [{ name: "side", image: "proxy:1", restartPolicy: "Always" }],
  });
  await kubelet.advance(6000);
  assert.deepEqual(kubelet.told, [
    "+0s job Pending | side ContainerCreating | app PodInitializing",
    "+0s job Pending | side running | app PodInitializing",
    "+0s job Running ready | side running | app running",
    "+5s job Running | side running | app Completed(0)",
    "+5s job Succeeded | side Error(143) | app Completed(0)",
  ]);
  assert.ok(kubelet.events.includes("Normal Killing Stopping container side"));
  await kubelet.stop();
});

test("a sidecar that dies is started again without disturbing the others", async () => {
  const kubelet = new KubeletFixture(byName({ side: { runsForMs: 3000, exitCode: 1 } }));
  await kubelet.create("web", {
    initContainers: [{ name: "side", image: "proxy:1", restartPolicy: "Always" }],
  });
  await kubelet.advance(3500);
  assert.deepEqual(kubelet.told.slice(3), [
    "+3s web Running | side Error(1) | app running",
    "+3s web Running ready | side running #1 | app running",
  ]);
  await kubelet.stop();
});

test("a container that fails its liveness probe is killed and comes back", async () => {
  let healthy = true;
  const exec = () => (healthy ? { exitCode: 0 } : { exitCode: 1, stderr: "not well\n" });
  const kubelet = new KubeletFixture(byName({ app: { exec } }));
  const livenessProbe = { exec: { command: ["check"] }, periodSeconds: 5, failureThreshold: 2 };
  await kubelet.create("web", { containers: [{ name: "app", image: "i:1", livenessProbe }] });
  await kubelet.advance(12_000);
  assert.equal(kubelet.container("web").restartCount, 0);
  healthy = false;
  // At 15 s and 20 s it fails.
  await kubelet.advance(8500);
  assert.deepEqual(kubelet.told.slice(2), [
    "+20s web Running | app Error(143)",
    "+20s web Running ready | app running #1",
  ]);
  assert.deepEqual(kubelet.events.slice(-3), [
    "Warning Unhealthy Liveness probe failed: not well",
    "Normal Killing Container app failed liveness probe, will be restarted",
    'Normal Pulled Container image "i:1" already present on machine and can be accessed by the pod',
  ]);
  await kubelet.stop();
});

test("readiness comes and goes with its probe", async () => {
  let healthy = false;
  const exec = () => ({ exitCode: healthy ? 0 : 1 });
  const kubelet = new KubeletFixture(byName({ app: { exec } }));
  const readinessProbe = { exec: { command: ["check"] }, periodSeconds: 5, failureThreshold: 1 };
  await kubelet.create("web", { containers: [{ name: "app", image: "i:1", readinessProbe }] });
  await kubelet.advance(2000);
  assert.equal(kubelet.told.at(-1), "+0s web Running | app running");
  healthy = true;
  await kubelet.advance(5000);
  healthy = false;
  await kubelet.advance(5000);
  assert.deepEqual(kubelet.told.slice(2), [
    "+5s web Running ready | app running",
    "+10s web Running | app running",
  ]);
  const ready = kubelet.pod("web").status.conditions?.find(({ type }) => type === "Ready");
  assert.equal(ready?.lastTransitionTime, "2026-01-01T00:00:10Z");
  assert.equal(kubelet.container("web").restartCount, 0);
  await kubelet.stop();
});

test("a startup probe holds the others back, and kills what does not start", async () => {
  let started = false;
  const commands: string[] = [];
  const exec = ([command = ""]: readonly string[]) => {
    commands.push(command);
    return { exitCode: command === "start" && !started ? 1 : 0 };
  };
  const probe = (command: string, failureThreshold = 3) => ({
    exec: { command: [command] },
    periodSeconds: 5,
    failureThreshold,
  });
  const kubelet = new KubeletFixture(byName({ app: { exec } }));
  const probes = { startupProbe: probe("start"), livenessProbe: probe("live") };
  await kubelet.create("web", { containers: [{ name: "app", image: "i:1", ...probes }] });
  await kubelet.advance(7000);
  assert.equal(kubelet.container("web").started, false);
  assert.deepEqual([...new Set(commands)], ["start"]);
  await kubelet.advance(4000);
  assert.equal(kubelet.container("web").restartCount, 1);
  assert.ok(
    kubelet.events.includes("Normal Killing Container app failed startup probe, will be restarted"),
  );
  started = true;
  await kubelet.advance(6000);
  assert.equal(kubelet.container("web").started, true);
  assert.equal(kubelet.container("web").ready, true);
  assert.ok(commands.includes("live"));
  await kubelet.stop();
});
