import assert from "node:assert/strict";
import { test } from "node:test";
import type { Container, Pod } from "#api/core/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { ContainerError } from "../pod-worker/dependencies.ts";
import { RuntimeError } from "../cri/runtime.ts";
import { createImageManager } from "./image-manager.ts";
import type { ImageManagerOptions } from "./image-manager.ts";
import type { RegistryAuths } from "./credentials.ts";

const offline =
  'failed to resolve reference "docker.io/library/nginx:latest": failed to do request: Head ' +
  '"https://registry-1.docker.io/v2/library/nginx/manifests/latest": ' +
  "dial tcp: lookup registry-1.docker.io: no such host";
const noHost = "dial tcp: lookup registry-1.docker.io: no such host";
const { signal } = new AbortController();

test("an image on the node is used without a pull", async () => {
  const kit = setUp({ present: ["nginx:1"] });
  assert.equal(await kit.ensure("nginx:1", "IfNotPresent"), "id of nginx:1");
  assert.deepEqual(kit.events, [
    'Normal Pulled Container image "nginx:1" already present on machine and can be accessed by the pod',
  ]);
  assert.equal(await kit.ensure("nginx:1", "Never"), "id of nginx:1");
  assert.deepEqual(kit.pulls, []);
});

test("an image that is missing is pulled, with upstream's words", async () => {
  const kit = setUp({ pullMs: 6030 });
  assert.equal(await kit.ensure("nginx", "IfNotPresent"), "id of nginx:latest");
  assert.deepEqual(kit.events, [
    'Normal Pulling Pulling image "nginx"',
    'Normal Pulled Successfully pulled image "nginx" in 6.03s (6.03s including waiting). ' +
      "Image size: 72 bytes.",
  ]);
});

test("a failed pull backs off, from 10 seconds to 5 minutes", async () => {
  const kit = setUp({ failure: "nginx: not found" });
  await kit.refuses("nginx", "Always", "ErrImagePull", "nginx: not found");
  assert.deepEqual(kit.events.splice(0), [
    'Normal Pulling Pulling image "nginx"',
    'Warning Failed Failed to pull image "nginx": nginx: not found',
    "Warning Failed Error: ErrImagePull",
  ]);
  const backOff = 'Back-off pulling image "nginx": ErrImagePull: nginx: not found';
  await kit.refuses("nginx", "Always", "ImagePullBackOff", backOff);
  await kit.clock.advance(1000);
  await kit.refuses("nginx", "Always", "ImagePullBackOff", backOff);
  assert.deepEqual(kit.events.splice(0), [
    'Normal BackOff Back-off pulling image "nginx"',
    "Warning Failed Error: ImagePullBackOff",
  ]);
  for (const delaySeconds of [10, 20, 40, 80, 160, 300, 300]) {
    await kit.clock.advance(delaySeconds * 1000 - 1500);
    await kit.refuses("nginx", "Always", "ImagePullBackOff", backOff);
    await kit.clock.advance(1500);
    await kit.refuses("nginx", "Always", "ErrImagePull", "nginx: not found");
  }
});

test("what cannot be had at all is refused by its reason", async () => {
  const kit = setUp({});
  const absent = 'Container image "nginx" is not present with pull policy of Never';
  await kit.refuses("nginx", "Never", "ErrImageNeverPull", absent);
  assert.deepEqual(kit.events.splice(0), [
    `Warning ErrImageNeverPull ${absent}`,
    "Warning Failed Error: ErrImageNeverPull",
  ]);
  await kit.refuses(
    "UP//x",
    "Always",
    "InvalidImageName",
    'Failed to apply default image tag "UP//x": couldn\'t parse image name "UP//x": ' +
      "invalid reference format",
  );
  assert.deepEqual(kit.pulls, []);
});

test("without a way to the registry, an image on the node serves even Always", async () => {
  const kit = setUp({ present: ["nginx:latest"], failure: offline });
  const used = `Normal Pulled Container image "nginx" already present on machine (registry not reachable: ${noHost})`;
  assert.equal(await kit.ensure("nginx", "Always"), "id of nginx:latest");
  assert.deepEqual(kit.events.splice(0), ['Normal Pulling Pulling image "nginx"', used]);
  // Remembered: the next pod does not wait for the registry again.
  assert.equal(await kit.ensure("nginx", "Always"), "id of nginx:latest");
  assert.deepEqual(kit.events.splice(0), [used]);
  assert.equal(kit.pulls.length, 1);
  await kit.clock.advance(61_000);
  kit.setting.failure = undefined;
  await kit.ensure("nginx", "Always");
  assert.equal(kit.pulls.length, 2);
  assert.match(kit.events.at(-1) ?? "", /Successfully pulled/);
});

