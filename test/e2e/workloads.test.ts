import assert from "node:assert/strict";
import { testCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { assertSameOutput, normalize } from "../support/normalize.ts";

/**
 * The controllers that a blog explains, on two nodes of real containers: replication controllers
 * with blue/green and rolling releases by hand, daemons on every node, jobs of all kinds.
 */
const cluster = testCluster({
  name: "work",
  nodes: 2,
  images: ["nginx:1.7.9", "nginx:1.9.1", "busybox"],
});

const apply = (manifest: object) =>
  cluster.kubectl("apply -f -", { input: JSON.stringify(manifest) });

async function says(line: string, expected: string): Promise<void> {
  assertSameOutput((await cluster.shell(line)).stdout, expected);
}

async function lines(line: string): Promise<readonly string[]> {
  const { stdout } = await cluster.shell(line);
  return normalize(stdout).split("\n").filter(Boolean);
}

function replicationController(name: string, version: string, replicas: number) {
  const labels = { app: "ngnix", release: name };
  return {
    apiVersion: "v1",
    kind: "ReplicationController",
    metadata: { name },
    spec: {
      replicas,
      selector: labels,
      template: {
        metadata: { labels },
        spec: { containers: [{ name: "ngnix", image: `nginx:${version}` }] },
      },
    },
  };
}

cluster.test("a replication controller keeps its number, and takes in what matches", async () => {
  await cluster.shell("kubectl run early --image=nginx:1.7.9 --labels=app=ngnix,release=blue");
  await apply(replicationController("blue", "1.7.9", 3));
  await eventually(() =>
    says(
      "kubectl get rc blue -o wide",
      "NAME DESIRED CURRENT READY AGE CONTAINERS IMAGES SELECTOR\n" +
        "blue 3 3 3 4s ngnix nginx:1.7.9 app=ngnix,release=blue",
    ),
  );
  const owner = "{.metadata.ownerReferences[0].name}";
  assert.equal(await cluster.value("pod early", owner), "blue");
  await cluster.shell("kubectl delete pod early");
  await eventually(async () => {
    const pods = await lines("kubectl get pods -l release=blue --no-headers");
    assert.equal(pods.length, 3);
    for (const pod of pods) assert.match(pod, /^blue-\w{5} 1\/1 Running 0 AGE$|^blue-ID /);
  });
});

cluster.test("ten copies are wanted: nine become ten, and so do eleven", async () => {
  const ten = () =>
    eventually(() =>
      says("kubectl get rc blue", "NAME DESIRED CURRENT READY AGE\nblue 10 10 10 1m"),
    );
  const names = () => lines("kubectl get pods -l release=blue -o name");
  await says("kubectl scale rc blue --replicas=10", "replicationcontroller/blue scaled");
  await ten();
  const [first = ""] = await names();
  await cluster.shell(`kubectl delete ${first} --now`);
  await ten();
  assert.equal((await names()).length, 10);
  assert.ok(!(await names()).includes(first));
  // The one that is not ready yet is the one to go.
  await cluster.shell("kubectl run extra --image=nginx:1.7.9 --labels=app=ngnix,release=blue");
  await eventually(async () => assert.ok(!(await names()).includes("pod/extra")));
  await ten();
  await says("kubectl scale rc blue --replicas=3", "replicationcontroller/blue scaled");
  await eventually(async () => assert.equal((await names()).length, 3));
});

cluster.test("a replica set chooses by sets of values, and so does one who looks", async () => {
  const chosen = "environment in (production, qa),tier notin (frontend, backend)";
  const labels = (environment: string, tier: string) =>
    `--labels=environment=${environment},tier=${tier}`;
  await cluster.shell(`kubectl run taken --image=nginx:1.7.9 ${labels("qa", "cache")}`);
  await cluster.shell(`kubectl run other --image=nginx:1.7.9 ${labels("qa", "frontend")}`);
  await apply({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name: "sets" },
    spec: {
      replicas: 2,
      selector: {
        matchExpressions: [
          { key: "environment", operator: "In", values: ["production", "qa"] },
          { key: "tier", operator: "NotIn", values: ["frontend", "backend"] },
        ],
      },
      template: {
        metadata: { labels: { environment: "production", tier: "cache" } },
        // Another image than the pod has that is there already: it is taken all the same.
        spec: { containers: [{ name: "main", image: "nginx:1.9.1" }] },
      },
    },
  });
  await eventually(() =>
    says(
      "kubectl get rs sets -o wide",
      "NAME DESIRED CURRENT READY AGE CONTAINERS IMAGES SELECTOR\n" +
        "sets 2 2 2 5s main nginx:1.9.1 " +
        "environment in (production,qa),tier notin (backend,frontend)",
    ),
  );
  const owner = "{.metadata.ownerReferences[0].name}";
  assert.equal(await cluster.value("pod taken", owner), "sets");
  assert.equal(await cluster.value("pod other", owner), "");
  const found = await lines(`kubectl get pods -l '${chosen}' -o name`);
  assert.deepEqual(found.length, 2);
  assert.ok(found.includes("pod/taken"));
  await says("kubectl delete rs sets", 'replicaset.apps "sets" deleted');
  await cluster.shell("kubectl delete pod other --now");
});

