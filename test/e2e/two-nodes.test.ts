import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { systemClock } from "#base/node/system-clock.ts";
import { required } from "#base/invariant.ts";
import { serviceAddress } from "../../src/cluster/config.ts";
import { endContainers } from "../../src/cluster/providers/node/containerd.ts";
import {
  identify,
  isAlive,
  readPidFile,
  send,
  writePidFile,
} from "../../src/cluster/providers/node/processes.ts";
import { testCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { normalize } from "../support/normalize.ts";

const cluster = testCluster({ name: "two", nodes: 2, images: ["nginx", "busybox"] });
const first = cluster.profile;
const second = `${cluster.profile}-m02`;

/** One pod on each node, a Deployment that may run on either, and a Service over it. */
const manifests = `
apiVersion: v1
kind: Pod
metadata: { name: on-first, labels: { app: single } }
spec:
  nodeName: ${first}
  terminationGracePeriodSeconds: 0
  containers: [{ name: main, image: nginx, imagePullPolicy: IfNotPresent }]
---
apiVersion: v1
kind: Pod
metadata: { name: on-second, labels: { app: single } }
spec:
  nodeSelector: { kubernetes.io/hostname: ${second} }
  hostname: second
  subdomain: single
  terminationGracePeriodSeconds: 0
  containers: [{ name: main, image: nginx, imagePullPolicy: IfNotPresent }]
---
apiVersion: v1
kind: Service
metadata: { name: single }
spec: { clusterIP: None, selector: { app: single }, ports: [{ name: http, port: 80 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 4
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 1
      tolerations:
        - { key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 2 }
        - { key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 2 }
      containers:
        - name: nginx
          image: nginx
          imagePullPolicy: IfNotPresent
          command: [sh, -c, 'hostname > /usr/share/nginx/html/index.html; exec nginx -g "daemon off;"']
          readinessProbe: { httpGet: { path: /, port: 80 }, periodSeconds: 1 }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { type: NodePort, selector: { app: web }, ports: [{ name: http, port: 8000, targetPort: 80 }] }
`;

cluster.test("both nodes are Ready, and share the pods", async () => {
  const { stdout } = await cluster.kubectl("get nodes");
  const table = normalize(stdout, { [second]: "SECOND", [first]: "FIRST" });
  assert.match(table, /^NAME STATUS ROLES AGE VERSION\nFIRST Ready .*\nSECOND Ready .*$/);
  await cluster.kubectl("apply -f -", { input: manifests });
  await cluster.waitFor("pod on-first on-second", "condition=Ready");
  await cluster.waitFor("deployment/web", "jsonpath={.status.availableReplicas}=4");
  const nodes = await cluster.value("pods -l app=web", "{.items[*].spec.nodeName}");
  assert.deepEqual(new Set(nodes.split(" ")), new Set([first, second]));
});

cluster.test("pods on different nodes reach each other, with their own addresses", async () => {
  for (const [from, to] of [
    ["on-first", "on-second"],
    ["on-second", "on-first"],
  ] as const) {
    const address = await cluster.value(`pod ${to}`, "{.status.podIP}");
    const { stdout } = await cluster.kubectl(
      `exec ${from} -- curl -sS --max-time 5 -o /dev/null -w %{local_ip} http://${address}/`,
    );
    assert.equal(stdout, await cluster.value(`pod ${from}`, "{.status.podIP}"));
    // The request was seen from that very address: nothing on the way hid it.
    const { stdout: log } = await cluster.kubectl(`logs ${to}`);
    assert.ok(log.includes(`${stdout} - - `), log);
    await reachedFromHost(`http://${address}/`);
  }
});

cluster.test("ClusterIP and the NodePort of either node lead to pods of both", async () => {
  const clusterIp = await cluster.value("service web", "{.spec.clusterIP}");
  const nodePort = await cluster.value("service web", "{.spec.ports[0].nodePort}");
  const { nodes } = await cluster.config();
  const places = [`${clusterIp}:8000`, ...nodes.map(({ address }) => `${address}:${nodePort}`)];
  const pods = new Set(
    (await cluster.value("pods -l app=web", "{.items[*].metadata.name}")).split(" "),
  );
  for (const place of places) {
    for (const from of ["the host", "on-first", "on-second"]) {
      const answering = new Set<string>();
      await eventually(
        async () => {
          const loop = `for i in 1 2 3 4 5 6 7 8; do curl -sS --max-time 5 http://${place}/; done`;
          const { stdout } =
            from === "the host"
              ? await cluster.shell(loop)
              : await cluster.kubectl(["exec", from, "--", "sh", "-c", loop]);
          for (const name of stdout.trim().split("\n")) answering.add(name);
          assert.deepEqual(answering, pods, `${place} from ${from}`);
        },
        { timeoutMs: 30_000, intervalMs: 50 },
      );
    }
  }
});

cluster.test("names: from pods", async () => {
  await cluster.kubectl(
    "run asking --image=busybox --image-pull-policy=IfNotPresent --restart=Never -- sleep 3600",
  );
  await cluster.waitFor("pod/asking", "condition=Ready");
  const config = await cluster.config();
  const dns = serviceAddress(config, "kube-dns");
  const { stdout: resolvConf } = await cluster.kubectl("exec asking -- cat /etc/resolv.conf");
  assert.match(
    resolvConf,
    /^search default\.svc\.cluster\.local svc\.cluster\.local cluster\.local/m,
  );
  assert.match(resolvConf, new RegExp(`^nameserver ${dns.replaceAll(".", "\\.")}$`, "m"));
  assert.match(resolvConf, /^options ndots:5$/m);

  const clusterIp = await cluster.value("service web", "{.spec.clusterIP}");
  const { stdout: lookup } = await cluster.kubectl(
    "exec asking -- nslookup web.default.svc.cluster.local",
  );
  assert.match(lookup, new RegExp(`^Server:\\s+${dns.replaceAll(".", "\\.")}$`, "m"));
  assert.match(lookup, new RegExp(`^Address( 1)?: ${clusterIp.replaceAll(".", "\\.")}\\b`, "m"));
  for (const name of ["web", "web.default", "web.default.svc", "web.default.svc.cluster.local"]) {
    const { stdout } = await cluster.kubectl(
      `exec asking -- timeout 5 wget -qO- http://${name}:8000/`,
    );
    assert.match(stdout, /^web-/);
  }
  // A pod's own name, and that of a pod behind a headless Service.
  const { stdout: page } = await cluster.kubectl(
    "exec asking -- timeout 5 wget -qO- http://second.single.default.svc.cluster.local/",
  );
  assert.match(page, /Welcome to nginx/);
  const absent = await cluster.kubectl(
    "exec asking -- nslookup no-such.default.svc.cluster.local",
    {
      expectCode: "any",
    },
  );
  assert.notEqual(absent.code, 0);
});

cluster.test("names: from the host", async () => {
  const config = await cluster.config();
  const resolver = new Resolver({ timeout: 2000, tries: 3 });
  resolver.setServers([serviceAddress(config, "kube-dns")]);
  const clusterIp = await cluster.value("service web", "{.spec.clusterIP}");
  const name = (service: string) => `${service}.default.svc.cluster.local`;
  assert.deepEqual(await resolver.resolve4(name("web")), [clusterIp]);
  const pods = ["on-first", "on-second"].map((pod) =>
    cluster.value(`pod ${pod}`, "{.status.podIP}"),
  );
  const addresses = await Promise.all(pods);
  assert.deepEqual((await resolver.resolve4(name("single"))).sort(), [...addresses].sort());
  assert.deepEqual(await resolver.resolve4(`second.${name("single")}`), [addresses[1]]);
  const [record] = await resolver.resolveSrv(`_http._tcp.${name("web")}`);
  assert.equal(record?.port, 8000);
  assert.equal(record?.name, name("web"));
  assert.deepEqual(await resolver.reverse(clusterIp), [name("web")]);
  assert.deepEqual(await resolver.resolve4(name("kubernetes")), [
    serviceAddress(config, "kubernetes"),
  ]);
  await assert.rejects(resolver.resolve4(name("no-such")), { code: "ENOTFOUND" });
  await reachedFromHost(`http://${clusterIp}:8000/`);
});

cluster.test("a node dies: it turns NotReady, and its pods are replaced on the other", async () => {
  const before = await webPods();
  assert.ok(before.some(({ node }) => node === second));
  const dead = await powerOff(second);
  try {
    await cluster.waitFor(`node/${second}`, "condition=Ready=Unknown", 150);
    const { stdout } = await cluster.kubectl(["get", "node", second, "--no-headers"]);
    assert.match(stdout, new RegExp(`^${second} +NotReady `));
    const taints = await cluster.value(`node ${second}`, "{.spec.taints[*].key}");
    assert.match(taints, /node\.kubernetes\.io\/unreachable/);
    const ready = await cluster.value(
      `pod ${required(before.find(({ node }) => node === second)?.name, "a pod was there")}`,
      '{.status.conditions[?(@.type=="Ready")].status}',
    );
    assert.equal(ready, "False");
    await eventually(async () => {
      const now = (await webPods()).filter(({ leaving, ready }) => ready && !leaving);
      assert.equal(now.length, 4);
      assert.ok(
        now.every(({ node }) => node === first),
        JSON.stringify(now),
      );
      // Those of the other node were not touched.
      const kept = before.filter(({ node }) => node === first).map(({ name }) => name);
      assert.ok(kept.every((name) => now.some((pod) => pod.name === name)));
    });
    const clusterIp = await cluster.value("service web", "{.spec.clusterIP}");
    for (let count = 0; count < 8; count++) await reachedFromHost(`http://${clusterIp}:8000/`);
  } finally {
    await dead.powerOn();
  }
  await cluster.waitFor(`node/${second}`, "condition=Ready=True", 120);
  // What was to be deleted there goes, now that somebody can confirm that it is gone.
  await eventually(async () => {
    const now = await webPods();
    assert.equal(now.length, 4, JSON.stringify(now));
  });
  await cluster.kubectl(["cordon", first]);
  await cluster.kubectl("scale deployment/web --replicas=5");
  await cluster.waitFor("deployment/web", "jsonpath={.status.availableReplicas}=5");
  assert.ok((await webPods()).some(({ node }) => node === second));
  await cluster.kubectl(["uncordon", first]);
});

async function reachedFromHost(url: string): Promise<void> {
  await cluster.shell(`curl -sS --fail --max-time 5 -o /dev/null ${url}`);
}

async function webPods() {
  const path =
    "{range .items[*]}{.metadata.name} {.spec.nodeName} {.metadata.deletionTimestamp} {.status.conditions[?(@.type=='Ready')].status}{'\\n'}{end}";
  const text = await cluster.value("pods -l app=web", path);
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const [name = "", node = "", leaving = "", ready = ""] = line.split(" ");
      return { name, node, leaving: leaving !== "", ready: ready === "True" };
    });
}

