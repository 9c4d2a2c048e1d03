import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import { defined, definitions, establish, open } from "./definition.ts";
import { conformance, quickly } from "./row.ts";
import type { Row } from "./row.ts";

conformance(
  "CustomResourceDefinition resources [Privileged:ClusterAdmin] Simple CustomResourceDefinition creating/deleting custom resource definition objects works",
  async (row) => {
    const one = defined(row);
    await establish(row, one);
    await row.remove(one.path);
    await row.gone(one.path);
    await row.gone(one.objects);
  },
);

conformance(
  "CustomResourceDefinition resources [Privileged:ClusterAdmin] Simple CustomResourceDefinition listing custom resource definition objects works",
  async (row) => {
    for (const plural of ["notes", "pages"]) await establish(row, defined(row, { plural }));
    const selected = `${definitions}?labelSelector=row%3D${row.namespace}`;
    assert.equal((await row.get(selected)).items.length, 2);
    await row.remove(selected);
    await quickly(async () => assert.deepEqual((await row.get(selected)).items, []));
  },
);

conformance(
  "CustomResourceDefinition resources [Privileged:ClusterAdmin] Simple CustomResourceDefinition getting/updating/patching custom resource definition status sub-resource works",
  async (row) => {
    const one = defined(row);
    await establish(row, one);
    const read = await row.get(`${one.path}/status`);
    const condition = { type: "Row", status: "True", reason: "Row", message: "updated" };
    read.status.conditions.push(condition);
    const updated = await quickly(async () => {
      const fresh = await row.get(`${one.path}/status`);
      fresh.status.conditions.push(condition);
      return row.replace(`${one.path}/status`, fresh);
    });
    assert.ok(updated.status.conditions.some(({ message }: Loose) => message === "updated"));
    const conditions = updated.status.conditions.map((old: Loose) =>
      old.type === "Row" ? { ...old, message: "patched" } : old,
    );
    const patched = await row.patch(`${one.path}/status`, { status: { conditions } });
    assert.ok(patched.status.conditions.some(({ message }: Loose) => message === "patched"));
  },
);

conformance(
  "CustomResourceDefinition resources [Privileged:ClusterAdmin] should include custom resource definition resources in discovery documents",
  async (row) => {
    const { groups } = await row.get("/apis");
    const found = groups.find(({ name }: Loose) => name === "apiextensions.k8s.io");
    assert.ok(found.versions.some(({ version }: Loose) => version === "v1"));
    const group = await row.get("/apis/apiextensions.k8s.io");
    assert.equal(group.name, "apiextensions.k8s.io");
    const { resources } = await row.get("/apis/apiextensions.k8s.io/v1");
    assert.ok(resources.some(({ name }: Loose) => name === "customresourcedefinitions"));
  },
);

conformance(
  "CustomResourceDefinition resources [Privileged:ClusterAdmin] custom resource defaulting for requests and from storage works",
  async (row) => {
    const schema = { ...open, properties: { a: { type: "string" }, b: { type: "string" } } };
    const one = defined(row, { schema });
    await establish(row, one);
    const note = (name: string) => ({
      apiVersion: `${one.group}/v1`,
      kind: one.kind,
      metadata: { name },
    });
    const before = await row.create(one.objects, note("stored"));
    assert.equal(before.a, undefined);
    const versions = (defaults: Record<string, object>) => [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { ...open, properties: defaults } },
      },
    ];
    const a = { type: "string", default: "A" };
    await row.patch(one.path, { spec: { versions: versions({ a, b: { type: "string" } }) } });
    await row.until(`${one.objects}/stored`, (stored) => assert.equal(stored.a, "A"));
    const created = await row.create(one.objects, note("asked"));
    assert.equal(created.a, "A");
    assert.equal(created.b, undefined);
    const b = { type: "string", default: "B" };
    await row.patch(one.path, { spec: { versions: versions({ a: { type: "string" }, b }) } });
    // What a request wrote stays; what was only read does not.
    await row.until(`${one.objects}/asked`, (asked) => {
      assert.equal(asked.a, "A");
      assert.equal(asked.b, "B");
    });
    const stored = await row.get(`${one.objects}/stored`);
    assert.equal(stored.a, undefined);
    assert.equal(stored.b, "B");
  },
);

