import assert from "node:assert/strict";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { testCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { normalize } from "../support/normalize.ts";

/** What a node does for pods, on real containers: each field of a pod that is not just stored. */
const cluster = testCluster({
  name: "pods",
  images: ["busybox", "gcr.io/google-samples/kubernetes-bootcamp:v1"],
});

const inMain = async (script: string) => {
  const { stdout } = await cluster.kubectl([
    "exec",
    "features",
    "-c",
    "main",
    "--",
    "sh",
    "-c",
    script,
  ]);
  return stdout;
};
const shared = () => join(cluster.paths.folder, "shared");

/** A pod of one busybox container, with more of its spec as JSON. */
async function create(name: string, command: string, spec: object = {}, container: object = {}) {
  const main = { name: "main", image: "busybox", imagePullPolicy: "IfNotPresent" };
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: { containers: [{ ...main, command: ["sh", "-c", command], ...container }], ...spec },
  };
  await cluster.kubectl(["create", "-f", "-"], { input: JSON.stringify(pod) });
}

const statusOf = async (name: string) =>
  normalize((await cluster.kubectl(["get", "pod", name, "--no-headers"])).stdout);

cluster.test("containers start in order, and are ready when their probe says so", async () => {
  await mkdir(shared(), { recursive: true });
  await chmod(shared(), 0o777);
  const text = await readFile(join(import.meta.dirname, "manifests/features.yaml"), "utf8");
  await cluster.kubectl(["apply", "-f", "-"], { input: text.replace("HOST_PATH", shared()) });
  await eventually(async () =>
    assert.match(await statusOf("features"), /^features 1\/2 Running 0 /),
  );
  assert.equal(await inMain("cat /data/order"), "first\nside\nmain\n");
  assert.equal(await inMain("cat /data/post; touch /data/ready"), "post\n");
  await cluster.waitFor("pod/features", "condition=Ready");
  assert.match(await statusOf("features"), /^features 2\/2 Running 0 /);
  assert.equal((await cluster.kubectl("logs features -c main")).stdout, "hi from features\n");
});

cluster.test("the environment: values, references, and what they come from", async () => {
  const address = await cluster.value("pod features", "{.status.podIP}");
  const lines = (await inMain("env")).split("\n");
  for (const line of [
    "GREETING=hi",
    "POD=features",
    `NODE=${cluster.profile}`,
    `ADDRESS=${address}`,
    "LABEL=features",
    "CPU=200",
    "MEMORY=33554432",
    "COLOUR=green",
    "PASSWORD=s3cret",
    "S_colour=green",
    "user=admin",
    "HOSTNAME=helm",
  ]) {
    assert.ok(lines.includes(line), `${line} in\n${lines.join("\n")}`);
  }
});

cluster.test("names: host name, aliases, search domains and options", async () => {
  const address = await cluster.value("pod features", "{.status.podIP}");
  const hosts = await inMain("cat /etc/hosts");
  assert.match(
    hosts,
    new RegExp(`^${address}\thelm\\.bridge\\.default\\.svc\\.cluster\\.local\thelm$`, "m"),
  );
  assert.match(hosts, /^10\.1\.2\.3\tfoo\.local\tbar\.local$/m);
  const resolver = await inMain("cat /etc/resolv.conf");
  assert.match(resolver, /^search default\.svc\.cluster\.local .* my\.search$/m);
  assert.match(resolver, /^options ndots:2$/m);
});

cluster.test("who the process is, and what it may do", async () => {
  assert.equal((await inMain("id")).trim(), "uid=1000 gid=3000 groups=2000,3000,4000");
  const status = await inMain("cat /proc/1/status");
  assert.match(status, /^CapBnd:\t0+$/m);
  assert.match(status, /^NoNewPrivs:\t1$/m);
  assert.match(status, /^Seccomp:\t2$/m);
  const { stderr } = await cluster.kubectl(
    ["exec", "features", "-c", "main", "--", "touch", "/file"],
    { expectCode: 1 },
  );
  assert.match(stderr, /^touch: \/file: Read-only file system$/m);
});

cluster.test("resources become limits of the container's cgroup", async () => {
  assert.equal(await cluster.value("pod features", "{.status.qosClass}"), "Burstable");
  const limits = await inMain(
    "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null || " +
      "cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/cpu.max",
  );
  assert.match(limits, /^67108864\n20000( 100000)?\n$/);
});

cluster.test("volumes: modes, groups, sub-paths, projections, memory", async () => {
  assert.match(await inMain("ls -lL /settings/colour"), /^-r--r----- +1 root +2000 /);
  assert.equal(await inMain("cat /note"), "hello\n");
  assert.equal(await inMain("cat /all/sub/colour /all/user /all/memory"), "greenadmin67108864");
  assert.equal(await inMain("cat /all/labels"), 'app="features"');
  assert.match(await inMain("ls -lL /all/token"), /^-rw-r----- +1 1000 +2000 /);
  const [, payload = ""] = (await inMain("cat /all/token")).split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as {
    aud: string[];
    exp: number;
    iat: number;
  };
  assert.deepEqual(claims.aud, ["vault"]);
  assert.equal(claims.exp - claims.iat, 600);
  assert.match(await inMain("df -k /memory"), /^tmpfs +1024 /m);
});

cluster.test("volumes follow what they show", async () => {
  await cluster.kubectl("label pod features more=yes");
  await eventually(async () => {
    assert.equal(await inMain("cat /all/labels"), 'app="features"\nmore="yes"');
  });
  await cluster.kubectl(["patch", "configmap", "settings", "-p", '{"data":{"colour":"blue"}}']);
  await eventually(async () => {
    assert.equal(await inMain("cat /settings/colour /all/sub/colour"), "blueblue");
  });
});

