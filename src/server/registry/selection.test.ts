import { test } from "node:test";
import assert from "node:assert/strict";
import { openHarness, pod } from "../../testkit/requests.ts";
import type { Harness, Loose } from "../../testkit/requests.ts";

const pods = "/api/v1/namespaces/default/pods";

const expected: Readonly<Record<string, readonly string[]>> = {
  "labelSelector=app%3Dweb": ["a", "b"],
  "labelSelector=app+in+(web)": ["a", "b"],
  "labelSelector=app+in+(web,db)": ["a", "b", "c"],
  "labelSelector=app": ["a", "b", "c"],
  "labelSelector=!app": ["d"],
  "labelSelector=app%21%3Dweb": ["c", "d"],
  "labelSelector=app%3Dweb,tier%3Dfront": ["b"],
  "labelSelector=web%3Dapp": [],
  "fieldSelector=spec.nodeName%3Dnode-1": ["a", "c"],
  "fieldSelector=spec.nodeName%3D": ["d"],
  "fieldSelector=spec.nodeName%21%3Dnode-1": ["b", "d"],
  "fieldSelector=metadata.namespace%3Ddefault": ["a", "b", "c", "d"],
  "fieldSelector=metadata.namespace%3Dother": [],
  "labelSelector=app%3Dweb&fieldSelector=spec.nodeName%3Dnode-1": ["a"],
};

test("selectors find what they select, whatever else has the same text in it", async () => {
  await using api = await openHarness();
  await create(api, "a", "node-1", { app: "web" });
  await create(api, "b", "node-11", { app: "web", tier: "front" });
  await create(api, "c", "node-1", { app: "db", note: "web" }, { trap: '"app":"web"' });
  await create(api, "d", undefined, {}, { trap: "app web node-1 front" });
  for (const [query, names] of Object.entries(expected)) {
    const { json } = await api.send("GET", `${pods}?${query}`);
    const found = json.items.map((item: Loose) => item.metadata.name);
    assert.deepEqual(found, names, query);
    const first = (await api.send("GET", `${pods}?${query}&limit=1`)).json;
    assert.equal(first.items.length, Math.min(1, names.length), query);
    assert.equal(first.metadata.continue !== undefined, names.length > 1, query);
  }
});

async function create(
  api: Harness,
  name: string,
  nodeName: string | undefined,
  labels: Record<string, string>,
  annotations: Record<string, string> = {},
): Promise<void> {
  const body = pod(name) as Loose;
  body.metadata = { ...body.metadata, labels, annotations };
  if (nodeName !== undefined) body.spec.nodeName = nodeName;
  assert.equal((await api.send("POST", pods, { body })).status, 201);
}
