import { before, after, describe, test } from "node:test";
import assert from "node:assert/strict";
import { request } from "node:https";
import type { RequestOptions } from "node:https";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { once } from "node:events";
import { APIService } from "#api/apiregistration/v1.ts";
import { ConfigMap, Node, Service } from "#api/core/v1.ts";
import { loadKubeconfig } from "#client/node/kubeconfig.ts";
import { findBinary } from "../../src/cluster/providers/node/host.ts";
import { eventually } from "../support/eventually.ts";
import { openControlPlane } from "../support/control-plane.ts";
import type { TestControlPlane } from "../support/control-plane.ts";
import { openMetricsServer } from "../support/metrics-server.ts";
import type { MetricsServer } from "../support/metrics-server.ts";

const name = "v1beta1.metrics.k8s.io";
const root = "/apis/metrics.k8s.io/v1beta1";
const reference = { namespace: "kube-system", name: "metrics-server" };

type Asked = Pick<RequestOptions, "method" | "headers"> & { path: string; body?: string };

const kubectlPath = findBinary("kubectl", process.env["PATH"] ?? "");
const skip = kubectlPath ? false : "kubectl is not on the PATH";

describe("a metrics server behind an APIService", { skip, timeout: 120_000 }, () => {
  let cluster: TestControlPlane;
  let metrics: MetricsServer;
  const kubectl = async (words: string) => {
    const { stdout, stderr } = await cluster.kubectl(words.split(" "), { expectCode: "any" });
    return stdout + stderr;
  };
  const conditionOf = async () => {
    const { status } = await cluster.client.get(APIService, { name });
    return status.conditions?.[0];
  };
  const untilCondition = (reason: string) =>
    eventually(async () => assert.equal((await conditionOf())?.reason, reason), {
      timeoutMs: 40_000,
    });

  const send = ({ body, ...more }: Asked) => {
    const { server, certificateAuthority, clientCertificate } = loadKubeconfig({
      path: cluster.kubeconfig,
    });
    const { hostname, port } = new URL(server);
    const tls = {
      ca: certificateAuthority,
      cert: clientCertificate?.certificate,
      key: clientCertificate?.key,
    };
    const outgoing = request({ host: hostname, port, ...tls, agent: false, ...more });
    outgoing.end(body);
    return outgoing;
  };
  const open = async (path: string, more: Omit<Asked, "path"> = {}) => {
    const [response] = (await once(send({ path, ...more }), "response")) as [IncomingMessage];
    return response;
  };
  const upgrade = async (path: string, protocol: string) => {
    const headers = { connection: "Upgrade", upgrade: protocol };
    const [response, socket] = (await once(send({ path, headers }), "upgrade")) as [
      IncomingMessage,
      Socket,
    ];
    assert.equal(response.statusCode, 101);
    return socket;
  };

  const versionsOf = async (group: string) => {
    const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    const chunks: Buffer[] = [];
    const response = await open("/apis", { headers: { accept } });
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const { items } = JSON.parse(Buffer.concat(chunks).toString()) as {
      items: { metadata: { name: string }; versions: { freshness: string }[] }[];
    };
    return items.find(({ metadata }) => metadata.name === group)?.versions;
  };

  const openMetrics = async (more: { port?: number; isAggregated?: boolean } = {}) => {
    const { data = {} } = await cluster.client.get(ConfigMap, {
      namespace: "kube-system",
      name: "extension-apiserver-authentication",
    });
    return openMetricsServer({
      ...more,
      dnsName: "metrics-server.kube-system.svc",
      requestHeaderAuthority: data["requestheader-client-ca-file"] ?? "",
      allowedNames: JSON.parse(data["requestheader-allowed-names"] ?? "[]") as string[],
    });
  };

  before(async () => {
    cluster = await openControlPlane();
    metrics = await openMetrics();
  });
  after(async () => {
    await metrics[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  test("is unavailable before there is a Service", async () => {
    await cluster.client.create(APIService, {
      metadata: { name },
      spec: {
        group: "metrics.k8s.io",
        version: "v1beta1",
        groupPriorityMinimum: 100,
        versionPriority: 100,
        caBundle: metrics.caBundle,
        service: { ...reference, port: metrics.port },
      },
    });
    await untilCondition("ServiceNotFound");
    assert.equal(
      (await conditionOf())?.message,
      'service/metrics-server in "kube-system" is not present',
    );
    assert.match(await kubectl(`get apiservice ${name}`), /kube-system\/metrics-server +False \(S/);
    assert.match(await kubectl(`get --raw ${root}/nodes`), /service unavailable|unable to handle/);
    assert.deepEqual(await versionsOf("metrics.k8s.io"), [
      { version: "v1beta1", freshness: "Stale" },
    ]);
  });

  test("is part of the API once it answers", async () => {
    await cluster.client.create(Service, {
      metadata: reference,
      spec: { type: "ExternalName", externalName: "127.0.0.1" },
    });
    await untilCondition("Passed");
    assert.match(await kubectl(`get apiservice ${name}`), /kube-system\/metrics-server +True/);
    await eventually(async () => {
      const [version] = (await versionsOf("metrics.k8s.io")) ?? [];
      assert.equal(version?.freshness, "Current");
      const listed = await kubectl("api-resources --api-group=metrics.k8s.io");
      assert.match(listed, /nodes +metrics.k8s.io\/v1beta1 +false +NodeMetrics/);
      assert.match(listed, /pods +metrics.k8s.io\/v1beta1 +true +PodMetrics/);
    });
    assert.match(await kubectl("api-versions"), /^metrics.k8s.io\/v1beta1$/m);
    assert.match(await kubectl(`get --raw ${root}/nodes/node-1`), /"name":"node-1"/);
    assert.match(await kubectl("get nodes.metrics.k8s.io"), /node-1 +.*\n.*node-2/);
  });

  test("tells kubectl top what is used", async () => {
    for (const node of ["node-1", "node-2"]) {
      const quantities = { cpu: "1", memory: "1Gi" };
      await cluster.client.create(Node, {
        metadata: { name: node },
        status: { capacity: quantities, allocatable: quantities },
      });
    }
    assert.match(await kubectl("top nodes"), /node-1 +250m +25% +512Mi +50%/);
    assert.match(await kubectl("top pods"), /web +10m +20Mi/);
    const asked = metrics.requests.find(({ url }) => url.includes("/namespaces/default/pods"));
    assert.equal(asked?.user, "kubernetes-admin");
    assert.deepEqual(asked?.groups, ["system:masters", "system:authenticated"]);
    assert.equal(asked?.headers.authorization, undefined);
    assert.equal(asked?.headers["x-forwarded-proto"], "https");
  });

  test("is asked in the name of who asks, after he was allowed to", async () => {
    // The aggregator asks on its own, too: whether the server answers, and what it has.
    const forNodes = () => metrics.requests.filter(({ url }) => url === `${root}/nodes`);
    const before = forNodes().length;
    const denied = await kubectl(`get --raw ${root}/nodes --as=somebody`);
    assert.match(denied, /nodes.metrics.k8s.io is forbidden: User "somebody" cannot list/);
    assert.equal(forNodes().length, before);
    await kubectl("create clusterrole metrics --verb=list --resource=nodes.metrics.k8s.io");
    await kubectl("create clusterrolebinding metrics --clusterrole=metrics --group=readers");
    await eventually(async () => {
      const as = "--as=somebody --as-group=readers --as-uid=7";
      assert.match(await kubectl(`get --raw ${root}/nodes ${as}`), /NodeMetricsList/);
    });
    const { user, groups, uid, headers } = forNodes().at(-1) ?? assert.fail();
    assert.equal(user, "somebody");
    assert.deepEqual(groups, ["readers", "system:authenticated"]);
    assert.equal(uid, "7");
    assert.equal(headers["impersonate-user"], undefined);
  });

  test("is described in OpenAPI", async () => {
    await eventually(async () => {
      const index = await kubectl("get --raw /openapi/v3");
      assert.match(index, /"apis\/metrics.k8s.io\/v1beta1":{"serverRelativeURL":"[^"]*hash=ABC"}/);
    });
    const asked = metrics.requests.find(({ url }) => url === "/openapi/v2");
    assert.equal(asked?.user, "system:aggregator");
    assert.match(await kubectl(`get --raw /openapi/v3${root}`), /NodeMetrics sets resource usage/);
    const whole = JSON.parse(await kubectl("get --raw /openapi/v2")) as {
      paths: Record<string, unknown>;
      definitions: Record<string, unknown>;
    };
    assert.ok(whole.paths[`${root}/nodes`]);
    assert.ok(whole.definitions["io.k8s.metrics.pkg.apis.metrics.v1beta1.NodeMetrics"]);
    assert.equal(whole.definitions["unused"], undefined);
    const explained = await kubectl("explain nodes --api-version=metrics.k8s.io/v1beta1");
    assert.match(explained, /NodeMetrics sets resource usage metrics of a node/);
  });

  test("streams watches, takes bodies, joins connections and may not redirect", async () => {
    const watched = await open(`${root}/nodes?watch=true`);
    const [event] = (await once(watched, "data")) as [Buffer];
    assert.match(event.toString(), /"ADDED".*"node-1"/);
    watched.destroy();
    const posted = await open(`${root}/nodes`, { method: "POST", body: "content" });
    const [received] = (await once(posted, "data")) as [Buffer];
    assert.deepEqual(JSON.parse(received.toString()), { received: "content" });
    assert.equal(posted.headers["access-control-allow-origin"], undefined);
    const redirected = await open(`${root}/redirect`);
    assert.equal(redirected.statusCode, 502);
    redirected.resume();
    const socket = await upgrade(`${root}/nodes/node-1/echo`, "echo");
    socket.write("hello");
    const [echoed] = (await once(socket, "data")) as [Buffer];
    assert.equal(echoed.toString(), "hello");
    socket.destroy();
  });

  test("is told of as missing when it goes", async () => {
    const { port } = metrics;
    await metrics[Symbol.asyncDispose]();
    await cluster.client.delete(Service, reference);
    await cluster.client.create(Service, {
      metadata: reference,
      spec: { type: "ExternalName", externalName: "127.0.0.1" },
    });
    await untilCondition("FailedDiscoveryCheck");
    const url = `https://127.0.0.1:${port}${root}`;
    assert.equal(
      (await conditionOf())?.message,
      `failing or missing response from ${url}: Get "${url}": ` +
        `dial tcp 127.0.0.1:${port}: connect: connection refused`,
    );
  });

  test("comes back with another certificate, and tells of all its versions at once", async () => {
    const { port } = metrics;
    metrics = await openMetrics({ port, isAggregated: true });
    await eventually(async () => {
      const { message = "" } = (await conditionOf()) ?? {};
      assert.match(message, /x509: certificate signed by unknown authority$/);
    });
    await cluster.client.patch(
      APIService,
      { name },
      { type: "merge", patch: { spec: { caBundle: metrics.caBundle } } },
    );
    await untilCondition("Passed");
    await eventually(async () => {
      const [version] = (await versionsOf("metrics.k8s.io")) ?? [];
      assert.equal(version?.freshness, "Current");
    });
    assert.match(await kubectl("get nodes.metrics.k8s.io"), /node-1 +.*\n.*node-2/);
    assert.ok(metrics.requests.some(({ url }) => url === "/apis"));
  });

  test("leaves with its APIService", async () => {
    await kubectl(`delete apiservice ${name}`);
    await eventually(async () => {
      assert.doesNotMatch(await kubectl("api-versions"), /metrics/);
    });
    assert.match(await kubectl(`get --raw ${root}`), /NotFound|could not find/);
  });
});
