import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parseAllDocuments } from "yaml";
import { builtInKinds } from "#api/registry.ts";
import { Deployment, ReplicaSet } from "#api/apps/v1.ts";
import { CertificateSigningRequest } from "#api/certificates/v1.ts";
import { ConfigMap, LimitRange, Node, Pod, Secret } from "#api/core/v1.ts";
import type { Event } from "#api/core/v1.ts";
import { HorizontalPodAutoscaler } from "#api/autoscaling/v1.ts";
import { IPAddress } from "#api/networking/v1.ts";
import { VolumeAttributesClass } from "#api/storage/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { seededRandom } from "#base/random.ts";
import type { ApiObject } from "#client/object.ts";
import { FakeApi } from "#client/testing/fake-api.ts";
import type { ApiRequest, ApiResponse } from "#client/transport.ts";
import { createClient } from "#client/typed.ts";
import * as status from "#machinery/status.ts";
import type { KindType } from "#schema/message.ts";
import { describeObject, describerOf } from "./describe.ts";

process.env["TZ"] = "UTC";

const now = Date.UTC(2026, 0, 1);
const testdata = join(import.meta.dirname, "testdata");

/** An API of the fake's, whose lists of events and of nodes' pods know field selectors. */
function openApi() {
  const api = new FakeApi({ clock: new VirtualClock(now), random: seededRandom(1) });
  const client = createClient(api);
  const events: Event[] = [];
  const pods: Pod[] = [];
  const asked: string[] = [];
  api.intercept = (request) => {
    const selector = request.query.get("fieldSelector");
    if (selector === null) return undefined;
    asked.push(selector);
    if (request.path.endsWith("/pods")) {
      return listOf(
        pods.filter(({ spec }) => selector.includes(`spec.nodeName=${spec.nodeName},`)),
      );
    }
    return listOf(events.filter((event) => matches(event.involvedObject, selector)));
  };
  const options = { client, now, showEvents: true, chunkSize: 500 };
  return { api, client, events, pods, asked, options };
}

function matches(about: object, selector: string): boolean {
  const fields = new Map<string, unknown>(Object.entries(about));
  return selector.split(",").every((part) => {
    const [path = "", value] = part.split("=");
    return (fields.get(path.replace("involvedObject.", "")) ?? "") === value;
  });
}

function listOf(items: readonly object[]): ApiResponse {
  const object = { kind: "List", apiVersion: "v1", metadata: { resourceVersion: "1" }, items };
  return { status: 200, headers: {}, body: { kind: "object", object } };
}

type Written = ApiObject & { readonly status?: object };

function readObjects(file: string): Written[] {
  const text = readFileSync(join(testdata, `${file}.yaml`), "utf8");
  return parseAllDocuments(text).map((document) => document.toJS() as Written);
}

function typeOf({ apiVersion, kind }: ApiObject): KindType<ApiObject> | undefined {
  return builtInKinds.byKind(apiVersion, kind) as KindType<ApiObject> | undefined;
}

/**
 * Compares with the file, or writes it when the tests run with UPDATE_GOLDEN=1: then look at what
 * changed. That the texts are kubectl's own is what test/interop/describe-parity.test.ts is for.
 */
function golden(file: string, text: string): void {
  const path = join(testdata, file);
  if (process.env["UPDATE_GOLDEN"]) writeFileSync(path, text);
  assert.equal(text, readFileSync(path, "utf8"));
}

for (const file of ["configuration", "storage", "network", "pods", "workloads", "others"]) {
  test(`descriptions of ${file}`, async () => {
    const { client, pods, options } = openApi();
    const made: ApiObject[] = [];
    for (const object of readObjects(file)) {
      const type = typeOf(object);
      if (type) made.push(await client.create(type, object));
    }
    pods.push(...(await client.list(Pod)).items);
    const texts: string[] = [];
    for (const object of made) {
      const { name, namespace } = object.metadata;
      texts.push(`# ${object.kind} ${name}\n`);
      const info = typeOf(object)?.info ?? assert.fail();
      texts.push(await describeObject(info, { name, namespace }, options));
    }
    golden(`${file}.txt`, texts.join("\n"));
  });
}

