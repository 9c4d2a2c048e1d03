import { test } from "node:test";
import assert from "node:assert/strict";
import { utf8 } from "#base/bytes.ts";
import { readDiscovery } from "./remote-discovery.ts";
import type { RemoteQuestion } from "./remote-documents.ts";
import { partOf, readOpenApi } from "./remote-openapi.ts";

const one = { group: "metrics.k8s.io", version: "v1beta1" };
const path = "/apis/metrics.k8s.io/v1beta1";
const v2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

type Documents = Readonly<
  Record<string, { readonly status?: number; readonly type?: string; readonly json: object }>
>;

function serverOf(documents: Documents): RemoteQuestion {
  return async (asked) => {
    const {
      status = 200,
      type = "application/json",
      json,
    } = documents[asked] ?? {
      status: 404,
      json: {},
    };
    return { status, contentType: type, bytes: utf8(JSON.stringify(json)) };
  };
}

test("a server that tells of all at once is believed, with a kind for everything", async () => {
  const nodes = { resource: "nodes", verbs: ["get"], subresources: [{ subresource: "status" }] };
  const items = [
    { metadata: { name: "other" }, versions: [{ version: "v1beta1", resources: [] }] },
    { metadata: { name: one.group }, versions: [{ version: "v1beta1", resources: [nodes] }] },
  ];
  const json = { kind: "APIGroupDiscoveryList", items };
  const ask = serverOf({ "/apis": { type: v2, json } });
  const noKind = { group: "", version: "", kind: "" };
  assert.deepEqual(await readDiscovery(one, ask), {
    version: "v1beta1",
    resources: [
      {
        resource: "nodes",
        verbs: ["get"],
        responseKind: noKind,
        subresources: [{ subresource: "status", responseKind: noKind }],
      },
    ],
  });
  assert.deepEqual(await readDiscovery({ ...one, version: "v2" }, ask), { version: "v2" });
});

test("an older server's list is brought to the newer form", async () => {
  const resources = [
    { name: "pods/log", namespaced: true, kind: "", verbs: ["get"] },
    {
      name: "pods",
      singularName: "pod",
      namespaced: true,
      kind: "Pod",
      verbs: ["list"],
      shortNames: ["po"],
    },
    { name: "lost/status", namespaced: false, kind: "Lost", group: "g", version: "v1", verbs: [] },
  ];
  const ask = serverOf({ "/apis": { json: {} }, [path]: { json: { resources } } });
  const kind = (name: string) => ({ group: "", version: "", kind: name });
  assert.deepEqual(await readDiscovery(one, ask), {
    version: "v1beta1",
    resources: [
      {
        resource: "pods",
        responseKind: kind("Pod"),
        scope: "Namespaced",
        singularResource: "pod",
        verbs: ["list"],
        shortNames: ["po"],
        subresources: [{ subresource: "log", responseKind: kind(""), verbs: ["get"] }],
      },
      {
        resource: "lost",
        responseKind: kind(""),
        scope: "Cluster",
        singularResource: "",
        verbs: [],
        subresources: [
          {
            subresource: "status",
            responseKind: { group: "g", version: "v1", kind: "Lost" },
            verbs: [],
          },
        ],
      },
    ],
  });
});

test("a server that is not ready, or does not know the version, tells nothing", async () => {
  const busy = serverOf({ "/apis": { status: 503, json: {} } });
  await assert.rejects(
    readDiscovery(one, busy),
    /discovery of \/apis was answered with status 503/,
  );
  await assert.rejects(readDiscovery(one, serverOf({})), /v1beta1 was answered with status 404/);
});

test("of OpenAPI only what belongs to the version is taken", async () => {
  const root = "apis/metrics.k8s.io/v1beta1";
  const reference = (name: string) => ({ $ref: `#/definitions/${name}` });
  const whole = {
    paths: { [`/${root}/nodes`]: { get: { schema: reference("A") } }, "/version": reference("C") },
    definitions: { A: { items: [reference("B")] }, B: reference("A"), C: {} },
  };
  const index = {
    paths: {
      [root]: { serverRelativeURL: `/openapi/v3/${root}?hash=ABC` },
      version: { serverRelativeURL: "/openapi/v3/version?hash=DEF" },
    },
  };
  const ask = serverOf({ "/openapi/v3": { json: index }, "/openapi/v2": { json: whole } });
  assert.deepEqual(await readOpenApi(one, ask), {
    v3: { [root]: "ABC" },
    v2: {
      paths: { [`/${root}/nodes`]: { get: { schema: reference("A") } } },
      definitions: { A: { items: [reference("B")] }, B: reference("A") },
    },
  });
  assert.deepEqual(await readOpenApi(one, serverOf({})), { v3: {} });
  assert.equal(partOf(whole, "/apis/other/"), undefined);
});
