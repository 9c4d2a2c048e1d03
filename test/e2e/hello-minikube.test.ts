import assert from "node:assert/strict";
import { testCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { assertSameOutput, normalize } from "../support/normalize.ts";

/** The first tutorial of kubernetes.io, "Hello Minikube", command by command. */
const cluster = testCluster({ name: "hello", images: ["k8s.gcr.io/echoserver:1.4"] });

cluster.test("create a deployment", async () => {
  const { stdout } = await cluster.kubectl(
    "create deployment hello-node --image=k8s.gcr.io/echoserver:1.4",
  );
  assert.equal(stdout, "deployment.apps/hello-node created\n");
  await cluster.waitFor("deployment/hello-node", "condition=Available");
  assertSameOutput(
    (await cluster.kubectl("get deployments")).stdout,
    `NAME         READY   UP-TO-DATE   AVAILABLE   AGE
hello-node   1/1     1            1           1m`,
  );
  assertSameOutput(
    (await cluster.kubectl("get pods")).stdout,
    `NAME                          READY     STATUS    RESTARTS   AGE
hello-node-5f76cf6ccf-br9b5   1/1       Running   0          1m`,
  );
});

cluster.test("see the cluster's events and the client's configuration", async () => {
  const { stdout } = await cluster.kubectl("get events");
  const lines = normalize(stdout).split("\n");
  assert.equal(lines[0], "LAST SEEN TYPE REASON OBJECT MESSAGE");
  const expected = [
    /^\S+ Normal ScalingReplicaSet deployment\/hello-node Scaled up replica set hello-node-HASH from 0 to 1$/,
    /^\S+ Normal SuccessfulCreate replicaset\/hello-node-HASH Created pod: hello-node-HASH-ID$/,
    /^\S+ Normal Scheduled pod\/hello-node-HASH-ID Successfully assigned default\/hello-node-HASH-ID to NODE$/,
    /^\S+ Normal Pulled pod\/hello-node-HASH-ID Container image "k8s.gcr.io\/echoserver:1.4" already present on machine/,
    /^\S+ Normal Created pod\/hello-node-HASH-ID /,
    /^\S+ Normal Started pod\/hello-node-HASH-ID /,
  ];
  const named = lines.map((line) => line.replaceAll(cluster.profile, "NODE"));
  for (const pattern of expected) {
    assert.ok(
      named.some((line) => pattern.test(line)),
      `${pattern} in\n${named.join("\n")}`,
    );
  }
  const config = await cluster.kubectl("config view");
  const { apiPort } = await cluster.config();
  assertSameOutput(
    config.stdout,
    `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: DATA+OMITTED
    server: https://127.0.0.1:${apiPort}
  name: ${cluster.profile}
contexts:
- context:
    cluster: ${cluster.profile}
    namespace: default
    user: ${cluster.profile}
  name: ${cluster.profile}
current-context: ${cluster.profile}
kind: Config
preferences: {}
users:
- name: ${cluster.profile}
  user:
    client-certificate-data: DATA+OMITTED
    client-key-data: DATA+OMITTED`,
  );
});

cluster.test("expose it, and reach it through its Service and every node's port", async () => {
  const exposed = await cluster.kubectl(
    "expose deployment hello-node --type=LoadBalancer --port=8080",
  );
  assert.equal(exposed.stdout, "service/hello-node exposed\n");
  const { stdout } = await cluster.kubectl("get services");
  assertSameOutput(
    // The tutorial's cluster has no load balancers; where one gives an address, it is there.
    normalize(stdout).replace("LoadBalancer IP IP", "LoadBalancer IP <pending>"),
    `NAME         TYPE           CLUSTER-IP      EXTERNAL-IP   PORT(S)          AGE
hello-node   LoadBalancer   10.108.144.78   <pending>     8080:30369/TCP   21s
kubernetes   ClusterIP      10.96.0.1       <none>        443/TCP          23m`,
  );
  const address = await cluster.value("service hello-node", "{.spec.clusterIP}");
  const port = await cluster.value("service hello-node", "{.spec.ports[0].nodePort}");
  const [node] = (await cluster.config()).nodes;
  for (const place of [`${address}:8080`, `${node?.address}:${port}`]) {
    await eventually(async () => {
      const { stdout } = await cluster.shell(`curl -sS --max-time 5 http://${place}/hello`);
      assert.match(
        stdout,
        /^CLIENT VALUES:\nclient_address=[\d.]+\ncommand=GET\nreal path=\/hello\n/,
      );
      assert.match(stdout, /\nBODY:\n-no body in request-$/);
    });
  }
});

cluster.test("delete both", async () => {
  const address = await cluster.value("service hello-node", "{.spec.clusterIP}");
  const service = await cluster.kubectl("delete service hello-node");
  assertSameOutput(service.stdout, 'service "hello-node" deleted');
  const deployment = await cluster.kubectl("delete deployment hello-node");
  assertSameOutput(deployment.stdout, 'deployment.apps "hello-node" deleted');
  await eventually(async () => {
    const { stdout, stderr } = await cluster.kubectl(
      "get pods,replicasets,deployments,endpoints,endpointslices -l app=hello-node",
    );
    assert.equal(stdout, "");
    assert.match(stderr, /No resources found in default namespace\.\n$/);
  });
  await eventually(async () => {
    const reached = await cluster.shell(`curl -sS --max-time 2 http://${address}:8080/`, {
      expectCode: "any",
    });
    assert.notEqual(reached.code, 0);
  });
});
