import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import type { FakeContainerSpec } from "#kubelet/cri/fake/behaviour.ts";
import { quickly } from "./row.ts";
import type { Row } from "./row.ts";

/** Workloads of a row whose pods do not answer their probe just now, as "NAMESPACE" or "POD". */
const unwell = new Set<string>();

/** Containers of pods with `probed()` are ready as long as nobody makes them ill. */
export function probedBehaviour(container: FakeContainerSpec) {
  const namespace = container.annotations["row"];
  if (namespace === undefined) return undefined;
  return {
    exec: () => ({ exitCode: unwell.has(namespace) ? 1 : 0 }),
  };
}

/** Makes all pods of the row that are probed ill, or well again. */
export function makeIll(row: Row, ill: boolean): void {
  if (ill) unwell.add(row.namespace);
  else unwell.delete(row.namespace);
}

export interface TemplateOptions {
  readonly labels: Readonly<Record<string, string>>;
  readonly image?: string;
  /** Its pods can be made ill. */
  readonly probed?: Row;
  readonly spec?: object;
}

export function template({ labels, image = "httpd:1", probed, spec = {} }: TemplateOptions) {
  const readinessProbe = { exec: { command: ["answer"] }, periodSeconds: 1, failureThreshold: 1 };
  return {
    metadata: { labels, ...(probed && { annotations: { row: probed.namespace } }) },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: "webserver", image, ...(probed && { readinessProbe }) }],
      ...spec,
    },
  };
}

/** Pods with the label, in the order of their names; those on their way out count. */
export async function podsOf(row: Row, label: string): Promise<Loose[]> {
  const { items } = await row.get(`${row.core}/pods?labelSelector=${encodeURIComponent(label)}`);
  return items.sort((a: Loose, b: Loose) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

export const condition = (object: Loose, type: string): Loose =>
  object.status.conditions?.find((one: Loose) => one.type === type);

export const isReady = (pod: Loose) =>
  pod.status.phase === "Running" && condition(pod, "Ready")?.status === "True";

/** Until so many pods with the label are there, all of them ready and none on its way out. */
export const running = (row: Row, label: string, count: number): Promise<Loose[]> =>
  quickly(async () => {
    const pods = await podsOf(row, label);
    assert.equal(pods.length, count);
    assert.ok(pods.every((pod) => isReady(pod) && !pod.metadata.deletionTimestamp));
    return pods;
  });

/** "apps/v1 ReplicaSet" and the like has a scale that can be read, replaced and patched. */
export async function scales(row: Row, path: string): Promise<void> {
  const scale = await quickly(async () => {
    const read = await row.get(`${path}/scale`);
    assert.deepEqual([read.spec.replicas, read.status.replicas], [1, 1]);
    return read;
  });
  delete scale.metadata.resourceVersion;
  scale.spec.replicas = 2;
  const scaled = await row.replace(`${path}/scale`, scale);
  assert.equal(scaled.spec.replicas, 2);
  assert.equal((await row.get(path)).spec.replicas, 2);
  await strategic(row, `${path}/scale`, { spec: { replicas: 4 } });
  assert.equal((await row.get(path)).spec.replicas, 4);
}

export const strategic = (row: Row, path: string, body: object): Promise<Loose> =>
  row.http.expect<Loose>(200, {
    method: "PATCH",
    path,
    body,
    contentType: "application/strategic-merge-patch+json",
  });

/** Conditions that somebody else writes to a status are there for all who read and watch. */
export async function keepsStatus(row: Row, collection: string, name: string): Promise<void> {
  const path = `${collection}/${name}`;
  const { metadata } = await row.get(collection);
  const patch = { metadata: { labels: { e2e: row.namespace } } };
  await strategic(row, path, patch);
  const read = await row.get(`${path}/status`);
  assert.equal(read.metadata.name, name);
  const written = await quickly(async () => {
    const current = await row.get(path);
    current.status.conditions = [
      ...(current.status.conditions ?? []),
      { type: "StatusUpdate", status: "True", reason: "E2E", message: "Set from e2e test" },
    ];
    return row.replace(`${path}/status`, current);
  });
  assert.equal(condition(written, "StatusUpdate")?.reason, "E2E");
  await seen(row, collection, metadata.resourceVersion, "StatusUpdate");
  await strategic(row, `${path}/status`, {
    status: { conditions: [{ type: "StatusPatched", status: "True" }] },
  });
  await seen(row, collection, metadata.resourceVersion, "StatusPatched");
}

async function seen(row: Row, collection: string, from: string, type: string): Promise<void> {
  const query = `labelSelector=e2e%3D${row.namespace}&watch=1&resourceVersion=${from}`;
  await watched(row, `${collection}?${query}`, ({ object }) => Boolean(condition(object, type)));
}

/** Reads a watch until an event passes. */
export async function watched(
  row: Row,
  path: string,
  passes: (event: Loose) => boolean,
): Promise<void> {
  for await (const event of row.http.watch<Loose>(path, AbortSignal.timeout(20_000))) {
    assert.notEqual(event.type, "ERROR");
    if (passes(event)) return;
  }
  assert.fail(`the watch of ${path} ended early`);
}

/** A list by label has it, and after a deletion of the collection has it no more. */
export async function collects(row: Row, kind: string, label: string): Promise<void> {
  const selector = `labelSelector=${encodeURIComponent(label)}`;
  const everywhere = `/apis/apps/v1/${kind}?${selector}`;
  assert.equal((await row.get(everywhere)).items.length, 1);
  await row.remove(`${row.apps}/${kind}?${selector}`, {
    apiVersion: "v1",
    kind: "DeleteOptions",
    gracePeriodSeconds: 1,
  });
  await quickly(async () => assert.deepEqual((await row.get(everywhere)).items, []));
}
