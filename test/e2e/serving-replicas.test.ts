import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import { testCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

/** Replicas that really answer, each by its own name: rows that only running containers can show. */
const image = "registry.k8s.io/e2e-test-images/agnhost:2.53";
const cluster = testCluster({ name: "serving", nodes: 2, images: [image] });

const pods = "/api/v1/namespaces/default/pods";
const port = 9376;
const replicas = 2;

/** For documentation: nobody's own. */
const secondNetwork = "198.51.100.0/28";
const address = "198.51.100.5";

/** Makes the workload, and asks every pod of it for its name, through the API server. */
async function servesOnEach(path: string, workload: Loose): Promise<void> {
  const name: string = workload.metadata.name;
  const args = ["serve-hostname", `--port=${port}`];
  const container = { name, image, args, ports: [{ containerPort: port }] };
  const labels = { name };
  await cluster.api.create(path, {
    ...workload,
    spec: {
      replicas,
      ...workload.spec,
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  });
  await eventually(async () => {
    const { items } = await cluster.api.get<Loose>(`${pods}?labelSelector=name%3D${name}`);
    assert.equal(items.length, replicas);
    for (const { metadata, status } of items) {
      assert.equal(status.phase, "Running", metadata.name);
      const answer = await cluster.api.send({
        path: `${pods}/${metadata.name}:${port}/proxy/`,
      });
      assert.deepEqual([answer.status, answer.text], [200, `${metadata.name}\n`]);
    }
  });
  await cluster.api.expect(200, {
    method: "DELETE",
    path: `${path}/${name}?propagationPolicy=Background`,
  });
}

cluster.conformance(
  "ReplicaSet should serve a basic image on each replica with a public image",
  async () => {
    const name = "my-hostname-set";
    await servesOnEach("/apis/apps/v1/namespaces/default/replicasets", {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { name },
      spec: { selector: { matchLabels: { name } } },
    });
  },
);

cluster.conformance(
  "ReplicationController should serve a basic image on each replica with a public image",
  async () => {
    const name = "my-hostname-controller";
    await servesOnEach("/api/v1/namespaces/default/replicationcontrollers", {
      apiVersion: "v1",
      kind: "ReplicationController",
      metadata: { name },
      spec: { selector: { name } },
    });
  },
);

cluster.test("a Service of a second network answers the host, nodes and pods", async () => {
  const name = "second";
  await cluster.api.create("/apis/networking.k8s.io/v1/servicecidrs", {
    apiVersion: "networking.k8s.io/v1",
    kind: "ServiceCIDR",
    metadata: { name },
    spec: { cidrs: [secondNetwork] },
  });
  await cluster.waitFor(`servicecidr/${name}`, "condition=Ready");
  const program = "/agnhost serve-hostname";
  await cluster.kubectl(`create deployment ${name} --image=${image} --replicas=2 -- ${program}`);
  await cluster.api.create("/api/v1/namespaces/default/services", {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: {
      clusterIP: address,
      selector: { app: name },
      ports: [{ port: 80, targetPort: port }],
    },
  });
  await cluster.kubectl(`rollout status deployment ${name} --timeout=90s`);
  const said = new RegExp(`^${name}-[a-z0-9]+-[a-z0-9]+\n$`);
  const ask = `curl -s --max-time 2 http://${address}/`;
  await eventually(async () => assert.match((await cluster.shell(ask)).stdout, said));
  await eventually(async () => {
    const { stdout } = await cluster.shell(`kubectl exec deploy/${name} -- ${ask}`);
    assert.match(stdout, said);
  });
  const { stdout } = await cluster.shell("ip route");
  assert.match(stdout, new RegExp(`^${secondNetwork} via `, "m"));
  await cluster.kubectl(`delete service,deployment ${name}`);
  await cluster.kubectl(`delete servicecidr ${name} --timeout=60s`);
  await eventually(async () =>
    assert.doesNotMatch((await cluster.shell("ip route")).stdout, new RegExp(secondNetwork)),
  );
});
