import { test } from "node:test";
import assert from "node:assert/strict";
import { RuntimeError } from "./cri/runtime.ts";
import { KubeletFixture } from "./cri/fake/kubelet-fixture.ts";
import type { FakeBehaviour } from "./cri/fake/behaviour.ts";

const byName = (behaviours: Record<string, FakeBehaviour>) => ({
  behaviour: ({ name }: { name: string }) => behaviours[name],
});

test("a deleted pod has its grace period, ends, and is forgotten", async () => {
  const kubelet = new KubeletFixture(byName({ app: { onTerm: { afterMs: 4000, exitCode: 0 } } }));
  await kubelet.create("web");
  await kubelet.delete("web");
  await kubelet.advance(10_000);
  assert.deepEqual(kubelet.told.slice(2), [
    "+4s web Succeeded | app Completed(0)",
    "+4s web deleted",
  ]);
  assert.ok(kubelet.events.includes("Normal Killing Stopping container app"));
  assert.deepEqual((await kubelet.runtime.listPodSandbox({})).items, []);
  assert.deepEqual(kubelet.kubelet.pods, []);
  await kubelet.stop();
});

test("a container that ignores SIGTERM is killed when the grace period is over", async () => {
  const kubelet = new KubeletFixture(byName({ app: { onTerm: "ignore" } }));
  await kubelet.create("web", { terminationGracePeriodSeconds: 20 });
  await kubelet.delete("web");
  await kubelet.advance(30_000);
  assert.deepEqual(kubelet.told.slice(2), ["+20s web Failed | app Error(137)", "+20s web deleted"]);
  await kubelet.stop();
});

test("a grace period that is shortened counts at once", async () => {
  const kubelet = new KubeletFixture(byName({ app: { onTerm: "ignore" } }));
  await kubelet.create("web", { terminationGracePeriodSeconds: 600 });
  await kubelet.delete("web");
  await kubelet.advance(10_000);
  await kubelet.delete("web", 5);
  await kubelet.advance(30_000);
  assert.equal(kubelet.told.at(-1), "+15s web deleted");
  await kubelet.stop();
});

test("a kubelet that finds a pod already deleted hurries, too, when asked", async () => {
  const kubelet = new KubeletFixture(byName({ app: { onTerm: "ignore" } }));
  await kubelet.create("web");
  await kubelet.delete("web", 300);
  await kubelet.restart();
  await kubelet.advance(10_000);
  await kubelet.delete("web", 3);
  await kubelet.advance(10_000);
  assert.equal(kubelet.told.at(-1), "+13s web deleted");
  await kubelet.stop();
});

test("a pod that vanishes from the API server ends without a word", async () => {
  const kubelet = new KubeletFixture(byName({ app: { onTerm: { afterMs: 4000, exitCode: 0 } } }));
  await kubelet.create("web");
  await kubelet.forget("web");
  await kubelet.advance(10_000);
  assert.equal(kubelet.told.length, 2);
  assert.deepEqual((await kubelet.runtime.listContainers({})).containers, []);
  assert.deepEqual(kubelet.kubelet.pods, []);
  // The same pod again, as from a file that was taken away and put back.
  await kubelet.create("web");
  assert.equal(kubelet.told.at(-1), "+10s web Running ready | app running");
  await kubelet.stop();
});

test("hooks run after the start and before the end", async () => {
  const commands: string[] = [];
  const exec = (command: readonly string[]) => {
    commands.push(command.join(" "));
    return { exitCode: 0 };
  };
  const kubelet = new KubeletFixture(byName({ app: { exec, onTerm: "ignore" } }));
  const lifecycle = {
    postStart: { exec: { command: ["hello"] } },
    preStop: { exec: { command: ["bye"] }, sleep: { seconds: 7 } },
  };
  await kubelet.create("web", {
    terminationGracePeriodSeconds: 60,
    containers: [{ name: "app", image: "i:1", lifecycle }],
  });
  assert.deepEqual(commands, ["hello"]);
  await kubelet.delete("web", 60);
  await kubelet.advance(8000);
  assert.deepEqual(commands, ["hello", "bye"]);
  await kubelet.delete("web", 10);
  await kubelet.advance(60_000);
  // The hook is not run again by the second, shorter try.
  assert.deepEqual(commands, ["hello", "bye"]);
  assert.equal(kubelet.told.at(-1), "+18s web deleted");
  await kubelet.stop();
});

