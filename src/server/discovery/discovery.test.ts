import { test } from "node:test";
import assert from "node:assert/strict";
import { text } from "#base/bytes.ts";
import { allResources } from "../resources/all.ts";
import { createSurroundings } from "../resources/testing.ts";
import { createDiscovery } from "./discovery.ts";
import { compareVersions } from "./groups.ts";

const definitions = allResources(createSurroundings().dependencies);
const discovery = createDiscovery({
  definitions: () => definitions,
  serverAddress: "10.0.0.1:8443",
  otherPaths: ["/healthz", "/version"],
});

async function read(path: string, headers: Record<string, string> = {}) {
  const answer = await discovery.handle(path, headers);
  assert.ok(answer, path);
  return answer;
}

async function readObject(path: string): Promise<Record<string, unknown>> {
  const { body } = await read(path);
  assert.ok(body.kind === "object");
  return body.object as Record<string, unknown>;
}

test("groups stand in upstream's order", async () => {
  const { groups } = (await readObject("/apis")) as { groups: { name: string }[] };
  assert.deepEqual(
    groups.map(({ name }) => name),
    [
      "apiregistration.k8s.io",
      "apps",
      "events.k8s.io",
      "authentication.k8s.io",
      "authorization.k8s.io",
      "autoscaling",
      "batch",
      "certificates.k8s.io",
      "networking.k8s.io",
      "policy",
      "rbac.authorization.k8s.io",
      "storage.k8s.io",
      "admissionregistration.k8s.io",
      "apiextensions.k8s.io",
      "scheduling.k8s.io",
      "coordination.k8s.io",
      "node.k8s.io",
      "discovery.k8s.io",
      "resource.k8s.io",
      "flowcontrol.apiserver.k8s.io",
    ],
  );
});

test("a resource list tells verbs, short names and upstream's storage hash", async () => {
  const { groupVersion, resources } = (await readObject("/api/v1")) as {
    groupVersion: string;
    resources: Record<string, unknown>[];
  };
  assert.equal(groupVersion, "v1");
  assert.deepEqual(
    resources.find(({ name }) => name === "pods"),
    {
      name: "pods",
      singularName: "pod",
      namespaced: true,
      kind: "Pod",
      verbs: ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
      shortNames: ["po"],
      categories: ["all"],
      storageVersionHash: "xPOwRZ+Yhw8=",
    },
  );
  const eviction = resources.find(({ name }) => name === "pods/eviction");
  assert.deepEqual([eviction?.["group"], eviction?.["version"]], ["policy", "v1"]);
});

const v2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const kubectlAccept =
  `${v2},application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,` +
  "application/json";

test("the aggregated form comes to who asks for it first, with an ETag", async () => {
  const answer = await read("/apis", { accept: kubectlAccept });
  assert.ok(answer.body.kind === "bytes");
  assert.equal(answer.body.contentType, v2);
  const { kind, items } = JSON.parse(text(answer.body.bytes));
  assert.equal(kind, "APIGroupDiscoveryList");
  const [, apps] = items;
  assert.equal(apps.metadata.name, "apps");
  const deployments = apps.versions[0].resources.find(
    (one: { resource: string }) => one.resource === "deployments",
  );
  assert.equal(deployments.scope, "Namespaced");
  assert.deepEqual(
    deployments.subresources.map((one: { subresource: string }) => one.subresource),
    ["scale", "status"],
  );
  const etag = answer.headers["etag"] ?? "";
  const again = await read("/apis", { accept: kubectlAccept, "if-none-match": etag });
  assert.equal(again.status, 304);
});

const plainAccepts = ["", "application/json", `application/json,${v2}`, "*/*"];
for (const accept of plainAccepts) {
  test(`the plain form comes for ${JSON.stringify(accept)}`, async () => {
    const { body } = await read("/api", { accept });
    assert.equal(body.kind, "object");
  });
}

test("other paths are not discovery's", async () => {
  assert.equal(await discovery.handle("/apis/nowhere.io", {}), undefined);
  assert.equal(await discovery.handle("/api/v1/pods", {}), undefined);
  const { paths } = (await readObject("/")) as { paths: string[] };
  assert.ok(paths.includes("/apis/apps/v1") && paths.includes("/healthz"));
});

test("versions are ordered by stability, then number", () => {
  const sorted = ["v1beta1", "v2", "v1", "v1alpha1", "v2beta2"].sort((a, b) =>
    compareVersions(b, a),
  );
  assert.deepEqual(sorted, ["v2", "v1", "v2beta2", "v1beta1", "v1alpha1"]);
});
