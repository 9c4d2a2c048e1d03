import type { ParityScript } from "./parity.ts";

const map = (name: string, value: string, more = "") => `apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}${more}}
data: {a: "${value}", b: "<&>"}
`;

const deployment = (image: string, more = "") => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  selector: {matchLabels: {app: web}}
  ${more}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "${image}", ports: [{containerPort: 80}]}
`;

const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: rockets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: rockets, singular: rocket, kind: Rocket}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties: {spec: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;

const rocket = (stages: string) => `apiVersion: example.com/v1
kind: Rocket
metadata: {name: big}
spec: {stages: ${stages}}
`;

export const applyScripts: readonly ParityScript[] = [
  {
    name: "the client compares",
    files: {
      "one.yaml": map("one", "1"),
      "two.yaml": `${map("two", "1")}---\n${map("one", "2")}`,
      "named.yaml": map("named", "1", ", labels: {app: x}"),
      "web1.yaml": deployment("nginx:1"),
      "web2.yaml": deployment("nginx:2", "replicas: 3"),
      "web3.yaml": deployment("nginx:2"),
      "bad.yaml": deployment("nginx:2").replace("matchLabels: {app: web}", "matchLabels: {app: x}"),
      "crd.yaml": crd,
      "rocket1.yaml": rocket("[1, 2]"),
      "rocket2.yaml": rocket("[3]"),
    },
    steps: [
      "apply -f one.yaml",
      "apply -f one.yaml",
      "apply -f two.yaml",
      "apply -f two.yaml -o name",
      "apply -f two.yaml --dry-run=client",
      "apply -f two.yaml --dry-run=server",
      "apply -f one.yaml --dry-run=server",
      "apply -f one.yaml -o jsonpath={.data.a}",
      "apply -f named.yaml --dry-run=client -o name",
      { run: "apply -f -", stdin: map("made", "1") },
      "apply",
      "apply x",
      "apply -f missing.yaml",
      "apply -f one.yaml --force-conflicts",
      "apply -f web1.yaml",
      "apply -f web2.yaml",
      "apply -f web3.yaml",
      "get deploy web -o jsonpath={.spec.replicas}",
      "apply -f bad.yaml",
      "apply -f one.yaml -n kube-public",
      "apply -f crd.yaml",
      { settle: "get rockets" },
      "apply -f rocket1.yaml",
      "apply -f rocket2.yaml",
      "apply -f rocket2.yaml",
      "get rocket big -o jsonpath={.spec.stages}",
      "apply -f one.yaml --prune",
      "apply -f named.yaml --prune -l app=x",
      "apply -f one.yaml --prune --all --dry-run=client",
      "apply -f one.yaml --prune --all",
      "apply -f one.yaml --prune --all --prune-allowlist=core/v1/ConfigMap",
      "apply -f one.yaml --prune --all --prune-allowlist=ConfigMap",
    ],
  },
  {
    name: "the server merges",
    files: {
      "one.yaml": map("one", "1"),
      "web1.yaml": deployment("nginx:1"),
      "web2.yaml": deployment("nginx:2", "replicas: 3"),
    },
    steps: [
      "apply --server-side -f one.yaml",
      "apply --server-side -f one.yaml --field-manager=other",
      { run: "apply --server-side -f - --field-manager=other", stdin: map("one", "2") },
      {
        run: "apply --server-side -f - --field-manager=other --force-conflicts",
        stdin: map("one", "2"),
      },
      "apply --server-side -f web1.yaml",
      "apply --server-side -f web2.yaml",
      "apply --server-side -f web2.yaml --force-conflicts",
      "apply --server-side -f web2.yaml --dry-run=server",
      "apply --server-side -f web2.yaml --dry-run=client",
      "apply --server-side -f web2.yaml --force",
      "apply --server-side -f web2.yaml -o name",
      "get deploy web -o yaml --show-managed-fields -n nope",
    ],
  },
  {
    name: "who compared before lets the server merge",
    files: {
      "one.yaml": map("one", "1"),
      "less.yaml": map("one", "1").replace(', b: "<&>"', ""),
      "made.yaml": map("made", "1"),
      "web1.yaml": deployment("nginx:1", "replicas: 0"),
      "web2.yaml": deployment("nginx:2", "replicas: 0"),
    },
    steps: [
      "apply -f one.yaml -f web1.yaml",
      "apply --server-side -f less.yaml --dry-run=server",
      "apply --server-side -f less.yaml",
      "get cm one -o yaml --show-managed-fields",
      "apply --server-side -f web2.yaml",
      "apply --server-side -f web2.yaml",
      "get deploy web -o jsonpath={.metadata.managedFields[*].manager}",
      "apply -f web1.yaml",
      "apply --server-side -f web1.yaml",
      "apply -f made.yaml --field-manager=me",
      "apply --server-side -f made.yaml --field-manager=you",
      "get cm made -o yaml --show-managed-fields",
      "create -f made.yaml --save-config -n kube-public",
      "apply --server-side -f made.yaml -n kube-public",
      "get cm made -n kube-public -o yaml --show-managed-fields",
    ],
  },
  {
    name: "sets of what is applied together",
    files: {
      "one.yaml": map("one", "1"),
      "two.yaml": `${map("two", "1")}---\n${map("one", "2")}`,
      "web.yaml": deployment("nginx:1", "replicas: 0"),
      "taken.yaml": map("taken", "1", ", labels: {applyset.kubernetes.io/part-of: x}"),
      "crd.yaml": crd.replace(
        "rockets.example.com}",
        "rockets.example.com, labels: {applyset.kubernetes.io/is-parent-type: 'true'}}",
      ),
      "plain.yaml": map("plain", "1"),
      "other.yaml": map("other", "1", ", annotations: {applyset.kubernetes.io/tooling: helm/v4}"),
      "idless.yaml": map(
        "idless",
        "1",
        ", annotations: {applyset.kubernetes.io/tooling: kubectl/v1}",
      ),
    },
    steps: [
      "apply -f one.yaml --prune --applyset=set -n default",
      ...[
        "apply -f one.yaml --prune --applyset=set",
        "apply -f one.yaml --applyset=set -n default",
        "apply -f one.yaml --prune --applyset=set -n default --all",
        "apply -f one.yaml --prune --applyset=set -n default -l a=b",
        "apply -f one.yaml --prune --applyset=set -n default --prune-allowlist=core/v1/ConfigMap",
        "apply -f one.yaml --prune --applyset=set -n default --force",
        "apply -f one.yaml --prune --applyset=secrets/ -n default",
        "apply -f one.yaml --prune --applyset=nothing/x -n default",
        "apply -f one.yaml --prune --applyset=pods/x -n default",
        "apply -f one.yaml --prune --applyset=deployments.apps/x",
        "apply -f two.yaml --prune --applyset=set -n default --dry-run=client",
        "apply -f two.yaml --prune --applyset=set -n default",
        "apply -f two.yaml --prune --applyset=set -n default",
        "apply -f one.yaml --prune --applyset=set -n default --dry-run=server",
        "apply -f one.yaml --prune --applyset=set -n default --dry-run=client",
        "apply -f one.yaml --prune --applyset=set -n default",
        "apply -f web.yaml --prune --applyset=configmaps/parent -n default",
        "apply -f plain.yaml --prune --applyset=configmaps/parent -n default --server-side",
        "apply -f plain.yaml --prune --applyset=configmaps/parent -n default -o name",
        "apply -f taken.yaml --prune --applyset=set2 -n default",
        "create -f other.yaml -f idless.yaml",
        "apply -f one.yaml --prune --applyset=configmaps/plain -n default",
        "apply -f one.yaml --prune --applyset=configmaps/other -n default",
        "apply -f one.yaml --prune --applyset=configmaps/idless -n default",
        "apply -f one.yaml --prune --applyset=set -n default --as=jim",
        "apply -f crd.yaml",
        "apply -f one.yaml --prune --applyset=rockets.example.com/none -n default",
        "get secret set -o jsonpath={.metadata.labels}",
        "apply -f one.yaml --prune",
        "apply -f one.yaml --prune --all -l a=b",
        "apply -f one.yaml --prune --all --force",
        "apply -f one.yaml --prune --all --server-side",
      ].map((run) => ({ run, environment: { KUBECTL_APPLYSET: "true" } })),
    ],
  },
];
