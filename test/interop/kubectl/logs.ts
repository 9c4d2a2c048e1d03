import type { ParityScript } from "./parity.ts";

const workloads = `apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: a, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: many, labels: {app: many, all: "yes"}}
spec:
  initContainers: [{name: i, image: nginx, command: [exit]}]
  containers: [{name: a, image: nginx, tty: true, stdin: true}, {name: b, image: nginx}]
---
apiVersion: v1
kind: Pod
metadata: {name: annotated, annotations: {kubectl.kubernetes.io/default-container: b}}
spec: {containers: [{name: a, image: nginx}, {name: b, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: mistaken, annotations: {kubectl.kubernetes.io/default-container: z}}
spec: {containers: [{name: a, image: nginx}, {name: b, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: stuck}
spec: {nodeSelector: {never: here}, containers: [{name: a, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: fickle, labels: {set: two}}
spec: {nodeSelector: {never: here}, containers: [{name: a, image: nginx}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: dep}
spec:
  replicas: 1
  selector: {matchLabels: {app: dep}, matchExpressions: [{key: tier, operator: In, values: [one, two]}]}
  template:
    metadata: {labels: {app: dep, tier: one}}
    spec: {containers: [{name: a, image: nginx}, {name: b, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: dep-old, labels: {app: dep, tier: two, set: two}, creationTimestamp: null}
spec: {nodeSelector: {never: here}, containers: [{name: a, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: front}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: outside}
spec: {ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: none}
spec:
  replicas: 0
  selector: {matchLabels: {app: none}}
  template: {metadata: {labels: {app: none}}, spec: {containers: [{name: a, image: nginx}]}}
`;

/** Pods on nodes whose kubelets answer, and some that found no node. */
export const streamFixture = {
  files: { "w.yaml": workloads },
  nodes: true,
  kubelets: true,
} as const;

export const startWorkloads = [
  "apply -f w.yaml",
  { settle: "wait --for=condition=Ready pod web many annotated mistaken --timeout=1s" },
  { settle: "wait --for=condition=Available deploy dep --timeout=1s" },
] as const;

export const logsScripts: readonly ParityScript[] = [
  {
    ...streamFixture,
    name: "of containers, pods and what pods belong to",
    steps: [
      ...startWorkloads,
      "logs",
      "logs web a b",
      "logs web -l app=web",
      "logs web",
      "logs pod/web",
      "logs pods/web",
      "logs web a",
      "logs web z",
      "logs web -c z",
      "logs web a -c a",
      "logs many",
      "logs many -c i",
      "logs many b",
      { run: "logs many --all-containers", unordered: true },
      "logs many --all-containers -c a",
      "logs many --all-containers a",
      "logs annotated",
      "logs mistaken",
      "logs stuck",
      "logs stuck --ignore-errors",
      "logs nope",
      "logs nope -n kube-system",
      "logs nope -n other",
      "logs deploy/dep",
      "logs deploy/dep -c b",
      "logs deploy/dep -c z",
      "logs deploy/nope",
      "logs foo/nope",
      "logs cm/kube-root-ca.crt",
      "logs ns/default",
      "logs svc/front",
      "logs svc/outside",
      "logs rs/none --pod-running-timeout=100ms",
      "logs pod/web pod/many",
      "logs pod web",
      { run: "logs deploy/dep --all-pods -c a --ignore-errors", unordered: true },
      { run: "logs deploy/dep --all-pods --all-containers --ignore-errors", unordered: true },
      "logs -l app=web",
      "logs -l app=nope",
      { run: "logs -l app=many --all-containers", unordered: true },
      { run: "logs -l app=many --all-containers --tail=1 --prefix", unordered: true },
      { run: "logs -l app=many --all-containers -f", unordered: true },
      { run: "logs -l app=many --all-containers -f --prefix", unordered: true },
      "logs -l app=many --all-containers -f --max-log-requests=2",
      "logs -l app=many --max-log-requests=1 -f",
      "logs -l set=two",
      { run: "logs -l set=two --ignore-errors", unordered: true },
      "logs -l 'app in ('",
      "logs web --tail=1",
      "logs web --tail=0",
      "logs web --tail=-1",
      "logs web --tail=-2",
      "logs web --tail=x",
      "logs web --since=1h",
      "logs web --since=1500ms",
      "logs web --since=-1h",
      "logs web --since=10",
      "logs web --since-time=2024-08-30T06:00:00Z",
      "logs web --since-time=2024-08-30T06:00:00.5+02:00",
      "logs web --since-time=yesterday",
      "logs web --since-time=2024-08-30",
      "logs web --since=1h --since-time=2024-08-30T06:00:00Z",
      "logs web --limit-bytes=10",
      "logs web --limit-bytes=-1",
      "logs web --timestamps",
      "logs web -p",
      "logs web --previous --timestamps -c a",
      "logs web -f",
      "logs web -f --tail=2 --prefix",
      "logs web --prefix",
      "logs web --insecure-skip-tls-verify-backend",
      "logs web --as=jim",
      "logs -l app=web --as=jim",
      "logs deploy/dep --as=jim",
      "logs web --foo",
      "logs web --max-log-requests=x",
      "logs web -n default --request-timeout=5s",
    ],
  },
];
