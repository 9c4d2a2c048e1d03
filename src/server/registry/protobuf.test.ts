import { test } from "node:test";
import assert from "node:assert/strict";
import { Scale } from "#api/autoscaling/v1.ts";
import { ConfigMap, ConfigMapList, Pod } from "#api/core/v1.ts";
import {
  DeleteOptions,
  PartialObjectMetadata,
  PartialObjectMetadataList,
  Status,
} from "#api/meta/v1.ts";
import { concatBytes } from "#base/bytes.ts";
import type { ApiResponse } from "#client/transport.ts";
import type { KindType } from "#schema/message.ts";
import { decodeProtobuf, encodeProtobuf } from "#schema/protobuf.ts";
import {
  decodeProtobufEnvelope,
  decodeProtobufWatchEvent,
  encodeProtobufEnvelope,
  wrapProtobuf,
} from "#schema/protobuf-envelope.ts";
import { configMap, openHarness } from "../../testkit/requests.ts";
import type { Harness, Loose } from "../../testkit/requests.ts";

const maps = "/api/v1/namespaces/default/configmaps";
const protobuf = "application/vnd.kubernetes.protobuf";
const metadataOnly = (as: string) => `${protobuf};as=${as};g=meta.k8s.io;v=v1`;

/** Everything that a client sends and gets is protobuf. */
async function send(
  api: Harness,
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  { accept = protobuf, body }: { accept?: string; body?: Uint8Array } = {},
): Promise<{ response: ApiResponse; bytes: Uint8Array }> {
  const [pathname = "", query = ""] = path.split("?");
  const response = await api.server.api.handle(
    {
      method,
      path: pathname,
      query: new URLSearchParams(query),
      headers: { accept },
      body: body
        ? { kind: "bytes", contentType: protobuf, read: async () => new Uint8Array(body) }
        : { kind: "none" },
    },
    {},
    new AbortController().signal,
  );
  if (response.body.kind === "bytes") return { response, bytes: response.body.bytes };
  assert(response.body.kind === "stream");
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body.chunks) chunks.push(chunk);
  return { response, bytes: concatBytes(chunks) };
}

function opened(type: KindType, bytes: Uint8Array): Loose {
  const envelope = decodeProtobufEnvelope(bytes);
  assert.equal(envelope.kind, type.info.kind);
  return decodeProtobuf(type, envelope.raw);
}

test("an object is written and read in protobuf, and is the same in JSON", async () => {
  await using api = await openHarness();
  const body = encodeProtobufEnvelope(ConfigMap, configMap("m", { a: "ä" }));
  const created = await send(api, "POST", maps, { body });
  assert.equal(created.response.status, 201);
  assert.equal((created.response.body as Loose).contentType, protobuf);
  const json = (await api.send("GET", `${maps}/m`)).json;
  assert.deepEqual(opened(ConfigMap, created.bytes), json);
  const read = await send(api, "GET", `${maps}/m`);
  assert.deepEqual(read.bytes, created.bytes);
  assert.deepEqual(read.bytes, encodeProtobufEnvelope(ConfigMap, json));
});

test("a list is the envelope of the list that its objects make, long or short", async () => {
  await using api = await openHarness();
  for (const size of [10, 100_000]) {
    for (let index = 0; index < 5; index++) {
      await api.send("POST", maps, {
        body: configMap(`m${index}-${size}`, { x: "x".repeat(size) }),
      });
    }
    const { response, bytes } = await send(api, "GET", maps);
    assert.equal(response.body.kind, size > 10 ? "stream" : "bytes");
    const json = (await api.send("GET", maps)).json;
    assert.deepEqual(bytes, encodeProtobufEnvelope(ConfigMapList, json));
  }
  const page = opened(ConfigMapList, (await send(api, "GET", `${maps}?limit=2`)).bytes);
  assert.equal(page.items.length, 2);
  assert.equal(page.metadata.remainingItemCount, 8);
  const rest = await send(api, "GET", `${maps}?continue=${page.metadata.continue}`);
  assert.equal(opened(ConfigMapList, rest.bytes).items.length, 8);
});

test("bare metadata comes in protobuf, tables do not", async () => {
  await using api = await openHarness();
  await api.send("POST", maps, { body: configMap("m", { a: "b" }) });
  const json = (await api.send("GET", `${maps}/m`)).json;
  const one = await send(api, "GET", `${maps}/m`, {
    accept: metadataOnly("PartialObjectMetadata"),
  });
  assert.deepEqual(opened(PartialObjectMetadata, one.bytes).metadata, json.metadata);
  const all = await send(api, "GET", maps, { accept: metadataOnly("PartialObjectMetadataList") });
  assert.deepEqual(opened(PartialObjectMetadataList, all.bytes).items, [
    { metadata: json.metadata },
  ]);
  const table = await send(api, "GET", maps, { accept: metadataOnly("Table") });
  assert.equal(table.response.status, 406);
  const wrong = await send(api, "GET", maps, { accept: metadataOnly("PartialObjectMetadata") });
  assert.equal(
    opened(Status, wrong.bytes).message,
    "you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)",
  );
});

