import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { testCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { assertSameOutput, normalize } from "../support/normalize.ts";

/** A beginner's book: its practices 1 to 6, command by command, with the outputs it prints. */
const cluster = testCluster({ name: "book", images: ["nginx", "busybox"] });

cluster.test("practice 1: run a pod with the image nginx", async () => {
  const run = await cluster.kubectl("run nginx --image=nginx");
  assert.equal(run.stdout, "pod/nginx created\n");
  const soon = normalize((await cluster.kubectl("get pods")).stdout);
  assert.match(
    soon,
    /^NAME READY STATUS RESTARTS AGE\nnginx (0\/1 (Pending|ContainerCreating)|1\/1 Running) 0 AGE$/,
  );
  await cluster.waitFor("pod/nginx", "condition=Ready");
  const { stdout } = await cluster.kubectl("get pods");
  assertSameOutput(stdout, "NAME READY STATUS RESTARTS AGE\nnginx 1/1 Running 0 6s");
});

cluster.test("practice 2: see the image of a pod", async () => {
  const { stdout } = await cluster.shell("kubectl describe pod nginx | grep -i image");
  const lines = normalize(stdout).split("\n");
  assert.equal(lines[0], "Image: nginx");
  assert.match(lines[1] ?? "", /^Image ID: \S*(nginx@)?sha256:DIGEST$/);
  assert.ok(
    lines.some((line) => /^Normal Pulling AGE kubelet Pulling image "nginx"$/.test(line)),
    stdout,
  );
  const pulled = /^Normal Pulled AGE kubelet (Successfully pulled|Container) image "nginx" /;
  assert.ok(
    lines.some((line) => pulled.test(line)),
    stdout,
  );
});

cluster.test("practice 3: delete a pod", async () => {
  const { stdout } = await cluster.kubectl("delete pod nginx");
  assertSameOutput(stdout, 'pod "nginx" deleted');
  const { stderr } = await cluster.kubectl("get pod nginx", { expectCode: 1 });
  assert.equal(stderr, 'Error from server (NotFound): pods "nginx" not found\n');
});

cluster.test("practice 4: a pod from a file, with an image that does not exist", async () => {
  const manifest = join(cluster.paths.folder, "pod.yaml");
  await writeFile(
    manifest,
    `apiVersion: v1
kind: Pod
metadata:
  name: redis
  labels:
    app: redis
spec:
  containers:
    - name: redis
      image: redis123
`,
  );
  const applied = await cluster.kubectl(["apply", "-f", manifest]);
  assert.equal(applied.stdout, "pod/redis created\n");
  await eventually(async () => {
    const { stdout } = await cluster.kubectl("get pod redis --no-headers");
    assert.match(normalize(stdout), /^redis 0\/1 (ErrImagePull|ImagePullBackOff) 0 AGE$/);
  });
  const { stdout } = await cluster.shell("kubectl describe pod redis | grep -i image");
  const lines = normalize(stdout).split("\n");
  assert.deepEqual(lines.slice(0, 2), ["Image: redis123", "Image ID:"]);
  assert.match(normalize(stdout), /^Normal Pulling .*kubelet Pulling image "redis123"$/m);
  assert.match(normalize(stdout), /^Warning Failed .*kubelet Failed to pull image "redis123": /m);
  assert.match(normalize(stdout), /^Warning Failed .*kubelet Error: ErrImagePull$/m);
  await eventually(async () => {
    const { stdout } = await cluster.kubectl("get pod redis --no-headers");
    assert.match(normalize(stdout), /^redis 0\/1 ImagePullBackOff 0 AGE$/);
  });
  const again = await cluster.kubectl(["apply", "-f", manifest]);
  assert.equal(again.stdout, "pod/redis unchanged\n");
  await cluster.kubectl(["delete", "-f", manifest]);
});

cluster.test("practice 5: namespaces", async () => {
  for (const words of ["get namespace", "get ns"]) {
    const { stdout } = await cluster.kubectl(words);
    assertSameOutput(
      stdout,
      `NAME STATUS AGE
default Active 85s
kube-node-lease Active 87s
kube-public Active 87s
kube-system Active 88s`,
    );
  }
  const empty = await cluster.kubectl("get pods --namespace=kube-public");
  assert.equal(empty.stderr, "No resources found in kube-public namespace.\n");
  const run = await cluster.kubectl("run test --image=nginx --namespace=default");
  assert.equal(run.stdout, "pod/test created\n");
  await cluster.kubectl("run helper --image=nginx --namespace=kube-system");
  await cluster.waitFor("pod/test", "condition=Ready");
  await cluster.waitFor("pod/helper -n kube-system", "condition=Ready");
  const own = await cluster.kubectl("get pods --namespace=default");
  assertSameOutput(own.stdout, "NAME READY STATUS RESTARTS AGE\ntest 1/1 Running 0 43s");
  const system = await cluster.kubectl("get pods --namespace=kube-system");
  assert.match(normalize(system.stdout), /^NAME READY STATUS RESTARTS AGE\n[^]*^helper 1\/1 Run/m);
  const found = await cluster.shell("kubectl get pod --all-namespaces | grep helper");
  assertSameOutput(found.stdout, "kube-system helper 1/1 Running 0 6m33s");
  await cluster.kubectl("delete pod test --now");
  await cluster.kubectl("delete pod helper -n kube-system --now");
});

cluster.test("practice 6: static pods", async () => {
  const dry = "kubectl run static-busybox --image=busybox --dry-run=client -o yaml";
  const { stdout: yaml } = await cluster.shell(dry);
  assertSameOutput(
    yaml.replace("  creationTimestamp: null\n", ""), // older clients print it
    `apiVersion: v1
kind: Pod
metadata:
  labels:
    run: static-busybox
  name: static-busybox
spec:
  containers:
  - image: busybox
    name: static-busybox
    resources: {}
  dnsPolicy: ClusterFirst
  restartPolicy: Always
status: {}`,
  );
  // A shell without a terminal ends at once: a command that stays is what makes a pod to look at.
  const manifest = join(cluster.nodePaths().staticPods, "static-busybox.yaml");
  await cluster.shell(`${dry} --command -- sleep 3600 > ${manifest}`);
  const mirror = `static-busybox-${cluster.profile}`;
  const running = () =>
    eventually(async () => {
      const { stdout } = await cluster.kubectl(["get", "pod", mirror]);
      assertSameOutput(stdout, `NAME READY STATUS RESTARTS AGE\n${mirror} 1/1 Running 0 4s`);
    });
  await running();
  assert.equal(await cluster.value(`pod ${mirror}`, "{.metadata.ownerReferences[0].kind}"), "Node");

  // What is deleted through the API comes back, as the file is what counts.
  const container = "{.status.containerStatuses[0].containerID}";
  const before = await cluster.value(`pod ${mirror}`, container);
  // Without a wait: it may be back before the client looks whether it has gone.
  await cluster.kubectl(["delete", "pod", mirror, "--now", "--wait=false"]);
  await running();
  await eventually(async () => {
    assert.equal(await cluster.value(`pod ${mirror}`, container), before);
  });

  await rm(manifest);
  await eventually(async () => {
    const { stderr } = await cluster.kubectl(["get", "pod", mirror], { expectCode: 1 });
    assert.equal(stderr, `Error from server (NotFound): pods "${mirror}" not found\n`);
  });
});

cluster.test("a static pod of another content replaces the one before", async () => {
  const file = join(cluster.nodePaths().staticPods, "changing.yaml");
  const manifest = (word: string) => `apiVersion: v1
kind: Pod
metadata: { name: changing }
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - { name: main, image: busybox, imagePullPolicy: IfNotPresent, command: [sh, -c, "echo ${word}; sleep 3600"] }
`;
  for (const word of ["first", "second"]) {
    await writeFile(file, manifest(word));
    await eventually(async () => {
      const { stdout } = await cluster.kubectl(["logs", `changing-${cluster.profile}`]);
      assert.equal(stdout, `${word}\n`);
    });
  }
  await rm(file);
});
