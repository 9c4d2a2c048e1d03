import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { testCluster } from "../support/cluster.ts";
import type { CommandOptions } from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import { normalize } from "../support/normalize.ts";
import { PodWatch } from "../support/pod-watch.ts";
import { Terminal } from "../support/terminal.ts";

/**
 * The tutorials of kubernetes.io about whole applications, with and without state, and the paper's
 * two services: command by command, with the outputs they print. They share a cluster and overlap,
 * each in a namespace of its own, because a member of the Cassandra tutorial's ring may not be ready
 * before its fifteenth second.
 */
const cluster = testCluster({
  name: "apps",
  nodes: 2,
  images: [
    "gcr.io/google-samples/cassandra:v13",
    "gcr.io/google-samples/node-hello:1.0",
    "k8s.gcr.io/echoserver:1.4",
    "busybox:1.28",
    "redis:6.0.5",
    "gcr.io/google_samples/gb-redis-follower:v2",
    "gcr.io/google_samples/gb-frontend:v5",
    "wordpress:4.8-apache",
    "mysql:5.6",
  ],
});

const seeds = join(import.meta.dirname, "../fixtures/seeds");

/** A person's terminal, whose commands go to one namespace. */
class Project {
  readonly namespace: string;

  constructor(namespace: string) {
    this.namespace = namespace;
  }

  get environment(): NodeJS.ProcessEnv {
    const KUBECONFIG = join(cluster.paths.folder, `${this.namespace}.kubeconfig`);
    return { ...cluster.environment, KUBECONFIG };
  }

  async open(): Promise<void> {
    const { namespace, environment } = this;
    if (namespace !== "default") await cluster.kubectl(["create", "namespace", namespace]);
    await cluster.shell(`kubectl config view --raw > ${environment["KUBECONFIG"]}`);
    await this.run(`kubectl config set-context --current --namespace=${namespace}`);
  }

  async run(line: string, options: CommandOptions = {}) {
    const { environment } = this;
    return await cluster.shell(`cd ${seeds}; ${line}`, { environment, ...options });
  }

  /** What a line prints is what the document says, but for ages, addresses and such. */
  async says(line: string, expected: string): Promise<void> {
    const { stdout } = await this.run(line);
    assert.equal(masked(stdout), masked(expected));
  }

  async nothing(line: string): Promise<void> {
    const { stdout, stderr } = await this.run(line);
    assert.equal(stdout + stderr, `No resources found in ${this.namespace} namespace.\n`);
  }
}