cluster.test("containers of a pod share its address and its volumes", async () => {
  const container = { image: "busybox", imagePullPolicy: "IfNotPresent" };
  const volume = (name: string, mountPath: string) => ({ name, mountPath });
  await apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "site" },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: "web-server",
          image: "nginx:1.7.9",
          command: ["sh", "-c", "rm /var/log/nginx/*; exec nginx -g 'daemon off;'"],
          volumeMounts: [
            volume("htdocs", "/usr/share/nginx/html"),
            volume("logs", "/var/log/nginx"),
          ],
        },
        {
          name: "content",
          ...container,
          command: ["sh", "-c", "echo written > /htdocs/index.html; sleep 3600"],
          volumeMounts: [volume("htdocs", "/htdocs")],
        },
        {
          name: "logger",
          ...container,
          command: ["sh", "-c", "touch /logs/access.log; tail -f /logs/access.log"],
          volumeMounts: [volume("logs", "/logs")],
        },
      ],
      volumes: [
        { name: "htdocs", emptyDir: {} },
        { name: "logs", emptyDir: {} },
      ],
    },
  });
  await cluster.waitFor("pod/site", "condition=Ready");
  await eventually(() =>
    says("kubectl exec site -c content -- wget -qO- http://localhost/", "written"),
  );
  await eventually(async () => {
    const { stdout } = await cluster.shell("kubectl logs site -c logger");
    assert.match(stdout, /^127\.0\.0\.1 .*"GET \/ HTTP\/1\.[01]" 200/m);
  });
  await cluster.shell("kubectl delete pod site");
});

/** The version that the Service's pages come from, through its address, often enough to meet all. */
async function versionsServed(): Promise<string> {
  const address = await cluster.value("service front", "{.spec.clusterIP}");
  const { stdout } = await cluster.shell(
    `for i in $(seq 30); do curl -s -m 5 http://${address}/ || echo failed; done | sort | uniq`,
  );
  return stdout.trim();
}

/** Pages that tell their version, written into pods that have none yet. */
async function writePages(release: string): Promise<void> {
  await cluster.waitFor(`pod -l release=${release}`, "condition=Ready");
  await cluster.shell(
    `for p in $(kubectl get pods -l release=${release} -o name); do ` +
      `kubectl exec $p -- sh -c 'echo ${release} > /usr/share/nginx/html/index.html'; done`,
  );
}

cluster.test("blue/green: all traffic goes over at once", async () => {
  await writePages("blue");
  await apply({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "front" },
    spec: { selector: { app: "ngnix", release: "blue" }, ports: [{ port: 80 }] },
  });
  await eventually(async () => assert.equal(await versionsServed(), "blue"));
  await apply(replicationController("green", "1.9.1", 3));
  await writePages("green");
  assert.equal(await versionsServed(), "blue");
  await says(
    "kubectl set selector service front app=ngnix,release=green",
    "service/front selector updated",
  );
  await eventually(async () => assert.equal(await versionsServed(), "green"));
  await says("kubectl scale rc blue --replicas=0", "replicationcontroller/blue scaled");
});

