import type { ParityScript } from "./parity.ts";

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
      - name: web
        image: nginx
        envFrom: [{configMapRef: {name: settings}}]
`;

export const kustomizeScripts: readonly ParityScript[] = [
  {
    name: "kustomizations are built and used",
    files: {
      "base/kustomization.yaml":
        "resources: [web.yaml]\nconfigMapGenerator:\n- {name: settings, literals: [a=1]}\nimages:\n- {name: nginx, newTag: '1.25'}\n",
      "base/web.yaml": deployment,
      "over/kustomization.yaml":
        "resources: [../base]\nnamePrefix: my-\npatches:\n- patch: |-\n    - {op: replace, path: /spec/replicas, value: 0}\n  target: {kind: Deployment}\n",
      "old/kustomization.yaml": "bases: [../base]\ncommonLabels: {a: b}\n",
      "broken/kustomization.yaml": "resources: [gone.yaml]\n",
      "wrong/kustomization.yaml": "foo: bar\n",
      "empty/README": "nothing",
      "out/.keep": "",
    },
    steps: [
      "kustomize base",
      "kustomize over",
      "kustomize over -o result.yaml",
      "kustomize over --output out",
      "kustomize old",
      "kustomize broken",
      "kustomize wrong",
      "kustomize empty",
      "kustomize",
      "kustomize nothing",
      "kustomize base over",
      "kustomize base --load-restrictor=Foo",
      "kustomize base --foo",
      "kustomize base --enable-helm --enable-alpha-plugins",
      "create -k base",
      "get -k base -o name",
      "apply -k over",
      "apply -k over",
      "apply -k old --dry-run=client",
      "apply -k broken",
      "apply -k empty",
      "apply -k base -f base/web.yaml",
      "apply -k base -R",
      "apply -f result.yaml",
      "replace -k base",
      `patch -k base -p '{"metadata":{"labels":{"x":"y"}}}'`,
      "expose -k base --port=80",
      "autoscale -k base --max=1",
      "delete -k base",
      "delete -k over --ignore-not-found",
      "delete -k over",
    ],
  },
];