/** Volumes, node ports and moments differ from run to run, too; the doc's clusters had their names. */
function masked(output: string): string {
  const names = { [`${cluster.profile}-m02`]: "NODE", [cluster.profile]: "NODE" };
  return normalize(output, names)
    .replaceAll(/pvc-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "VOLUME")
    .replaceAll(/(?<=pod-template-hash=)\w+/g, "HASH")
    .replaceAll(/(?<=^NodePort: .*)\b3\d{4}(?=\/)/gm, "NODEPORT")
    .replaceAll(/\b[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, "TIME");
}

const fetched = async (url: string, flags = "--max-time 10") =>
  (await cluster.shell(`curl -sS ${flags} ${url}`)).stdout;

/** Where a Service is for whoever is not in the cluster: at its load balancer's address. */
async function outside(service: string, { namespace }: Project): Promise<string> {
  const path = "{.status.loadBalancer.ingress[0].ip}:{.spec.ports[0].port}";
  return await cluster.value(`service ${service} -n ${namespace}`, path);
}

const ring = new Project("default");
let ringPods: PodWatch | undefined;
/** Their host ids, as long as there were three. */
let firstMembers: readonly string[] = [];
const members = ["cassandra-0", "cassandra-1", "cassandra-2"];

cluster.test("Cassandra: a ring begins, one member after the other", async () => {
  await ring.open();
  ringPods = new PodWatch("kubectl get pods -w -l=app=cassandra", ring.environment);
  await ring.says(
    "kubectl apply -f application/cassandra/cassandra-service.yaml",
    "service/cassandra created",
  );
  await ring.says(
    "kubectl get svc cassandra",
    `NAME        TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)    AGE
cassandra   ClusterIP   None         <none>        9042/TCP   45s`,
  );
  await ring.says(
    "kubectl apply -f application/cassandra/cassandra-statefulset.yaml",
    "statefulset.apps/cassandra created\nstorageclass.storage.k8s.io/fast created",
  );
  await ring.says("kubectl get statefulset cassandra", "NAME READY AGE\ncassandra 0/3 13s");
});

cluster.test("an address for the outside: five instances behind it", async () => {
  const hello = new Project("hello");
  await hello.open();
  await hello.says(
    "kubectl apply -f service/load-balancer-example.yaml",
    "deployment.apps/hello-world created",
  );
  await hello.run("kubectl rollout status deployment hello-world");
  await hello.says(
    "kubectl get deployments hello-world",
    "NAME READY UP-TO-DATE AVAILABLE AGE\nhello-world 5/5 5 5 10s",
  );
  await hello.says("kubectl describe deployments hello-world", describedDeployment);
  await hello.says(
    "kubectl get replicasets",
    "NAME DESIRED CURRENT READY AGE\nhello-world-5f76cf6ccf 5 5 5 10s",
  );
  const { stdout: replicaSets } = await hello.run("kubectl describe replicasets");
  const [what = "", events = ""] = masked(replicaSets).split("Events:\n");
  assert.equal(what.trim(), masked(describedReplicaSet));
  const created =
    "Normal SuccessfulCreate AGE replicaset-controller Created pod: hello-world-HASH-ID";
  assert.deepEqual(events.split("\n").slice(2), Array<string>(5).fill(created));

  await hello.says(
    "kubectl expose deployment hello-world --type=LoadBalancer --name=my-service",
    "service/my-service exposed",
  );
  await eventually(() =>
    hello.says(
      "kubectl get services my-service",
      // With the port of nodes, which the tutorial's clients did not print yet.
      `NAME         TYPE           CLUSTER-IP     EXTERNAL-IP      PORT(S)          AGE
my-service   LoadBalancer   10.3.245.137   104.198.205.71   8080:32377/TCP   54s`,
    ),
  );
  await eventually(() => hello.says("kubectl describe services my-service", describedService));
  const row = "hello-world-HASH-ID 1/1 Running 0 AGE IP NODE <none> <none>\n".repeat(5);
  await hello.says(
    "kubectl get pods --output=wide",
    `NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES\n${row}`,
  );
  const place = await outside("my-service", hello);
  await eventually(async () => assert.equal(await fetched(`http://${place}`), "Hello Kubernetes!"));
  await hello.says("kubectl delete services my-service", 'service "my-service" deleted');
  await hello.says(
    "kubectl delete deployment hello-world",
    'deployment.apps "hello-world" deleted',
  );
  await eventually(() => hello.nothing("kubectl get deployments,replicasets,pods"));
});

const describedDeployment = `
Name:                   hello-world
Namespace:              hello
CreationTimestamp:      Sat, 21 Nov 2026 22:00:00 +0000
Labels:                 app.kubernetes.io/name=load-balancer-example
Annotations:            deployment.kubernetes.io/revision: 1
Selector:               app.kubernetes.io/name=load-balancer-example
Replicas:               5 desired | 5 updated | 5 total | 5 available | 0 unavailable
StrategyType:           RollingUpdate
MinReadySeconds:        0
RollingUpdateStrategy:  25% max unavailable, 25% max surge
Pod Template:
  Labels:  app.kubernetes.io/name=load-balancer-example
  Containers:
   hello-world:
    Image:         gcr.io/google-samples/node-hello:1.0
    Port:          8080/TCP
    Host Port:     0/TCP
    Environment:   <none>
    Mounts:        <none>
  Volumes:         <none>
  Node-Selectors:  <none>
  Tolerations:     <none>
Conditions:
  Type           Status  Reason
  ----           ------  ------
  Available      True    MinimumReplicasAvailable
  Progressing    True    NewReplicaSetAvailable
OldReplicaSets:  <none>
NewReplicaSet:   hello-world-5f76cf6ccf (5/5 replicas created)
Events:
  Type    Reason             Age   From                   Message
  ----    ------             ----  ----                   -------
  Normal  ScalingReplicaSet  10s   deployment-controller  Scaled up replica set hello-world-5f76cf6ccf from 0 to 5
`;

const describedReplicaSet = `
Name:           hello-world-5f76cf6ccf
Namespace:      hello
Selector:       app.kubernetes.io/name=load-balancer-example,pod-template-hash=HASH
Labels:         app.kubernetes.io/name=load-balancer-example
                pod-template-hash=HASH
Annotations:    deployment.kubernetes.io/desired-replicas: 5
                deployment.kubernetes.io/max-replicas: 7
                deployment.kubernetes.io/revision: 1
Controlled By:  Deployment/hello-world
Replicas:       5 current / 5 desired
Pods Status:    5 Running / 0 Waiting / 0 Succeeded / 0 Failed
Pod Template:
  Labels:  app.kubernetes.io/name=load-balancer-example
           pod-template-hash=HASH
  Containers:
   hello-world:
    Image:         gcr.io/google-samples/node-hello:1.0
    Port:          8080/TCP
    Host Port:     0/TCP
    Environment:   <none>
    Mounts:        <none>
  Volumes:         <none>
  Node-Selectors:  <none>
  Tolerations:     <none>
`;

const describedService = `
Name:                     my-service
Namespace:                hello
Labels:                   app.kubernetes.io/name=load-balancer-example
Annotations:              <none>
Selector:                 app.kubernetes.io/name=load-balancer-example
Type:                     LoadBalancer
IP Family Policy:         SingleStack
IP Families:              IPv4
IP:                       10.3.245.137
IPs:                      10.3.245.137
LoadBalancer Ingress:     104.198.205.71 (VIP)
Port:                     <unset>  8080/TCP
TargetPort:               8080/TCP
NodePort:                 <unset>  32377/TCP
Endpoints:                10.0.0.6:8080,10.0.1.6:8080,10.0.1.7:8080 + 2 more...
Session Affinity:         None
External Traffic Policy:  Cluster
Internal Traffic Policy:  Cluster
Events:
  Type    Reason                Age   From                Message
  ----    ------                ----  ----                -------
  Normal  EnsuringLoadBalancer  10s   service-controller  Ensuring load balancer
  Normal  EnsuredLoadBalancer   10s   service-controller  Ensured load balancer
`;

const redisPods = `redis-follower-dddfbdcc9-82sfr   1/1     Running   0          37s
redis-follower-dddfbdcc9-qrt5k   1/1     Running   0          38s
redis-leader-fb76b4755-xjr2n     1/1     Running   0          11m`;
const podsHeader = "NAME READY STATUS RESTARTS AGE";
const servicesHeader = "NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE";
const guestbook = new Project("guestbook");

cluster.test("the guestbook: Redis and its followers", async () => {
  const folder = "application/guestbook";
  await guestbook.open();
  await guestbook.says(
    `kubectl apply -f ${folder}/redis-leader-deployment.yaml`,
    "deployment.apps/redis-leader created",
  );
  await guestbook.run("kubectl rollout status deployment redis-leader");
  await guestbook.says(
    "kubectl get pods",
    `${podsHeader}\nredis-leader-fb76b4755-xjr2n   1/1     Running   0          13s`,
  );
  // It follows until one has enough of it.
  await eventually(async () => {
    const log = await guestbook.run("timeout 1 kubectl logs -f deployment/redis-leader", {
      expectCode: 124,
    });
    assert.match(log.stdout, /Ready to accept connections/);
  });
  await guestbook.says(
    `kubectl apply -f ${folder}/redis-leader-service.yaml`,
    "service/redis-leader created",
  );
  // The service "kubernetes" is in the namespace "default".
  const leader = "redis-leader   ClusterIP   10.103.78.24 <none>        6379/TCP   16s";
  await guestbook.says("kubectl get service", `${servicesHeader}\n${leader}`);
  await guestbook.says(
    `kubectl apply -f ${folder}/redis-follower-deployment.yaml`,
    "deployment.apps/redis-follower created",
  );
  await guestbook.run("kubectl rollout status deployment redis-follower");
  await guestbook.says("kubectl get pods", `${podsHeader}\n${redisPods}`);
  await guestbook.says(
    `kubectl apply -f ${folder}/redis-follower-service.yaml`,
    "service/redis-follower created",
  );
  const follower = "redis-follower   ClusterIP   10.110.162.42   <none>        6379/TCP   9s";
  await guestbook.says("kubectl get service", `${servicesHeader}\n${follower}\n${leader}`);
});

cluster.test("the guestbook: its pages, through a forwarded port and a load balancer", async () => {
  const folder = "application/guestbook";
  await guestbook.says(
    `kubectl apply -f ${folder}/frontend-deployment.yaml`,
    "deployment.apps/frontend created",
  );
  await guestbook.run("kubectl rollout status deployment frontend");
  const frontends = (count: number) =>
    "frontend-85595f5bf9-5tqhb   1/1     Running   0          47s\n".repeat(count);
  await guestbook.says(
    "kubectl get pods -l app=guestbook -l tier=frontend",
    `${podsHeader}\n${frontends(3)}`,
  );
  await guestbook.says(
    `kubectl apply -f ${folder}/frontend-service.yaml`,
    "service/frontend created",
  );
  await guestbook.says(
    "kubectl get services",
    `${servicesHeader}
frontend         ClusterIP   10.97.28.230    <none>        80/TCP     19s
redis-follower   ClusterIP   10.110.162.42   <none>        6379/TCP   5m48s
redis-leader     ClusterIP   10.103.78.24    <none>        6379/TCP   11m`,
  );
  const forward = spawn("kubectl", ["port-forward", "svc/frontend", ":80"], {
    env: guestbook.environment,
  });
  try {
    const [line] = (await once(createInterface(forward.stdout), "line")) as [string];
    const [, place] = /^Forwarding from (127\.0\.0\.1:\d+) -> 80$/.exec(line) ?? [];
    assert.ok(place, line);
    assert.match(await fetched(`http://${place}/`), /<h1>Guestbook<\/h1>/);
    const page = `http://${place}/guestbook.php?key=guestbook`;
    assert.equal(await fetched(`'${page}&cmd=set&value=first,second'`), '{"message": "Updated"}');
  } finally {
    forward.kill();
  }
  // As the manifest is once its line about a load balancer is no comment any more.
  await guestbook.says(
    `sed 's/^spec:/&\\n  type: LoadBalancer/' ${folder}/frontend-service.yaml | kubectl apply -f -`,
    "service/frontend configured",
  );
  await eventually(() =>
    guestbook.says(
      "kubectl get service frontend",
      `${servicesHeader}\nfrontend   LoadBalancer   10.51.242.136   109.197.92.229     80:32372/TCP   1m`,
    ),
  );
  const address = await outside("frontend", guestbook);
  // What the leader was told is read from its followers.
  await eventually(async () => {
    const entries = await fetched(`'http://${address}/guestbook.php?cmd=get&key=guestbook'`);
    assert.equal(entries, '{"data":"first,second"}');
  });

  for (const count of [5, 2]) {
    await guestbook.says(
      `kubectl scale deployment frontend --replicas=${count}`,
      "deployment.apps/frontend scaled",
    );
    await eventually(() =>
      guestbook.says("kubectl get pods", `${podsHeader}\n${frontends(count)}${redisPods}`),
    );
  }
});

cluster.test("the guestbook: all of it goes", async () => {
  await guestbook.says(
    "kubectl delete deployment -l app=redis",
    'deployment.apps "redis-follower" deleted\ndeployment.apps "redis-leader" deleted',
  );
  await guestbook.says(
    "kubectl delete service -l app=redis",
    'service "redis-follower" deleted\nservice "redis-leader" deleted',
  );
  await guestbook.says("kubectl delete deployment frontend", 'deployment.apps "frontend" deleted');
  await guestbook.says("kubectl delete service frontend", 'service "frontend" deleted');
  await eventually(() => guestbook.nothing("kubectl get pods"));
});

const blog = new Project("blog");

/** All that the blog says of itself, through its API: pages need a theme, which Debian packs apart. */
const blogName = async (url: string) =>
  (JSON.parse(await fetched(`'${url}/?rest_route=/'`)) as { name: string }).name;

cluster.test("WordPress and MySQL: a secret, two volumes, a load balancer", async () => {
  await blog.open();
  await blog.says(
    "cd wordpress && kubectl apply -k ./",
    `secret/mysql-pass-c57bb4t7mf created
service/wordpress created
service/wordpress-mysql created
persistentvolumeclaim/mysql-pv-claim created
persistentvolumeclaim/wp-pv-claim created
deployment.apps/wordpress created
deployment.apps/wordpress-mysql created`,
  );
  await blog.says(
    "kubectl get secrets",
    `NAME                    TYPE                                  DATA   AGE
mysql-pass-c57bb4t7mf   Opaque                                1      9s`,
  );
  await eventually(() =>
    blog.says(
      "kubectl get pvc",
      `NAME STATUS VOLUME CAPACITY ACCESS MODES STORAGECLASS VOLUMEATTRIBUTESCLASS AGE
mysql-pv-claim Bound pvc-8cbd7b2e-4044-11e9-b2bb-42010a800002 20Gi RWO standard <unset> 77s
wp-pv-claim Bound pvc-8cd0df54-4044-11e9-b2bb-42010a800002 20Gi RWO standard <unset> 77s`,
    ),
  );
  await eventually(() =>
    blog.says(
      "kubectl get pods",
      `${podsHeader}
wordpress-5f76cf6ccf-br9b5         1/1       Running   0          40s
wordpress-mysql-5f76cf6ccf-x5dzt   1/1       Running   0          40s`,
    ),
  );
  await eventually(() =>
    blog.says(
      "kubectl get services wordpress",
      // The tutorial's cluster has no load balancers.
      `${servicesHeader}\nwordpress   LoadBalancer    10.0.0.89    10.0.0.90   80:32406/TCP   4m`,
    ),
  );
});

cluster.test("WordPress and MySQL: what was written outlives both of them", async () => {
  // minikube service wordpress --url
  const port = await cluster.value("service wordpress -n blog", "{.spec.ports[0].nodePort}");
  const [node] = (await cluster.config()).nodes;
  const url = `http://${node?.address}:${port}`;
  await eventually(async () => {
    const page = await fetched(`${url}/`, "-L");
    assert.match(page, /<title>WordPress &rsaquo; Installation<\/title>/);
    assert.match(page, /id="weblog_title"/);
  });
  const form =
    "weblog_title=Helm&user_name=helmsman&admin_password=secret&admin_password2=secret" +
    "&pw_weak=on&admin_email=helm@example.com&blog_public=0&language=";
  const installed = await fetched(`'${url}/wp-admin/install.php?step=2'`, `-d '${form}'`);
  assert.match(installed, /<h1>Success!<\/h1>/);
  assert.equal(await blogName(url), "Helm");
  const pods = async () =>
    (await cluster.value("pods -n blog", "{.items[*].metadata.uid}")).split(" ");
  const before = await pods();
  await blog.says(
    "kubectl delete pod -l app=wordpress",
    'pod "wordpress-5f76cf6ccf-br9b5" deleted\npod "wordpress-mysql-5f76cf6ccf-x5dzt" deleted',
  );
  await blog.run("kubectl rollout status deployment wordpress-mysql");
  await blog.run("kubectl rollout status deployment wordpress");
  await eventually(async () => assert.equal(await blogName(url), "Helm"));
  const now = await pods();
  assert.equal(now.length, 2);
  assert.ok(!now.some((uid) => before.includes(uid)));

  await blog.says(
    "cd wordpress && kubectl delete -k ./",
    `secret "mysql-pass-c57bb4t7mf" deleted
service "wordpress" deleted
service "wordpress-mysql" deleted
persistentvolumeclaim "mysql-pv-claim" deleted
persistentvolumeclaim "wp-pv-claim" deleted
deployment.apps "wordpress" deleted
deployment.apps "wordpress-mysql" deleted`,
  );
  await eventually(() => blog.nothing("kubectl get pods,pvc,secrets,services,deployments"));
  await eventually(async () => {
    const { stdout } = await blog.run("kubectl get pv --no-headers");
    assert.doesNotMatch(stdout, /blog\//);
  });
});

const capstone = new Project("capstone");

/** The paper's two services: one image for each pod, so that each is scaled and renewed alone. */
function service(name: string, type: string, port: number, container: object, volumes: object[]) {
  const metadata = { name, labels: { app: name } };
  const containers = [{ name, imagePullPolicy: "IfNotPresent", ...container }];
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels: { app: name } }, spec: { containers, volumes } },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { type, selector: { app: name }, ports: [{ port }] },
    },
  ];
}

