import assert from "node:assert/strict";
import { once } from "node:events";
import { PassThrough, Writable } from "node:stream";
import type { Readable } from "node:stream";
import {
  AppsV1Api,
  CoreV1Api,
  Exec,
  KubeConfig,
  KubernetesObjectApi,
  Log,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  Watch,
} from "@kubernetes/client-node";
import type { V1ConfigMap, V1Status } from "@kubernetes/client-node";
import { testCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

/** The official JavaScript client, as it comes from npm. */
const cluster = testCluster({
  name: "client",
  images: ["gcr.io/google-samples/kubernetes-bootcamp:v1"],
});
const namespace = "default";

function kubeConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(cluster.paths.kubeconfig);
  return config;
}

const core = () => kubeConfig().makeApiClient(CoreV1Api);

const configMap = (name: string, data: Record<string, string>): V1ConfigMap => ({
  metadata: { name, labels: { made: "here" } },
  data,
});

/** Collects what is written to it. */
function collector(): { stream: Writable; text(): string } {
  let text = "";
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk.toString();
      done();
    },
  });
  return { stream, text: () => text };
}

cluster.test("create, read, list in pages, replace, delete", async () => {
  const api = core();
  for (let count = 0; count < 5; count++) {
    const body = configMap(`page-${count}`, { count: String(count) });
    const created = await api.createNamespacedConfigMap({ namespace, body });
    assert.ok(created.metadata?.creationTimestamp instanceof Date);
  }
  const names: string[] = [];
  let next: string | undefined;
  do {
    const page = await api.listNamespacedConfigMap({
      namespace,
      labelSelector: "made=here",
      limit: 2,
      ...(next && { _continue: next }),
    });
    names.push(...page.items.map((item) => item.metadata?.name ?? ""));
    next = page.metadata?._continue;
  } while (next);
  assert.deepEqual(names, ["page-0", "page-1", "page-2", "page-3", "page-4"]);

  const read = await api.readNamespacedConfigMap({ namespace, name: "page-0" });
  const replaced = await api.replaceNamespacedConfigMap({
    namespace,
    name: "page-0",
    body: { ...read, data: { count: "nought" } },
  });
  assert.deepEqual(replaced.data, { count: "nought" });
  await assert.rejects(
    api.replaceNamespacedConfigMap({ namespace, name: "page-0", body: read }),
    (error: { code?: number; body?: string }) =>
      error.code === 409 && /Conflict/.test(error.body ?? ""),
  );
  await api.deleteCollectionNamespacedConfigMap({ namespace, labelSelector: "made=here" });
  const { items } = await api.listNamespacedConfigMap({ namespace, labelSelector: "made=here" });
  assert.deepEqual(items, []);
});

cluster.test("watch, from a resourceVersion on", async () => {
  const api = core();
  const { metadata } = await api.listNamespacedConfigMap({ namespace });
  const events: string[] = [];
  const ended = Promise.withResolvers<unknown>();
  const watching = await new Watch(kubeConfig()).watch(
    `/api/v1/namespaces/${namespace}/configmaps`,
    { resourceVersion: metadata?.resourceVersion },
    (phase, object: V1ConfigMap) => {
      events.push(`${phase} ${object.metadata?.name} ${JSON.stringify(object.data)}`);
    },
    ended.resolve,
  );
  await api.createNamespacedConfigMap({ namespace, body: configMap("watched", { a: "1" }) });
  await api.replaceNamespacedConfigMap({
    namespace,
    name: "watched",
    body: configMap("watched", { a: "2" }),
  });
  await api.deleteNamespacedConfigMap({ namespace, name: "watched" });
  await eventually(() => {
    assert.deepEqual(events, [
      'ADDED watched {"a":"1"}',
      'MODIFIED watched {"a":"2"}',
      'DELETED watched {"a":"2"}',
    ]);
  });
  watching.abort();
  await ended.promise;
});

cluster.test("an informer", async () => {
  const api = core();
  await api.createNamespacedConfigMap({ namespace, body: configMap("early", { a: "1" }) });
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const list = () => api.listNamespacedConfigMap({ namespace, labelSelector: "made=here" });
  const informer = makeInformer(kubeConfig(), path, list, "made=here");
  const told: string[] = [];
  const failures: unknown[] = [];
  for (const verb of ["add", "update", "delete"] as const) {
    informer.on(verb, (object) => told.push(`${verb} ${object.metadata?.name}`));
  }
  informer.on("error", (error: unknown) => failures.push(error));
  await informer.start();
  try {
    assert.equal(informer.get("early", namespace)?.data?.["a"], "1");
    await api.createNamespacedConfigMap({ namespace, body: configMap("late", { a: "1" }) });
    await api.replaceNamespacedConfigMap({
      namespace,
      name: "late",
      body: configMap("late", { a: "2" }),
    });
    await eventually(() => assert.equal(informer.get("late", namespace)?.data?.["a"], "2"));
    await api.deleteNamespacedConfigMap({ namespace, name: "early" });
    await eventually(() => assert.equal(informer.get("early", namespace), undefined));
    assert.deepEqual(told, ["add early", "add late", "update late", "delete early"]);
    assert.deepEqual(failures, []);
  } finally {
    await informer.stop();
  }
});