cluster.test("rolling by hand: one more of the new, one less of the old", async () => {
  await says("kubectl set selector service front app=ngnix", "service/front selector updated");
  for (const [more, less] of [
    [1, 2],
    [2, 1],
    [3, 0],
  ] as const) {
    await cluster.shell(`kubectl scale rc blue --replicas=${more}`);
    await eventually(async () => {
      assert.equal(await cluster.value("rc blue", "{.status.readyReplicas}"), String(more));
    });
    await writePages("blue");
    await cluster.shell(`kubectl scale rc green --replicas=${less}`);
    await eventually(async () => {
      assert.equal(await cluster.value("rc green", "{.status.replicas}"), String(less));
      assert.equal(await versionsServed(), less > 0 ? "blue\ngreen" : "blue");
    });
  }
  await says(
    "kubectl delete rc blue green",
    'replicationcontroller "blue" deleted\nreplicationcontroller "green" deleted',
  );
});

cluster.test("a daemon runs on every node that it is for, and is updated one by one", async () => {
  const daemon = (image: string, nodeSelector: object = {}) => ({
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "collector" },
    spec: {
      selector: { matchLabels: { name: "collector" } },
      template: {
        metadata: { labels: { name: "collector" } },
        spec: { nodeSelector, containers: [{ name: "main", image }] },
      },
    },
  });
  await apply(daemon("nginx:1.7.9"));
  await cluster.shell("kubectl rollout status ds/collector");
  await says(
    "kubectl get ds collector",
    "NAME DESIRED CURRENT READY UP-TO-DATE AVAILABLE NODE SELECTOR AGE\n" +
      "collector 2 2 2 2 2 <none> 5s",
  );
  const places = () =>
    lines(
      "kubectl get pods -l name=collector -o jsonpath='{range .items[*]}{.spec.nodeName}{\"\\n\"}{end}'",
    );
  assert.equal(new Set(await places()).size, 2);

  await says(
    "kubectl set image ds/collector main=nginx:1.9.1",
    "daemonset.apps/collector image updated",
  );
  await cluster.shell("kubectl rollout status ds/collector");
  const images = await lines(
    "kubectl get pods -l name=collector -o jsonpath='{range .items[*]}{.spec.containers[0].image}{\"\\n\"}{end}'",
  );
  assert.deepEqual(images, ["nginx:1.9.1", "nginx:1.9.1"]);
  await says("kubectl rollout undo ds/collector", "daemonset.apps/collector rolled back");
  await cluster.shell("kubectl rollout status ds/collector");

  const [first = ""] = await lines("kubectl get nodes -o name");
  await apply(daemon("nginx:1.7.9", { disk: "ssd" }));
  await eventually(async () => assert.deepEqual(await places(), []));
  await cluster.shell(`kubectl label ${first} disk=ssd`);
  await eventually(async () => assert.deepEqual(await places(), [first.replace("node/", "")]));
  await says("kubectl delete ds collector", 'daemonset.apps "collector" deleted');
});

function job(name: string, script: string, spec: object = {}, pod: object = {}) {
  const container = {
    name: "main",
    image: "busybox",
    imagePullPolicy: "IfNotPresent",
    command: ["sh", "-c", script],
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name },
    spec: {
      ...spec,
      template: { spec: { restartPolicy: "Never", containers: [container], ...pod } },
    },
  };
}