/** What the server of the paper does: it asks the database by its Service's name. */
const page = `<?php
$rows = (new mysqli(getenv("HOST"), "root", "secret", "iot"))->query("SELECT name FROM device");
echo getenv("VERSION"), " ", implode(",", array_column($rows->fetch_all(MYSQLI_ASSOC), "name"));
`;

cluster.test("the paper: a server finds its database by the name of its Service", async () => {
  await capstone.open();
  const database = {
    image: "mysql:5.6",
    env: [
      { name: "MYSQL_ROOT_PASSWORD", value: "secret" },
      { name: "MYSQL_DATABASE", value: "iot" },
    ],
  };
  const server = {
    image: "gcr.io/google_samples/gb-frontend:v5",
    env: [
      { name: "HOST", value: "mysql-app.capstone.svc.cluster.local" },
      { name: "VERSION", value: "v1" },
    ],
    volumeMounts: [{ name: "page", mountPath: "/var/www/html" }],
    readinessProbe: { httpGet: { path: "/index.php", port: 80 }, periodSeconds: 1 },
  };
  const items = [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "page" },
      data: { "index.php": page },
    },
    ...service("mysql-app", "NodePort", 3306, database, []),
    ...service("node-app", "LoadBalancer", 80, server, [
      { name: "page", configMap: { name: "page" } },
    ]),
  ];
  await capstone.run("kubectl apply -f -", {
    input: JSON.stringify({ apiVersion: "v1", kind: "List", items }),
  });
  await capstone.run("kubectl rollout status deployment mysql-app");
  const rows = "CREATE TABLE device (name TEXT); INSERT INTO device VALUES ('lamp'), ('fan')";
  await eventually(() =>
    capstone.run(`kubectl exec deployment/mysql-app -- mysql -psecret iot -e "${rows}"`),
  );
  await capstone.run("kubectl rollout status deployment node-app");
  await capstone.says(
    "kubectl get pods",
    `${podsHeader}
mysql-app-675884897b-7hvjg         1/1     Running   0           3h
node-app-b7f4798d8-4x8wm           1/1     Running   0           2h`,
  );
  await capstone.says(
    "kubectl get deployments",
    "NAME READY UP-TO-DATE AVAILABLE AGE\nmysql-app 1/1 1 1 3h\nnode-app 1/1 1 1 3h",
  );
  await eventually(() =>
    capstone.says(
      "kubectl get services",
      `${servicesHeader}
mysql-app NodePort    10.15.250.188 <none>         3306:30036/TCP   3h
node-app  LoadBalancer 10.15.243.169 34.80.206.42   80:31976/TCP     2h`,
    ),
  );
  assert.equal(await served(), "v1 lamp,fan");
});

