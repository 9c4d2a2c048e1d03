import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { isAlive, readPidFile } from "../../src/cluster/providers/node/processes.ts";
import { required } from "#base/invariant.ts";
import { ensureImages } from "../images/build.ts";
import { testCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

const cluster = testCluster({ name: "stop", start: false });

cluster.test("the first start makes a cluster and says what to do with it", async () => {
  const absent = await cluster.kijabi(["status"], { expectCode: 1 });
  const create = `Create it with: kijabi start -p ${cluster.profile}`;
  assert.equal(absent.stderr, `kijabi: There is no cluster "${cluster.profile}". ${create}\n`);
  const { stdout } = await cluster.start();
  assert.match(stdout, new RegExp(`^Creating cluster "${cluster.profile}"$`, "m"));
  assert.match(stdout, /^ {2}✔ API server ready \(\d+\.\d s\)$/m);
  assert.match(stdout, new RegExp(`^ {2}✔ Node ${cluster.profile} ready \\(\\d+\\.\\d s\\)$`, "m"));
  assert.match(stdout, /^ {2}kubectl get nodes$/m);
  const status = await cluster.kijabi(["status"]);
  assert.match(status.stdout, /^ {2}server: Running \(pid \d+, port \d+\)$/m);
  assert.match(status.stdout, /^ {2}node \S+ \(192\.168\.\d+\.2\): Running \(pid \d+\), Ready$/m);
});

cluster.test("a second start finds the running cluster and leaves it alone", async () => {
  const pid = await cluster.serverPid();
  const { stdout } = await cluster.start();
  assert.match(stdout, new RegExp(`^Cluster "${cluster.profile}" is running already\\.`));
  assert.equal(await cluster.serverPid(), pid);
});

cluster.test("stop ends all processes, start brings everything back", async () => {
  for (const { file } of await ensureImages(["nginx"])) {
    const { stdout } = await cluster.kijabi(["image", "load", file]);
    assert.match(
      stdout,
      new RegExp(`^Loaded docker.io/library/nginx:latest into ${cluster.profile}$`, "m"),
    );
  }
  await cluster.kubectl("create configmap kept --from-literal=word=stays");
  await cluster.kubectl("create deployment web --image=nginx --replicas=2");
  await cluster.kubectl("expose deployment web --port=80");
  await cluster.waitFor("deployment/web", "jsonpath={.status.availableReplicas}=2");
  const address = await cluster.value("service web", "{.spec.clusterIP}");
  const identities = () =>
    cluster.shell(
      "kubectl get namespaces,configmaps,services,deployments,replicasets,serviceaccounts -A -o jsonpath='{range .items[*]}{.kind} {.metadata.name} {.metadata.uid}{\"\\n\"}{end}'",
    );
  const before = await identities();

  const { stdout } = await cluster.kijabi(["stop"]);
  assert.equal(stdout, `Cluster "${cluster.profile}" is stopped. Everything in it is kept.\n`);
  assert.deepEqual(await cluster.leftovers(), [cluster.paths.run, cluster.paths.folder]);
  const status = await cluster.kijabi(["status"], { expectCode: 1 });
  assert.match(status.stdout, /^ {2}server: Stopped$/m);
  await cluster.kijabi(["stop"]); // stopping what is stopped is no error

  const again = await cluster.start();
  assert.match(again.stdout, new RegExp(`^Starting cluster "${cluster.profile}"$`, "m"));
  assert.deepEqual((await identities()).stdout, before.stdout);
  assert.equal(await cluster.value("configmap kept", "{.data.word}"), "stays");
  await cluster.waitFor("deployment/web", "jsonpath={.status.availableReplicas}=2");
  await eventually(async () => {
    const { stdout } = await cluster.shell(`curl -sS --max-time 5 http://${address}/`);
    assert.match(stdout, /Welcome to nginx!/);
  });
  const { stdout: images } = await cluster.kijabi(["image", "ls"]);
  assert.match(images, /^docker\.io\/library\/nginx:latest$/m);
});

cluster.test("logs and kubectl of the cluster's own", async () => {
  assert.notEqual((await cluster.kijabi(["logs", "--tail=5"])).stdout, "");
  assert.notEqual((await cluster.kijabi(["logs", cluster.profile])).stdout, "");
  const words = ["kubectl", "--", "get", "nodes", "-o", "name"];
  assert.equal((await cluster.kijabi(words)).stdout, `node/${cluster.profile}\n`);
  // Its exit code is kubectl's.
  await cluster.kijabi(["kubectl", "get", "pod", "absent"], { expectCode: 1 });
});

cluster.test("an agent that is killed comes back, and its containers never notice", async () => {
  const ids = () => cluster.value("pods", "{.items[*].status.containerStatuses[*].containerID}");
  const before = await ids();
  assert.notEqual(before, "");
  for (const file of [cluster.nodePaths().agentPid, cluster.nodePaths().containerdPid]) {
    const old = required(await readPidFile(file), file);
    process.kill(old.pid, "SIGKILL");
    await eventually(() => assert.ok(!isAlive(old)));
    await eventually(async () => assert.ok(await readPidFile(file)));
  }
  await cluster.kubectl("create deployment later --image=nginx");
  await cluster.waitFor("deployment/later", "condition=Available");
  const after = await ids();
  for (const id of before.split(" ")) assert.ok(after.includes(id), `${id} in ${after}`);
  await cluster.kubectl("delete deployment later");
});

cluster.test("a port that somebody else took is named, with the remedy", async () => {
  const { apiPort } = await cluster.config();
  await cluster.kijabi(["stop"]);
  const stranger = createServer().listen({ port: apiPort, host: "0.0.0.0" });
  await once(stranger, "listening");
  try {
    const { stderr, stdout } = await cluster.start(["--wait-seconds=20"], { expectCode: 1 });
    assert.match(stderr, new RegExp(`Port ${apiPort}, .*is taken by another program`), stdout);
    assert.doesNotMatch(stderr, /^ +at /m, "no stack trace for people");
  } finally {
    stranger.close();
  }
  await cluster.start();
  assert.equal(await cluster.value("configmap kept", "{.data.word}"), "stays");
});

cluster.test("what a crash left does not stand in the way", async () => {
  await cluster.kijabi(["stop"]);
  // A machine that lost power: pid files of processes that are others now, or cut short.
  const other = required((await readFile("/proc/1/stat", "utf8")).split(" ")[0], "process 1");
  await writeFile(cluster.paths.serverPid, JSON.stringify({ pid: Number(other), startTicks: 1 }));
  await mkdir(dirname(cluster.nodePaths().agentPid), { recursive: true });
  await writeFile(cluster.nodePaths().agentPid, '{"pid": 12');
  await cluster.start();
  assert.equal(await cluster.value("configmap kept", "{.data.word}"), "stays");
});

cluster.test("a damaged profile says how it is mended", async () => {
  await cluster.kijabi(["stop"]);
  const good = await readFile(cluster.paths.config, "utf8");
  await writeFile(cluster.paths.config, good.slice(0, 40));
  const { stderr } = await cluster.start([], { expectCode: 1 });
  assert.match(
    stderr,
    /cluster\.json is damaged\. Delete the cluster and start again: kijabi delete/,
  );
  await writeFile(cluster.paths.config, good);
  await cluster.start();
});

cluster.test("the context goes into the person's kubeconfig, and out again", async () => {
  const file = join(cluster.paths.folder, "../..", `${cluster.profile}.person`);
  const other =
    "clusters: []\ncontexts: [{name: other, context: {cluster: c, user: u}}]\nusers: []\n";
  await writeFile(file, `apiVersion: v1\nkind: Config\n${other}current-context: other\n`);
  const environment = { ...cluster.environment, KUBECONFIG: file };
  try {
    const { stdout } = await cluster.start(["--kubeconfig"], { environment });
    assert.match(stdout, /is running already/);
    const contexts = () => cluster.kubectl("config get-contexts -o name", { environment });
    assert.equal((await contexts()).stdout, `other\n${cluster.profile}\n`);
    const nodes = await cluster.kubectl("get nodes -o name", { environment });
    assert.equal(nodes.stdout, `node/${cluster.profile}\n`);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    await cluster.kijabi(["delete"], { environment });
    assert.equal((await contexts()).stdout, "other\n");
  } finally {
    await rm(file, { force: true });
  }
  cluster.forgetApi();
  await cluster.start();
  await cluster.kubectl("create configmap kept --from-literal=word=stays");
});

cluster.test("a profile deleted only half, while it runs, is deleted wholly", async () => {
  const server = required(await readPidFile(cluster.paths.serverPid), "the server runs");
  const agent = required(await readPidFile(cluster.nodePaths().agentPid), "the agent runs");
  await rm(cluster.paths.config);
  await cluster.kijabi(["delete"]);
  assert.ok(!isAlive(server));
  assert.ok(!isAlive(agent));
  assert.deepEqual(await cluster.leftovers(), []);
  await cluster.kijabi(["delete"]); // deleting what is gone is no error
  cluster.forgetApi();

  await cluster.start();
  assert.equal((await cluster.kubectl("get configmap kept", { expectCode: 1 })).stdout, "");
  await cluster.kijabi(["stop"]);
  await rm(cluster.paths.config);
  cluster.forgetApi();
  // The rest of the folder is there, with another authority's certificates and another's objects.
  await cluster.start();
  await cluster.kubectl("get nodes");
  await cluster.kijabi(["delete"]);
  assert.ok(!existsSync(cluster.paths.folder));
});

cluster.test("two starts in the same moment make one cluster", async () => {
  cluster.forgetApi();
  const said = await Promise.all([cluster.start(), cluster.start()]);
  const texts = said.map(({ stdout }) => stdout).sort();
  assert.match(texts.join("\n"), /Creating cluster/);
  assert.match(texts.join("\n"), /is running already/);
  assert.equal(texts.filter((text) => text.includes("Creating cluster")).length, 1);
  await cluster.kijabi(["delete"]);
  assert.deepEqual(await cluster.leftovers(), []);
});

cluster.test("words that mean nothing get an answer", async () => {
  const unknown = await cluster.kijabi(["strat"], { expectCode: 1 });
  assert.match(unknown.stderr, /^kijabi: unknown command "strat"/);
  const flag = await cluster.kijabi(["start", "--nodez=2"], { expectCode: 1 });
  assert.equal(flag.stderr, "kijabi: unknown flag: --nodez\n");
  const load = await cluster.kijabi(["image", "load", "/no/such.tar"], { expectCode: 1 });
  assert.match(load.stderr, /^kijabi: (There is no cluster|\/no\/such\.tar does not exist)/);
});
