import assert from "node:assert/strict";
import { test } from "node:test";
import type { RuntimeEvent } from "./cri/runtime.ts";
import { KubeletFixture } from "./cri/fake/kubelet-fixture.ts";

/** Like containerd, which tells of an end some milliseconds before it takes note of it itself. */
function lagging(lagMs: number): KubeletFixture {
  return new KubeletFixture({
    behaviour: ({ name }) => (name === "first" ? { runsForMs: 1000, exitCode: 0 } : undefined),
    environment: (usual) => {
      const { runtime, clock } = usual;
      const endedAt = new Map<string, number>();
      async function* events(signal: AbortSignal): AsyncGenerator<RuntimeEvent> {
        for await (const event of runtime.events(signal)) {
          if (event.type === "stopped") endedAt.set(event.containerId, clock.monotonic());
          yield event;
        }
      }
      const containerStatus: typeof runtime.containerStatus = async (request, signal) => {
        const answer = await runtime.containerStatus(request, signal);
        const since = endedAt.get(request.containerId ?? "");
        const isLate = since !== undefined && clock.monotonic() - since < lagMs;
        return isLate && answer.status
          ? { ...answer, status: { ...answer.status, state: 1 } }
          : answer;
      };
      return { ...usual, runtime: { ...runtime, events, containerStatus } };
    },
  });
}

const init = { initContainers: [{ name: "first", image: "i:1" }] };

test("an end counts at once, though the runtime takes note of it later", async () => {
  const kubelet = lagging(30);
  await kubelet.create("web", init);
  await kubelet.advance(1100);
  const { phase } = kubelet.pod("web").status;
  assert.equal(phase, "Running", kubelet.told.join("\n"));
  await kubelet.stop();
});

test("a runtime that never takes note of an end is not asked for ever", async () => {
  const kubelet = lagging(3_600_000);
  await kubelet.create("web", init);
  await kubelet.advance(4000);
  const before = Number(kubelet.runtime.calls.listContainers);
  await kubelet.advance(60_000);
  // At each relist a list, and a look because of what it says; the resync; not one more.
  assert.ok(Number(kubelet.runtime.calls.listContainers) - before <= 13);
  assert.equal(kubelet.pod("web").status.phase, "Pending");
  await kubelet.stop();
});

test("an ephemeral container runs once, beside a pod that may not be well", async () => {
  const kubelet = new KubeletFixture({
    behaviour: ({ name }) => (name === "debug" ? { runsForMs: 3000, exitCode: 2 } : undefined),
  });
  await kubelet.create("web");
  const pod = kubelet.pod("web");
  const debug = {
    name: "debug",
    image: "busybox:1",
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File" as const,
    targetContainerName: "app",
  };
  await kubelet.put({ ...pod, spec: { ...pod.spec, ephemeralContainers: [debug] } });
  const [running] = kubelet.pod("web").status.ephemeralContainerStatuses ?? [];
  assert.ok(running?.state.running);
  assert.equal(running.ready, false);
  await kubelet.advance(60_000);
  const [ended] = kubelet.pod("web").status.ephemeralContainerStatuses ?? [];
  assert.deepEqual([ended?.state.terminated?.exitCode, ended?.restartCount], [2, 0]);
  assert.equal(kubelet.condition("web", "Ready"), "True");
  assert.equal(kubelet.runtime.calls.startContainer, 2);
  await kubelet.stop();
});

test("volumes that come from the API are brought up to date while the pod runs", async () => {
  const refreshed: string[] = [];
  const kubelet = new KubeletFixture({
    environment: (usual) => ({
      ...usual,
      volumes: {
        ...usual.volumes,
        refresh: async ({ metadata }) => {
          refreshed.push(metadata.name);
          // What is missing for one pod must not keep the others from theirs.
          if (metadata.name === "one") throw new Error("configmap not found");
        },
      },
    }),
  });
  await kubelet.create("one");
  await kubelet.create("two");
  await kubelet.advance(60_000);
  assert.deepEqual(refreshed, ["one", "two"]);
  await kubelet.stop();
});

