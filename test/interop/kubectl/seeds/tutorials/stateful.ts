import type { CommandStep, ParityScript, Step } from "../../parity.ts";
import { loosely, manifest, manifests, quickManifests } from "../manifests.ts";

const ready = (...pods: readonly string[]): Step => ({
  settle: `wait pod ${pods.join(" ")} --for=condition=Ready`,
});
const gone = (...pods: readonly string[]): Step => ({
  settle: `wait pod ${pods.join(" ")} --for=delete`,
});
const inEach = (pods: readonly string[], command: (pod: string) => string | CommandStep) =>
  pods.map(command);

const imageOf = (pod: string, resource = "pod") =>
  `get ${resource} ${pod} --template '{{range $i, $c := .spec.containers}}{{$c.image}}{{end}}'`;
const patchImage = (image: string) =>
  `patch statefulset web --type='json' -p='[{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value":"${image}"}]'`;
const partition = (ordinal: number) =>
  `patch statefulset web -p '{"spec":{"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":${ordinal}}}}}'`;
/** All pods are of the newest revision, as far as the partition goes. */
const updated: Step = { settle: "rollout status statefulset web --timeout=15s" };

const both = ["web-0", "web-1"];
const three = [...both, "web-2"];

/** What the first terminal shows all the time, when the pods are as they should be. */
const watch = (run: string, meanwhile: readonly (string | CommandStep)[], until: RegExp): Step => ({
  run,
  meanwhile,
  until,
});

const statefulSet: readonly Step[] = [
  watch("get pods -w -l app=nginx", ["apply -f web.yaml"], /web-1 1\/1 Running/),
  "get service nginx",
  "get statefulset web",
  "get pods -l app=nginx",
  ...inEach(both, (pod) => `exec "${pod}" -- sh -c 'hostname'`),
  {
    run: "run -i --tty --image busybox:1.28 dns-test --restart=Never --rm",
    stdin: "nslookup web-0.nginx\n",
  },
  watch("get pod -w -l app=nginx", ["delete pod -l app=nginx"], /Pending[^]*web-1 1\/1 Running/),
  ...inEach(both, (pod) => `exec ${pod} -- sh -c 'hostname'`),
  {
    run: "run -i --tty --image busybox:1.28 dns-test --restart=Never --rm /bin/sh",
    stdin: "nslookup web-0.nginx\n",
  },
  "get pvc -l app=nginx",
  ...inEach(
    both,
    (pod) => `exec "${pod}" -- sh -c 'echo $(hostname) > /usr/share/nginx/html/index.html'`,
  ),
  ...inEach(both, (pod) => `exec -it "${pod}" -- curl localhost`),
  "delete pod -l app=nginx",
  ready(...both),
  ...inEach(both, (pod) => `exec -i -t "${pod}" -- curl http://localhost/`),
];

const scaling: readonly Step[] = [
  watch("get pods -w -l app=nginx", ["scale sts web --replicas=5"], /web-4 1\/1 Running/),
  { settle: "rollout status statefulset web" },
  `patch sts web -p '{"spec":{"replicas":3}}'`,
  gone("web-3", "web-4"),
  "get pods -l app=nginx",
  "get pvc -l app=nginx",
];

const updates: readonly Step[] = [
  `patch statefulset web -p '{"spec":{"updateStrategy":{"type":"RollingUpdate"}}}'`,
  patchImage("gcr.io/google_containers/nginx-slim:0.8"),
  updated,
  ready(...three),
  { run: "get pod -l app=nginx -w", until: /web-2 1\/1 Running/ },
  ...inEach(three, (pod) => imageOf(pod)),
  partition(3),
  patchImage("k8s.gcr.io/nginx-slim:0.7"),
  "delete pod web-2",
  ready(...three),
  imageOf("web-2"),
  partition(2),
  updated,
  ready(...three),
  imageOf("web-2", "po"),
  "delete pod web-1",
  ready(...three),
  imageOf("web-1"),
  partition(0),
  updated,
  ready(...three),
  ...inEach(three, (pod) => imageOf(pod)),
];