/**
 * Ends a node's agent, runtime and containers, as a power cut would. The server starts an agent
 * that ended again, so its pid files name a process of ours until the power is back.
 */
async function powerOff(node: string): Promise<{ powerOn(): Promise<void> }> {
  const paths = cluster.nodePaths(node);
  const stand = spawn("sleep", ["600"], { stdio: "ignore" });
  const standIn = required(identify(required(stand.pid, "sleep runs")), "sleep runs");
  const agent = required(await readPidFile(paths.agentPid), `${node} has an agent`);
  const runtime = required(await readPidFile(paths.containerdPid), `${node} has a runtime`);
  await writePidFile(paths.agentPid, standIn);
  await writePidFile(paths.containerdPid, standIn);
  send(agent, "SIGKILL");
  send(runtime, "SIGKILL");
  await eventually(() => assert.ok(!isAlive(agent) && !isAlive(runtime)));
  await endContainers({
    profile: cluster.profile,
    node,
    root: paths.containerdRoot,
    state: paths.containerdState,
    socket: paths.containerdSocket,
    pidFile: `${paths.containerdPid}.none`,
    clock: systemClock(),
  });
  return {
    async powerOn() {
      stand.kill();
      await eventually(() => assert.ok(!isAlive(standIn)));
    },
  };
}