conformance(
  "CustomResourceDefinition Watch [Privileged:ClusterAdmin] CustomResourceDefinition Watch watch on custom resource definition objects",
  async (row) => {
    const one = defined(row);
    await establish(row, one);
    const from = (await row.get(one.objects)).metadata.resourceVersion;
    const note = { apiVersion: `${one.group}/v1`, kind: one.kind };
    for (const name of ["a", "b"]) await row.create(one.objects, { ...note, metadata: { name } });
    await row.patch(`${one.objects}/a`, { text: "new" });
    await row.remove(`${one.objects}/a`);
    await row.remove(`${one.objects}/b`);
    const events = await row.events(`${one.objects}?watch=1&resourceVersion=${from}`, 5);
    assert.deepEqual(
      events.map(({ type, object }) => `${type} ${object.metadata.name} ${object.text ?? "-"}`),
      ["ADDED a -", "ADDED b -", "MODIFIED a new", "DELETED a new", "DELETED b -"],
    );
  },
);

conformance(
  "CustomResourceFieldSelectors [Privileged:ClusterAdmin] CustomResourceFieldSelectors MUST list and watch custom resources matching the field selector",
  async (row) => {
    const schema = {
      type: "object",
      properties: { host: { type: "string" }, port: { type: "integer" } },
    };
    const more = { selectableFields: [{ jsonPath: ".host" }, { jsonPath: ".port" }] };
    const one = defined(row, { schema, more });
    await establish(row, one);
    const from = (await row.get(one.objects)).metadata.resourceVersion;
    for (const [name, host, port] of [
      ["a", "host1", 80],
      ["b", "host1", 8080],
      ["c", "host2", 80],
    ] as const) {
      const metadata = { name };
      await row.create(one.objects, {
        apiVersion: `${one.group}/v1`,
        kind: one.kind,
        metadata,
        host,
        port,
      });
    }
    const named = async (selector: string) => {
      const path = `${one.objects}?fieldSelector=${encodeURIComponent(selector)}`;
      return (await row.get(path)).items.map(({ metadata }: Loose) => metadata.name);
    };
    assert.deepEqual(await named("host=host1"), ["a", "b"]);
    assert.deepEqual(await named("host=host1,port=80"), ["a"]);
    assert.deepEqual(await named("host!=host1"), ["c"]);
    await row.refused(400, { path: `${one.objects}?fieldSelector=other%3D1` });
    await row.patch(`${one.objects}/a`, { host: "host2" });
    const events = await row.events(
      `${one.objects}?watch=1&fieldSelector=host%3Dhost1&resourceVersion=${from}`,
      3,
    );
    assert.deepEqual(
      events.map(({ type, object }) => `${type} ${object.metadata.name}`),
      ["ADDED a", "ADDED b", "DELETED a"],
    );
  },
);

const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

async function discoveredTogether(row: Row): Promise<void> {
  const one = defined(row);
  await establish(row, one);
  await quickly(async () => {
    const answer = await row.http.send({ path: "/apis", accept: aggregated });
    assert.equal(answer.headers["content-type"], aggregated);
    const list = answer.json() as Loose;
    const found = list.items.find(({ metadata }: Loose) => metadata.name === one.group);
    const version = found.versions.find((candidate: Loose) => candidate.version === "v1");
    assert.deepEqual(
      version.resources.map(({ resource }: Loose) => resource),
      ["notes"],
    );
    assert.equal(version.resources[0].responseKind.kind, one.kind);
  });
}

conformance(
  "AggregatedDiscovery should support raw aggregated discovery request for CRDs",
  discoveredTogether,
);

conformance(
  "AggregatedDiscovery should support aggregated discovery interface for CRDs",
  async (row) => {
    await discoveredTogether(row);
    const { resources } = await row.get(`/apis/${row.namespace}.example.com/v1`);
    assert.deepEqual(
      resources.map(({ name }: Loose) => name),
      ["notes"],
    );
  },
);