const deletion: readonly Step[] = [
  "delete statefulset web --cascade=orphan",
  "get pods -l app=nginx",
  "delete pod web-0",
  "get pods -l app=nginx",
  "apply -f web.yaml",
  ready("web-0"),
  gone("web-2"),
  ...inEach(both, (pod) => `exec -i -t "${pod}" -- curl http://localhost/`),
  "delete statefulset web",
  gone(...both),
  "delete service nginx",
  "apply -f web.yaml",
  ready("web-0"),
  ready("web-1"),
  "delete service nginx",
  "delete statefulset web",
  gone(...both),
  watch("get pod -l app=nginx -w", ["apply -f web-parallel.yaml"], /web-1 1\/1 Running/),
  ready(...both),
  "scale statefulset/web --replicas=4",
  { settle: "rollout status statefulset web" },
  "delete sts web",
  gone(...both, "web-2", "web-3"),
  "delete svc nginx",
];

const wordpress: ParityScript = {
  name: "WordPress and MySQL",
  nodes: 1,
  files: Object.fromEntries(
    ["kustomization.yaml", "mysql-deployment.yaml", "wordpress-deployment.yaml"].map((name) => [
      name,
      manifest(`wordpress/${name}`),
    ]),
  ),
  steps: [
    { run: "version", differs: "versions" },
    "apply -k ./",
    { settle: "wait deployment wordpress wordpress-mysql --for=condition=Available" },
    "get secrets",
    "get pvc",
    "get pods",
    loosely("get services wordpress"),
    "delete -k ./",
  ],
};

const cassandraWeb = quickManifests(
  "application/cassandra/cassandra-service.yaml",
  "application/cassandra/cassandra-statefulset.yaml",
);

const cassandra: ParityScript = {
  name: "Cassandra",
  nodes: 1,
  kubelets: { "nodetool status": "Datacenter: DC1-K8Demo\n" },
  web: cassandraWeb,
  files: {
    "cassandra-statefulset.yaml":
      cassandraWeb["application/cassandra/cassandra-statefulset.yaml"] ?? "",
    "editor.sh": `cat "$1"\nsed -i 's/^  replicas: 3/  replicas: 4/' "$1"\n`,
  },
  steps: [
    { settle: "wait node simulated-0 --for=condition=Ready" },
    "apply -f WEB/application/cassandra/cassandra-service.yaml",
    loosely("get svc cassandra"),
    "apply -f WEB/application/cassandra/cassandra-statefulset.yaml",
    "apply -f cassandra-statefulset.yaml",
    { settle: "rollout status statefulset cassandra" },
    "get statefulset cassandra",
    `get pods -l="app=cassandra"`,
    "exec -it cassandra-0 -- nodetool status",
    { run: "edit statefulset cassandra", environment: { KUBE_EDITOR: "sh editor.sh" } },
    { settle: "rollout status statefulset cassandra" },
    "get statefulset cassandra",
    "get pod cassandra-0 -o=jsonpath='{.spec.terminationGracePeriodSeconds}'",
    "delete statefulset -l app=cassandra",
    gone("cassandra-0", "cassandra-1", "cassandra-2", "cassandra-3"),
    { run: "delete persistentvolumeclaim -l app=cassandra", unordered: true },
    "delete service -l app=cassandra",
  ],
};

/** The tutorials' chapter on stateful applications. */
export const statefulScripts: readonly ParityScript[] = [
  {
    name: "the basics of StatefulSets",
    nodes: 1,
    kubelets: {
      "sh -c hostname": "POD\n",
      "sh -c echo $(hostname) > /usr/share/nginx/html/index.html": "",
      "curl localhost": "POD\n",
      "curl http://localhost/": "POD\n",
    },
    files: manifests("web.yaml", "web-parallel.yaml"),
    steps: [
      { settle: "wait node simulated-0 --for=condition=Ready" },
      ...statefulSet,
      ...scaling,
      ...updates,
      ...deletion,
    ],
  },
  wordpress,
  cassandra,
];
