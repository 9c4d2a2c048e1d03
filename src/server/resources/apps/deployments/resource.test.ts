import { test } from "node:test";
import assert from "node:assert/strict";
import { openHarness } from "../../../../testkit/requests.ts";
import { deployments } from "./resource.ts";

const path = "/apis/apps/v1/namespaces/default/deployments";

test("what a rollout hands on makes a new generation, and what it notes down does not", async () => {
  await using api = await openHarness({ resources: [deployments] });
  const labels = { app: "web" };
  const template = { metadata: { labels }, spec: { containers: [{ name: "a", image: "b" }] } };
  await api.send("POST", path, {
    body: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: { selector: { matchLabels: labels }, template },
    },
  });
  const contentType = "application/merge-patch+json";
  const patched = async (body: object, view = "") => {
    const { json } = await api.send("PATCH", `${path}/web${view}`, { body, contentType });
    return json.metadata.generation;
  };
  assert.equal(await patched({ metadata: { labels: { a: "b" } } }), 1);
  assert.equal(await patched({ metadata: { annotations: { a: "b" } } }), 2);
  assert.equal(await patched({ metadata: { annotations: { a: "b" } } }), 2);
  assert.equal(await patched({ metadata: { annotations: { c: "d" } } }, "/status"), 2);
  assert.equal(await patched({ spec: { replicas: 2 } }), 3);
});
