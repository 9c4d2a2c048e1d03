import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { testCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { assertSameOutput, normalize } from "../support/normalize.ts";

/** "Learn Kubernetes Basics" of kubernetes.io: modules 2 to 6, command by command. */
const cluster = testCluster({
  name: "basics",
  images: [
    "gcr.io/google-samples/kubernetes-bootcamp:v1",
    "docker.io/jocatalin/kubernetes-bootcamp:v2",
  ],
});

/** `export POD_NAME=$(kubectl get pods -o go-template …)`, as the tutorial has it. */
async function podName(): Promise<string> {
  const template = '{{range .items}}{{.metadata.name}}{{"\\n"}}{{end}}';
  const { stdout } = await cluster.kubectl([
    "get",
    "pods",
    "-o",
    "go-template",
    "--template",
    template,
  ]);
  const names = stdout.trim().split("\n");
  assert.equal(names.length, 1, stdout);
  return names[0] ?? "";
}

async function fetched(url: string): Promise<string> {
  const { stdout } = await cluster.shell(`curl -sS --max-time 5 ${url}`);
  return stdout;
}

cluster.test("module 2: deploy an app, and see it through a proxy", async () => {
  const nodes = await cluster.kubectl("get nodes");
  assert.match(
    normalize(nodes.stdout, { [cluster.profile]: "NODE" }),
    /^NAME STATUS ROLES AGE VERSION\nNODE Ready control-plane AGE v1\.36\.\d+\S*$/,
  );
  const created = await cluster.kubectl(
    "create deployment kubernetes-bootcamp --image=gcr.io/google-samples/kubernetes-bootcamp:v1",
  );
  assert.equal(created.stdout, "deployment.apps/kubernetes-bootcamp created\n");
  await cluster.waitFor("deployment/kubernetes-bootcamp", "condition=Available");
  assertSameOutput(
    (await cluster.kubectl("get deployments")).stdout,
    "NAME READY UP-TO-DATE AVAILABLE AGE\nkubernetes-bootcamp 1/1 1 1 10s",
  );
  const pod = await podName();
  const proxy = spawn("kubectl", ["proxy", "--port=0"], { env: cluster.environment });
  try {
    const [line] = (await once(createInterface(proxy.stdout), "line")) as [string];
    const [, place] = /^Starting to serve on (127\.0\.0\.1:\d+)$/.exec(line) ?? [];
    assert.ok(place, line);
    const version = JSON.parse(await fetched(`http://${place}/version`)) as Record<string, string>;
    assert.equal(version["major"], "1");
    assert.match(version["gitVersion"] ?? "", /^v1\.36\./);
    const path = `api/v1/namespaces/default/pods/${pod}`;
    const said = `Hello Kubernetes bootcamp! | Running on: ${pod} | v=1\n`;
    assert.equal(await fetched(`http://${place}/${path}:8080/proxy/`), said);
    // Without a port it is the pod's first one, or port 80, where nobody listens.
    const object = JSON.parse(await fetched(`http://${place}/${path}`)) as { kind: string };
    assert.equal(object.kind, "Pod");
  } finally {
    proxy.kill();
  }
});

cluster.test("module 3: explore the app", async () => {
  const pod = await podName();
  const { stdout: described } = await cluster.kubectl("describe pods");
  const text = normalize(described, { [cluster.profile]: "NODE" });
  for (const line of [
    "Name: kubernetes-bootcamp-HASH-ID",
    "Namespace: default",
    "Priority: 0",
    "Service Account: default",
    "Node: NODE/IP",
    "Labels: app=kubernetes-bootcamp",
    "Status: Running",
    "IP: IP",
    "Controlled By: ReplicaSet/kubernetes-bootcamp-HASH",
    "Image: gcr.io/google-samples/kubernetes-bootcamp:v1",
    "Port: <none>",
    "State: Running",
    "Ready: True",
    "Restart Count: 0",
    "/var/run/secrets/kubernetes.io/serviceaccount from kube-api-access-",
    "ConfigMapName: kube-root-ca.crt",
    "QoS Class: BestEffort",
    "Node-Selectors: <none>",
    "Tolerations: node.kubernetes.io/not-ready:NoExecute op=Exists for AGE",
    "Normal Scheduled",
    "Normal Started",
  ]) {
    assert.ok(
      text.split("\n").some((candidate) => candidate.startsWith(line)),
      `${line} in\n${text}`,
    );
  }

  const logs = await cluster.kubectl(["logs", pod]);
  assert.match(
    logs.stdout,
    /^Kubernetes Bootcamp App Started At: .* \| Running On: {2}kubernetes-/,
  );
  assert.match(logs.stdout, new RegExp(`Running On: ${pod} \\| Total Requests: 1 \\|`));

  const environment = await cluster.kubectl(["exec", pod, "--", "env"]);
  const { apiPort: _, ...config } = await cluster.config();
  const service = config.serviceCidr.replace(/\d+\/\d+$/, "1");
  const lines = environment.stdout.split("\n");
  for (const line of [
    `HOSTNAME=${pod}`,
    `KUBERNETES_SERVICE_HOST=${service}`,
    "KUBERNETES_SERVICE_PORT=443",
    "KUBERNETES_SERVICE_PORT_HTTPS=443",
    `KUBERNETES_PORT=tcp://${service}:443`,
    `KUBERNETES_PORT_443_TCP=tcp://${service}:443`,
    "KUBERNETES_PORT_443_TCP_PROTO=tcp",
    "KUBERNETES_PORT_443_TCP_PORT=443",
    `KUBERNETES_PORT_443_TCP_ADDR=${service}`,
    "HOME=/root",
  ]) {
    assert.ok(lines.includes(line), `${line} in\n${environment.stdout}`);
  }
  assert.match(environment.stdout, /^PATH=/m);
});

cluster.test("module 3: work inside of the container", async () => {
  const pod = await podName();
  const source = await cluster.kubectl(["exec", pod, "--", "cat", "server.js"]);
  assert.match(source.stdout, /Hello Kubernetes bootcamp!/);
  const inside = await cluster.kubectl(["exec", pod, "--", "curl", "-s", "localhost:8080"]);
  assert.equal(inside.stdout, `Hello Kubernetes bootcamp! | Running on: ${pod} | v=1\n`);

  const typed = await cluster.kubectl(["exec", "-i", pod, "--", "bash"], {
    input: "curl -s localhost:8080\necho to stderr >&2\nexit 3\n",
    expectCode: 3,
  });
  assert.equal(typed.stdout, `Hello Kubernetes bootcamp! | Running on: ${pod} | v=1\n`);
  assert.equal(typed.stderr, "to stderr\ncommand terminated with exit code 3\n");

  // `script` gives kubectl the terminal that a person has.
  const terminal = await cluster.shell(`script -qec 'kubectl exec -ti ${pod} -- bash' /dev/null`, {
    input: "test -t 0 && echo a $((40 + 2)) terminal\nexit\n",
  });
  assert.match(terminal.stdout, /a 42 terminal\r\n/);

  const failing = await cluster.kubectl(["exec", pod, "--", "no-such-program"], {
    expectCode: "any",
  });
  assert.notEqual(failing.code, 0);
  assert.match(failing.stderr, /no-such-program/);
  const absent = await cluster.kubectl("exec no-such-pod -- env", { expectCode: 1 });
  assert.equal(absent.stderr, 'Error from server (NotFound): pods "no-such-pod" not found\n');
});

cluster.test("module 4: expose the app", async () => {
  assertSameOutput(
    (await cluster.kubectl("get services")).stdout,
    `NAME         TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE
kubernetes   ClusterIP   10.96.0.1    <none>        443/TCP   1m`,
  );
  const exposed = await cluster.kubectl(
    "expose deployment/kubernetes-bootcamp --type=NodePort --port 8080",
  );
  assert.equal(exposed.stdout, "service/kubernetes-bootcamp exposed\n");
  assertSameOutput(
    (await cluster.kubectl("get services")).stdout,
    `NAME                  TYPE        CLUSTER-IP      EXTERNAL-IP   PORT(S)          AGE
kubernetes            ClusterIP   10.96.0.1       <none>        443/TCP          1m
kubernetes-bootcamp   NodePort    10.108.144.78   <none>        8080:30369/TCP   1s`,
  );
  const pod = await podName();
  const address = await cluster.value(`pod ${pod}`, "{.status.podIP}");
  await eventually(async () => {
    const { stdout } = await cluster.kubectl("describe services/kubernetes-bootcamp");
    const text = normalize(stdout.replace(address, "POD-IP"));
    const nodePort = /NodePort: <unset> 3\d{4}\/TCP/;
    assert.match(text, nodePort);
    const lines = text.split("\n");
    for (const line of [
      "Name: kubernetes-bootcamp",
      "Namespace: default",
      "Labels: app=kubernetes-bootcamp",
      "Annotations: <none>",
      "Selector: app=kubernetes-bootcamp",
      "Type: NodePort",
      "IP Family Policy: SingleStack",
      "IP Families: IPv4",
      "Port: <unset> 8080/TCP",
      "TargetPort: 8080/TCP",
      "Endpoints: POD-IP:8080",
      "Session Affinity: None",
      "External Traffic Policy: Cluster",
    ]) {
      assert.ok(lines.includes(line), `${line} in\n${text}`);
    }
  });
  const port = await cluster.value("services/kubernetes-bootcamp", "{.spec.ports[0].nodePort}");
  const [node] = (await cluster.config()).nodes;
  const url = `http://${node?.address}:${port}`;
  const said = `Hello Kubernetes bootcamp! | Running on: ${pod} | v=1\n`;
  await eventually(async () => assert.equal(await fetched(url), said));

  const deployment = await cluster.kubectl("describe deployment");
  assert.match(normalize(deployment.stdout), /^Pod Template:\nLabels: app=kubernetes-bootcamp\n/m);
  assert.match(
    normalize(deployment.stdout),
    /^Replicas: 1 desired \| 1 updated \| 1 total \| 1 available \| 0 unavailable$/m,
  );
  const row = `NAME READY STATUS RESTARTS AGE\n${pod} 1/1 Running 0 1m`;
  assertSameOutput((await cluster.kubectl("get pods -l app=kubernetes-bootcamp")).stdout, row);
  assert.match(
    normalize((await cluster.kubectl("get services -l app=kubernetes-bootcamp")).stdout),
    /\nkubernetes-bootcamp NodePort IP <none> 8080:NODEPORT\/TCP AGE$/,
  );
  const labeled = await cluster.kubectl(["label", "pods", pod, "version=v1"]);
  assert.equal(labeled.stdout, `pod/${pod} labeled\n`);
  assert.match((await cluster.kubectl(["describe", "pods", pod])).stdout, /^ +version=v1$/m);
  assertSameOutput((await cluster.kubectl("get pods -l version=v1")).stdout, row);

  const deleted = await cluster.kubectl("delete service -l app=kubernetes-bootcamp");
  assertSameOutput(deleted.stdout, 'service "kubernetes-bootcamp" deleted');
  await eventually(async () => {
    const { code } = await cluster.shell(`curl -sS --max-time 2 ${url}`, { expectCode: "any" });
    assert.notEqual(code, 0);
  });
  const inside = await cluster.kubectl(["exec", pod, "--", "curl", "-s", "localhost:8080"]);
  assert.equal(inside.stdout, said);
});

cluster.test("module 5: scale the app", async () => {
  await cluster.kubectl("expose deployment/kubernetes-bootcamp --type=NodePort --port 8080");
  const sets = await cluster.kubectl("get rs");
  assertSameOutput(
    sets.stdout,
    "NAME DESIRED CURRENT READY AGE\nkubernetes-bootcamp-5f4b8c7d9c 1 1 1 2m",
  );
  const scaled = await cluster.kubectl("scale deployments/kubernetes-bootcamp --replicas=4");
  assert.equal(scaled.stdout, "deployment.apps/kubernetes-bootcamp scaled\n");
  await cluster.waitFor("deployment/kubernetes-bootcamp", "jsonpath={.status.availableReplicas}=4");
  assertSameOutput(
    (await cluster.kubectl("get deployments")).stdout,
    "NAME READY UP-TO-DATE AVAILABLE AGE\nkubernetes-bootcamp 4/4 4 4 10s",
  );
  const wide = await cluster.kubectl("get pods -o wide");
  const row = "kubernetes-bootcamp-HASH-ID 1/1 Running 0 AGE IP NODE <none> <none>";
  assert.equal(
    normalize(wide.stdout, { [cluster.profile]: "NODE" }),
    [
      "NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES",
      row,
      row,
      row,
      row,
    ].join("\n"),
  );
  assert.equal(new Set(wide.stdout.match(/\b\d+\.\d+\.\d+\.\d+\b/g)).size, 4);
  assert.match(
    normalize((await cluster.kubectl("describe deployments/kubernetes-bootcamp")).stdout),
    /Scaled up replica set kubernetes-bootcamp-HASH from 1 to 4$/m,
  );

  // The Service spreads requests over all of them.
  const port = await cluster.value("services/kubernetes-bootcamp", "{.spec.ports[0].nodePort}");
  const [node] = (await cluster.config()).nodes;
  const answering = new Set<string>();
  await eventually(
    async () => {
      const said = await fetched(`http://${node?.address}:${port}`);
      answering.add(/Running on: (\S+)/.exec(said)?.[1] ?? "");
      assert.equal(answering.size, 4);
    },
    { intervalMs: 10 },
  );

  await cluster.kubectl("scale deployments/kubernetes-bootcamp --replicas=2");
  await eventually(async () => {
    const { stdout } = await cluster.kubectl("get pods");
    const two = "kubernetes-bootcamp-HASH-ID 1/1 Running 0 AGE";
    assert.equal(normalize(stdout), ["NAME READY STATUS RESTARTS AGE", two, two].join("\n"));
  });
  assertSameOutput(
    (await cluster.kubectl("get deployments")).stdout,
    "NAME READY UP-TO-DATE AVAILABLE AGE\nkubernetes-bootcamp 2/2 2 2 10s",
  );
});

cluster.test("module 6: update the app", async () => {
  const image = "kubernetes-bootcamp=jocatalin/kubernetes-bootcamp:v2";
  const set = await cluster.kubectl(["set", "image", "deployments/kubernetes-bootcamp", image]);
  assert.equal(set.stdout, "deployment.apps/kubernetes-bootcamp image updated\n");
  const status = await cluster.kubectl("rollout status deployments/kubernetes-bootcamp");
  assert.match(status.stdout, /(^|\n)deployment "kubernetes-bootcamp" successfully rolled out\n$/);
  const port = await cluster.value("services/kubernetes-bootcamp", "{.spec.ports[0].nodePort}");
  const [node] = (await cluster.config()).nodes;
  await eventually(async () => {
    for (let count = 0; count < 8; count++) {
      assert.match(await fetched(`http://${node?.address}:${port}`), / \| v=2\n$/);
    }
  });
  await eventually(async () => {
    const { stdout } = await cluster.kubectl("describe pods");
    assert.doesNotMatch(stdout, /kubernetes-bootcamp:v1/);
    assert.match(stdout, /^ +Image: +jocatalin\/kubernetes-bootcamp:v2$/m);
  });
});

cluster.test("module 6: roll an update back", async () => {
  const image = "kubernetes-bootcamp=gcr.io/google-samples/kubernetes-bootcamp:v10";
  await cluster.kubectl(["set", "image", "deployments/kubernetes-bootcamp", image]);
  await eventually(async () => {
    const { stdout } = await cluster.kubectl("get pods");
    assert.match(normalize(stdout), /HASH-ID 0\/1 (ErrImagePull|ImagePullBackOff) 0 AGE/);
    assert.equal(normalize(stdout).match(/ 1\/1 Running 0 /g)?.length, 2);
  });
  assertSameOutput(
    (await cluster.kubectl("get deployments")).stdout,
    "NAME READY UP-TO-DATE AVAILABLE AGE\nkubernetes-bootcamp 2/2 1 2 10s",
  );
  assert.match(
    normalize((await cluster.kubectl("describe pods")).stdout),
    /Failed to pull image "gcr.io\/google-samples\/kubernetes-bootcamp:v10"/,
  );
  const undone = await cluster.kubectl("rollout undo deployments/kubernetes-bootcamp");
  assert.equal(undone.stdout, "deployment.apps/kubernetes-bootcamp rolled back\n");
  const status = await cluster.kubectl("rollout status deployments/kubernetes-bootcamp");
  assert.match(status.stdout, /deployment "kubernetes-bootcamp" successfully rolled out\n$/);
  await eventually(async () => {
    const row = "kubernetes-bootcamp-HASH-ID 1/1 Running 0 AGE";
    const { stdout } = await cluster.kubectl("get pods");
    assert.equal(normalize(stdout), ["NAME READY STATUS RESTARTS AGE", row, row].join("\n"));
  });
  const history = await cluster.kubectl("rollout history deployments/kubernetes-bootcamp");
  assertSameOutput(
    history.stdout,
    `deployment.apps/kubernetes-bootcamp
REVISION  CHANGE-CAUSE
1         <none>
3         <none>
4         <none>`,
  );
  const images = await cluster.value("pods", "{.items[*].spec.containers[0].image}");
  assert.equal(images, "jocatalin/kubernetes-bootcamp:v2 jocatalin/kubernetes-bootcamp:v2");
  await cluster.kubectl("delete deployments/kubernetes-bootcamp services/kubernetes-bootcamp");
});
