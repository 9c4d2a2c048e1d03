import type { ParityScript } from "./parity.ts";

const pod = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"a","image":"nginx"}]}}`;
const bad = `apiVersion: v1
kind: Pod
metadata: {name: BAD}
spec: {restartPolicy: Foo, containers: [{name: A, image: ""}]}
`;
const maps = `apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {x: "1"}}, data: {k: "<&>"}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}
`;

export const createAndDeleteScripts: readonly ParityScript[] = [
  {
    name: "objects of files come and go",
    files: {
      "pod.json": pod,
      "bad.yaml": bad,
      "dir/maps.yaml": maps,
      "dir/sub/pod.json": pod,
      "dir/README": "none",
      "kindless.yaml": "a: b\n",
      "unknown.yaml": "apiVersion: a/v1\nkind: Foo\nmetadata: {name: x}\n",
      "unknown-field.yaml": `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: u}\nfoo: 1\n`,
      "elsewhere.yaml": `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: u, namespace: other}\n`,
    },
    steps: [
      "create -f pod.json",
      "create -f pod.json",
      "create -f dir",
      "create -f dir -R",
      { run: "create -f -", stdin: pod.replace("web", "piped") },
      "create -f bad.yaml",
      "create -f pod.json -f bad.yaml",
      "create -f kindless.yaml",
      "create -f unknown.yaml",
      "create -f unknown-field.yaml",
      "create -f unknown-field.yaml --validate=warn",
      "create -f elsewhere.yaml",
      "create -f elsewhere.yaml -n default",
      "create -f missing.yaml",
      "create -f pod.json --dry-run=client",
      "create -f bad.yaml --dry-run=server",
      "create -f dir --dry-run=client -o name",
      "create -f dir --dry-run=foo",
      "create -f dir/maps.yaml --dry-run",
      "create -f dir -o wide",
      "create -f dir --save-config -n kube-public",
      "get cm a -n kube-public -o yaml",
      "create -f pod.json -k dir",
      "create pod.json",
      "create --field-manager=me -f pod.json -n kube-public -o jsonpath={.metadata.name}",
      "delete -f dir -R",
      "delete pod piped --dry-run=client",
      "delete pod piped --dry-run=server -o name",
      "delete pod piped --now --grace-period=3",
      "delete pod piped --force --grace-period=5",
      "delete pod piped --now",
      "delete cm u",
      "delete cm u",
      "delete cm u --ignore-not-found",
      "delete cm -l a=b",
      "delete cm --all -l a=b",
      "delete cm --all x",
      "delete cm --cascade=foo x",
      "delete cm x --cascade=true",
      "delete cm,svc x",
      "delete -n kube-public cm/a svc/x",
      "delete cm x -o json",
      "delete cm",
      "delete",
      "delete cm -A",
      "delete cm b -n kube-public --force",
      "delete cm -A --all --dry-run=client",
      "delete --raw /api/v1/namespaces/default/configmaps/zz",
      "delete ns nope --timeout=1s",
    ],
  },
];