async function served(): Promise<string> {
  return await fetched(`http://${await outside("node-app", capstone)}/`);
}

cluster.test("the paper: copies of the server, and a new one, while the data stays", async () => {
  const podsOf = async (app: string) =>
    (await cluster.value(`pods -n capstone -l app=${app}`, "{.items[*].metadata.name}"))
      .split(" ")
      .filter(Boolean);
  const [database] = await podsOf("mysql-app");
  await capstone.says(
    "kubectl scale deployment node-app --replicas=3",
    "deployment.apps/node-app scaled",
  );
  await capstone.run("kubectl rollout status deployment node-app");
  const [first = ""] = await podsOf("node-app");
  await capstone.says(`kubectl delete pod ${first} --now`, `pod "${first}" deleted`);
  await eventually(() =>
    capstone.says(
      "kubectl get replicaset -l app=node-app",
      "NAME DESIRED CURRENT READY AGE\nnode-app-b7f4798d8 3 3 3 2h",
    ),
  );
  assert.ok(!(await podsOf("node-app")).includes(first));
  await capstone.says(
    "kubectl set env deployment/node-app VERSION=v2",
    "deployment.apps/node-app env updated",
  );
  await capstone.run("kubectl rollout status deployment node-app");
  await eventually(async () => assert.equal(await served(), "v2 lamp,fan"));
  assert.deepEqual(await podsOf("mysql-app"), [database]);
  await capstone.run("kubectl delete deployments,services --all");
});