test("errors and scales come in protobuf too", async () => {
  await using api = await openHarness();
  const missing = await send(api, "GET", `${maps}/none`);
  assert.equal(missing.response.status, 404);
  assert.equal(opened(Status, missing.bytes).message, 'configmaps "none" not found');
  const deployments = "/apis/apps/v1/namespaces/default/deployments";
  const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c" }] } };
  const body = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: { replicas: 2, selector: { matchLabels: { app: "web" } }, template },
  };
  assert.equal((await api.send("POST", deployments, { body })).status, 201);
  const scale = opened(Scale, (await send(api, "GET", `${deployments}/web/scale`)).bytes);
  assert.equal(scale.spec.replicas, 2);
  assert.equal(scale.metadata.name, "web");
});

test("options of a delete may come in protobuf", async () => {
  await using api = await openHarness();
  await api.send("POST", maps, { body: configMap("m", {}) });
  const options = encodeProtobuf(DeleteOptions, { preconditions: { uid: "other" } });
  const body = wrapProtobuf("v1", "DeleteOptions", options);
  assert.equal((await send(api, "DELETE", `${maps}/m`, { body })).response.status, 409);
  const gone = await send(api, "DELETE", `${maps}/m`, {
    body: wrapProtobuf("v1", "DeleteOptions", encodeProtobuf(DeleteOptions, {})),
  });
  assert.equal(opened(Status, gone.bytes).status, "Success");
});

/** The frames of a watch, cut by their lengths. */
async function* framesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Loose> {
  let pending = new Uint8Array(0);
  for await (const chunk of chunks) {
    pending = concatBytes([pending, chunk]);
    while (pending.length >= 4) {
      const size = new DataView(pending.buffer, pending.byteOffset).getUint32(0);
      if (pending.length < size + 4) break;
      const { type, object } = decodeProtobufWatchEvent(pending.subarray(4, size + 4));
      pending = pending.slice(size + 4);
      const { kind, raw } = decodeProtobufEnvelope(object);
      const message = { ConfigMap, Status, PartialObjectMetadata, Pod }[kind];
      assert(message, kind);
      yield { type, object: decodeProtobuf(message, raw) };
    }
  }
}

for (const accept of [
  protobuf,
  `${protobuf};stream=watch`,
  metadataOnly("PartialObjectMetadata"),
]) {
  test(`a watch in ${accept}`, async () => {
    await using api = await openHarness();
    await api.send("POST", maps, { body: configMap("m", { a: "1" }) });
    const stop = new AbortController();
    const response = await api.raw(
      "GET",
      `${maps}?watch=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`,
      { headers: { accept } },
      stop.signal,
    );
    assert(response.body.kind === "stream");
    assert.equal(response.body.contentType, `${protobuf};stream=watch`);
    const frames = framesOf(response.body.chunks);
    const next = async () => (await frames.next()).value;
    const added = await next();
    assert.equal(added.type, "ADDED");
    assert.equal(added.object.metadata.name, "m");
    const bookmark = await next();
    assert.equal(bookmark.type, "BOOKMARK");
    assert.deepEqual(bookmark.object.metadata.annotations, { "k8s.io/initial-events-end": "true" });
    await api.send("DELETE", `${maps}/m`);
    const deleted = await next();
    assert.equal(deleted.type, "DELETED");
    assert(
      Number(deleted.object.metadata.resourceVersion) >
        Number(added.object.metadata.resourceVersion),
    );
    stop.abort();
    assert.equal(await next(), undefined);
  });
}

test("a watch that cannot go on ends with a Status in its own form", async () => {
  await using api = await openHarness({ cacher: { history: { min: 0, ms: 0, max: 0 } } });
  for (const name of ["a", "b", "c"]) await api.send("POST", maps, { body: configMap(name, {}) });
  await api.server.store.compact(await api.server.store.current());
  const path = `${maps}?watch=1&resourceVersion=2`;
  const response = await api.raw("GET", path, { headers: { accept: protobuf } });
  assert(response.body.kind === "stream");
  const { value } = await framesOf(response.body.chunks).next();
  assert.equal(value.type, "ERROR");
  assert.equal(value.object.code, 410);
});
