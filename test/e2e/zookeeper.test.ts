import assert from "node:assert/strict";
import { join } from "node:path";
import { testCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { assertSameOutput, normalize } from "../support/normalize.ts";
import { PodWatch } from "../support/pod-watch.ts";

/** The tutorial "Running ZooKeeper", on four nodes: quorum, volumes, budgets, drained nodes. */
const cluster = testCluster({
  name: "zk",
  nodes: 4,
  images: ["k8s.gcr.io/kubernetes-zookeeper:1.0-3.4.10"],
});

const manifests = join(import.meta.dirname, "manifests");
const names = ["zk-0", "zk-1", "zk-2"];

async function says(line: string, expected: string): Promise<void> {
  const { stdout } = await cluster.shell(`cd ${manifests}; ${line}`);
  assertSameOutput(stdout, expected);
}

/** All three are, in this order from the first to the last, or in any when they were there. */
async function ready(): Promise<void> {
  await eventually(async () => {
    const { stdout } = await cluster.shell("kubectl get pods -l app=zk --no-headers");
    const states = normalize(stdout)
      .split("\n")
      .map((line) => line.split(" ").slice(0, 3).join(" "));
    const expected = names.map((name) => `${name} 1/1 Running`);
    assert.deepEqual(states, expected, (await cluster.shell("kubectl describe pods")).stdout);
  });
}

const nodesOf = async () =>
  (
    await cluster.shell(
      'for i in 0 1 2; do kubectl get pod zk-$i --template {{.spec.nodeName}}; echo ""; done',
    )
  ).stdout
    .trim()
    .split("\n");

/** What was written in the beginning is read; an ensemble that elects a leader needs a moment. */
async function reads(pod: string): Promise<void> {
  await eventually(async () => {
    const { stdout } = await cluster.shell(
      `kubectl exec ${pod} -- zkCli.sh get /hello 2>/dev/null`,
    );
    assert.match(stdout, /^world$/m);
  });
}

cluster.test("an ensemble comes up in order, each on a node of its own", async () => {
  await using pods = new PodWatch("kubectl get pods -w -l app=zk", cluster.environment);
  await says(
    "kubectl apply -f zookeeper.yaml",
    "service/zk-hs created\nservice/zk-cs created\n" +
      "poddisruptionbudget.policy/zk-pdb created\nstatefulset.apps/zk created",
  );
  for (const name of names) {
    await pods.saw(
      `${name} 0/1 Pending`,
      `${name} 0/1 ContainerCreating`,
      `${name} 0/1 Running`,
      `${name} 1/1 Running`,
    );
  }
  const { steps } = pods;
  for (const [before, after] of [names.slice(0, 2), names.slice(1)]) {
    const done = steps.indexOf(`${before} 1/1 Running`);
    assert.ok(done < steps.indexOf(`${after} 0/1 Pending`), steps.join("\n"));
  }
  assert.equal(new Set(await nodesOf()).size, 3);
});

cluster.test("members know themselves and each other", async () => {
  const forEach = (command: string) => `for i in 0 1 2; do ${command}; done`;
  await says(forEach("kubectl exec zk-$i -- hostname"), names.join("\n"));
  await says(
    forEach('echo "myid zk-$i";kubectl exec zk-$i -- cat /var/lib/zookeeper/data/myid'),
    "myid zk-0\n1\nmyid zk-1\n2\nmyid zk-2\n3",
  );
  const full = names.map((name) => `${name}.zk-hs.default.svc.cluster.local`);
  await says(forEach("kubectl exec zk-$i -- hostname -f"), full.join("\n"));
  const { stdout } = await cluster.shell("kubectl exec zk-0 -- cat /opt/zookeeper/conf/zoo.cfg");
  for (const [index, name] of full.entries()) {
    assert.match(stdout, new RegExp(`^server\\.${index + 1}=${name}:2888:3888$`, "m"));
  }
  await eventually(async () => {
    const written = await cluster.shell("kubectl exec zk-0 -- zkCli.sh create /hello world 2>&1", {
      expectCode: "any",
    });
    assert.match(written.stdout, /^(Created \/hello|Node already exists: \/hello)$/m);
  });
  await reads("zk-1");
});

cluster.test("what was written is there, after all pods went", async () => {
  await says("kubectl delete statefulset zk", 'statefulset.apps "zk" deleted');
  await eventually(async () => {
    assert.equal((await cluster.shell("kubectl get pods -l app=zk --no-headers")).stdout, "");
  });
  await says(
    "kubectl apply -f zookeeper.yaml",
    "service/zk-hs unchanged\nservice/zk-cs unchanged\n" +
      // A budget's selector is replaced as a whole, so that kubectl always has something to send.
      "poddisruptionbudget.policy/zk-pdb configured\nstatefulset.apps/zk created",
  );
  await ready();
  await reads("zk-2");
  const { stdout } = await cluster.shell("kubectl get pvc -l app=zk --no-headers");
  assert.equal(
    normalize(stdout).replaceAll(/pvc-[0-9a-f-]{36}/g, "VOLUME"),
    names.map((name) => `datadir-${name} Bound VOLUME 10Gi RWO standard <unset> AGE`).join("\n"),
  );
});

cluster.test("its configuration, its log, its user and the owner of its files", async () => {
  const { stdout: set } = await cluster.shell("kubectl get sts zk -o yaml");
  assert.match(set, /start-zookeeper/);
  const logging = await cluster.shell(
    "kubectl exec zk-0 -- cat /usr/etc/zookeeper/log4j.properties",
  );
  assert.match(logging.stdout, /^zookeeper\.root\.logger=CONSOLE$/m);
  const log = await cluster.shell("kubectl logs zk-0 --tail 20");
  assert.equal(log.stdout.trimEnd().split("\n").length, 20);
  assert.match(log.stdout, /\[myid:\S*\] - INFO {2}\[/);
  const processes = await cluster.shell("kubectl exec zk-0 -- ps -elf");
  assert.match(processes.stdout, /^F S UID +PID +PPID/);
  assert.match(processes.stdout, /zookeep\+ +1 +0 .*sh -c start-zookeeper/);
  assert.match(processes.stdout, /zookeep\+ +\d+ +1 .*QuorumPeerMain|java /);
  const folder = await cluster.shell("kubectl exec -ti zk-0 -- ls -ld /var/lib/zookeeper/data");
  assert.match(folder.stdout, /^drwxr[-w]sr-x \d+ zookeeper zookeeper /);
});

cluster.test("an update goes from the last to the first, and back", async () => {
  const path = "/spec/template/spec/containers/0/resources/requests/cpu";
  await says(
    `kubectl patch sts zk --type='json' -p='[{"op": "replace", "path": "${path}", "value":"0.05"}]'`,
    "statefulset.apps/zk patched",
  );
  const patient = { timeoutMs: 280_000 };
  const status = await cluster.shell("kubectl rollout status sts/zk", patient);
  assert.match(
    status.stdout.trimEnd().split("\n").at(-1) ?? "",
    /^(statefulset rolling update complete 3 pods at revision zk-\w+|partitioned roll out complete: 3 new pods have been updated)\.\.\.$/,
  );
  await says(
    "kubectl rollout history sts/zk",
    "statefulset.apps/zk\nREVISION CHANGE-CAUSE\n1 <none>\n2 <none>",
  );
  await says("kubectl rollout undo sts/zk", "statefulset.apps/zk rolled back");
  await cluster.shell("kubectl rollout status sts/zk", patient);
  const cpu = "{.spec.containers[0].resources.requests.cpu}";
  assert.equal(await cluster.value("pod zk-0", cpu), "100m");
});

cluster.test("a process that ends, and one that is not well, is started again", async () => {
  const restarts = () => cluster.value("pod zk-0", "{.status.containerStatuses[0].restartCount}");
  await ready();
  const processes = await cluster.shell("kubectl exec zk-0 -- ps -ef");
  assert.match(processes.stdout, /^UID +PID +PPID +C STIME TTY +TIME CMD\nzookeep\+ +1 +0 /);
  await cluster.shell("kubectl exec zk-0 -- pkill java");
  await eventually(async () => assert.equal(await restarts(), "1"));
  await ready();
  await cluster.shell("kubectl exec zk-0 -- rm /opt/zookeeper/bin/zookeeper-ready");
  await eventually(async () => assert.equal(await restarts(), "2"));
  await ready();
});

cluster.test("nodes are drained as far as the budget allows", async () => {
  const { stdout: nodes } = await cluster.shell("kubectl get nodes --no-headers");
  assert.equal(nodes.trim().split("\n").length, 4);
  await says(
    "kubectl get pdb zk-pdb",
    "NAME MIN AVAILABLE MAX UNAVAILABLE ALLOWED DISRUPTIONS AGE\nzk-pdb N/A 1 1 9s",
  );
  const [first = "", second = "", third = ""] = await nodesOf();
  const drain = (name: string, flags = "") =>
    `kubectl drain $(kubectl get pod ${name} --template {{.spec.nodeName}}) ` +
    `--ignore-daemonsets --force --delete-emptydir-data${flags}`;

  // There is a fourth node to go to.
  await says(
    drain("zk-0"),
    `node/${first} cordoned\nevicting pod default/zk-0\npod/zk-0 evicted\nnode/${first} drained`,
  );
  await ready();
  assert.ok(![first, second, third].includes((await nodesOf())[0] ?? ""));

  // And now there is none: no two of them share one.
  await says(
    drain("zk-1"),
    `node/${second} cordoned\nevicting pod default/zk-1\npod/zk-1 evicted\nnode/${second} drained`,
  );
  await eventually(async () => {
    const { stdout } = await cluster.shell("kubectl get pod zk-1 --no-headers");
    assert.equal(normalize(stdout), "zk-1 0/1 Pending 0 AGE");
  });

  const refused = await cluster.shell(drain("zk-2", " --timeout=7s"), { expectCode: 1 });
  assert.match(
    refused.stderr,
    /error when evicting pods\/"zk-2" -n "default" \(will retry after 5s\): Cannot evict pod as it would violate the pod's disruption budget\./,
  );
  assert.equal(await cluster.value(`node ${third}`, "{.spec.unschedulable}"), "true");
  await reads("zk-0");

  await says(`kubectl uncordon ${first}`, `node/${first} uncordoned`);
  await ready();
  await says(
    drain("zk-2"),
    `node/${third} already cordoned\nevicting pod default/zk-2\npod/zk-2 evicted\nnode/${third} drained`,
  );
  await says(`kubectl uncordon ${second}`, `node/${second} uncordoned`);
  await ready();
  await reads("zk-2");
});
