import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import { conformance } from "./row.ts";

conformance("server version should find the server version", async (row) => {
  const version = await row.get("/version");
  assert.equal(version.major, "1");
  assert.match(version.minor, /^36\+?$/);
  assert.match(version.gitVersion, /^v1\.36\.\d+/);
});

conformance(
  "Servers with support for Table transformation should return a 406 for a backend which does not implement metadata",
  async (row) => {
    await row.refused(406, {
      method: "POST",
      path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      accept: "application/json;as=Table;v=v1;g=meta.k8s.io",
      body: {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes: { namespace: row.namespace, verb: "get", resource: "pods" } },
      },
    });
  },
);

conformance("Discovery should validate PreferredVersion for each APIGroup", async (row) => {
  const { groups } = await row.get("/apis");
  assert.ok(groups.length > 10);
  for (const { name, preferredVersion, versions } of groups) {
    assert.ok(
      versions.some((one: Loose) => one.groupVersion === preferredVersion.groupVersion),
      name,
    );
    const group = await row.get(`/apis/${name}`);
    assert.deepEqual(group.preferredVersion, preferredVersion);
    assert.equal(preferredVersion.groupVersion, `${name}/${preferredVersion.version}`);
  }
});

conformance(
  "Discovery should locate the groupVersion and a resource within each APIGroup",
  async (row) => {
    const expected: Record<string, string> = {
      "admissionregistration.k8s.io": "validatingwebhookconfigurations",
      "apiextensions.k8s.io": "customresourcedefinitions",
      "apiregistration.k8s.io": "apiservices",
      apps: "deployments",
      "authentication.k8s.io": "tokenreviews",
      "authorization.k8s.io": "selfsubjectaccessreviews",
      autoscaling: "horizontalpodautoscalers",
      batch: "jobs",
      "certificates.k8s.io": "certificatesigningrequests",
      "coordination.k8s.io": "leases",
      "discovery.k8s.io": "endpointslices",
      "events.k8s.io": "events",
      "networking.k8s.io": "ingresses",
      "node.k8s.io": "runtimeclasses",
      policy: "poddisruptionbudgets",
      "scheduling.k8s.io": "priorityclasses",
      "storage.k8s.io": "csinodes",
    };
    const { groups } = await row.get("/apis");
    for (const [name, resource] of Object.entries(expected)) {
      const group = groups.find((one: Loose) => one.name === name);
      assert.ok(group, name);
      const { groupVersion } = group.preferredVersion;
      const list = await row.get(`/apis/${groupVersion}`);
      assert.equal(list.groupVersion, groupVersion);
      assert.ok(
        list.resources.some((one: Loose) => one.name === resource),
        resource,
      );
    }
  },
);

const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

conformance(
  "AggregatedDiscovery should support raw aggregated discovery endpoint Accept headers",
  async (row) => {
    for (const path of ["/api", "/apis"]) {
      const answer = await row.http.send({ path, accept: `${aggregated},application/json` });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers["content-type"], aggregated);
      assert.equal((answer.json() as Loose).kind, "APIGroupDiscoveryList");
      const plain = await row.get(path);
      assert.equal(plain.kind, path === "/api" ? "APIVersions" : "APIGroupList");
    }
  },
);

conformance("AggregatedDiscovery should support aggregated discovery interface", async (row) => {
  const read = async (path: string) =>
    (await row.http.send({ path, accept: aggregated })).json() as Loose;
  const core = await read("/api");
  const named = await read("/apis");
  const resourcesOf = (list: Loose, group: string): string[] =>
    list.items
      .find((one: Loose) => (one.metadata.name ?? "") === group)
      .versions.find((one: Loose) => one.version === "v1")
      .resources.map((one: Loose) => one.resource);
  for (const name of ["namespaces", "pods", "services"]) {
    assert.ok(resourcesOf(core, "").includes(name), name);
  }
  assert.ok(resourcesOf(named, "apps").includes("deployments"));
  assert.ok(resourcesOf(named, "batch").includes("jobs"));
  const { groups } = await row.get("/apis");
  assert.deepEqual(
    named.items.map((one: Loose) => one.metadata.name),
    groups.map((one: Loose) => one.name),
  );
});
