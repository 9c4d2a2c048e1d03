import { test } from "node:test";
import assert from "node:assert/strict";
import { text } from "#base/bytes.ts";
import { configMap, openHarness, pod } from "../../testkit/requests.ts";
import type { Harness, Loose } from "../../testkit/requests.ts";

const maps = "/api/v1/namespaces/default/configmaps";
const pods = "/api/v1/namespaces/default/pods";
const names = (list: Loose): string[] => list.items.map((item: Loose) => item.metadata.name);

async function fill(api: Harness, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const labels = { parity: index % 2 ? "odd" : "even" };
    await api.send("POST", maps, {
      body: configMap(`m${index}`, { index: `${index}` }, { labels }),
    });
  }
}

test("lists in pages of one snapshot", async () => {
  await using api = await openHarness();
  await fill(api, 5);
  const first = (await api.send("GET", `${maps}?limit=2`)).json;
  assert.deepEqual(names(first), ["m0", "m1"]);
  assert.equal(first.kind, "ConfigMapList");
  assert.equal(first.metadata.remainingItemCount, 3);
  assert.equal(first.items[0].kind, undefined);
  await api.send("DELETE", `${maps}/m3`);
  const token = first.metadata.continue;
  const second = (await api.send("GET", `${maps}?limit=2&continue=${token}`)).json;
  assert.deepEqual(names(second), ["m2", "m3"]);
  assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
  const third = (await api.send("GET", `${maps}?continue=${second.metadata.continue}`)).json;
  assert.deepEqual(names(third), ["m4"]);
  assert.equal(third.metadata.continue, undefined);

  const decoded = JSON.parse(text(Buffer.from(token, "base64url")));
  assert.deepEqual(decoded, {
    v: "meta.k8s.io/v1",
    rv: Number(first.metadata.resourceVersion),
    start: "m1\0",
  });
  const bad = await api.send("GET", `${maps}?continue=nonsense`);
  assert.equal(bad.status, 400);
  assert.match(bad.json.message, /^invalid continue token: continue key is not valid: /);
});

