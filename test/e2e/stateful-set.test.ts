import assert from "node:assert/strict";
import { join } from "node:path";
import { testCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { assertSameOutput, normalize } from "../support/normalize.ts";
import { PodWatch } from "../support/pod-watch.ts";
import { Terminal } from "../support/terminal.ts";

/** The tutorial "StatefulSet Basics", command by command, with the outputs it prints. */
const cluster = testCluster({
  name: "sts",
  images: [
    "k8s.gcr.io/nginx-slim:0.8",
    "k8s.gcr.io/nginx-slim:0.7",
    "gcr.io/google_containers/nginx-slim:0.8",
    "busybox:1.28",
  ],
});

const manifests = join(import.meta.dirname, "manifests");
const watched = () => new PodWatch("kubectl get pods -w -l app=nginx", cluster.environment);

/** A line of the tutorial: what it prints is compared, ages and such left out. */
async function says(line: string, expected: string): Promise<void> {
  const { stdout } = await cluster.shell(`cd ${manifests}; ${line}`);
  assertSameOutput(stdout, expected);
}

const starts = (name: string) => [
  `${name} 0/1 Pending`,
  `${name} 0/1 ContainerCreating`,
  `${name} 1/1 Running`,
];
const images = `'{{range $i, $c := .spec.containers}}{{$c.image}}{{end}}'`;
const curl = `for i in 0 1; do kubectl exec -i -t "web-$i" -- curl http://localhost/; done`;

async function ready(...names: readonly string[]): Promise<void> {
  await eventually(async () => {
    const { stdout } = await cluster.shell("kubectl get pods -l app=nginx --no-headers");
    const lines = names.map((name) => `${name} 1/1 Running 0 AGE`);
    assert.equal(normalize(stdout), lines.join("\n"));
  });
}

cluster.test("creating: one pod after the other", async () => {
  await using pods = watched();
  await says("kubectl apply -f web.yaml", "service/nginx created\nstatefulset.apps/web created");
  await says(
    "kubectl get service nginx",
    "NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE\nnginx ClusterIP None <none> 80/TCP 12s",
  );
  await pods.saw(...starts("web-0"), ...starts("web-1"));
  await eventually(() => says("kubectl get statefulset web", "NAME READY AGE\nweb 2/2 20s"));
  await says(
    "kubectl get pods -l app=nginx",
    "NAME READY STATUS RESTARTS AGE\nweb-0 1/1 Running 0 1m\nweb-1 1/1 Running 0 1m",
  );
});

/** The addresses that a shell in the cluster finds for both pods. */
async function lookedUp(command: string): Promise<string> {
  await using shell = new Terminal(command.split(" "), cluster.environment);
  await shell.until(/\/ # /);
  const found: string[] = [];
  for (const name of ["web-0", "web-1"]) {
    // The tutorial's busybox 1.28 completes "web-0.nginx" itself; later ones ask for what is said.
    shell.type(`nslookup ${name}.nginx.default.svc.cluster.local; echo end-$((1+1))-${name}\r`);
    await shell.until(new RegExp(`end-2-${name}`));
  }
  shell.type("exit\r");
  const { code, screen } = await shell.end();
  assert.equal(code, 0, screen);
  assert.match(screen, /pod "dns-test" deleted/);
  for (const name of ["web-0", "web-1"]) {
    const answer = new RegExp(`Name:\\s+${name}\\.nginx\\S*\\s+Address(?: 1)?: (\\S+)`);
    const [, address] = answer.exec(screen) ?? [];
    assert.equal(address, await cluster.value(`pod ${name}`, "{.status.podIP}"), screen);
    found.push(address ?? "");
  }
  return found.join(" ");
}

cluster.test("names in the network stay, when pods are replaced", async () => {
  const names = `for i in 0 1; do kubectl exec "web-$i" -- sh -c 'hostname'; done`;
  await says(names, "web-0\nweb-1");
  await lookedUp("kubectl run -i --tty --image busybox:1.28 dns-test --restart=Never --rm");
  await using pods = watched();
  await pods.saw("web-1 1/1 Running");
  await says("kubectl delete pod -l app=nginx", 'pod "web-0" deleted\npod "web-1" deleted');
  await pods.saw("web-1 1/1 Running", ...starts("web-0"), ...starts("web-1"));
  await says(names, "web-0\nweb-1");
  await lookedUp("kubectl run -i --tty --image busybox:1.28 dns-test --restart=Never --rm /bin/sh");
});

cluster.test("what pods write stays, when they are replaced", async () => {
  const claims = (...names: readonly string[]) => {
    const lines = names.map((name) => `${name} Bound VOLUME 1Gi RWO standard <unset> 48s`);
    return [
      "NAME STATUS VOLUME CAPACITY ACCESS MODES STORAGECLASS VOLUMEATTRIBUTESCLASS AGE",
      ...lines,
    ].join("\n");
  };
  const shown = async () => {
    const { stdout } = await cluster.shell("kubectl get pvc -l app=nginx");
    return normalize(stdout).replaceAll(/pvc-[0-9a-f-]{36}/g, "VOLUME");
  };
  assert.equal(await shown(), normalize(claims("www-web-0", "www-web-1")));
  const page = "/usr/share/nginx/html/index.html";
  await says(
    `for i in 0 1; do kubectl exec "web-$i" -- sh -c 'echo $(hostname) > ${page}'; done`,
    "",
  );
  await says(`for i in 0 1; do kubectl exec -it "web-$i" -- curl localhost; done`, "web-0\nweb-1");
  await using pods = watched();
  await pods.saw("web-1 1/1 Running");
  await says("kubectl delete pod -l app=nginx", 'pod "web-0" deleted\npod "web-1" deleted');
  await pods.saw("web-1 1/1 Running", ...starts("web-0"), ...starts("web-1"));
  await says(curl, "web-0\nweb-1");

  // Scaling up and down; the claims of pods that went stay.
  await says("kubectl scale sts web --replicas=5", "statefulset.apps/web scaled");
  await pods.saw(...starts("web-2"), ...starts("web-3"), ...starts("web-4"));
  await says(`kubectl patch sts web -p '{"spec":{"replicas":3}}'`, "statefulset.apps/web patched");
  await pods.saw("web-4 1/1 Running", "web-4 1/1 Terminating", "web-3 1/1 Terminating");
  await ready("web-0", "web-1", "web-2");
  const five = [0, 1, 2, 3, 4].map((ordinal) => `www-web-${ordinal}`);
  assert.equal(await shown(), normalize(claims(...five)));
});

const patched = "statefulset.apps/web patched";
const withImage = (image: string) =>
  `kubectl patch statefulset web --type='json' -p='[{"op": "replace", ` +
  `"path": "/spec/template/spec/containers/0/image", "value":"${image}"}]'`;
const withPartition = (partition: number) =>
  `kubectl patch statefulset web -p '{"spec":{"updateStrategy":` +
  `{"type":"RollingUpdate","rollingUpdate":{"partition":${partition}}}}}'`;

cluster.test("rolling update: from the last to the first", async () => {
  await says(
    `kubectl patch statefulset web -p '{"spec":{"updateStrategy":{"type":"RollingUpdate"}}}'`,
    `${patched} (no change)`,
  );
  await using pods = watched();
  await pods.saw("web-2 1/1 Running");
  const image = "gcr.io/google_containers/nginx-slim:0.8";
  await says(withImage(image), patched);
  const replaced = ["web-2", "web-1", "web-0"].flatMap((name) => [
    `${name} 1/1 Terminating`,
    ...starts(name),
  ]);
  await pods.saw(...replaced);
  await says(
    `for p in 0 1 2; do kubectl get pod "web-$p" --template ${images}; echo; done`,
    [image, image, image].join("\n"),
  );
});

cluster.test("a partition stages an update, canaries and rolls on", async () => {
  const [old, next] = ["gcr.io/google_containers/nginx-slim:0.8", "k8s.gcr.io/nginx-slim:0.7"];
  await says(withPartition(3), patched);
  await says(withImage(next), patched);
  await says("kubectl delete pod web-2", 'pod "web-2" deleted');
  await ready("web-0", "web-1", "web-2");
  await says(`kubectl get pod web-2 --template ${images}`, old);

  await says(withPartition(2), patched);
  await eventually(() => says(`kubectl get po web-2 --template ${images}`, next));
  await ready("web-0", "web-1", "web-2");
  await says("kubectl delete pod web-1", 'pod "web-1" deleted');
  await ready("web-0", "web-1", "web-2");
  await says(`kubectl get pod web-1 --template ${images}`, old);

  await using pods = watched();
  await pods.saw("web-2 1/1 Running");
  await says(withPartition(0), patched);
  await pods.saw(
    "web-1 1/1 Terminating",
    ...starts("web-1"),
    "web-0 1/1 Terminating",
    ...starts("web-0"),
  );
  await says(
    `for p in 0 1 2; do kubectl get pod "web-$p" --template ${images}; echo; done`,
    [next, next, next].join("\n"),
  );
});

cluster.test("deleting without the pods, and taking them back", async () => {
  await says("kubectl delete statefulset web --cascade=orphan", 'statefulset.apps "web" deleted');
  await ready("web-0", "web-1", "web-2");
  await says("kubectl delete pod web-0", 'pod "web-0" deleted');
  await ready("web-1", "web-2");
  await using pods = watched();
  await pods.saw("web-2 1/1 Running");
  await says("kubectl apply -f web.yaml", "service/nginx unchanged\nstatefulset.apps/web created");
  await pods.saw(...starts("web-0"));
  await pods.saw("web-2 1/1 Terminating");
  // The old revision's pods are updated, since the manifest asks for another image again.
  await pods.saw("web-1 1/1 Terminating", ...starts("web-1"));
  await ready("web-0", "web-1");
  await says(curl, "web-0\nweb-1");
});

cluster.test("deleting with the pods; what they wrote is there again", async () => {
  {
    await using pods = watched();
    await pods.saw("web-1 1/1 Running");
    await says("kubectl delete statefulset web", 'statefulset.apps "web" deleted');
    await pods.saw("web-0 1/1 Terminating");
    await pods.saw("web-1 1/1 Terminating");
  }
  await says("kubectl delete service nginx", 'service "nginx" deleted');
  await ready();
  await says("kubectl apply -f web.yaml", "service/nginx created\nstatefulset.apps/web created");
  await ready("web-0", "web-1");
  await says(curl, "web-0\nweb-1");
  await says("kubectl delete service nginx", 'service "nginx" deleted');
  await says("kubectl delete statefulset web", 'statefulset.apps "web" deleted');
  await ready();
});

cluster.test("pods in parallel", async () => {
  await using pods = watched();
  await says(
    "kubectl apply -f web-parallel.yaml",
    "service/nginx created\nstatefulset.apps/web created",
  );
  await pods.saw(...starts("web-0"));
  await pods.saw(...starts("web-1"));
  const firstRuns = pods.steps.indexOf("web-0 1/1 Running");
  assert.ok(pods.steps.indexOf("web-1 0/1 Pending") < firstRuns, pods.steps.join("\n"));
  await says("kubectl scale statefulset/web --replicas=4", "statefulset.apps/web scaled");
  await pods.saw(...starts("web-2"));
  await pods.saw(...starts("web-3"));
  const thirdRuns = pods.steps.indexOf("web-2 1/1 Running");
  assert.ok(pods.steps.indexOf("web-3 0/1 Pending") < thirdRuns, pods.steps.join("\n"));
  await says("kubectl delete sts web", 'statefulset.apps "web" deleted');
  for (const ordinal of [0, 1, 2, 3]) await pods.saw(`web-${ordinal} 1/1 Terminating`);
  await ready();
  await says("kubectl delete svc nginx", 'service "nginx" deleted');
});
