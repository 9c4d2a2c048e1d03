import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { required } from "#base/invariant.ts";
import { silentLogger } from "#base/log.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { cryptoRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import type { Client } from "#client/client.ts";
import type { Loose } from "#testkit/requests.ts";
import { runSimulatedNodes } from "#testkit/simulated-node.ts";
import type { SimulatedNodesOptions } from "#testkit/simulated-node.ts";
import { findBinary } from "../../../src/cluster/providers/node/host.ts";
import { Api } from "../../support/api.ts";
import type { ApiRequest } from "../../support/api.ts";
import type { CommandOptions, CommandResult } from "../../support/command.ts";
import { openControlPlane } from "../../support/control-plane.ts";
import type { TestControlPlane } from "../../support/control-plane.ts";
import { eventually } from "../../support/eventually.ts";

/** What a row's test sees: the API over HTTPS, and a namespace of its own. */
export interface Row {
  readonly http: Api;
  /** As the server itself, for what is no part of the row: its nodes. */
  readonly client: Client;
  readonly namespace: string;
  /** "/api/v1/namespaces/NAMESPACE". */
  readonly core: string;
  /** "/apis/apps/v1/namespaces/NAMESPACE". */
  readonly apps: string;
  get(path: string): Promise<Loose>;
  create(path: string, body: object): Promise<Loose>;
  replace(path: string, body: object): Promise<Loose>;
  /** By a merge patch. */
  patch(path: string, body: object): Promise<Loose>;
  remove(path: string, options?: object): Promise<Loose>;
  /** The Status of what must be refused so. */
  refused(status: number, request: ApiRequest): Promise<Loose>;
  /** Until the object at `path` passes. */
  until(path: string, check: (object: Loose) => void): Promise<Loose>;
  gone(path: string): Promise<void>;
  /** Makes the store forget what was before now; the server remembers 100 events by itself. */
  compact(): Promise<void>;
  /** The stock client, in the row's namespace. */
  kubectl(words: string, options?: CommandOptions): Promise<CommandResult>;
  /** The next `count` events; a watch that says less is a failure. */
  events(path: string, count: number): Promise<Loose[]>;
}

let plane: TestControlPlane;
let http: Api;
let rows = 0;
let nodes = 0;
let containers: SimulatedNodesOptions["behaviour"];
const failures: unknown[] = [];
const scope = new Scope({ onFailure: (_task, error) => failures.push(error) });
/** Less for what is known not to come. */
let patienceMs = 15_000;
const rowMsMax = 60_000;

before(async () => {
  // Old events are soon left to the store, so that a row can make it forget them.
  const history = { min: 100, ms: 0, max: 100_000 };
  plane = await openControlPlane({}, [], { cacher: { history } });
  http = new Api(plane.kubeconfig);
  if (nodes > 0) await startNodes();
});
after(async () => {
  await scope.close();
  http.close();
  await plane[Symbol.asyncDispose]();
  assert.deepEqual(failures, []);
});

/** The rows of this file have so many nodes, whose pods pretend to run: as told, if it is told. */
export function withNodes(count: number, behaviour?: SimulatedNodesOptions["behaviour"]): void {
  nodes = count;
  containers = behaviour;
}

async function startNodes(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  scope.run("nodes", (signal) =>
    runSimulatedNodes(
      {
        client: plane.client,
        clock: systemClock(),
        random: cryptoRandom,
        logger: silentLogger,
        count: nodes,
        kubeletVersion: "v1.36.0",
        started: resolve,
        ...(containers && { behaviour: containers }),
      },
      signal,
    ),
  );
  await promise;
}
const hasKubectl = findBinary("kubectl", process.env["PATH"] ?? "") !== undefined;

/** Shows a row of Kubernetes' conformance list. `name` is its name there, without its tags. */
export function conformance(
  name: string,
  check: (row: Row) => Promise<void>,
  { needsKubectl = false }: { readonly needsKubectl?: boolean } = {},
): void {
  const skip = needsKubectl && !hasKubectl && "kubectl is not on the PATH";
  test(name, { timeout: rowMsMax, skip }, async () => check(await openRow()));
}

/** A row that does not hold yet; its test fails on the day it does. */
export function failing(name: string, why: string, check: (row: Row) => Promise<void>): void {
  test(name, { timeout: rowMsMax }, async (context) => {
    context.diagnostic(`not so yet: ${why}`);
    patienceMs = 3_000;
    const row = await openRow();
    const outcome = await check(row).then(
      () => "held",
      () => "failed",
    );
    patienceMs = 15_000;
    assert.equal(outcome, "failed", "this row holds now: call it by conformance()");
  });
}