test("a preStop hook takes its time from the grace period, down to two seconds", async () => {
  const kubelet = new KubeletFixture(byName({ app: { onTerm: "ignore" } }));
  const lifecycle = { preStop: { sleep: { seconds: 100 } } };
  await kubelet.create("web", {
    terminationGracePeriodSeconds: 10,
    containers: [{ name: "app", image: "i:1", lifecycle }],
  });
  await kubelet.delete("web");
  await kubelet.advance(60_000);
  assert.equal(kubelet.told.at(-1), "+12s web deleted");
  await kubelet.stop();
});

test("a container whose postStart hook fails is killed and tried again", async () => {
  const exec = () => ({ exitCode: 1, stderr: "no" });
  const kubelet = new KubeletFixture(byName({ app: { exec } }));
  const lifecycle = { postStart: { exec: { command: ["hello"] } } };
  await kubelet.create("web", { containers: [{ name: "app", image: "i:1", lifecycle }] });
  await kubelet.advance(5000);
  const { state, restartCount } = kubelet.container("web");
  assert.deepEqual([state.waiting?.reason, restartCount], ["CrashLoopBackOff", 1]);
  // Without what the hook said: that may be secret.
  assert.ok(kubelet.events.includes("Warning FailedPostStartHook PostStartHook failed"));
  await kubelet.stop();
});

test("sidecars end after the others, in reverse order, within one grace period", async () => {
  const ends: string[] = [];
  const kubelet = new KubeletFixture(
    byName({
      app: { onTerm: { afterMs: 6000, exitCode: 0 } },
      one: { onTerm: { afterMs: 1000, exitCode: 0 } },
      two: { onTerm: "ignore" },
    }),
  );
  const sidecar = (name: string) => ({ name, image: "i:1", restartPolicy: "Always" });
  await kubelet.create("web", {
    terminationGracePeriodSeconds: 10,
    initContainers: [sidecar("one"), sidecar("two")],
  });
  await kubelet.delete("web");
  for (let second = 1; second <= 14; second++) {
    await kubelet.advance(1000);
    for (const name of ["app", "one", "two"]) {
      const ended = kubelet.runtime.running("web", name) === undefined;
      if (ended && !ends.some((end) => end.startsWith(name))) ends.push(`${name} ${second}`);
    }
  }
  assert.deepEqual(ends, ["app 6", "two 10", "one 11"]);
  assert.equal(kubelet.told.at(-1), "+11s web deleted");
  await kubelet.stop();
});

test("an image that cannot be pulled is waited for, ever longer", async () => {
  const kubelet = new KubeletFixture();
  await kubelet.create("web", { containers: [{ name: "app", image: "missing/app:1" }] });
  await kubelet.advance(35_000);
  assert.deepEqual(kubelet.told, [
    "+0s web Pending | app ContainerCreating",
    "+0s web Pending | app ErrImagePull",
    "+2s web Pending | app ImagePullBackOff",
    "+10s web Pending | app ErrImagePull",
    "+12s web Pending | app ImagePullBackOff",
    "+30s web Pending | app ErrImagePull",
    "+32s web Pending | app ImagePullBackOff",
  ]);
  assert.equal(kubelet.runtime.calls.pullImage, 3);
  await kubelet.delete("web");
  assert.deepEqual(kubelet.told.slice(-2), [
    "+35s web Failed | app ContainerStatusUnknown(137)",
    "+35s web deleted",
  ]);
  await kubelet.stop();
});

test("what the runtime refuses is shown, and backs off", async () => {
  const kubelet = new KubeletFixture(byName({ app: { startError: "exec: no such file" } }));
  await kubelet.create("web");
  assert.equal(kubelet.told.at(-1), "+0s web Running | app RunContainerError");
  assert.equal(kubelet.container("web").state.waiting?.message, "exec: no such file");
  assert.ok(kubelet.events.includes("Warning Failed Error: exec: no such file"));
  await kubelet.advance(60_000);
  assert.equal(kubelet.runtime.calls.startContainer, 4);
  assert.equal(kubelet.container("web").state.waiting?.reason, "CrashLoopBackOff");
  assert.equal(kubelet.container("web").lastState.terminated?.reason, "StartError");
  await kubelet.stop();
});

