import type { ParityScript } from "./parity.ts";

const map = (name: string, value: string, more = "") => `apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}${more}}
data: {a: "${value}"}
`;

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 0
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: a, image: one}
      - {name: b, image: two}
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

export const replaceScripts: readonly ParityScript[] = [
  {
    name: "objects are replaced",
    files: {
      "one.yaml": map("one", "1"),
      "two.yaml": map("one", "2"),
      "both.yaml": `${map("one", "3")}---\n${map("none", "3")}`,
      "old.yaml": map("one", "4", ', resourceVersion: "1"'),
      "wrong.yaml": `${map("one", "5")}foo: 1\n`,
      "raw.json": `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"},"data":{"raw":"1"}}`,
      "scale.yaml": `apiVersion: autoscaling/v1\nkind: Scale\nmetadata: {name: web}\nspec: {replicas: 0}\n`,
      "web.yaml": deployment,
    },
    steps: [
      "replace -f one.yaml",
      "create -f one.yaml",
      "replace -f two.yaml",
      "replace -f two.yaml -o yaml",
      "replace -f two.yaml -o name",
      "replace -f two.yaml --dry-run=client",
      "replace -f one.yaml --dry-run=server -o jsonpath={.data}",
      "replace -f both.yaml",
      "replace -f old.yaml",
      "replace -f wrong.yaml",
      "replace -f wrong.yaml --validate=warn",
      "replace -f one.yaml --save-config -o jsonpath={.metadata.annotations}",
      "replace -f one.yaml --record -o jsonpath={.metadata.annotations}",
      { run: "replace -f -", stdin: map("one", "6") },
      "replace",
      "replace -f missing.yaml",
      "replace -f one.yaml --grace-period=3",
      "replace -f one.yaml --timeout=3s",
      "replace -f one.yaml --force --dry-run=client",
      "replace -f one.yaml --force --grace-period=4",
      "replace -f one.yaml --force",
      "replace -f both.yaml --force -o name",
      { run: "replace -f - --force", stdin: map("piped", "6") },
      "replace -f one.yaml --cascade=foo --force",
      "replace -f one.yaml -n kube-public",
      "replace -f one.yaml --as=jim",
      "replace -f one.yaml --subresource=status",
      "create -f web.yaml",
      "replace -f web.yaml --subresource=status -o jsonpath={.status.replicas}",
      "replace -f web.yaml --force --cascade=orphan",
      "replace -f web.yaml --force --grace-period=0 --wait",
      "replace --raw /api/v1/namespaces/default/configmaps/one -f raw.json -o yaml",
      "replace --raw /api/v1/namespaces/default/configmaps/gone -f raw.json",
      "replace --raw nothing -f raw.json",
      "replace --raw / -f http://localhost/x",
      "replace --raw / -f raw.json -R",
      "replace --raw / -f raw.json -f one.yaml",
      "get cm one -o jsonpath={.data}",
    ],
  },
  {
    name: "objects are patched",
    files: {
      "web.yaml": deployment,
      "patch.yaml":
        "spec:\n  template:\n    spec:\n      containers:\n      - {name: a, image: file}\n",
      "crd.yaml": crd,
      "rocket.yaml":
        "apiVersion: example.com/v1\nkind: Rocket\nmetadata: {name: big}\nspec: {a: [1]}\n",
    },
    steps: [
      "create -f web.yaml",
      `patch deployment web -p '{"metadata":{"labels":{"x":"y"}}}'`,
      `patch deployment web -p '{"metadata":{"labels":{"x":"y"}}}'`,
      `patch deploy/web -p '{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"new"}]}}}}' -o jsonpath={..image}`,
      "patch deploy web --patch-file=patch.yaml -o jsonpath={..image}",
      "patch deploy web --patch-file=missing.yaml",
      `patch deploy web --type=merge -p '{"spec":{"replicas":0,"paused":true}}' -o yaml`,
      `patch deploy web --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/1/image","value":"j"}]'`,
      `patch deploy web --type=json -p '[{"op":"remove","path":"/spec/nothing"}]'`,
      `patch deploy web --type=json -p '{}'`,
      `patch deploy web --type=JSON -p '[]'`,
      `patch deploy web --type=foo -p '[]'`,
      `patch deploy web -p 'a: b: c'`,
      `patch deploy web -p '{"spec":{"replicas":"x"}}'`,
      `patch deploy web -p '{"foo":1}'`,
      `patch deploy web -p '{"metadata":{"name":"z"}}'`,
      `patch deploy web -p 'spec: {minReadySeconds: 3}' --dry-run=client`,
      `patch deploy web -p 'spec: {minReadySeconds: 3}' --dry-run=client -o yaml`,
      `patch deploy web -p 'spec: {minReadySeconds: 3}' --dry-run=server`,
      `patch deploy web -p 'spec: {minReadySeconds: 3}' --dry-run=server -o jsonpath={.spec.minReadySeconds}`,
      `patch deploy web --subresource=scale --type=merge -p '{"spec":{"replicas":0}}' -o yaml`,
      `patch deploy web --subresource=status -p '{"status":{"replicas":0}}'`,
      `patch deploy web --subresource=foo -p '{}'`,
      `patch -f web.yaml -p '{"metadata":{"annotations":{"a":"b"}}}'`,
      `patch -f web.yaml --local -p '{"metadata":{"annotations":{"c":"d"}}}' -o yaml`,
      `patch -f web.yaml --local --type=merge -p '{"spec":{"template":null}}' -o json`,
      `patch -f web.yaml --local --type=json -p '[{"op":"add","path":"/metadata/labels","value":{"q":"r"}}]' -o yaml`,
      `patch -f web.yaml --local -p '{}'`,
      `patch deploy web --local -p '{}'`,
      `patch -f web.yaml --local --dry-run=server -p '{}'`,
      "patch deploy web",
      "patch deploy web -p a --patch-file=b",
      "patch deploy -p {}",
      "patch -p {}",
      "patch deploy nope -p {}",
      `patch deploy web -p '{"spec":{"paused":false}}' --as=jim`,
      `patch deploy web -p '{"metadata":{"labels":{"m":"n"}}}' --field-manager=me --record`,
      "create -f crd.yaml",
      { settle: "get rockets" },
      "create -f rocket.yaml",
      `patch rocket big -p '{"spec":{"b":1}}'`,
      `patch rocket big --type=merge -p '{"spec":{"b":1}}' -o yaml`,
      `patch -f rocket.yaml --local -p '{"spec":{"b":1}}' -o yaml`,
      `patch -f rocket.yaml --local --type=merge -p '{"spec":{"b":1}}' -o yaml`,
    ],
  },
];