describe("events", () => {
  const metadata = { name: "settings", namespace: "default" };
  const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
  const event = (fields: object) => {
    return { involvedObject: { kind: "ConfigMap", ...metadata }, ...fields } as unknown as Event;
  };
  const span = (first: number, last: number) => {
    return { firstTimestamp: minutesAgo(first), lastTimestamp: minutesAgo(last) };
  };

  test("say how often and since when, the latest last", async () => {
    const { client, events, options } = openApi();
    const { uid } = (await client.create(ConfigMap, { metadata })).metadata;
    const source = { component: "watcher" };
    const reportingComponent = "reporter";
    const series = { count: 4, lastObservedTime: minutesAgo(1) };
    events.push(
      event({ type: "Normal", reason: "Five", message: " a\n", count: 5, ...span(9, 3), source }),
      event({ type: "Warning", reason: "Once", message: "b", count: 1, ...span(30, 30), source }),
      event({ reason: "New", message: "c", eventTime: minutesAgo(20), reportingComponent }),
      event({ reason: "Many", message: "d", eventTime: minutesAgo(20), series, ...span(2, 2) }),
      event({ reason: "Timeless", message: "e" }),
    );
    for (const { involvedObject } of events) involvedObject.uid = uid;
    const text = await describeObject(ConfigMap.info, metadata, options);
    golden("events.txt", text.slice(text.indexOf("Events:")));
  });

  test("are asked for by kind, name, namespace and uid", async () => {
    const { client, asked, options } = openApi();
    const { uid } = (await client.create(ConfigMap, { metadata })).metadata;
    await describeObject(ConfigMap.info, metadata, options);
    const names = "involvedObject.name=settings,involvedObject.namespace=default";
    assert.deepEqual(asked, [`involvedObject.kind=ConfigMap,${names},involvedObject.uid=${uid}`]);
  });

  test("are left out when they are not wanted", async () => {
    const { client, asked, options } = openApi();
    await client.create(ConfigMap, { metadata });
    const text = await describeObject(ConfigMap.info, metadata, { ...options, showEvents: false });
    assert.doesNotMatch(text, /Events/);
    assert.deepEqual(asked, []);
  });

  test("of a static pod's copy are those of the original, of any kind", async () => {
    const { client, asked, options } = openApi();
    const annotations = { "kubernetes.io/config.mirror": "abc" };
    const spec = { containers: [{ name: "c" }] };
    await client.create(Pod, { metadata: { ...metadata, annotations }, spec });
    await describeObject(Pod.info, metadata, options);
    const names = "involvedObject.name=settings,involvedObject.namespace=default";
    assert.deepEqual(asked, [`${names},involvedObject.uid=abc`]);
  });

  test("of a node are about its uid or its name", async () => {
    const { client, asked, events, options } = openApi();
    const { uid } = (await client.create(Node, { metadata: { name: "n" } })).metadata;
    const about = { kind: "Node", name: "n" };
    events.push(
      event({ involvedObject: { ...about, uid: "n" }, reason: "Starting", ...span(5, 5) }),
      event({ involvedObject: { ...about, uid }, reason: "Registered", ...span(4, 4) }),
    );
    const text = await describeObject(Node.info, { name: "n" }, options);
    assert.equal(asked.filter((selector) => selector.startsWith("involvedObject")).length, 2);
    assert.match(text, /Starting[^]*Registered/);
  });
});

describe("what may not be read", () => {
  const metadata = { name: "web", namespace: "default" };
  const refusing = (part: RegExp) => (request: ApiRequest) => {
    if (!part.test(request.path)) return undefined;
    const answer = status.forbidden({ group: "", resource: "things" }, "", "not for you").status;
    return { status: 403, headers: {}, body: { kind: "object" as const, object: answer } };
  };
  const labels = { app: "web" };
  const template = { metadata: { labels }, spec: { containers: [{ name: "c" }] } };
  const spec = { selector: { matchLabels: labels }, template };

  test("events: there are none, as far as the reader knows", async () => {
    const { api, client, options } = openApi();
    await client.create(Deployment, { metadata, spec });
    api.intercept = refusing(/events$/);
    assert.match(await describeObject(Deployment.info, metadata, options), /Events: +<none>\n$/);
  });

  test("events of a ConfigMap: the whole is refused", async () => {
    const { api, client, options } = openApi();
    await client.create(ConfigMap, { metadata });
    api.intercept = refusing(/events$/);
    await assert.rejects(describeObject(ConfigMap.info, metadata, options), /not for you/);
  });

  test("pods of a replica set: that is said in their place", async () => {
    const { api, client, options } = openApi();
    await client.create(ReplicaSet, { metadata, spec });
    api.intercept = refusing(/pods$/);
    const text = await describeObject(ReplicaSet.info, metadata, options);
    assert.match(text, /^Pods Status: +error in fetching pods: things is forbidden: not for you$/m);
  });

  test("pods and lease of a node: that is said in their place", async () => {
    const { api, client, options } = openApi();
    await client.create(Node, { metadata: { name: "n" } });
    api.intercept = refusing(/pods$|leases/);
    const text = await describeObject(Node.info, { name: "n" }, options);
    assert.match(text, /^Lease: +Failed to get lease: things is forbidden: not for you$/m);
    assert.match(text, /^Pods: +not authorized$/m);
  });

  test("a connection that breaks is no answer", async () => {
    const { api, client, options } = openApi();
    await client.create(Deployment, { metadata, spec });
    api.intercept = (request) => {
      if (request.path.endsWith("events")) throw new TypeError("connection reset");
      return undefined;
    };
    await assert.rejects(describeObject(Deployment.info, metadata, options), /connection reset/);
  });
});