cluster.test("Cassandra: three members know each other, and a fourth is asked for", async () => {
  assert.ok(ringPods);
  for (const name of members) {
    await ringPods.saw(
      `${name} 0/1 Pending`,
      `${name} 0/1 ContainerCreating`,
      `${name} 0/1 Running`,
      `${name} 1/1 Running`,
    );
  }
  const { steps } = ringPods;
  for (const [before, after] of [members.slice(0, 2), members.slice(1)]) {
    const ready = steps.indexOf(`${before} 1/1 Running`);
    assert.ok(ready < steps.indexOf(`${after} 0/1 Pending`), steps.join("\n"));
  }
  await eventually(() =>
    ring.says("kubectl get statefulset cassandra", "NAME READY AGE\ncassandra 3/3 36m"),
  );
  const rows = members.map((name) => `${name}   1/1       Running   0          10m`);
  await ring.says('kubectl get pods -l="app=cassandra"', `${podsHeader}\n${rows.join("\n")}`);
  firstMembers = await eventually(() => ringStatus(members));
  await ring.says(
    `EDITOR="sed -i 's/replicas: 3/replicas: 4/'" kubectl edit statefulset cassandra`,
    "statefulset.apps/cassandra edited",
  );
});

/** `nodetool status`, the table of the tutorial: all of them up, with the addresses of the pods. */
async function ringStatus(names: readonly string[]): Promise<readonly string[]> {
  await using terminal = new Terminal(
    "kubectl exec -it cassandra-0 -- nodetool status".split(" "),
    ring.environment,
  );
  const { code, screen } = await terminal.end();
  assert.equal(code, 0, screen);
  const lines = screen.replaceAll("\r", "").trim().split("\n");
  assert.deepEqual(lines.slice(0, 4), [
    "Datacenter: DC1-K8Demo",
    "======================",
    "Status=Up/Down",
    "|/ State=Normal/Leaving/Joining/Moving",
  ]);
  assert.match(lines[4] ?? "", /^-- +Address +Load +Tokens +Owns \(effective\) +Host ID +Rack$/);
  const row = /^UN +(\d+(?:\.\d+){3}) +[\d.]+ KiB +32 +[\d.]+% +([0-9a-f-]{36}) +Rack1-K8Demo *$/;
  const found = lines.slice(5).map((line) => row.exec(line) ?? assert.fail(screen));
  const addresses = await cluster.value("pods -l app=cassandra", "{.items[*].status.podIP}");
  assert.deepEqual(found.map(([, address = ""]) => address).sort(), addresses.split(" ").sort());
  assert.equal(found.length, names.length);
  return found.map(([, , id = ""]) => id).sort();
}