async function openRow(): Promise<Row> {
  const namespace = `row-${++rows}`;
  const send = (status: number, request: ApiRequest): Promise<Loose> =>
    http.expect<Loose>(status, request);
  const row: Row = {
    http,
    client: plane.client,
    compact: () => plane.compact(),
    namespace,
    core: `/api/v1/namespaces/${namespace}`,
    apps: `/apis/apps/v1/namespaces/${namespace}`,
    get: (path) => send(200, { path }),
    create: (path, body) => send(201, { method: "POST", path, body }),
    replace: (path, body) => send(200, { method: "PUT", path, body }),
    patch: (path, body) =>
      send(200, { method: "PATCH", path, body, contentType: "application/merge-patch+json" }),
    async remove(path, options) {
      const answer = await http.send({ method: "DELETE", path, ...(options && { body: options }) });
      assert.ok(answer.status === 200 || answer.status === 202, answer.text);
      return answer.json();
    },
    async refused(status, request) {
      const answer = await send(status, request);
      assert.equal(answer.kind, "Status");
      return answer;
    },
    until: (path, check) =>
      quickly(async () => {
        const object = await send(200, { path });
        check(object);
        return object;
      }),
    gone: (path) => quickly(async () => assert.equal((await http.send({ path })).status, 404)),
    kubectl: (words, options) =>
      plane.kubectl(["--namespace", namespace, ...words.split(" ")], options),
    async events(path, count) {
      const stop = AbortSignal.timeout(20_000);
      const seen: Loose[] = [];
      for await (const event of http.watch<Loose>(path, stop)) {
        if (seen.push(event) === count) break;
      }
      assert.equal(seen.length, count, `the watch of ${path} ended early`);
      return seen;
    },
  };
  await row.create("/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespace },
  });
  return row;
}

export const quickly = <T>(check: () => Promise<T>): Promise<T> =>
  eventually(check, { timeoutMs: patienceMs, intervalMs: 20 });

/** What every "should support … API operations" row asks for; `object` has a name and no label. */
export async function operations(row: Row, collection: string, object: Loose): Promise<void> {
  const name: string = object.metadata.name;
  const path = `${collection}/${name}`;
  const labels = { row: row.namespace };
  const created = await row.create(collection, {
    ...object,
    metadata: { ...object.metadata, labels },
  });
  assert.ok(created.metadata.uid);
  const read = await row.get(path);
  assert.equal(read.metadata.uid, created.metadata.uid);
  const selected = `${collection}?labelSelector=row%3D${row.namespace}`;
  const list = await row.get(selected);
  assert.deepEqual(
    list.items.map((item: Loose) => item.metadata.name),
    [name],
  );
  const { resourceVersion } = list.metadata;
  const patched = await row.patch(path, { metadata: { annotations: { patched: "true" } } });
  assert.equal(patched.metadata.annotations.patched, "true");
  patched.metadata.annotations.updated = "true";
  const updated = await row.replace(path, patched);
  assert.equal(updated.metadata.annotations.updated, "true");
  const events = await row.events(`${selected}&watch=1&resourceVersion=${resourceVersion}`, 2);
  const last = required(events.at(-1), "two events were read");
  assert.equal(last.type, "MODIFIED");
  assert.equal(last.object.metadata.annotations.updated, "true");
  await row.remove(path);
  await row.gone(path);
  for (const suffix of ["a", "b"]) {
    await row.create(collection, {
      ...object,
      metadata: { ...object.metadata, name: `${name}-${suffix}`, labels },
    });
  }
  await row.remove(selected);
  await quickly(async () => assert.deepEqual((await row.get(selected)).items, []));
}

/** That discovery shows the resource where a client would look for it. */
export async function discovered(row: Row, groupVersion: string, resource: string): Promise<void> {
  const [group] = groupVersion.split("/");
  const groups = await row.get("/apis");
  const found = groups.groups.find((one: Loose) => one.name === group);
  assert.ok(found.versions.some((one: Loose) => one.groupVersion === groupVersion));
  const { resources } = await row.get(`/apis/${groupVersion}`);
  assert.ok(resources.some((one: Loose) => one.name === resource));
}