test("a registry that answers is obeyed, and an image that is nowhere fails", async () => {
  const denied = "pull access denied: 401 Unauthorized";
  const refusing = setUp({ present: ["nginx:latest"], failure: denied });
  await refusing.refuses("nginx", "Always", "ErrImagePull", denied);
  const absent = setUp({ failure: offline });
  await absent.refuses("nginx", "Always", "ErrImagePull", offline);
});

test("a probe spares the runtime's long wait", async () => {
  const kit = setUp({ present: ["nginx:latest"], probe: noHost });
  assert.equal(await kit.ensure("nginx", "Always"), "id of nginx:latest");
  assert.deepEqual(kit.pulls, []);
});

test("one pull serves all that wait; it ends when the last of them leaves", async () => {
  const kit = setUp({ pullMs: 1000 });
  const both = Promise.all([kit.ensure("nginx", "Always"), kit.ensure("nginx", "Always")]);
  await kit.clock.advance(1000);
  assert.deepEqual(await both, ["id of nginx:latest", "id of nginx:latest"]);
  assert.equal(kit.pulls.length, 1);
  const leaving = new AbortController();
  const left = kit.ensure("other", "Always", leaving.signal);
  await kit.clock.advance(10);
  leaving.abort(new Error("the pod is gone"));
  await assert.rejects(left, /the pod is gone/);
  await kit.clock.advance(10);
  assert.equal(kit.aborted.length, 1);
});

test("sign-ins of the pod's secrets are tried", async () => {
  const credential = { username: "me", password: "x", identityToken: "", registryToken: "" };
  const kit = setUp({ auths: { "docker.io": credential } });
  await kit.ensure("nginx", "Always");
  assert.deepEqual(kit.pulls, ["nginx:latest as me"]);
});

interface Setting {
  present?: string[];
  failure?: string | undefined;
  pullMs?: number;
  probe?: string;
  auths?: RegistryAuths;
}

function setUp(setting: Setting) {
  const clock = new VirtualClock();
  const events: string[] = [];
  const pulls: string[] = [];
  const aborted: string[] = [];
  const present = new Set(setting.present);
  const runtime = {
    async imageStatus({ image }: { image?: { image?: string } }) {
      const name = image?.image ?? "";
      return present.has(name) ? { image: { id: `id of ${name}`, size: 72 } } : {};
    },
    async pullImage(
      request: { image?: { image?: string }; auth?: { username?: string } },
      signal?: AbortSignal,
    ) {
      const name = request.image?.image ?? "";
      pulls.push(request.auth ? `${name} as ${request.auth.username}` : name);
      signal?.addEventListener("abort", () => aborted.push(name), { once: true });
      const { pullMs } = setting;
      if (pullMs) await new Promise<void>((resolve) => clock.after(pullMs, resolve));
      if (setting.failure) throw new RuntimeError("UNKNOWN", setting.failure);
      present.add(name);
      return { imageRef: `id of ${name}` };
    },
  } as unknown as ImageManagerOptions["runtime"];
  const { probe } = setting;
  const images = createImageManager({
    runtime,
    clock,
    logger: silentLogger,
    parallelPulls: 2,
    event: (_pod, type, reason, message) => events.push(`${type} ${reason} ${message}`),
    pullSecrets: async () => (setting.auths ? [setting.auths] : []),
    ...(probe !== undefined && { probeRegistry: async () => probe }),
  });
  const ask = (image: string, imagePullPolicy: string, by = signal) =>
    images.ensure(
      {
        metadata: { uid: "u" },
        spec: { imagePullSecrets: setting.auths ? [{ name: "s" }] : [] },
      } as unknown as Pod,
      { name: "c", image, imagePullPolicy } as unknown as Container,
      by,
    );
  return {
    clock,
    events,
    pulls,
    aborted,
    setting,
    async ensure(image: string, policy: string, by = signal) {
      const result = ask(image, policy, by);
      if (setting.pullMs && setting.pullMs > 1000) await clock.advance(setting.pullMs);
      return await result;
    },
    async refuses(image: string, policy: string, reason: string, message: string) {
      await assert.rejects(ask(image, policy), (error) => {
        assert.ok(error instanceof ContainerError);
        assert.deepEqual([error.reason, error.message], [reason, message]);
        return true;
      });
    },
  };
}