test("a sandbox that cannot be made is tried again", async () => {
  const kubelet = new KubeletFixture();
  kubelet.runtime.refuse("runPodSandbox", new RuntimeError("UNKNOWN", "no network"));
  await kubelet.create("web");
  assert.deepEqual(kubelet.told, ["+0s web Pending | app ContainerCreating"]);
  assert.equal(kubelet.condition("web", "PodReadyToStartContainers"), "False");
  assert.ok(
    kubelet.events.includes(
      "Warning FailedCreatePodSandBox Failed to create pod sandbox: no network",
    ),
  );
  await kubelet.advance(3000);
  assert.equal(kubelet.told.at(-1), "+2s web Running ready | app running");
  await kubelet.stop();
});

test("a sandbox that dies is replaced, and counts go on", async () => {
  const kubelet = new KubeletFixture(byName({ first: { runsForMs: 1000 } }));
  await kubelet.create("web", { initContainers: [{ name: "first", image: "busybox:1" }] });
  await kubelet.advance(5000);
  kubelet.runtime.killSandbox("web");
  await kubelet.advance(5000);
  assert.deepEqual(kubelet.told.slice(4), [
    "+5s web Running | first Completed(0) | app Error(137)",
    "+5s web Pending | first running #1 | app Error(137)",
    "+6s web Running | first Completed(0) #1 | app Error(137)",
    "+6s web Running ready | first Completed(0) #1 | app running #1",
  ]);
  assert.ok(
    kubelet.events.includes(
      "Normal SandboxChanged Pod sandbox changed, it will be killed and re-created.",
    ),
  );
  assert.equal(kubelet.pod("web").status.podIP, "10.88.0.3");
  assert.equal(kubelet.container("web").lastState.terminated?.exitCode, 137);
  await kubelet.stop();
});

test("a pod that must not run twice fails with its sandbox", async () => {
  const kubelet = new KubeletFixture();
  await kubelet.create("job", { restartPolicy: "Never" });
  kubelet.runtime.killSandbox("job");
  await kubelet.advance(30_000);
  assert.equal(kubelet.told.at(-1), "+0s job Failed | app Error(137)");
  assert.equal(kubelet.runtime.calls.runPodSandbox, 1);
  await kubelet.stop();
});

test("a pod does not outlive its active deadline", async () => {
  const kubelet = new KubeletFixture(byName({ app: { onTerm: { afterMs: 1000, exitCode: 0 } } }));
  await kubelet.create("job", { activeDeadlineSeconds: 13 });
  await kubelet.advance(60_000);
  assert.deepEqual(kubelet.told.slice(2), [
    "+14s job Failed (DeadlineExceeded) | app Completed(0)",
  ]);
  const { message } = kubelet.pod("job").status;
  assert.equal(message, "Pod was active on the node longer than the specified deadline");
  assert.equal(kubelet.condition("job", "Ready"), "False PodFailed");
  await kubelet.stop();
});

test("a kubelet that comes back takes over what runs", async () => {
  const exec = () => ({ exitCode: 0 });
  const kubelet = new KubeletFixture(byName({ app: { exec } }));
  const readinessProbe = { exec: { command: ["check"] }, periodSeconds: 30 };
  await kubelet.create("web", { containers: [{ name: "app", image: "i:1", readinessProbe }] });
  await kubelet.advance(45_000);
  const before = kubelet.pod("web").status;
  const told = kubelet.told.length;
  await kubelet.restart();
  await kubelet.advance(120_000);
  assert.equal(kubelet.runtime.calls.startContainer, 1);
  assert.deepEqual(kubelet.pod("web").status, before);
  assert.equal(kubelet.told.length, told);
  await kubelet.stop();
});

test("what ended while no kubelet was there is found out", async () => {
  const kubelet = new KubeletFixture();
  await kubelet.create("web");
  await kubelet.stop();
  kubelet.runtime.exit(kubelet.runtime.running("web", "app") ?? "", 9);
  await kubelet.restart();
  assert.deepEqual(kubelet.told.slice(2), [
    "+0s web Running | app Error(9)",
    "+0s web Running ready | app running #1",
  ]);
  await kubelet.stop();
});