cluster.test("an end in order: hook, container, then its sidecar", async () => {
  await cluster.kubectl("delete pod features");
  assert.equal(await readFile(join(shared(), "ends"), "utf8"), "hook\nmain ends\nside ends\n");
});

cluster.test("a container that crashes is started again, later each time", async () => {
  await create("crash", "echo run; exit 3");
  await eventually(async () => {
    assert.match(await statusOf("crash"), /^crash 0\/1 CrashLoopBackOff 1 \(AGE ago\) AGE$/);
  });
  assert.equal((await cluster.kubectl("logs crash --previous")).stdout, "run\n");
  const last = "{.status.containerStatuses[0].lastState.terminated.exitCode}";
  assert.equal(await cluster.value("pod crash", last), "3");
  const message = "{.status.containerStatuses[0].state.waiting.message}";
  assert.match(
    await cluster.value("pod crash", message),
    /^back-off 10s restarting failed container=main pod=crash_default\(/,
  );
});

cluster.test("restart policies, and what is left of who has ended", async () => {
  await create("done", "echo bye > /dev/termination-log", { restartPolicy: "OnFailure" });
  await create("failed", "exit 7", { restartPolicy: "Never" });
  const limits = { resources: { limits: { memory: "20Mi" } } };
  await create("greedy", "tail /dev/zero", { restartPolicy: "Never" }, limits);
  await eventually(async () => {
    assert.match(await statusOf("done"), /^done 0\/1 Completed 0 /);
    assert.match(await statusOf("failed"), /^failed 0\/1 Error 0 /);
    assert.match(await statusOf("greedy"), /^greedy 0\/1 OOMKilled 0 /);
  });
  const ended = "{.status.containerStatuses[0].state.terminated";
  assert.equal(await cluster.value("pod done", `${ended}.message}`), "bye\n");
  assert.equal(await cluster.value("pod failed", `${ended}.exitCode}`), "7");
  assert.equal(await cluster.value("pod failed", "{.status.phase}"), "Failed");
  assert.equal(await cluster.value("pod done", "{.status.phase}"), "Succeeded");
});

cluster.test("what cannot start says why", async () => {
  await create("nowhere", "", {}, { command: ["/no/such"] });
  const missing = { valueFrom: { configMapKeyRef: { name: "absent", key: "k" } } };
  await create("unset", "true", {}, { env: [{ name: "X", ...missing }] });
  await create("misnamed", "true", {}, { image: "UPPER:x" });
  await create("huge", "true", {}, { resources: { requests: { cpu: "1000" } } });
  await create("stuck", "true", {
    initContainers: [
      { name: "first", image: "busybox", imagePullPolicy: "IfNotPresent", command: ["false"] },
    ],
  });
  const describe = async (pod: string) => (await cluster.kubectl(["describe", "pod", pod])).stdout;
  await eventually(async () => {
    assert.match(await statusOf("nowhere"), /^nowhere 0\/1 (RunContainerError|CrashLoopBackOff) /);
    assert.match(await describe("nowhere"), /exec: "\/no\/such": stat \/no\/such: no such file/);
    assert.match(await statusOf("unset"), /^unset 0\/1 CreateContainerConfigError 0 /);
    assert.match(await describe("unset"), /Error: configmap "absent" not found/);
    assert.match(await statusOf("misnamed"), /^misnamed 0\/1 InvalidImageName 0 /);
    assert.match(await statusOf("huge"), /^huge 0\/1 Pending 0 /);
    assert.match(await describe("huge"), /0\/1 nodes are available: 1 Insufficient cpu\./);
    assert.match(await statusOf("stuck"), /^stuck 0\/1 Init:(Error|CrashLoopBackOff) /);
  });
});

cluster.test("a pod's own token opens the API, as its account and for its rights", async () => {
  const image = "gcr.io/google-samples/kubernetes-bootcamp:v1";
  await create("caller", "trap exit TERM; while sleep 0.1; do :; done", {}, { image });
  await cluster.waitFor("pod/caller", "condition=Ready");
  const folder = "/var/run/secrets/kubernetes.io/serviceaccount";
  const call = async (path: string) => {
    const script =
      `curl -sS --max-time 5 --cacert ${folder}/ca.crt ` +
      `-H "Authorization: Bearer $(cat ${folder}/token)" https://kubernetes.default.svc${path}`;
    const { stdout } = await cluster.kubectl(["exec", "caller", "--", "sh", "-c", script]);
    return JSON.parse(stdout) as { kind: string; message?: string };
  };
  const pods = "/api/v1/namespaces/default/pods";
  const user = "system:serviceaccount:default:default";
  assert.match((await call(pods)).message ?? "", new RegExp(`^pods is forbidden: User "${user}" `));
  await cluster.kubectl(
    "create rolebinding look --clusterrole=view --serviceaccount=default:default",
  );
  await eventually(async () => assert.equal((await call(pods)).kind, "PodList"));
});

cluster.test("eviction ends a pod as a deletion does", async () => {
  const path = "/api/v1/namespaces/default/pods/caller/eviction";
  const file = join(cluster.paths.folder, "eviction.json");
  const metadata = { name: "caller", namespace: "default" };
  await writeFile(file, JSON.stringify({ apiVersion: "policy/v1", kind: "Eviction", metadata }));
  await cluster.kubectl(["create", "--raw", path, "-f", file]);
  await cluster.kubectl("wait --for=delete pod/caller --timeout=60s");
});
