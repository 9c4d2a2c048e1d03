import type { ParityScript } from "./parity.ts";

const event = (name: string, more: string) => `apiVersion: v1
kind: Event
metadata: {name: ${name}, namespace: quiet}
involvedObject: {kind: Pod, apiVersion: v1, name: web, namespace: quiet}
reason: Test
message: "  something ${name} "
${more}
`;

const events = [
  `{apiVersion: v1, kind: Namespace, metadata: {name: quiet}}\n`,
  event(
    "one",
    "type: Normal\nfirstTimestamp: 2025-01-01T00:00:00Z\nlastTimestamp: 2025-01-02T00:00:00Z\ncount: 3",
  ),
  event(
    "two",
    "type: Warning\nfirstTimestamp: 2024-01-01T00:00:00Z\nlastTimestamp: 2024-01-01T00:00:00Z",
  ),
  event("three", "type: Warning"),
].join("---\n");

const service = (name: string, more: string) => `apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: kube-system, labels: {kubernetes.io/cluster-service: "true"${more}}}
`;

const services = [
  `${service("plain", "")}spec: {ports: [{port: 80}]}\n`,
  `${service("named", ", kubernetes.io/name: Named")}spec: {ports: [{name: web, port: 80}]}\n`,
  `${service("secure", "")}spec: {ports: [{port: 443}]}\n`,
  `${service("bare", "")}spec: {clusterIP: None}\n`,
].join("---\n");

const definition = (
  plural: string,
  kind: string,
  scope: string,
) => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: ${plural}.metrics.k8s.io
  annotations: {api-approved.kubernetes.io: unapproved}
spec:
  group: metrics.k8s.io
  scope: ${scope}
  names: {plural: ${plural}, kind: ${kind}}
  versions:
  - name: v1beta1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;

const nodeMetrics = (
  name: string,
  cpu: string,
  memory: string,
) => `apiVersion: metrics.k8s.io/v1beta1
kind: NodeMetrics
metadata: {name: ${name}}
usage: {cpu: ${cpu}, memory: ${memory}}
`;

const podMetrics = (name: string, cpus: readonly string[]) => `apiVersion: metrics.k8s.io/v1beta1
kind: PodMetrics
metadata: {name: ${name}, namespace: default, labels: {app: ${name}}}
containers:
${cpus.map((cpu, index) => `- {name: c${index}, usage: {cpu: ${cpu}, memory: ${30 - index}Mi}}`).join("\n")}
`;

const node = (name: string) => `apiVersion: v1
kind: Node
metadata: {name: ${name}}
status: {capacity: {cpu: "4", memory: 8Gi}, allocatable: {cpu: "2", memory: 4Gi}}
`;

export const observeScripts: readonly ParityScript[] = [
  {
    name: "events",
    files: { "events.yaml": events },
    steps: [
      "create -f events.yaml",
      "events -n quiet",
      "events -n quiet --no-headers",
      "events -n quiet --types=Warning",
      "events -n quiet --types=normal,warning",
      "events -n quiet --types=Foo",
      "events -n quiet --for pod/web",
      "events -n quiet --for pods/other",
      "events -n quiet --for foo",
      "events -n quiet --for nope/x",
      "events -n quiet --for pod/a/b",
      "events -n nope",
      "events -n quiet -o yaml",
      "events -n quiet -o json",
      "events -n quiet -o name",
      "events -n quiet -o jsonpath={.items[*].reason}",
      "events -n quiet -o foo",
      "events -n quiet --as=jim",
      "events -A --for pod/web",
      "events -A --for pod/none",
    ],
  },
  {
    name: "addresses",
    files: { "services.yaml": services },
    steps: [
      { settle: "get ns kube-system" },
      { settle: "create -f services.yaml" },
      "cluster-info",
      "cluster-info x",
      "cluster-info -n default",
      "cluster-info --as=jim",
      "cluster-info dump --namespaces=none -o name",
      "cluster-info dump --namespaces=none -o foo",
      "cluster-info dump --namespaces=none",
      "cluster-info dump --namespaces=none --as=jim",
      "cluster-info dump --namespaces=none --output-directory=out -o yaml",
    ],
  },
  {
    name: "usage",
    files: {
      "definitions.yaml": `${definition("nodes", "NodeMetrics", "Cluster")}---\n${definition("pods", "PodMetrics", "Namespaced")}`,
      "metrics.yaml": [
        node("n1"),
        node("n2"),
        node("n3"),
        nodeMetrics("n1", "250m", "512Mi"),
        nodeMetrics("n2", "1500m", "100000Ki"),
        podMetrics("web", ["10m", "100n"]),
        podMetrics("api", ["2", "30m"]),
      ].join("---\n"),
    },
    steps: [
      "top node",
      "top pod",
      { run: "top", help: "stderr" },
      "top foo",
      { settle: "create -f definitions.yaml" },
      {
        settle: "wait crd/nodes.metrics.k8s.io crd/pods.metrics.k8s.io --for=condition=Established",
      },
      { settle: "get nodes.metrics.k8s.io,pods.metrics.k8s.io" },
      "top pod --use-protocol-buffers=false",
      { settle: "create -f metrics.yaml" },
      ...[
        "node",
        "nodes --no-headers",
        "node n1",
        "no n1 --show-capacity",
        "node nope",
        "node --sort-by=cpu",
        "node --sort-by=memory",
        "pod",
        "pods web",
        "po nope",
        "pod -A",
        "pod -n nope",
        "pod --containers",
        "pod --containers -A --sort-by=cpu",
        "pod --containers --sort-by=memory --no-headers",
        "pod --sort-by=memory",
        "pod --sort-by=cpu --sum",
        "pod --sum -A --containers",
        "pod --sum --no-headers",
        "pod -l app=web",
        "pod -l app=none",
        "pod --as=jim",
      ].map((words) => `top ${words} --use-protocol-buffers=false`),
      "top node --sort-by=x",
      "top node n1 -l a=b",
      "top node a b",
      "top pod --sort-by=x",
      "top pod x -l a=b",
      "top pod x y",
    ],
  },
];