test("containers that the runtime has forgotten are started anew, and counted", async () => {
  const kubelet = new KubeletFixture();
  await kubelet.create("web");
  await kubelet.stop();
  const { items } = await kubelet.runtime.listPodSandbox({});
  for (const { id } of items) await kubelet.runtime.removePodSandbox({ podSandboxId: id });
  await kubelet.restart();
  assert.equal(kubelet.told.at(-1), "+0s web Running ready | app running #1");
  const { terminated } = kubelet.container("web").lastState;
  assert.deepEqual([terminated?.reason, terminated?.exitCode], ["ContainerStatusUnknown", 137]);
  await kubelet.stop();
});

test("what a deleted pod left behind is removed, once all pods are known", async () => {
  const kubelet = new KubeletFixture();
  await kubelet.create("web");
  await kubelet.create("other");
  await kubelet.stop();
  kubelet.pod("web");
  await kubelet.forget("web");
  await kubelet.restart();
  await kubelet.advance(31_000);
  const { items } = await kubelet.runtime.listPodSandbox({});
  assert.deepEqual(
    items.map(({ metadata }) => metadata?.name),
    ["other"],
  );
  await kubelet.stop();
});

test("what a container says at its end is shown", async () => {
  const kubelet = new KubeletFixture({
    ...byName({ app: { runsForMs: 1000, exitCode: 1 } }),
    environment: (usual) => ({
      ...usual,
      files: { ...usual.files, terminationMessage: async () => "out of paper" },
    }),
  });
  await kubelet.create("job", { restartPolicy: "Never" });
  await kubelet.advance(1000);
  assert.equal(kubelet.container("job").state.terminated?.message, "out of paper");
  await kubelet.stop();
});

test("what others write into the status stays", async () => {
  const kubelet = new KubeletFixture();
  await kubelet.create("web", { readinessGates: [{ conditionType: "example.com/gate" }] });
  assert.equal(
    kubelet.condition("web", "Ready"),
    "False ReadinessGatesNotReady corresponding condition of pod readiness gate " +
      '"example.com/gate" does not exist.',
  );
  const gate = (status: "True" | "False") => {
    const pod = kubelet.pod("web");
    const others = (pod.status.conditions ?? []).filter(({ type }) => type !== "example.com/gate");
    const conditions = [...others, { type: "example.com/gate", status }];
    return kubelet.put({ ...pod, status: { ...pod.status, conditions } });
  };
  await gate("True");
  assert.equal(kubelet.condition("web", "Ready"), "True");
  await gate("False");
  assert.equal(
    kubelet.condition("web", "Ready"),
    'False ReadinessGatesNotReady the status of pod readiness gate "example.com/gate" ' +
      'is not "True", but False',
  );
  await kubelet.stop();
});

test("a pod that others declared failed is ended here", async () => {
  const kubelet = new KubeletFixture();
  await kubelet.create("web");
  const pod = kubelet.pod("web");
  await kubelet.put({ ...pod, status: { ...pod.status, phase: "Failed", reason: "Evicted" } });
  await kubelet.advance(1000);
  assert.equal(kubelet.runtime.running("web", "app"), undefined);
  assert.equal(kubelet.pod("web").status.phase, "Failed");
  assert.equal(kubelet.pod("web").status.reason, "Evicted");
  await kubelet.stop();
});

test("a new image replaces the container", async () => {
  const kubelet = new KubeletFixture();
  await kubelet.create("web");
  const pod = kubelet.pod("web");
  const containers = pod.spec.containers.map((container) => ({ ...container, image: "nginx:2" }));
  await kubelet.put({ ...pod, spec: { ...pod.spec, containers } });
  assert.equal(kubelet.container("web").image, "nginx:2");
  assert.equal(kubelet.container("web").restartCount, 1);
  assert.ok(
    kubelet.events.includes("Normal Killing Container app definition changed, will be restarted"),
  );
  await kubelet.stop();
});

test("a pod that is deleted while its image is pulled does not wait for the pull", async () => {
  const kubelet = new KubeletFixture({
    environment: (usual) => ({
      ...usual,
      images: {
        ensure: (_pod, _container, signal) =>
          new Promise((_, reject) =>
            signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true }),
          ),
      },
    }),
  });
  await kubelet.create("web");
  await kubelet.delete("web");
  assert.equal(kubelet.told.at(-1), "+0s web deleted");
  await kubelet.stop();
});