cluster.test("patches of all kinds", async () => {
  const api = core();
  const name = "late";
  const patched = (strategy: PatchStrategy, body: unknown, fieldManager?: string) =>
    api.patchNamespacedConfigMap(
      { namespace, name, body, ...(fieldManager && { fieldManager }) },
      setHeaderOptions("Content-Type", strategy),
    );
  const operations = [{ op: "replace", path: "/data/a", value: "json" }];
  assert.deepEqual((await patched(PatchStrategy.JsonPatch, operations)).data, { a: "json" });
  const merged = await patched(PatchStrategy.MergePatch, { data: { a: null, b: "merge" } });
  assert.deepEqual(merged.data, { b: "merge" });
  const strategic = await patched(PatchStrategy.StrategicMergePatch, { data: { c: "strategic" } });
  assert.deepEqual(strategic.data, { b: "merge", c: "strategic" });
  const applied = await patched(
    PatchStrategy.ServerSideApply,
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { d: "applied" } },
    "interop",
  );
  assert.deepEqual(applied.data, { b: "merge", c: "strategic", d: "applied" });
  assert.ok(applied.metadata?.managedFields?.some(({ manager }) => manager === "interop"));
});

cluster.test("a deployment by the generic client, its logs, and exec", async () => {
  const objects = KubernetesObjectApi.makeApiClient(kubeConfig());
  const labels = { app: "bootcamp" };
  const image = "gcr.io/google-samples/kubernetes-bootcamp:v1";
  await objects.create({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "bootcamp", namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 1, containers: [{ name: "main", image }] },
      },
    },
  } as Parameters<typeof objects.create>[0]);
  const apps = kubeConfig().makeApiClient(AppsV1Api);
  await eventually(async () => {
    const { status } = await apps.readNamespacedDeployment({ namespace, name: "bootcamp" });
    assert.equal(status?.availableReplicas, 1);
  });
  const { items } = await core().listNamespacedPod({ namespace, labelSelector: "app=bootcamp" });
  const pod = items[0]?.metadata?.name ?? "";
  assert.ok(pod);

  const started = collector();
  await new Log(kubeConfig()).log(namespace, pod, "main", started.stream);
  await eventually(() => assert.match(started.text(), /^Kubernetes Bootcamp App Started At: /));
  const followed = collector();
  const followedToTheEnd = once(followed.stream, "finish");
  await new Log(kubeConfig()).log(namespace, pod, "main", followed.stream, {
    follow: true,
    tailLines: 1,
  });

  const run = async (command: string[], input?: Readable, tty = false) => {
    const [out, error] = [collector(), collector()];
    const status = Promise.withResolvers<V1Status>();
    const stderr = tty ? null : error.stream;
    await new Exec(kubeConfig()).exec(
      namespace,
      pod,
      "main",
      command,
      out.stream,
      stderr,
      input ?? null,
      tty,
      status.resolve,
    );
    const result = await status.promise;
    return { stdout: () => out.text(), stderr: () => error.text(), status: result };
  };
  const curl = await run(["curl", "-s", "localhost:8080"]);
  assert.equal(curl.status.status, "Success");
  await eventually(() =>
    assert.equal(curl.stdout(), `Hello Kubernetes bootcamp! | Running on: ${pod} | v=1\n`),
  );
  await eventually(() => assert.match(followed.text(), /Total Requests: 1 \|/));

  const input = new PassThrough();
  input.end("echo said $((40 + 2))\necho wrong >&2\nexit 3\n");
  const shell = await run(["sh"], input);
  assert.equal(shell.status.status, "Failure");
  assert.equal(shell.status.reason, "NonZeroExitCode");
  assert.deepEqual(shell.status.details?.causes, [{ reason: "ExitCode", message: "3" }]);
  await eventually(() => assert.equal(shell.stdout(), "said 42\n"));
  await eventually(() => assert.equal(shell.stderr(), "wrong\n"));

  await objects.delete({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "bootcamp", namespace },
  });
  await followedToTheEnd; // the container ended, and its log with it
  await eventually(async () => {
    const left = await core().listNamespacedPod({ namespace, labelSelector: "app=bootcamp" });
    assert.deepEqual(left.items, []);
  });
});
