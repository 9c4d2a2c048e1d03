import { test } from "node:test";
import assert from "node:assert/strict";
import { Node, Pod } from "#api/core/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { createClient } from "#client/typed.ts";
import { Informer } from "#client/informer/informer.ts";
import { FakeApi } from "#client/testing/fake-api.ts";
import { createFakeEnvironment } from "../cri/fake/environment.ts";
import { createFakeRuntime } from "../cri/fake/runtime.ts";
import { Kubelet } from "../kubelet.ts";
import { followPods } from "../pod-source.ts";
import { createStatusReporter } from "../status/reporter.ts";
import { ManifestError, parseStaticPod } from "./manifest.ts";
import { StaticPods } from "./static-pods.ts";

const manifest = (image = "nginx:1") => ({
  path: "/etc/manifests/web.yaml",
  text: `
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web}
spec:
  containers:
  - name: app
    image: ${image}
`,
});
const options = { node: "Node-1", nowMs: Date.UTC(2026, 0, 1) };

test("a file becomes a pod of its node", () => {
  const pod = parseStaticPod(manifest(), options);
  const { name, namespace, uid, annotations } = pod.metadata;
  assert.equal(`${namespace}/${name}`, "default/web-node-1");
  assert.match(uid, /^[0-9a-f]{32}$/);
  assert.deepEqual(annotations, {
    "kubernetes.io/config.source": "file",
    "kubernetes.io/config.hash": uid,
    "kubernetes.io/config.seen": "2026-01-01T00:00:00.000Z",
  });
  assert.equal(pod.spec.nodeName, "Node-1");
  assert.equal(pod.spec.restartPolicy, "Always");
  assert.deepEqual(pod.spec.tolerations, [{ operator: "Exists", effect: "NoExecute" }]);
  assert.equal(parseStaticPod(manifest(), options).metadata.uid, uid);
  assert.notEqual(parseStaticPod(manifest("nginx:2"), options).metadata.uid, uid);
  const json = { path: "/x.json", text: JSON.stringify({ ...pod, metadata: { name: "web" } }) };
  assert.equal(parseStaticPod(json, options).metadata.name, "web-node-1");
});

test("files that make no pod say why", () => {
  const head = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n";
  const cases: [string, RegExp][] = [
    ["", /x: holds 0 documents/],
    ["a: [", /x: yaml: line 1: did not find expected node content/],
    ["apiVersion: v1\nkind: Service\n", /x: is no Pod of v1 but Service of v1/],
    ["apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: b}]}", /metadata.name/],
    [head, /spec.containers: Required value/],
    [`${head}spec: {containers: 5}`, /x: json: cannot unmarshal number into Go struct field/],
    [
      `${head}spec: {serviceAccountName: me, containers: [{name: a}]}`,
      /static pods may not reference serviceaccounts/,
    ],
    [
      `${head}spec: {volumes: [{name: v, secret: {secretName: s}}], containers: [{name: a}]}`,
      /static pods may not reference secrets/,
    ],
    [
      `${head}spec: {containers: [{name: a, envFrom: [{configMapRef: {name: c}}]}]}`,
      /static pods may not reference configmaps/,
    ],
  ];
  for (const [text, expected] of cases) {
    assert.throws(
      () => parseStaticPod({ path: "x", text }, options),
      (error) => error instanceof ManifestError && expected.test(error.message),
      text,
    );
  }
});

