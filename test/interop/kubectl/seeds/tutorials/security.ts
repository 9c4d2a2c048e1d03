import type { ParityScript } from "../../parity.ts";
import { loosely, manifest, manifests } from "../manifests.ts";

const profile = "k8s-apparmor-example-deny-write (enforce)\n";

/** As the pods of a cluster's own parts are. */
const systemPod = (name: string, more: string, container = "") => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: kube-system}
spec:
  hostNetwork: true
  ${more}
  containers: [{name: main, image: ${name}${container}}]
`;
const hostPath = "volumes: [{name: etc, hostPath: {path: /etc}}]";
const systemPods = [
  systemPod("etcd-psa-wo-cluster-pss-control-plane", hostPath),
  systemPod("kube-apiserver-psa-wo-cluster-pss-control-plane", hostPath),
  systemPod(
    "kindnet-vzj42",
    hostPath,
    ", securityContext: {capabilities: {add: [NET_RAW, NET_ADMIN]}}",
  ),
  systemPod("kube-proxy-m6hwf", hostPath, ", securityContext: {privileged: true}"),
].join("---\n");

const standards = (level: string) =>
  `label --dry-run=server --overwrite ns --all pod-security.kubernetes.io/enforce=${level}`;

/** The tutorials' chapter on security. */
export const securityScripts: readonly ParityScript[] = [
  {
    name: "containers under AppArmor",
    nodes: 1,
    kubelets: {
      "cat /proc/1/attr/current": profile,
      "touch /tmp/test": { stderr: "touch: /tmp/test: Permission denied\n", exitCode: 1 },
    },
    files: manifests("hello-apparmor.yaml"),
    steps: [
      { settle: "wait node simulated-0 --for=condition=Ready" },
      "get nodes -o=jsonpath='{range .items[*]}{@.metadata.name}: {@.status.nodeInfo.kubeletVersion}\n{end}'",
      `get nodes -o=jsonpath='{range .items[*]}{@.metadata.name}: {.status.conditions[?(@.reason=="KubeletReady")].message}\n{end}'`,
      "create -f ./hello-apparmor.yaml",
      { settle: "wait pod hello-apparmor --for=condition=Ready" },
      { ...loosely("get events"), unordered: true },
      // Words of a command without "--" are not taken any more.
      "exec hello-apparmor cat /proc/1/attr/current",
      "exec hello-apparmor -- cat /proc/1/attr/current",
      "exec hello-apparmor -- touch /tmp/test",
      {
        run: "create -f /dev/stdin",
        stdin: manifest("hello-apparmor-2.yaml"),
        asProgram: true,
      },
      { settle: "wait pod hello-apparmor-2 --for=condition=PodScheduled" },
      { settle: "wait pod hello-apparmor-2 --for=condition=Ready" },
      loosely("describe pod hello-apparmor-2"),
    ],
  },
  {
    name: "standards for the pods of namespaces, and what they would mean for all",
    files: { ...manifests("nginx-pod.yaml"), "system.yaml": systemPods },
    steps: [
      { settle: "get serviceaccount default" },
      { settle: "get serviceaccount default -n kube-system" },
      { settle: "config rename-context test kind-psa-ns-level" },
      "cluster-info --context kind-psa-ns-level",
      "cluster-info dump",
      "create ns example",
      { settle: "get serviceaccount default -n example" },
      "label --overwrite ns example pod-security.kubernetes.io/warn=baseline pod-security.kubernetes.io/warn-version=latest",
      "label --overwrite ns example pod-security.kubernetes.io/enforce=baseline pod-security.kubernetes.io/enforce-version=latest pod-security.kubernetes.io/warn=restricted pod-security.kubernetes.io/warn-version=latest pod-security.kubernetes.io/audit=restricted pod-security.kubernetes.io/audit-version=latest",
      "apply -n example -f nginx-pod.yaml",
      "apply -n default -f nginx-pod.yaml",
      { settle: "config rename-context kind-psa-ns-level kind-psa-wo-cluster-pss" },
      { settle: "create -f system.yaml" },
      "cluster-info --context kind-psa-ns-level",
      "cluster-info --context kind-psa-wo-cluster-pss",
      "get ns",
      standards("privileged"),
      standards("baseline"),
      standards("restricted"),
    ],
  },
  {
    name: "standards for the pods of a whole cluster",
    files: manifests("nginx-pod.yaml"),
    admission: manifest("cluster-level-pss.yaml"),
    steps: [
      { settle: "get serviceaccount default" },
      { settle: "config rename-context test kind-psa-with-cluster-pss" },
      "cluster-info --context kind-psa-with-cluster-pss",
      "apply -f nginx-pod.yaml",
    ],
  },
];