test("a container that must not be root is refused where it would be", async () => {
  const kubelet = new KubeletFixture();
  const securityContext = { runAsNonRoot: true };
  await kubelet.create("web", { securityContext });
  const { waiting } = kubelet.container("web").state;
  assert.equal(waiting?.reason, "CreateContainerConfigError");
  assert.equal(
    waiting?.message,
    "container has runAsNonRoot and image will run as root " +
      '(pod: "web_default(uid-web)", container: app)',
  );
  await kubelet.create("zero", { securityContext: { ...securityContext, runAsUser: 0 } });
  assert.match(
    kubelet.container("zero").state.waiting?.message ?? "",
    /^container's runAsUser breaks non-root policy/,
  );
  await kubelet.create("fine", { securityContext: { ...securityContext, runAsUser: 1000 } });
  assert.ok(kubelet.container("fine").state.running);
  await kubelet.stop();
});

test("idle pods cost two questions at each relist, however many they are", async () => {
  const kubelet = new KubeletFixture();
  for (let index = 0; index < 20; index++) await kubelet.create(`web-${index}`);
  const before = { ...kubelet.runtime.calls };
  await kubelet.advance(50_000);
  const { listContainers, containerStatus } = kubelet.runtime.calls;
  assert.equal(Number(listContainers) - Number(before.listContainers), 5);
  assert.equal(Number(containerStatus), Number(before.containerStatus));
  await kubelet.stop();
});

test("an end that no event told of is found by the relist", async () => {
  const kubelet = new KubeletFixture({
    behaviour: () => ({ runsForMs: 2000, exitCode: 1 }),
    environment: (usual) => {
      async function* events(signal: AbortSignal): AsyncGenerator<RuntimeEvent> {
        for await (const event of usual.runtime.events(signal)) {
          if (event.type !== "stopped") yield event;
        }
      }
      return { ...usual, runtime: { ...usual.runtime, events } };
    },
  });
  await kubelet.create("web", { restartPolicy: "Never" });
  await kubelet.advance(9000);
  assert.equal(kubelet.pod("web").status.phase, "Running");
  await kubelet.advance(1000);
  assert.equal(kubelet.pod("web").status.phase, "Failed");
});

test("a running container is given the resources that its spec names by now", async () => {
  const updates: object[] = [];
  let isRefused = true;
  const kubelet = new KubeletFixture({
    environment: (usual) => ({
      ...usual,
      runtime: {
        ...usual.runtime,
        updateContainerResources: async ({ linux }) => {
          if (isRefused) throw new Error("busy");
          updates.push({ memory: linux?.memoryLimitInBytes, cpu: linux?.cpuQuota });
          return {};
        },
      },
    }),
  });
  const app = (memory: string, restartPolicy: "NotRequired" | "RestartContainer") => ({
    name: "app",
    image: "i:1",
    resources: { limits: { cpu: "200m", memory }, requests: { cpu: "200m", memory } },
    resizePolicy: [{ resourceName: "memory", restartPolicy }],
  });
  await kubelet.create("web", { containers: [app("40Mi", "NotRequired")] });
  const change = async (container: ReturnType<typeof app>) => {
    const pod = kubelet.pod("web");
    const [old] = pod.spec.containers;
    assert.ok(old);
    await kubelet.put({ ...pod, spec: { ...pod.spec, containers: [{ ...old, ...container }] } });
  };
  const inForce = () => kubelet.container("web").resources?.limits?.memory;
  await change(app("60Mi", "NotRequired"));
  assert.equal(inForce(), "40Mi", "the status says what the container has");
  isRefused = false;
  await kubelet.advance(60_000);
  assert.equal(inForce(), "60Mi");
  assert.deepEqual(updates, [{ memory: 60 * 2 ** 20, cpu: 20_000 }]);
  await kubelet.restart();
  assert.deepEqual([updates.length, inForce()], [1, "60Mi"]);
  await change(app("80Mi", "RestartContainer"));
  await kubelet.advance(60_000);
  assert.ok(kubelet.events.includes("Normal Killing Container app resize requires restart"));
  assert.deepEqual([inForce(), kubelet.container("web").restartCount], ["80Mi", 1]);
  assert.equal(updates.length, 1);
  await kubelet.stop();
});