const source = new Project("source");
const curlEach = (addresses: readonly string[], port: string) =>
  `for node in ${addresses.join(" ")}; do ` +
  `curl --connect-timeout 1 -s $node:${port} | grep -i client_address; done`;

cluster.test("where packets come from: inside, a pod's own address", async () => {
  await source.open();
  await source.says(
    "kubectl create deployment source-ip-app --image=k8s.gcr.io/echoserver:1.4",
    "deployment.apps/source-ip-app created",
  );
  const { stdout: nodes } = await source.run("kubectl get nodes");
  assert.match(
    masked(nodes),
    /^NAME STATUS ROLES AGE VERSION\nNODE Ready \S+ AGE v1\.36\.\d+\S*\nNODE Ready \S+ AGE v1\.36\S+$/,
  );
  // On a node: what the tutorial's clusters of those days answered with "iptables".
  const { stdout: mode } = await source.run(
    `nsenter --net=/run/netns/kijabi-${cluster.profile}.${cluster.profile} curl -s localhost:10249/proxyMode`,
  );
  assert.match(mode, /^(nftables|iptables)$/);
  await source.says(
    "kubectl expose deployment source-ip-app --name=clusterip --port=80 --target-port=8080",
    "service/clusterip exposed",
  );
  await source.says(
    "kubectl get svc clusterip",
    `${servicesHeader}\nclusterip    ClusterIP   10.0.170.92   <none>        80/TCP    51s`,
  );
  await source.run("kubectl rollout status deployment source-ip-app");
  const address = await cluster.value("svc clusterip -n source", "{.spec.clusterIP}");
  await using terminal = new Terminal(
    "kubectl run busybox -it --image=busybox:1.28 --restart=Never --rm".split(" "),
    source.environment,
  );
  await terminal.until(/\/ # /);
  terminal.type(`ip addr; wget -qO - ${address}; echo end $((1+1))\r`);
  await terminal.until(/end 2/);
  terminal.type("exit\r");
  const { code, screen } = await terminal.end();
  assert.equal(code, 0, screen);
  assert.match(screen, /If you don't see a command prompt, try pressing enter\./);
  const [, own] = /inet (\d+(?:\.\d+){3})\/\d+ (?:brd \S+ )?scope global eth0/.exec(screen) ?? [];
  assert.match(screen, new RegExp(`CLIENT VALUES:\\s+client_address=${own}\\s+command=GET`));
  assert.match(screen, /pod "busybox" deleted/);
});

cluster.test("where packets come from: from outside, what the traffic policy leaves", async () => {
  await source.says(
    "kubectl expose deployment source-ip-app --name=nodeport --port=80 --target-port=8080 --type=NodePort",
    "service/nodeport exposed",
  );
  const port = (
    await source.run(`kubectl get -o jsonpath="{.spec.ports[0].nodePort}" services nodeport`)
  ).stdout;
  const nodes = (
    await source.run(
      `kubectl get nodes -o jsonpath='{ $.items[*].status.addresses[?(@.type=="InternalIP")].address }'`,
    )
  ).stdout.split(" ");
  assert.equal(nodes.length, 2);
  const own = await ownAddress(nodes[0] ?? "");
  // Each node asks in its own name.
  await eventually(async () => {
    const { stdout } = await source.run(curlEach(nodes, port), { expectCode: "any" });
    const seen = stdout.trim().split("\n");
    assert.equal(seen.length, 2, stdout);
    assert.ok(!seen.includes(`client_address=${own}`), stdout);
  });
  const local = `-p '{"spec":{"externalTrafficPolicy":"Local"}}'`;
  await source.says(`kubectl patch svc nodeport ${local}`, "service/nodeport patched");
  // The node that has the pod lets the client's own address through; the other one is silent.
  await eventually(async () => {
    const { stdout } = await source.run(curlEach(nodes, port), { expectCode: "any" });
    assert.equal(stdout, `client_address=${own}\n`);
  });

  await source.says(
    "kubectl expose deployment source-ip-app --name=loadbalancer --port=80 --target-port=8080 --type=LoadBalancer",
    "service/loadbalancer exposed",
  );
  await eventually(() =>
    source.says(
      "kubectl get svc loadbalancer",
      `${servicesHeader}\nloadbalancer   LoadBalancer   10.0.65.118   203.0.113.140     80:32377/TCP    5m`,
    ),
  );
  const balanced = await outside("loadbalancer", source);
  await eventually(async () =>
    assert.match(await fetched(balanced), /^CLIENT VALUES:\nclient_address=/),
  );
  await source.says(`kubectl patch svc loadbalancer ${local}`, "service/loadbalancer patched");
  const { stdout: found } = await source.run(
    "kubectl get svc loadbalancer -o yaml | grep -i healthCheckNodePort",
  );
  const [, check = ""] = /^ {2}healthCheckNodePort: (3\d{4})$/m.exec(found) ?? [];
  assert.notEqual(check, "", found);
  // The label that the deployments of former clients had.
  await source.nothing("kubectl get pod -o wide -l run=source-ip-app");
  const place = await cluster.value("pods -n source", "{.items[0].status.hostIP}");
  await eventually(async () => {
    for (const node of nodes) {
      const endpoints = node === place ? 1 : 0;
      const answer = await fetched(`http://${node}:${check}/healthz`, "-w ' %{http_code}'");
      const [body = "", code = ""] = answer.split(/\s+(?=\d+$)/);
      const { localEndpoints } = JSON.parse(body) as { localEndpoints: number };
      assert.equal(localEndpoints, endpoints);
      assert.equal(code, endpoints > 0 ? "200" : "503");
    }
  });
  await eventually(async () =>
    assert.ok((await fetched(balanced)).startsWith(`CLIENT VALUES:\nclient_address=${own}\n`)),
  );
  await source.says(
    "kubectl delete svc -l app=source-ip-app",
    'service "clusterip" deleted\nservice "loadbalancer" deleted\nservice "nodeport" deleted',
  );
  await source.says(
    "kubectl delete deployment source-ip-app",
    'deployment.apps "source-ip-app" deleted',
  );
});

/** What this machine sends from, towards the nodes. */
async function ownAddress(node: string): Promise<string> {
  const { stdout } = await cluster.shell(`ip -o route get ${node}`);
  return / src (\S+)/.exec(stdout)?.[1] ?? assert.fail(stdout);
}

cluster.test("Cassandra: four members, and the end", async () => {
  assert.ok(ringPods);
  const four = [...members, "cassandra-3"];
  await ringPods.saw("cassandra-3 1/1 Running");
  await eventually(() =>
    ring.says("kubectl get statefulset cassandra", "NAME READY AGE\ncassandra 4/4 36m"),
  );
  const after = await eventually(() => ringStatus(four));
  assert.equal(firstMembers.length, 3);
  assert.ok(firstMembers.every((id) => after.includes(id)));
  // The tutorial sleeps for the grace period; here it is as long as they need to be drained.
  await ring.says(
    `sleep() { kubectl wait --for=delete pod -l app=cassandra --timeout=$1s > /dev/null; }
grace=$(kubectl get pod cassandra-0 -o=jsonpath='{.spec.terminationGracePeriodSeconds}') \
  && kubectl delete statefulset -l app=cassandra \
  && echo "Sleeping \${grace} seconds" \
  && sleep $grace \
  && kubectl delete persistentvolumeclaim -l app=cassandra`,
    [
      'statefulset.apps "cassandra" deleted',
      "Sleeping 1800 seconds",
      ...four.map((name) => `persistentvolumeclaim "cassandra-data-${name}" deleted`),
    ].join("\n"),
  );
  await ring.says("kubectl delete service -l app=cassandra", 'service "cassandra" deleted');
  for (const name of four) await ringPods.saw(`${name} 1/1 Terminating`);
  await ringPods[Symbol.asyncDispose]();
});