cluster.test("jobs run to their end: one, many, and each with a number", async () => {
  await apply(job("once", "echo 3.14159"));
  await cluster.waitFor("job/once", "condition=complete");
  await says("kubectl logs job/once", "3.14159");
  await says(
    "kubectl get job once",
    "NAME STATUS COMPLETIONS DURATION AGE\nonce Complete 1/1 3s 3s",
  );

  const input = [{ name: "input", mountPath: "/input" }];
  await apply(
    job(
      "indexed",
      "rev /input/data.txt",
      { completions: 3, parallelism: 2, completionMode: "Indexed" },
      {
        initContainers: [
          {
            name: "input",
            image: "busybox",
            imagePullPolicy: "IfNotPresent",
            command: ["sh", "-c", "echo item-$JOB_COMPLETION_INDEX > /input/data.txt"],
            volumeMounts: input,
          },
        ],
        containers: [
          {
            name: "worker",
            image: "busybox",
            imagePullPolicy: "IfNotPresent",
            command: ["rev", "/input/data.txt"],
            volumeMounts: input,
          },
        ],
        volumes: [{ name: "input", emptyDir: {} }],
      },
    ),
  );
  await cluster.waitFor("job/indexed", "condition=complete");
  assert.equal(await cluster.value("job indexed", "{.status.completedIndexes}"), "0-2");
  const index = "batch.kubernetes.io/job-completion-index";
  await says(`kubectl logs -l job-name=indexed,${index}=1 -c worker`, "1-meti");
});

cluster.test(
  "jobs that fail: by their limit, by a rule, index by index; and one that may",
  async () => {
    const condition = (type: string) => `{.status.conditions[?(@.type=="${type}")].reason}`;
    await apply(job("limit", "exit 1", { backoffLimit: 0 }));
    await cluster.waitFor("job/limit", "condition=failed");
    assert.equal(await cluster.value("job limit", condition("Failed")), "BackoffLimitExceeded");

    const rule = { action: "FailJob", onExitCodes: { operator: "In", values: [42] } };
    await apply(job("rule", "exit 42", { backoffLimit: 6, podFailurePolicy: { rules: [rule] } }));
    await cluster.waitFor("job/rule", "condition=failed");
    assert.equal(await cluster.value("job rule", condition("Failed")), "PodFailurePolicy");

    const indexed = { completions: 4, parallelism: 4, completionMode: "Indexed" };
    await apply(
      job("indices", "exit $((JOB_COMPLETION_INDEX % 2))", { ...indexed, backoffLimitPerIndex: 0 }),
    );
    await cluster.waitFor("job/indices", "condition=failed");
    assert.equal(await cluster.value("job indices", condition("Failed")), "FailedIndexes");
    assert.equal(await cluster.value("job indices", "{.status.failedIndexes}"), "1,3");
    assert.equal(await cluster.value("job indices", "{.status.completedIndexes}"), "0,2");

    const rules = [{ succeededIndexes: "0,2-3", succeededCount: 1 }];
    await apply(
      job("success", "[ $JOB_COMPLETION_INDEX = 2 ]", { ...indexed, successPolicy: { rules } }),
    );
    await cluster.waitFor("job/success", "condition=complete");
    assert.equal(
      await cluster.value("job success", condition("SuccessCriteriaMet")),
      "SuccessPolicy",
    );
  },
);

cluster.test(
  "a job from a cron job, a suspended one, and one that cleans up after itself",
  async () => {
    const { spec } = job("hello", "date; echo Hello from the Kubernetes cluster");
    await apply({
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "hello" },
      spec: { schedule: "* * * * *", suspend: true, jobTemplate: { spec } },
    });
    await says(
      "kubectl get cronjob hello",
      "NAME SCHEDULE TIMEZONE SUSPEND ACTIVE LAST SCHEDULE AGE\nhello * * * * * <none> True 0 <none> 1s",
    );
    await says("kubectl create job now --from=cronjob/hello", "job.batch/now created");
    await cluster.waitFor("job/now", "condition=complete");
    assert.match(
      (await lines("kubectl logs job/now")).join("\n"),
      /\nHello from the Kubernetes cluster$/,
    );

    await apply(job("later", "echo done", { suspend: true, ttlSecondsAfterFinished: 0 }));
    await eventually(async () => {
      const reason = '{.status.conditions[?(@.type=="Suspended")].status}';
      assert.equal(await cluster.value("job later", reason), "True");
    });
    await cluster.shell(`kubectl patch job later -p '{"spec":{"suspend":false}}'`);
    await eventually(async () => {
      const { stderr } = await cluster.kubectl("get job later", { expectCode: 1 });
      assert.match(stderr, /jobs\.batch "later" not found/);
    });
  },
);