test("the options of lists and watches are checked as upstream checks them", async () => {
  await using api = await openHarness();
  await fill(api, 3);
  // From any cache, a list comes as a whole.
  const whole = (await api.send("GET", `${maps}?resourceVersion=0&limit=1`)).json;
  assert.deepEqual(names(whole), ["m0", "m1", "m2"]);
  const match = 'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: ';
  const cases: [query: string, status: number, message: string][] = [
    ["resourceVersion=x", 400, 'invalid resource version: resourceVersion: Invalid value: "x"'],
    ["resourceVersion=999", 504, "Timeout: Too large resource version: 999, current: "],
    ["resourceVersionMatch=Exact", 422, `${match}Forbidden: resourceVersionMatch is forbidden`],
    [
      "resourceVersionMatch=No&resourceVersion=1",
      422,
      `${match}Unsupported value: "No": supported values: "Exact", "NotOlderThan", ""`,
    ],
    ["sendInitialEvents=true", 422, 'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: '],
    ["limit=x", 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
    ["continue=a*", 400, "invalid continue token: continue key is not valid: illegal base64 data"],
    ["watch=1&sendInitialEvents=true", 422, `${match}Forbidden: sendInitialEvents requires`],
    ["watch=1&resourceVersionMatch=Exact", 422, 'ListOptions.meta.k8s.io "" is invalid: ['],
    ["watch=1&continue=a", 422, `${match}Forbidden: resourceVersionMatch is forbidden when`],
    ["watch=1&resourceVersion=x", 400, 'resourceVersion: Invalid value: "x": strconv.ParseUint'],
    ["watch=1&timeoutSeconds=x", 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
  ];
  for (const [query, status, message] of cases) {
    const { json } = await api.send("GET", `${maps}?${query}`);
    assert.deepEqual([json.code, json.message.slice(0, message.length)], [status, message], query);
  }
});

test("an expired page is 410, and its token lets a client go on", async () => {
  await using api = await openHarness({ cacher: { history: { min: 0, ms: 0, max: 0 } } });
  await fill(api, 3);
  const first = (await api.send("GET", `${maps}?limit=1`)).json;
  await fill(api, 0);
  await api.send("DELETE", `${maps}/m2`);
  await api.server.store.compact(await api.server.store.current());
  const expired = await api.send("GET", `${maps}?limit=1&continue=${first.metadata.continue}`);
  assert.equal(expired.status, 410);
  assert.equal(expired.json.reason, "Expired");
  const fresh = expired.json.metadata.continue;
  const rest = (await api.send("GET", `${maps}?limit=1&continue=${fresh}`)).json;
  assert.deepEqual(names(rest), ["m1"]);
});

test("selects by labels and fields", async () => {
  await using api = await openHarness();
  await fill(api, 5);
  const odd = (await api.send("GET", `${maps}?labelSelector=parity%3Dodd&limit=1`)).json;
  assert.deepEqual(names(odd), ["m1"]);
  assert.equal(odd.metadata.remainingItemCount, undefined);
  const next = `${maps}?labelSelector=parity%3Dodd&limit=1&continue=${odd.metadata.continue}`;
  assert.deepEqual(names((await api.send("GET", next)).json), ["m3"]);
  const one = (await api.send("GET", `${maps}?fieldSelector=metadata.name%3Dm2`)).json;
  assert.deepEqual(names(one), ["m2"]);
  const elsewhere = "/api/v1/configmaps?fieldSelector=metadata.namespace%3Dother";
  assert.deepEqual(names((await api.send("GET", elsewhere)).json), []);
  const unknown = await api.send("GET", `${maps}?fieldSelector=data.x%3D1`);
  assert.equal(unknown.status, 400);
  assert.equal((await api.send("GET", `${maps}?labelSelector=a%3D%3D%3D`)).status, 400);
});

test("lists at, and not before, a version", async () => {
  await using api = await openHarness();
  await fill(api, 3);
  const all = (await api.send("GET", maps)).json;
  const second = all.items[1].metadata.resourceVersion;
  const exact = `${maps}?resourceVersion=${second}&resourceVersionMatch=Exact`;
  assert.deepEqual(names((await api.send("GET", exact)).json), ["m0", "m1"]);
  const newer = `${maps}?resourceVersion=${second}&resourceVersionMatch=NotOlderThan`;
  assert.equal(names((await api.send("GET", newer)).json).length, 3);
  const future = await api.send("GET", `${maps}?resourceVersion=99999`);
  assert.equal(future.status, 504);
  assert.match(future.json.message, /^Timeout: Too large resource version: 99999, current: /);
  const match = await api.send("GET", `${maps}?resourceVersionMatch=Exact`);
  assert.equal(match.status, 422);
});

test("watches from a version, with changes of what a selector matches", async () => {
  await using api = await openHarness();
  await fill(api, 2);
  const { json } = await api.send("GET", maps);
  const stop = new AbortController();
  const query = `watch=1&labelSelector=parity%3Dodd&resourceVersion=${json.metadata.resourceVersion}`;
  const next = await api.watch(`${maps}?${query}`, stop.signal);
  const label = (name: string, parity: string) =>
    api.send("PATCH", `${maps}/${name}`, {
      body: { metadata: { labels: { parity } } },
      contentType: "application/merge-patch+json",
    });
  await label("m0", "odd");
  const added = await next();
  assert.equal(added.type, "ADDED");
  assert.equal(added.object.kind, "ConfigMap");
  assert.equal(added.object.metadata.name, "m0");
  const changed = await label("m0", "even");
  const left = await next();
  assert.equal(left.type, "DELETED");
  assert.equal(left.object.metadata.labels.parity, "odd");
  assert.equal(left.object.metadata.resourceVersion, changed.json.metadata.resourceVersion);
  await label("m0", "none");
  await api.send("PATCH", `${maps}/m1`, {
    body: { data: { more: "1" } },
    contentType: "application/merge-patch+json",
  });
  assert.equal((await next()).type, "MODIFIED");
  await api.send("DELETE", `${maps}/m1`);
  const deleted = await next();
  assert.equal(deleted.type, "DELETED");
  assert.equal(deleted.object.data.more, "1");

  // A watch that resumes sees what came after.
  const resumed = await api.watch(
    `${maps}?watch=1&resourceVersion=${changed.json.metadata.resourceVersion}`,
    stop.signal,
  );
  assert.equal((await resumed()).object.metadata.labels.parity, "none");
  stop.abort();
  assert.equal(await next(), undefined);
});

test("sends initial events, their end and bookmarks when asked", async () => {
  await using api = await openHarness();
  await fill(api, 2);
  const stop = new AbortController();
  const query =
    "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
  const next = await api.watch(`${maps}?${query}`, stop.signal);
  assert.deepEqual(
    [(await next()).object.metadata.name, (await next()).object.metadata.name],
    ["m0", "m1"],
  );
  const end = await next();
  assert.equal(end.type, "BOOKMARK");
  assert.equal(end.object.metadata.annotations["k8s.io/initial-events-end"], "true");
  const idle = next();
  await api.clock.advance(61_000);
  const bookmark = await idle;
  assert.equal(bookmark.type, "BOOKMARK");
  assert.equal(bookmark.object.metadata.annotations, undefined);
  stop.abort();

  const wrong = await api.send("GET", `${maps}?watch=1&sendInitialEvents=true`);
  assert.equal(wrong.status, 422);
  assert.match(wrong.json.message, /sendInitialEvents requires setting resourceVersionMatch/);
});

test("a watch without a version begins with what is there, and ends in time", async () => {
  await using api = await openHarness();
  await fill(api, 1);
  const stop = new AbortController();
  const next = await api.watch(`${maps}?watch=1&timeoutSeconds=5`, stop.signal);
  assert.equal((await next()).type, "ADDED");
  const end = next();
  await api.clock.advance(5001);
  assert.equal(await end, undefined);
});

test("a watch from too long ago gets an error event", async () => {
  await using api = await openHarness({ cacher: { history: { min: 0, ms: 0, max: 0 } } });
  await fill(api, 3);
  const next = await api.watch(`${maps}?watch=1&resourceVersion=2`, new AbortController().signal);
  const error = await next();
  assert.equal(error.type, "ERROR");
  assert.equal(error.object.code, 410);
  assert.match(error.object.message, /^too old resource version: 2 \(\d+\)$/);
  assert.equal(await next(), undefined);
});

test("answers as table, metadata and YAML, by quality and order", async () => {
  await using api = await openHarness();
  await fill(api, 1);
  const accept = (accepted: string) => ({ headers: { accept: accepted } });
  const kubectl =
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";
  const table = (await api.send("GET", maps, accept(kubectl))).json;
  assert.equal(table.kind, "Table");
  assert.deepEqual(
    table.columnDefinitions.map(({ name }: Loose) => name),
    ["Name", "Age"],
  );
  assert.deepEqual(table.rows[0].cells, ["m0", "0s"]);
  assert.equal(table.rows[0].object.kind, "PartialObjectMetadata");
  const whole = (await api.send("GET", `${maps}/m0?includeObject=Object`, accept(kubectl))).json;
  assert.equal(whole.rows[0].object.data.index, "0");
  const partial = await api.send(
    "GET",
    maps,
    accept("application/cbor, application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"),
  );
  assert.equal(partial.json.kind, "PartialObjectMetadataList");
  assert.equal(partial.json.items[0].data, undefined);
  const yaml = await api.send("GET", `${maps}/m0`, accept("application/yaml"));
  assert.equal(yaml.contentType, "application/yaml");
  assert.match(yaml.text, /^kind: ConfigMap$/m);
  const preferred = await api.send("GET", maps, accept("application/yaml;q=0.5, application/json"));
  assert.equal(preferred.contentType, "application/json");
  const html = await api.send("GET", maps, accept("text/html"));
  assert.equal(html.status, 406);
  assert.match(
    html.json.message,
    /^406: Not Acceptable\n\nAvailable representations: application\/json, /,
  );
});

test("a watched table names its columns once", async () => {
  await using api = await openHarness();
  await api.send("POST", pods, { body: pod("a") });
  await api.send("POST", pods, { body: pod("b") });
  const stop = new AbortController();
  const accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
  const next = await api.watch(`${pods}?watch=1`, stop.signal, { accept });
  assert.equal((await next()).object.columnDefinitions.length, 2);
  const second = await next();
  assert.equal(second.object.columnDefinitions, null);
  assert.equal(second.object.rows[0].cells[0], "b");
  stop.abort();
});

test("long lists leave in pieces", async () => {
  await using api = await openHarness();
  const data = { text: "x".repeat(100_000) };
  for (let index = 0; index < 8; index++) {
    await api.send("POST", maps, { body: configMap(`m${index}`, data) });
  }
  const { body } = await api.raw("GET", maps);
  assert(body.kind === "stream");
  let pieces = 0;
  let whole = "";
  for await (const chunk of body.chunks) {
    pieces++;
    whole += text(chunk);
  }
  assert(pieces > 2);
  assert.equal(body.length, whole.length);
  assert.equal(JSON.parse(whole).items.length, 8);
});

test("the older watch paths are watches too, of all objects or of one", async () => {
  await using api = await openHarness();
  await fill(api, 2);
  const stop = new AbortController();
  const all = await api.watch("/api/v1/watch/namespaces/default/configmaps", stop.signal);
  assert.deepEqual(
    [(await all()).object.metadata.name, (await all()).object.metadata.name],
    ["m0", "m1"],
  );
  const one = await api.watch("/api/v1/watch/namespaces/default/configmaps/m1", stop.signal);
  const first = await one();
  assert.deepEqual([first.type, first.object.metadata.name], ["ADDED", "m1"]);
  await api.send("DELETE", `${maps}/m0`);
  await api.send("DELETE", `${maps}/m1`);
  const next = await one();
  assert.deepEqual([next.type, next.object.metadata.name], ["DELETED", "m1"]);
  stop.abort();
});
