import type { ParityScript } from "./parity.ts";

const map = (name: string, value: string, more = "") => `apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}${more}}
data: {a: "${value}"}
`;

const secret = (value: string, more = "") => `apiVersion: v1
kind: Secret
metadata: {name: hidden}
stringData: {a: "${value}", b: same${more}}
`;

const web = (image: string, more = "") => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 0
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: a, image: ${image}}
${more}`;

export const diffScripts: readonly ParityScript[] = [
  {
    name: "what would be applied is compared",
    files: {
      "one.yaml": map("one", "1"),
      "two.yaml": map("one", "2"),
      "new.yaml": map("new", "2", ", labels: {x: z1}"),
      "s1.yaml": secret("1"),
      "s2.yaml": secret("2", ", c: new"),
      "web1.yaml": web("one"),
      "web2.yaml": web("two", "      - {name: b, image: c}\n"),
      "bad.yaml": web("two").replace("matchLabels: {app: web}", "matchLabels: {app: x}"),
      "k/kustomization.yaml": "resources: [one.yaml]\n",
      "k/one.yaml": map("one", "k"),
      "crd.yaml": "apiVersion: a/v1\nkind: Foo\nmetadata: {name: x}\n",
    },
    steps: [
      "diff -f one.yaml",
      "apply -f one.yaml -f web1.yaml -f s1.yaml",
      "diff -f one.yaml",
      "diff -f two.yaml",
      "diff -f two.yaml --server-side",
      "diff -f two.yaml --server-side --force-conflicts",
      "diff -f two.yaml --server-side --field-manager=other --force-conflicts --show-managed-fields",
      "diff -f two.yaml --force-conflicts",
      "diff -f web2.yaml",
      "diff -f web1.yaml -f two.yaml -f new.yaml",
      "diff -f new.yaml -l x=z1",
      "diff -f new.yaml -l x=z",
      "diff -f s2.yaml",
      "diff -f s1.yaml",
      "diff -f bad.yaml",
      "diff -f crd.yaml",
      "diff -f gone.yaml",
      "diff",
      "diff x",
      "diff -f one.yaml --foo",
      "diff -f one.yaml -n nope",
      "diff -k k",
      "diff -f two.yaml --as=jim",
      { run: "diff -f -", stdin: map("one", "piped") },
      { run: "diff -f two.yaml", environment: { KUBECTL_EXTERNAL_DIFF: "diff -q" } },
      { run: "diff -f one.yaml", environment: { KUBECTL_EXTERNAL_DIFF: "false" } },
      { run: "diff -f two.yaml", environment: { KUBECTL_EXTERNAL_DIFF: "true" } },
      { run: "diff -f two.yaml", environment: { KUBECTL_EXTERNAL_DIFF: "nosuchprogram" } },
      { run: "diff -f two.yaml", environment: { KUBECTL_EXTERNAL_DIFF: "diff --bad-option" } },
      "diff -f one.yaml --prune --prune-allowlist=core/v1/ConfigMap",
      "diff -f new.yaml --prune --prune-allowlist=core/v1/ConfigMap",
      "diff -f new.yaml --prune --prune-allowlist=ConfigMap",
      "diff -f one.yaml --prune",
      "diff -f two.yaml --concurrency=4 -R",
      "diff -f two.yaml --concurrency=0",
    ],
  },
];
