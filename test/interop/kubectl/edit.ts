import type { ParityScript } from "./parity.ts";

const map = (name: string, value: string) => `apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}}
data: {a: "${value}"}
`;

const web = `apiVersion: apps/v1
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

/** An editor that shows what it is given, and runs a command of sed on it. */
const shows = `cat "$1"\nsed -i "$SED" "$1"\n`;
/** One that puts right in the second round what it got wrong in the first. */
const twice = `cat "$1"
if grep -q "not valid" "$1"; then sed -i 's/replicas: -1/replicas: 2/' "$1"
else sed -i 's/replicas: 0/replicas: -1/' "$1"; fi
`;

const by = (run: string, sed: string, editor = "show.sh") => ({
  run,
  environment: { KUBE_EDITOR: `sh ${editor}`, SED: sed },
});

export const editScripts: readonly ParityScript[] = [
  {
    name: "objects are changed in an editor",
    files: {
      "one.yaml": map("one", "1"),
      "both.yaml": `${map("one", "1")}---\n${map("two", "1")}`,
      "new.yaml": map("new", "1"),
      "web.yaml": web,
      "crd.yaml": crd,
      "rocket.yaml":
        "apiVersion: example.com/v1\nkind: Rocket\nmetadata: {name: big}\nspec: {a: [1]}\n",
      "show.sh": shows,
      "twice.sh": twice,
      "empty.sh": `: > "$1"\n`,
      "comments.sh": `echo "# nothing" > "$1"\n`,
      "gone.sh": `sed -i 's/a: "1"/a: "2"/' "$1"; exit 3\n`,
    },
    steps: [
      "create -f both.yaml -f web.yaml",
      by("edit cm one", "s/nothing//"),
      by("edit cm one", 's/a: "1"/a: "2"/'),
      by("edit cm/one cm/two", "s/^\\(\\s*\\)a:/\\1b:/"),
      by("edit cm two -o json", `s/"b":/"c":/`),
      by("edit cm one -o name", "s/b:/d:/"),
      by("edit cm one --output-patch", "s/d:/e:/"),
      by("edit cm one --save-config", "s/e:/f:/"),
      by("edit -f one.yaml", "s/f:/g:/"),
      by("edit cm one", "s/^data:/foo: 1\\ndata:/"),
      by("edit cm one --validate=ignore", "s/^data:/foo: 1\\ndata:/"),
      by("edit cm one", "s/name: one/name: three/"),
      by("edit cm one", "s/kind: ConfigMap/kind: Secret/"),
      by("edit cm one", "/^kind/d"),
      by("edit cm one", "/^kind/d;/^apiVersion/d"),
      by("edit cm one", "s/resourceVersion:.*/resourceVersion: '1'/;s/g:/h:/"),
      by("edit deploy web", "s/replicas: 0/replicas: x/"),
      by("edit deploy web", "", "twice.sh"),
      by("edit deploy web --subresource=status", "s/observedGeneration:.*/observedGeneration: 1/"),
      by("edit cm one", "", "empty.sh"),
      by("edit cm one", "", "comments.sh"),
      by("edit cm one", "", "gone.sh"),
      { run: "edit cm one", environment: { KUBE_EDITOR: "nosuch-editor" } },
      { run: "edit cm one", environment: { KUBE_EDITOR: "false" } },
      { run: "edit cm one", environment: { EDITOR: "true" } },
      { run: "edit cm one", environment: { KUBE_EDITOR: `sh -c 'sed -i "s/g:/i:/" "$0"'` } },
      by("edit cm nope", "s/a/b/"),
      by("edit cm", "s/i:/j:/"),
      by("edit", "s/a/b/"),
      by("edit nothings x", "s/a/b/"),
      by("edit cm one -o wide", "s/a/b/"),
      by("edit cm one --as=jim", "s/j:/k:/"),
      by("edit cm one --windows-line-endings", "s/j:/k:/"),
      by("edit cm -l a=b", "s/j:/k:/"),
      by("create --edit -f new.yaml", 's/a: "1"/a: "2"/'),
      by("create --edit -f new.yaml -o json", 's/a: "1"/a: "2"/'),
      by("create --edit -f new.yaml", "s/nothing//"),
      by("create --edit -f new.yaml --save-config", "s/name: new$/name: newer/"),
      by("create --edit -f both.yaml", 's/a: "1"/a: "2"/'),
      "create --raw /api/v1/namespaces/default/configmaps -f new.yaml",
      "create --raw /api --edit -f new.yaml",
      "create --raw /api -f new.yaml -l a=b",
      "create --raw /api -f new.yaml -o yaml",
      "create -f crd.yaml",
      { settle: "get rockets" },
      "create -f rocket.yaml",
      by("edit rocket big --output-patch", "s/- 1/- 2/"),
    ],
  },
];
