import assert from "node:assert/strict";
import { text, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import { VirtualClock } from "#base/clock.ts";
import { required } from "#base/invariant.ts";
import type { Logger } from "#base/log.ts";
import type { ApiRequest, ApiResponse } from "#client/transport.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { KindInfo } from "#schema/message.ts";
import { crontabs } from "#server/crd/testing.ts";
import { keyRoot, listPrefix } from "#server/registry/keys.ts";
import type { ResourceDefinition } from "#server/registry/resource.ts";
import type { Connection } from "#server/pipeline/request.ts";
import type { ApiServer } from "#server/server.ts";
import { MemoryStore } from "#storage/memory/memory-store.ts";
import { openTestControlPlane } from "../support/in-process.ts";
import { eventually } from "../support/eventually.ts";
import type { Metadata } from "./answers.ts";
import { heapInUse } from "./garbage.ts";

const tickMs = 5;
const tickVirtualMs = 500;
/** Longer than events, tokens and histories are kept. */
const forgetMs = 2 * 3600 * 1000;

/** What the server holds while nobody asks for anything. */
export interface Rest {
  readonly timers: number;
  readonly inFlight: number;
  readonly seats: number;
  readonly queued: number;
  /** Lines of its metrics: those who ask must not be able to add to them without end. */
  readonly series: number;
}

/**
 * A whole control plane whose state can be put back to what it was, and which tells what it still
 * holds. Time goes a hundred times as fast, so that whoever waits in vain gives up soon.
 */
export interface FuzzPlane extends AsyncDisposable {
  readonly server: ApiServer;
  /** Of an administrator, whom flow control lets pass. */
  readonly administrator: Connection;
  /** What was logged as the server's own failure. */
  readonly failures: readonly unknown[];
  send(request: ApiRequest, from: Connection, signal: AbortSignal): Promise<ApiResponse>;
  /** Status and text of an administrator's request. */
  readonly ask: Ask;
  /** Of the kind's objects. */
  uids(definition: ResourceDefinition): Promise<ReadonlySet<string>>;
  /** Takes away what was not there in the beginning, and brings back what was; says what it cannot. */
  restore(): Promise<readonly string[]>;
  rest(): Rest;
  /** After a pause in which everything that has its time is forgotten. */
  heap(): Promise<number>;
}

export async function openFuzzPlane(): Promise<FuzzPlane> {
  const clock = new VirtualClock();
  const store = new MemoryStore({ clock });
  const failures: unknown[] = [];
  const plane = await openTestControlPlane({
    clock,
    store,
    logger: recordingLogger(failures),
    // Also what is served only to those who ask for it.
    runtimeConfig: "api/all=true",
  });
  const { server, administrator } = plane;
  // What waits for somebody who is not there (the writer of service accounts) gives up soon.
  const ticking = setInterval(() => void clock.advance(tickVirtualMs), tickMs);
  const send: FuzzPlane["send"] = (request, from, signal) => server.handle(request, from, signal);
  const ask: Ask = async (method, path, body) => {
    const contentType = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const answer = await send(request(method, path, contentType, body), administrator, never);
    const { body: answered } = answer;
    return `${answer.status} ${answered.kind === "bytes" ? text(answered.bytes) : ""}`;
  };
  for (const [path, object] of beginnings) {
    const said = await ask("POST", path, object);
    assert.match(said, /^201 /);
  }
  await eventually(
    () => {
      required(findKind(server, "CronTab"), "custom resources are served");
    },
    { intervalMs: 5 },
  );
  const initial = await entriesOf(store);

  const restore = async (): Promise<readonly string[]> => {
    const problems: string[] = [];
    for (const key of (await entriesOf(store)).keys()) {
      if (initial.has(key)) continue;
      const path = pathOf(server, key);
      const said = path === undefined ? ["no path"] : await remove(ask, path);
      const left = () => store.get(key);
      const gone = async () => {
        if (await left()) throw new Error("still there");
      };
      await eventually(gone, { timeoutMs: 2_000, intervalMs: 5 }).catch(() =>
        problems.push(`${key} cannot be deleted: ${said.join("; ")}`),
      );
    }
    for (const [key, value] of initial) {
      const entry = await store.get(key);
      if (entry?.value !== value) await store.commit({ key, value });
    }
    // Waits until reads see it.
    const at = String(await store.current());
    await ask("GET", `/api/v1/namespaces/default?resourceVersion=${at}`);
    await eventually(
      () => {
        required(findKind(server, "CronTab"), "custom resources are served again");
      },
      { intervalMs: 5 },
    );
    return problems;
  };

  return {
    server,
    administrator,
    failures,
    send,
    ask,
    restore,
    async uids({ type, storedAs }) {
      const { entries } = await store.range({
        prefix: listPrefix(storedAs?.type.info ?? type.info, ""),
      });
      return new Set(entries.map(({ value }) => metadataIn(value).uid ?? ""));
    },
    rest: () => restOf(server, clock),
    async heap() {
      await clock.advance(forgetMs);
      await store.compact(await store.current());
      return heapInUse();
    },
    async [Symbol.asyncDispose]() {
      clearInterval(ticking);
      await plane[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

const never = new AbortController().signal;
const scalePaths = { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" };

/** Somebody who may do everything, but waits for a seat as others do. */
export const fuzzer: Connection = {
  clientCertificate: { commonName: "fuzzer", organizations: [], fingerprint: "01" },
};

const customKind = crontabs({ version: { subresources: { status: {}, scale: scalePaths } } });

const everythingForFuzzer = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  metadata: { name: "fuzzer" },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
  subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "fuzzer" }],
};

/** Pods need an account to run as, and nobody makes one here. */
const serviceAccount = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } };

const beginnings: readonly (readonly [path: string, object: object])[] = [
  ["/apis/apiextensions.k8s.io/v1/customresourcedefinitions", customKind],
  ["/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", everythingForFuzzer],
  ["/api/v1/namespaces/default/serviceaccounts", serviceAccount],
];

export function recordingLogger(failures: unknown[]): Logger {
  const logger: Logger = {
    info() {},
    warn() {},
    debug() {},
    error: (message, details) => void failures.push([message, details]),
    with: () => logger,
  };
  return logger;
}

export function findKind(server: ApiServer, kind: string): ResourceDefinition | undefined {
  return server.definitions.find(({ type }) => type.info.kind === kind);
}

async function entriesOf(store: MemoryStore): Promise<ReadonlyMap<string, Bytes>> {
  const { entries } = await store.range({ prefix: keyRoot });
  return new Map(entries.map(({ key, value }) => [key, value]));
}

function metadataIn(value: Bytes): Metadata {
  return (JSON.parse(text(value)) as { metadata: Metadata }).metadata;
}

/** Under which an object is reached that lies at a key. */
function pathOf(server: ApiServer, key: string): string | undefined {
  for (const { type } of server.definitions) {
    const { info } = type;
    const prefix = listPrefix(info, "");
    if (!info.resource || !key.startsWith(prefix)) continue;
    const [namespace, name] = info.namespaced
      ? key.slice(prefix.length).split("/")
      : ["", key.slice(prefix.length)];
    return `${collectionPath(info, namespace)}/${name}`;
  }
  return undefined;
}

export function collectionPath(info: KindInfo, namespace = "default"): string {
  const root = info.group ? `/apis/${apiVersionOf(info)}` : `/api/${info.version}`;
  return `${root}${info.namespaced ? `/namespaces/${namespace}` : ""}/${info.resource}`;
}

export type Ask = (method: ApiRequest["method"], path: string, body?: object) => Promise<string>;

/** With all that holds an object. */
async function remove(ask: Ask, path: string): Promise<string[]> {
  const said = [await ask("PATCH", path, { metadata: { finalizers: null } })];
  said.push(await ask("DELETE", path, { gracePeriodSeconds: 0, propagationPolicy: "Background" }));
  const name = /^\/api\/v1\/namespaces\/([^/]+)$/.exec(path)?.[1];
  if (name !== undefined) {
    const empty = { apiVersion: "v1", kind: "Namespace", metadata: { name }, spec: {} };
    said.push(await ask("PUT", `${path}/finalize`, empty));
  }
  return said;
}

function request(
  method: ApiRequest["method"],
  path: string,
  contentType: string,
  body: object | undefined,
): ApiRequest {
  const [plain = "", query = ""] = path.split("?");
  return {
    method,
    path: plain,
    query: new URLSearchParams(query),
    headers: { accept: "application/json" },
    body: body
      ? { kind: "bytes", contentType, read: async () => utf8(JSON.stringify(body)) }
      : { kind: "none" },
  };
}

function restOf({ metrics }: ApiServer, clock: VirtualClock): Rest {
  const lines = metrics.render().split("\n");
  const sum = (name: string) =>
    lines
      .filter((line) => line.startsWith(name))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(" "))), 0);
  return {
    timers: clock.waiting,
    inFlight: sum("apiserver_current_inflight_requests"),
    seats: sum("apiserver_flowcontrol_current_executing_requests"),
    queued: sum("apiserver_flowcontrol_current_inqueue_requests"),
    series: lines.length,
  };
}
