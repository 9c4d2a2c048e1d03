import type { ParityScript } from "./parity.ts";

const header = (kind: string, name: string, more = "") => `apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
metadata: {name: ${name}${more}}
`;

const role = (resources: string) =>
  `${header("Role", "reader", ", namespace: made, labels: {a: b}")}rules: [{apiGroups: [""], resources: [${resources}], verbs: [get, list]}]
`;

const binding = (users: readonly string[], to = "reader") =>
  `${header("RoleBinding", "readers", ", namespace: made")}roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${to}}
subjects:
${users.map((name) => `- {kind: User, apiGroup: rbac.authorization.k8s.io, name: ${name}}`).join("\n")}
- {kind: ServiceAccount, name: robot, namespace: made}
`;

const clusterRole = (verbs: string) =>
  `${header("ClusterRole", "watcher")}rules: [{nonResourceURLs: ["/x", "/y/*"], verbs: [${verbs}]}]
`;

const files = (role1: string, binding1: string, cluster1: string) =>
  `${role1}---\n${binding1}---\n${cluster1}---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: left}}\n`;

export const authScripts: readonly ParityScript[] = [
  {
    name: "what is allowed",
    steps: [
      { settle: "get clusterrole system:basic-user system:discovery" },
      "auth can-i get pods",
      "auth can-i get pods --as=jim",
      "auth can-i foo pods",
      "auth can-i get nope",
      "auth can-i get nope.x.y",
      "auth can-i get nodes",
      "auth can-i get nodes -A",
      "auth can-i get clusterroles.rbac.authorization.k8s.io",
      "auth can-i get /healthz",
      "auth can-i foo /secret --as=jim",
      "auth can-i get /x --subresource=log",
      "auth can-i get",
      "auth can-i",
      "auth can-i a b c",
      "auth can-i get pods -q",
      "auth can-i get pods --quiet --as=jim",
      "auth can-i get pods --subresource=log --as=jim",
      "auth can-i get deploy/web -A",
      "auth can-i impersonate users",
      "auth can-i '*' '*'",
      "auth can-i '*' '*' --as=jim -n kube-system",
      "auth can-i get pods --no-headers",
      "auth can-i --list x",
      "auth can-i --list -q",
      "auth can-i --list",
      "auth can-i --list --as=jim",
      "auth can-i --list --no-headers --as=jim --as-group=system:authenticated",
      "auth can-i list pods --as=system:serviceaccount:kube-system:namespace-controller",
      "auth whoami --as=jim",
      "auth whoami --as=jim --as-uid=5",
      "auth whoami --as=jim -o yaml",
      "auth whoami --as=jim -o json",
      "auth whoami --as=jim -o name",
      "auth whoami --as=jim -o jsonpath={.status.userInfo.username}",
      "auth whoami -o foo",
      { run: "auth", help: "stderr" },
      "auth foo",
    ],
  },
  {
    name: "roles are reconciled",
    files: {
      "one.yaml": files(role("pods, services"), binding(["a"]), clusterRole("get")),
      "two.yaml": files(role("pods, secrets"), binding(["b"]), clusterRole("get, put")),
      "three.yaml": files(role("pods"), binding(["c"]), clusterRole("put")),
      "four.yaml": files(role("pods"), binding(["c"], "other"), clusterRole("put")),
      "nowhere.yaml": binding(["a"]).replace(", namespace: made}", "}"),
      "protected.yaml": `${header("ClusterRole", "kept", ", annotations: {rbac.authorization.kubernetes.io/autoupdate: 'false'}")}rules: []\n`,
      "kept.yaml": `${header("ClusterRole", "kept")}rules: [{apiGroups: [apps], resources: ["*"], verbs: ["*"]}]\n`,
    },
    steps: [
      "auth reconcile",
      "auth reconcile -f one.yaml x",
      "auth reconcile -f missing.yaml",
      "auth reconcile -f one.yaml --dry-run=server",
      "auth reconcile -f one.yaml --dry-run=client",
      "auth reconcile -f one.yaml",
      "auth reconcile -f one.yaml",
      "auth reconcile -f two.yaml",
      "auth reconcile -f three.yaml --dry-run=client --remove-extra-permissions",
      "auth reconcile -f three.yaml --remove-extra-permissions --remove-extra-subjects",
      "auth reconcile -f four.yaml",
      "auth reconcile -f four.yaml -o name",
      "auth reconcile -f nowhere.yaml",
      "auth reconcile -f protected.yaml",
      "auth reconcile -f kept.yaml",
      "auth reconcile -f one.yaml --as=jim",
      "get role,rolebinding -n made -o name",
    ],
  },
];
