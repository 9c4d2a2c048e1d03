import type { ParityScript } from "./parity.ts";

const deployment = (name: string, more = "") => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: 1
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      terminationGracePeriodSeconds: 0
      nodeSelector: {kubernetes.io/hostname: simulated-0}
      tolerations: [{operator: Exists}]
      ${more}
      containers: [{name: main, image: nginx}]
`;

const pod = (name: string) => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {alone: "yes"}}
spec:
  nodeName: simulated-1
  terminationGracePeriodSeconds: 0
  containers: [{name: main, image: nginx}]
`;

const budget = `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
`;

export const drainScripts: readonly ParityScript[] = [
  {
    name: "pods leave nodes",
    nodes: true,
    files: {
      "web.yaml": deployment("web"),
      "cache.yaml": deployment("cache", "volumes: [{name: tmp, emptyDir: {}}]"),
      "alone.yaml": pod("alone"),
      "budget.yaml": budget,
    },
    steps: [
      { settle: "get sa default" },
      { settle: "create -f alone.yaml" },
      { settle: "wait pod/alone --for=condition=Ready" },
      "drain",
      "drain nope",
      "drain simulated-1 -l a=b",
      "drain simulated-1 --pod-selector='a b'",
      "drain -l none=none",
      "drain simulated-1",
      "drain simulated-1 --dry-run=client",
      "drain simulated-1 --force --dry-run=client",
      "drain simulated-1 --force --dry-run=server",
      "drain simulated-1 --force --pod-selector=alone=no",
      "drain simulated-1 --as=jim",
      "drain node/simulated-1 --force",
      "uncordon simulated-1",
      { settle: "create -f alone.yaml" },
      { settle: "wait pod/alone --for=condition=Ready" },
      "drain simulated-1 --force --disable-eviction",
      "uncordon simulated-1",
      { settle: "create -f cache.yaml" },
      { settle: "wait deploy/cache --for=condition=Available" },
      "drain simulated-0 --timeout=3s",
      "drain simulated-0 --delete-emptydir-data --dry-run=client",
      { settle: "delete deploy cache --wait" },
      { settle: "uncordon simulated-0" },
      { settle: "create -f web.yaml -f budget.yaml" },
      { settle: "wait deploy/web --for=condition=Available" },
      { settle: "wait pdb/web --for=jsonpath={.status.currentHealthy}=1" },
      "drain simulated-0 simulated-1 --timeout=2s",
    ],
  },
];

const csr = (name: string) => `apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: ${name}}
spec:
  request: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIcU1JR1JBZ0VBTUM4eERqQU1CZ05WQkFNTUJXcGhibVV4SFRBYkJnTlZCQW9NRkhONWMzUmxiVHBoZFhSbwpaVzUwYVdOaGRHVmtNRmt3RXdZSEtvWkl6ajBDQVFZSUtvWkl6ajBEQVFjRFFnQUUK
  signerName: example.com/none
  usages: [client auth]
`;

export const waitScripts: readonly ParityScript[] = [
  {
    name: "for conditions",
    nodes: true,
    files: {
      "web.yaml": deployment("web"),
      "map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n",
    },
    steps: [
      { settle: "get sa default" },
      { settle: "create -f web.yaml -f map.yaml" },
      "wait deploy/web --for=condition=Available",
      "wait deploy web --for=condition=available=TRUE",
      "wait -f web.yaml --for=condition=Available",
      "wait deploy/web --for=condition=Nope --timeout=1s",
      "wait deploy/web --for=condition=available=false --timeout=1s",
      "wait deploy/web --for=jsonpath='{.spec.replicas}'=1",
      "wait deploy/web --for=jsonpath=.spec.replicas=1",
      "wait deploy/web --for=jsonpath='{.spec.replicas}'=2 --timeout=1s",
      "wait deploy/web --for=jsonpath='{.spec.nope}' --timeout=1s",
      "wait deploy/web --for=jsonpath='{.spec.replicas}'",
      `wait deploy/web --for='jsonpath={.status.conditions[?(@.type=="Available")].status}=True'`,
      "wait deploy/web --for=jsonpath='{.spec.template}'=b",
      "wait deploy/web --for=jsonpath='{.spec.replicas}'=a=b",
      "wait deploy/web --for=jsonpath='{.a}'=",
      "wait deploy/web --for=jsonpath='{.a'",
      "wait deploy/web --for=foo",
      "wait deploy/web",
      "wait --for=delete",
      "wait --for=condition=x",
      "wait deploy --for=delete",
      "wait deploy/nope --for=delete",
      "wait deploy/nope --for=condition=x",
      "wait cm/zz --for=create --timeout=1s",
      "wait cm/m --for=create",
      "wait cm/m --for=CREATE -o name",
      "wait deploy --all --for=condition=Available",
      "wait deploy -l x=y --for=condition=Available",
      "wait deploy -l x=y --for=delete",
      "wait deploy/web cm/m --for=condition=Available --timeout=1s",
      "wait cm/m deploy/web --for=condition=Available --timeout=1s",
      "wait deploy/web --for=delete --timeout=1s",
      "wait deploy/web --for=delete --timeout=0",
      "wait deploy/web --for=condition=Available --timeout=0",
      "wait deploy/web --for=condition=Nope --timeout=0s",
      "wait nope/web --for=delete",
      "wait deploy/web --for=condition=Available -o name",
      "wait deploy/web --for=condition=Available --as=jim",
      "wait deploy/web --for=delete --as=jim",
      "wait deploy/web --for=condition=Available --timeout=x",
      { settle: "delete cm m --wait=false" },
      "wait cm/m --for=delete",
    ],
  },
];

export const certificateScripts: readonly ParityScript[] = [
  {
    name: "requests are decided",
    files: {
      "a.yaml": csr("a"),
      "b.yaml": csr("b"),
    },
    steps: [
      "create -f a.yaml -f b.yaml",
      { settle: "get cm kube-root-ca.crt" },
      { run: "certificate", help: "stdout" },
      { run: "certificate foo", help: "stdout" },
      "certificate approve",
      "certificate approve nope",
      "certificate approve a",
      "certificate approve a",
      "certificate approve a --force",
      "certificate deny a",
      "certificate deny -f b.yaml -o name",
      "certificate deny b",
      "certificate approve b a",
      "certificate approve a --as=jim",
      "certificate deny",
    ],
  },
];
