import type { ParityScript } from "./parity.ts";

const map = (name: string, value: string) => `apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}}
data: {a: "${value}", b: "<&>"}
`;

const editor = `cat "$1"\nsed -i "$SED" "$1"\n`;

const by = (run: string, sed: string) => ({
  run,
  environment: { KUBE_EDITOR: "sh edit.sh", SED: sed },
});

export const lastAppliedScripts: readonly ParityScript[] = [
  {
    name: "what was applied is shown and changed",
    files: {
      "one.yaml": map("one", "1"),
      "changed.yaml": map("one", "2"),
      "two.yaml": map("two", "1"),
      "both.yaml": `${map("one", "3")}---\n${map("two", "3")}`,
      "gone.yaml": map("gone", "3"),
      "edit.sh": editor,
    },
    steps: [
      "apply -f one.yaml",
      "create -f two.yaml",
      "apply view-last-applied cm/one",
      "apply view-last-applied cm one -o json",
      "apply view-last-applied cm one -o xml",
      "apply view-last-applied -f one.yaml",
      "apply view-last-applied -f two.yaml",
      "apply view-last-applied cm two",
      "apply view-last-applied cm --all",
      "apply view-last-applied cm",
      "apply view-last-applied cm -n default",
      "apply view-last-applied cm -l a=b",
      "apply view-last-applied cm nope",
      "apply view-last-applied",
      "apply view-last-applied -f missing.yaml",
      "apply view-last-applied cm one --foo",
      "apply set-last-applied -f changed.yaml --dry-run=client",
      "apply set-last-applied -f changed.yaml --dry-run=server",
      "apply set-last-applied -f changed.yaml",
      "apply set-last-applied -f changed.yaml",
      "apply set-last-applied -f changed.yaml -o name",
      "apply set-last-applied -f two.yaml",
      "apply set-last-applied -f two.yaml --create-annotation -o yaml",
      "apply set-last-applied -f both.yaml -o name",
      "apply set-last-applied -f gone.yaml",
      "apply set-last-applied -f gone.yaml --as=jim",
      "apply set-last-applied",
      "apply set-last-applied -f missing.yaml",
      "apply view-last-applied cm one",
      by("apply edit-last-applied cm one", `s/a: "3"/a: "4"/`),
      by("apply edit-last-applied cm one -o json", `s/"4"/"5"/`),
      by("apply edit-last-applied cm one", "s/nothing//"),
      by("apply edit-last-applied -f one.yaml", `s/a: "5"/a: "6"/`),
      by("apply edit-last-applied cm kube-root-ca.crt", "s/a/b/"),
      by("apply edit-last-applied cm nope", "s/a/b/"),
      by("apply edit-last-applied", "s/a/b/"),
      by("apply edit-last-applied cm one", "/^kind/d"),
      by("apply edit-last-applied cm one --as=jim", "s/a/b/"),
      "apply view-last-applied cm one -o json",
      "apply -f one.yaml",
      "apply nothing",
    ],
  },
];