test("a deployment names its current replica set and the older ones", async () => {
  const { client, options } = openApi();
  const metadata = { name: "web", namespace: "default" };
  const labels = { app: "web" };
  const spec = (image: string, hash?: string) => ({
    selector: { matchLabels: labels },
    template: {
      metadata: { labels: { ...labels, ...(hash && { "pod-template-hash": hash }) } },
      spec: { containers: [{ name: "c", image }] },
    },
  });
  const { uid } = (await client.create(Deployment, { metadata, spec: spec("new") })).metadata;
  const owner = { apiVersion: "apps/v1", kind: "Deployment", name: "web", uid, controller: true };
  for (const [name, image] of Object.entries({
    "web-b": "old",
    "web-c": "new",
    "web-a": "older",
  })) {
    await client.create(ReplicaSet, {
      metadata: { ...metadata, name, labels, ownerReferences: [owner] },
      spec: { replicas: 2, ...spec(image, name) },
    });
  }
  await client.create(ReplicaSet, {
    metadata: { ...metadata, name: "other", labels },
    spec: spec("x"),
  });
  const text = await describeObject(Deployment.info, metadata, options);
  const created = (name: string) => `${name} (0/2 replicas created)`;
  const old = [created("web-a"), created("web-b")].join(", ");
  const [, before, current] = /^OldReplicaSets: +(.*)\nNewReplicaSet: +(.*)$/m.exec(text) ?? [];
  assert.deepEqual([before, current], [old, created("web-c")]);
});

test("a certificate request that cannot be read is refused", async () => {
  const { client, options } = openApi();
  const pem = (label: string) => `-----BEGIN ${label}-----\nMAk=\n-----END ${label}-----\n`;
  const problems = {
    CERTIFICATE: /^Error: Error parsing CSR: PEM block type must be CERTIFICATE REQUEST$/,
    "CERTIFICATE REQUEST": /^Error: Error parsing CSR: element at 0 ends after the data$/,
  };
  for (const [index, [label, problem]] of Object.entries(problems).entries()) {
    const metadata = { name: `r${index}` };
    const spec = { request: btoa(pem(label)), signerName: "example.com/signer" };
    await client.create(CertificateSigningRequest, { metadata, spec });
    await assert.rejects(
      describeObject(CertificateSigningRequest.info, metadata, options),
      problem,
    );
  }
});

test("keys are in order, where kubectl v1.33 has them as they come", async () => {
  const { client, options } = openApi();
  const metadata = { name: "settings", namespace: "default" };
  await client.create(ConfigMap, { metadata, data: { b: "1", a: "2", c: "3" } });
  await client.create(Secret, { metadata, data: { b: "", a: "" } });
  const text = await describeObject(ConfigMap.info, metadata, options);
  assert.match(text, /\nData\n====\na:\n----\n2\n\nb:\n----\n1\n\nc:\n----\n3\n\n\nBinaryData\n/);
  const secret = await describeObject(Secret.info, metadata, options);
  assert.match(secret, /Data\n====\na: {2}0 bytes\nb: {2}0 bytes\n$/);
});

test("resources with limits are in order, too", async () => {
  const { client, options } = openApi();
  const limits = [{ type: "Container", max: { memory: "1Gi", cpu: "2" }, min: { cpu: "1" } }];
  const metadata = { name: "bounds", namespace: "default" };
  await client.create(LimitRange, { metadata, spec: { limits } });
  const text = await describeObject(LimitRange.info, metadata, options);
  assert.match(text, /\nContainer +cpu +1 +2 +- +- +-\nContainer +memory +- +1Gi +- +- +-\n$/);
});

test("a VolumeAttributesClass, which kubectl v1.33 only knows in an earlier version", async () => {
  const { client, options } = openApi();
  const metadata = { name: "gold", annotations: { a: "b" } };
  const parameters = { throughput: "50", iops: "1000" };
  await client.create(VolumeAttributesClass, {
    metadata,
    driverName: "csi.example.com",
    parameters,
  });
  const text = await describeObject(VolumeAttributesClass.info, { name: "gold" }, options);
  assert.equal(
    text,
    [
      "Name:         gold",
      "Annotations:  a=b",
      "DriverName:   csi.example.com",
      "Parameters:   iops=1000,throughput=50",
      "Events:       <none>",
      "",
    ].join("\n"),
  );
});

