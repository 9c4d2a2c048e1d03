import assert from "node:assert/strict";
import { after, before } from "node:test";
import type { Loose } from "#testkit/requests.ts";
import { defined, establish, open } from "./definition.ts";
import type { DefinitionOptions } from "./definition.ts";
import { openReviewServer, patched, register } from "./review-server.ts";
import type { ReviewServer } from "./review-server.ts";
import { conformance, quickly } from "./row.ts";
import type { Row } from "./row.ts";

let server: ReviewServer;
before(async () => {
  server = await openReviewServer((path, { object }) =>
    path === "/pods" ? withInitContainer() : nextStage(object.data ?? {}),
  );
});
after(() => server.close());

function withInitContainer() {
  const container = { name: "added", image: "init" };
  return patched({ op: "add", path: "/spec/initContainers", value: [container] });
}

/** Adds the stage behind the last one, so that a second call does something else. */
function nextStage(data: Loose) {
  const next = data["stage-1"] ? "stage-2" : "stage-1";
  if (!data.start || data[next]) return { allowed: true };
  return patched({ op: "add", path: `/data/${next}`, value: "yes" });
}

conformance(
  "AdmissionWebhook [Privileged:ClusterAdmin] should mutate pod and apply defaults after mutation",
  async (row) => {
    await register(row, server, "Mutating", [{ path: "/pods", rules: ["CREATE pods"] }]);
    await row.until(`${row.core}/serviceaccounts/default`, () => {});
    const { spec } = await row.create(`${row.core}/pods`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "changed" },
      spec: { containers: [{ name: "main", image: "pause" }] },
    });
    const [{ name, image, terminationMessagePolicy, imagePullPolicy }] = spec.initContainers;
    assert.equal(spec.initContainers.length, 1);
    assert.deepEqual([name, image], ["added", "init"]);
    assert.deepEqual([terminationMessagePolicy, imagePullPolicy], ["File", "Always"]);
  },
);

/** A custom kind whose objects go through both stages; only a creation reaches the second one. */
async function staged(row: Row, options: DefinitionOptions = {}) {
  const one = defined(row, options);
  await establish(row, one);
  const resource = `${one.plural}.${one.group}`;
  await register(row, server, "Mutating", [
    { path: "/1", rules: [`CREATE ${resource}`, `UPDATE ${resource}`] },
    { path: "/2", rules: [`CREATE ${resource}`] },
  ]);
  const created = await row.create(one.objects, {
    apiVersion: `${one.group}/v1`,
    kind: one.kind,
    metadata: { name: "changed" },
    data: { start: "yes" },
  });
  return { one, created };
}

const both = { start: "yes", "stage-1": "yes", "stage-2": "yes" };

conformance(
  "AdmissionWebhook [Privileged:ClusterAdmin] should mutate custom resource",
  async (row) => {
    const { one, created } = await staged(row);
    assert.deepEqual(created.data, both);
    assert.deepEqual((await row.get(`${one.objects}/changed`)).data, both);
  },
);

conformance(
  "AdmissionWebhook [Privileged:ClusterAdmin] should mutate custom resource with different stored version",
  async (row) => {
    const { one, created } = await staged(row, { versions: ["v1", "v2"] });
    assert.deepEqual(created.data, both);
    const version = { served: true, schema: { openAPIV3Schema: open } };
    await row.http.expect(200, {
      method: "PATCH",
      path: one.path,
      contentType: "application/strategic-merge-patch+json",
      body: {
        spec: {
          versions: [
            { ...version, name: "v1", storage: false },
            { ...version, name: "v2", storage: true },
          ],
        },
      },
    });
    const path = `${one.at("v2")}/changed`;
    const patchedObject = await row.http.expect<Loose>(200, {
      method: "PATCH",
      path,
      contentType: "application/json-patch+json",
      body: [{ op: "add", path: "/dummy", value: "test" }],
    });
    assert.equal(patchedObject.apiVersion, `${one.group}/v2`);
    assert.deepEqual(patchedObject.data, both);
    assert.equal(patchedObject.dummy, "test");
    await row.until(one.path, ({ status }) =>
      assert.deepEqual(status.storedVersions, ["v1", "v2"]),
    );
  },
);

conformance(
  "AdmissionWebhook [Privileged:ClusterAdmin] should mutate custom resource with pruning",
  async (row) => {
    const known = { start: { type: "string" }, "stage-1": { type: "string" } };
    const data = { type: "object", properties: known };
    const schema = { type: "object", properties: { data } };
    const { one, created } = await staged(row, { schema, versions: ["v1", "v2"] });
    const { "stage-2": _pruned, ...kept } = both;
    assert.deepEqual(created.data, kept);
    await quickly(async () =>
      assert.deepEqual((await row.get(`${one.at("v2")}/changed`)).data, kept),
    );
  },
);
