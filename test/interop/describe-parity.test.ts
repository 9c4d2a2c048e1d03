import assert from "node:assert/strict";
import { readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { parseAllDocuments } from "yaml";
import { builtInKinds } from "#api/registry.ts";
import { CertificateSigningRequest } from "#api/certificates/v1.ts";
import { Event, Pod } from "#api/core/v1.ts";
import { StatusError } from "#client/client.ts";
import type { ApiObject } from "#client/object.ts";
import { findBinary } from "../../src/cluster/providers/node/host.ts";
import { describeObject } from "#kubectl/describe/describe.ts";
import type { KindType } from "#schema/message.ts";
import { runCommand } from "../support/command.ts";
import { openControlPlane } from "../support/control-plane.ts";
import type { TestControlPlane } from "../support/control-plane.ts";
import { eventually } from "../support/eventually.ts";

/**
 * What the stock kubectl v1.33 shows of objects of every kind, and what ours shows: byte for byte,
 * read one after the other from a server in this process. Far from Greenwich, for the times' sake.
 */
process.env["TZ"] = "Asia/Seoul";

const testdata = join(import.meta.dirname, "../../src/kubectl/describe/testdata");
const path = process.env["PATH"] ?? "";
const kubectl = findBinary("kubectl", path);
const stock = findBinary("kubectl.1.33", kubectl ? dirname(realpathSync(kubectl)) : "");
const skip = stock ? false : "kubectl v1.33 is not beside the kubectl on the PATH";

type Written = ApiObject & { readonly status?: object };

const objects = ["configuration", "storage", "network", "pods", "workloads", "others"].flatMap(
  readObjects,
);
const places = objects.map(({ kind, apiVersion, metadata: { name, namespace } }) => {
  return { kind, apiVersion, name, namespace };
});
/** Kinds without a describer of their own, made by the server itself. */
const others = [
  {
    kind: "Lease",
    apiVersion: "coordination.k8s.io/v1",
    name: "kube-scheduler",
    namespace: "kube-system",
  },
  {
    kind: "APIService",
    apiVersion: "apiregistration.k8s.io/v1",
    name: "v1.apps",
    namespace: undefined,
  },
  {
    kind: "FlowSchema",
    apiVersion: "flowcontrol.apiserver.k8s.io/v1",
    name: "catch-all",
    namespace: undefined,
  },
  {
    kind: "ClusterRole",
    apiVersion: "rbac.authorization.k8s.io/v1",
    name: "admin",
    namespace: undefined,
  },
  { kind: "Service", apiVersion: "v1", name: "kubernetes", namespace: "default" },
  {
    kind: "ServiceCIDR",
    apiVersion: "networking.k8s.io/v1",
    name: "kubernetes",
    namespace: undefined,
  },
];

/** Describing one after the other takes a moment, in which the cluster goes on. */
const attemptsMax = 6;

let plane: TestControlPlane;
before(async () => {
  if (skip) return;
  plane = await openControlPlane();
  for (const object of objects) await make(object);
  for (const place of places.filter(({ name }) => name === "ending")) {
    await plane.client.delete(typeOf(place), place);
  }
  await debug("debugged");
  for (const [name, type] of [
    ["full", "Approved"],
    ["simple", "Denied"],
  ] as const) {
    const request = await plane.client.get(CertificateSigningRequest, { name });
    const status = { conditions: [{ type, status: "True" as const, reason: "r" }] };
    const answered = { ...request, status };
    await plane.client.update(CertificateSigningRequest, answered, { subresource: "approval" });
  }
  await makeEvents();
});
after(async () => plane?.[Symbol.asyncDispose]());

describe("kubectl describe", { skip, timeout: 300_000 }, () => {
  for (const place of [...places, ...others]) {
    test(`${place.kind} ${place.name}`, () => sameDescription(place, true));
  }
  test("without events", () => sameDescription(places[0] ?? assert.fail(), false));
});

async function sameDescription(place: (typeof places)[number], showEvents: boolean): Promise<void> {
  const { info } = typeOf(place);
  const { name, namespace } = place;
  for (let attempt = 1; ; attempt++) {
    const expected = await describeByStock(place, showEvents);
    const { client } = plane;
    const options = { client, now: Date.now(), showEvents, chunkSize: 500 };
    const actual = await describeObject(info, { name, namespace }, options);
    if (actual === expected) return;
    if (attempt === attemptsMax) assert.equal(actual, expected);
    await sleep(300);
  }
}

async function describeByStock(place: (typeof places)[number], showEvents: boolean) {
  const { group, version, resource } = typeOf(place).info;
  const type = group ? `${resource}.${version}.${group}` : (resource ?? "");
  const args = ["--kubeconfig", plane.kubeconfig, "--cache-dir", join(plane.directory, "cache")];
  args.push("describe", type, place.name);
  if (place.namespace) args.push("--namespace", place.namespace);
  if (!showEvents) args.push("--show-events=false");
  return (await runCommand(stock ?? "", args)).stdout;
}

function typeOf({ apiVersion, kind }: { apiVersion: string; kind: string }): KindType<ApiObject> {
  if (kind === "Widget") return widget;
  const type = builtInKinds.byKind(apiVersion, kind);
  assert.ok(type, `${kind} is no built-in kind`);
  return type as KindType<ApiObject>;
}

const widget: KindType<ApiObject> = {
  schemaName: "",
  fields: {},
  info: {
    group: "example.com",
    version: "v1",
    kind: "Widget",
    resource: "widgets",
    namespaced: true,
  },
  prototype: undefined as unknown as ApiObject,
};

function readObjects(file: string): Written[] {
  const text = readFileSync(join(testdata, `${file}.yaml`), "utf8");
  return parseAllDocuments(text).map((document) => document.toJS() as Written);
}

async function make(object: Written): Promise<void> {
  const type = typeOf(object);
  const { status, ...rest } = object;
  for (const owner of rest.metadata.ownerReferences ?? []) {
    const { namespace } = rest.metadata;
    owner.uid = (
      await plane.client.get(typeOf(owner), { name: owner.name, namespace })
    ).metadata.uid;
  }
  const create = () => plane.client.create(type, rest);
  // Some wait for others: pods for their account, custom objects for their kind.
  const made = await create().catch((error: unknown) => {
    if (error instanceof StatusError && error.reason === "Invalid") throw error;
    return eventually(create);
  });
  if (!status) return;
  await eventually(async () => {
    const { name, namespace } = made.metadata;
    const current = await plane.client.get(type, { name, namespace });
    await plane.client.update(type, { ...current, status } as never, { subresource: "status" });
  });
}

/** Ephemeral containers come to a pod that is there. */
async function debug(name: string): Promise<void> {
  const pod = await plane.client.get(Pod, { name, namespace: "default" });
  const ephemeralContainers = [
    { name: "debugger", image: "busybox", targetContainerName: "c", stdin: true, command: ["sh"] },
  ];
  const spec = { ...pod.spec, ephemeralContainers } as typeof pod.spec;
  await plane.client.update(Pod, { ...pod, spec }, { subresource: "ephemeralcontainers" });
}

async function makeEvents(): Promise<void> {
  const time = (hour: number) => `2024-01-01T0${hour}:00:00Z`;
  for (const [kind, name] of [
    ["Pod", "rich"],
    ["ConfigMap", "settings"],
    ["Node", "node-a"],
    ["Widget", "odd"],
  ]) {
    const place = places.find((one) => one.kind === kind && one.name === name) ?? assert.fail();
    const { metadata } = await plane.client.get(typeOf(place), place);
    const { namespace = "default", uid } = metadata;
    const about = { kind, apiVersion: place.apiVersion, name, uid, namespace: metadata.namespace };
    const involvedObject = {
      ...about,
      ...(kind === "Pod" && { fieldPath: "spec.containers{web}" }),
    };
    const events = [
      {
        type: "Warning",
        reason: "Often",
        message: " a lot \n",
        count: 7,
        firstTimestamp: time(1),
        lastTimestamp: time(5),
        source: { component: "watcher" },
      },
      {
        type: "Normal",
        reason: "Once",
        message: "just once",
        count: 1,
        firstTimestamp: time(2),
        lastTimestamp: time(2),
        source: { component: "watcher" },
      },
      {
        type: "Normal",
        reason: "Series",
        message: "again",
        eventTime: "2024-01-01T03:00:00.000000Z",
        series: { count: 3, lastObservedTime: "2024-01-01T04:00:00.000000Z" },
        reportingComponent: "example.com/reporter",
        reportingInstance: "i",
        action: "Act",
      },
    ];
    for (const [index, event] of events.entries()) {
      const metadata = { name: `${name}-${index}`, namespace };
      await plane.client.create(Event, { metadata, involvedObject, ...event });
    }
  }
}