describe("servers of before", () => {
  const absent = (path: string) => (request: ApiRequest) => {
    if (!request.path.startsWith(path)) return undefined;
    const object = status.pathNotFound().status;
    return { status: 404, headers: {}, body: { kind: "object" as const, object } };
  };

  test("an autoscaler of autoscaling/v1 is described by its CPU", async () => {
    const { api, client, options } = openApi();
    const metadata = { name: "web", namespace: "default" };
    const scaleTargetRef = { kind: "Deployment", name: "web" };
    await client.create(HorizontalPodAutoscaler, {
      metadata,
      spec: { scaleTargetRef, maxReplicas: 5, targetCPUUtilizationPercentage: 80 },
      status: { currentReplicas: 2, desiredReplicas: 3, currentCPUUtilizationPercentage: 40 },
    });
    api.intercept = absent("/apis/autoscaling/v2/");
    const info = { ...HorizontalPodAutoscaler.info, version: "v2" };
    const text = await describeObject(info, metadata, { ...options, showEvents: false });
    golden("autoscaling-v1.txt", text);
  });

  test("an address of networking.k8s.io/v1beta1 is found there", async () => {
    const { api, client, options } = openApi();
    const spec = { parentRef: { resource: "services", namespace: "default", name: "web" } };
    const address = await client.create(IPAddress, { metadata: { name: "10.96.0.9" }, spec });
    api.intercept = (request) => {
      if (!request.path.startsWith("/apis/networking.k8s.io/v1beta1/")) {
        return absent("/apis/networking.k8s.io/")(request);
      }
      return { status: 200, headers: {}, body: { kind: "object", object: address } };
    };
    const place = { name: "10.96.0.9" };
    const text = await describeObject(IPAddress.info, place, { ...options, showEvents: false });
    assert.match(text, /^Parent Reference:\n {2}Group: +\n {2}Resource: +services\n/m);
  });

  test("what is nowhere is not found", async () => {
    const { options } = openApi();
    const place = { name: "web", namespace: "default" };
    await assert.rejects(
      describeObject(HorizontalPodAutoscaler.info, place, options),
      /horizontalpodautoscalers.autoscaling "web" not found/,
    );
  });
});

test("lists are read in chunks", async () => {
  const { api, client, options } = openApi();
  const metadata = { name: "web", namespace: "default" };
  const spec = {
    selector: { matchLabels: { a: "b" } },
    template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c" }] } },
  };
  const { uid } = (await client.create(ReplicaSet, { metadata, spec })).metadata;
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web", uid, controller: true };
  const pod = { metadata: { name: "p", ownerReferences: [owner] }, status: { phase: "Running" } };
  const queries: string[] = [];
  api.intercept = (request) => {
    if (!request.path.endsWith("/pods")) return undefined;
    const { query } = request;
    queries.push(`${query.get("limit")} ${query.get("continue")}`);
    const next = queries.length === 1 ? { continue: "token" } : {};
    const object = { kind: "PodList", apiVersion: "v1", metadata: next, items: [pod] };
    return { status: 200, headers: {}, body: { kind: "object", object } };
  };
  const settings = { ...options, showEvents: false, chunkSize: 1 };
  assert.match(await describeObject(ReplicaSet.info, metadata, settings), /2 Running/);
  assert.deepEqual(queries, ["1 null", "1 token"]);
});

test("every kind that kubectl has a describer for has one", async () => {
  const kinds = {
    "":
      "ConfigMap Endpoints LimitRange Namespace Node PersistentVolume PersistentVolumeClaim Pod " +
      "ReplicationController ResourceQuota Secret Service ServiceAccount",
    apps: "DaemonSet Deployment ReplicaSet StatefulSet",
    autoscaling: "HorizontalPodAutoscaler",
    batch: "CronJob Job",
    "certificates.k8s.io": "CertificateSigningRequest",
    "discovery.k8s.io": "EndpointSlice",
    "networking.k8s.io": "IPAddress Ingress IngressClass NetworkPolicy ServiceCIDR",
    policy: "PodDisruptionBudget",
    "rbac.authorization.k8s.io": "ClusterRole ClusterRoleBinding Role RoleBinding",
    "scheduling.k8s.io": "PriorityClass",
    "storage.k8s.io": "CSINode StorageClass VolumeAttributesClass",
  };
  for (const [group, names] of Object.entries(kinds)) {
    for (const kind of names.split(" ")) {
      assert.ok(await describerOf(group, kind), `${kind} of "${group}" has none`);
    }
  }
  assert.equal(await describerOf("storage.k8s.io", "CSIDriver"), undefined);
});