async function setUp() {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const api = new FakeApi({ clock, random });
  const client = createClient(api);
  const logger = silentLogger;
  const failures: unknown[] = [];
  const scope = new Scope({ onFailure: (_, error) => failures.push(error) });
  const runtime = createFakeRuntime({
    clock,
    random,
    behaviour: () => ({ onTerm: { afterMs: 1000, exitCode: 0 } }),
  });
  await client.create(Node, { metadata: { name: "node" }, spec: {} });
  const informer = new Informer({ client, resource: Pod, clock, random, logger });
  const pods = new StaticPods({ node: "node", client, informer, clock, logger });
  const target = (pod: Pod) => pods.target(pod);
  const env = createFakeEnvironment({
    runtime,
    clock,
    random,
    logger,
    reporter: createStatusReporter({ client, clock, logger, scope, target }),
    hostAddress: "192.168.0.1",
    memoryBytes: 1e9,
    event: () => {},
    changed: (uid) => kubelet.poke(uid),
  });
  const kubelet = new Kubelet(env, scope.signal);
  scope.run("kubelet", () => kubelet.run());
  followPods({ informer, node: "node", kubelet, others: pods.applied }, scope);
  pods.start(kubelet, scope);
  const settle = async (ms: number) => {
    for (let left = ms; left > 0; left -= 100) await clock.advance(100);
  };
  return {
    client,
    runtime,
    pods,
    settle,
    connect: () => scope.run("informer", (signal) => informer.run(signal)),
    mirror: () => client.find(Pod, { namespace: "default", name: "web-node" }),
    close: async () => {
      await scope.close();
      assert.deepEqual(failures, []);
    },
  };
}

test("a static pod runs without the API server, and shows itself when it is there", async () => {
  const { client, runtime, pods, settle, connect, mirror, close } = await setUp();
  pods.apply([manifest()]);
  await settle(1000);
  assert.notEqual(runtime.running("web-node", "app"), undefined);
  assert.equal(await mirror(), undefined);

  connect();
  await settle(5000);
  const shown = await mirror();
  const node = await client.get(Node, { name: "node" });
  assert.equal(shown?.status.phase, "Running");
  assert.deepEqual(shown.metadata.labels, { app: "web" });
  const { annotations = {} } = shown.metadata;
  assert.equal(
    annotations["kubernetes.io/config.mirror"],
    annotations["kubernetes.io/config.hash"],
  );
  assert.deepEqual(shown.metadata.ownerReferences, [
    { apiVersion: "v1", kind: "Node", name: "node", uid: node.metadata.uid, controller: true },
  ]);
  assert.equal(runtime.calls.startContainer, 1);
  await close();
});

test("a mirror that is deleted comes back, and its pod never noticed", async () => {
  const { client, runtime, pods, settle, connect, mirror, close } = await setUp();
  connect();
  pods.apply([manifest()]);
  await settle(5000);
  const before = await mirror();
  await client.delete(Pod, { namespace: "default", name: "web-node" });
  await settle(5000);
  const after = await mirror();
  assert.notEqual(after?.metadata.uid, before?.metadata.uid);
  assert.equal(after?.status.phase, "Running");
  assert.equal(runtime.calls.startContainer, 1);
  assert.equal(runtime.calls.stopContainer, undefined);
  await close();
});

test("a file that changes replaces its pod, and one that goes takes it along", async () => {
  const { runtime, pods, settle, connect, mirror, close } = await setUp();
  connect();
  pods.apply([manifest()]);
  await settle(5000);
  const before = runtime.running("web-node", "app");
  pods.apply([manifest("nginx:2")]);
  await settle(500);
  // The next one waits for its end.
  assert.equal(runtime.running("web-node", "app"), before);
  await settle(5000);
  assert.notEqual(runtime.running("web-node", "app"), before);
  assert.equal((await mirror())?.spec.containers[0]?.image, "nginx:2");
  assert.equal((await mirror())?.status.phase, "Running");

  pods.apply([{ path: "broken", text: "{" }]);
  await settle(5000);
  assert.equal(runtime.running("web-node", "app"), undefined);
  assert.equal(await mirror(), undefined);
  // The same file again is the same pod again.
  pods.apply([manifest("nginx:2")]);
  await settle(5000);
  assert.equal((await mirror())?.status.phase, "Running");
  await close();
});

test("another's pod of the same name is left alone", async () => {
  const { client, runtime, pods, settle, connect, mirror, close } = await setUp();
  const metadata = { name: "web-node", namespace: "default" };
  await client.create(Pod, { metadata, spec: { containers: [{ name: "a", image: "b" }] } });
  connect();
  pods.apply([manifest()]);
  await settle(5000);
  assert.equal((await mirror())?.spec.containers[0]?.name, "a");
  assert.notEqual(runtime.running("web-node", "app"), undefined);
  await close();
});
