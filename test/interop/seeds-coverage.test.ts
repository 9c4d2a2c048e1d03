import { describe, test } from "node:test";
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { parityAreas } from "./kubectl/areas.ts";
import { meantDifferences } from "./kubectl/meant-differences.ts";
import { commandsOf } from "./kubectl/parity.ts";
import { isRunBy, kubectlLinesOf, normalForm } from "./kubectl/seeds/lines.ts";

// What the scripts of the parity tests are worth together, without running them.

const commands = Object.values(parityAreas).flatMap((scripts) => commandsOf(scripts));
const forms = new Set(commands.map(({ run }) => normalForm(run)));

/** The documents that Kijabi is written for, and the lines of kubectl that were found in them. */
const documents = new URL("../../../shared/seeds/", import.meta.url);
const listed = new URL("../fixtures/seeds/kubectl-lines.txt", import.meta.url);
const lines = readFileSync(listed, "utf8").split("\n").filter(Boolean);

/** What looks like a command and is none, with the reason. */
const noCommands: readonly { readonly line: RegExp; readonly reason: string }[] = [
  { line: /^context\b/, reason: "a sentence about kubectl's context" },
  {
    line: /^(applyweb\.yaml|execkubectl run|drainPodDisruptionBudget)$/,
    reason: "words of a sentence that run into each other; the commands stand elsewhere",
  },
];

describe("the documents", () => {
  test("have no line of kubectl that is not among the commands compared", () => {
    const missing = lines.filter(
      (line) => !noCommands.some((none) => none.line.test(line)) && ![...forms].some(isRunBy(line)),
    );
    assert.deepEqual(missing, []);
  });

  test(
    "are listed completely",
    {
      skip: !existsSync(documents) && "the documents do not lie beside this checkout",
    },
    () => {
      const found = readdirSync(documents)
        .toSorted()
        .flatMap((name) => kubectlLinesOf(readFileSync(new URL(name, documents), "utf8")));
      assert.deepEqual(lines, [...new Set(found)]);
    },
  );

  test("have nothing in the list of what is no command that is not there", () => {
    for (const { line } of noCommands)
      assert.ok(
        lines.some((one) => line.test(one)),
        `${line}`,
      );
  });
});

test("at least 600 commands are compared, each as it was typed", () => {
  assert.ok(new Set(commands.map((command) => JSON.stringify(command))).size >= 600);
  assert.ok(forms.size >= 600, `${forms.size}`);
});

test("what is meant to differ is all used, and little", () => {
  const differing = commands.filter(({ differs }) => differs);
  const used = new Set<unknown>(differing.map(({ differs }) => differs));
  if (commands.some(({ help }) => help)) used.add("helps");
  assert.deepEqual(used, new Set(Object.keys(meantDifferences)));
  assert.ok(differing.length * 50 < commands.length, `${differing.length} of ${commands.length}`);
});

describe("a line of kubectl", () => {
  const found: readonly (readonly [string, readonly string[]])[] = [
    ["$ kubectl get pods", ["get pods"]],
    ["    kubectl get pods | grep x", ["get pods"]],
    ["`kubectl run [ 파드 이름 ] --image=[ 이미지 ]`", ["run * --image=*"]],
    ["kubectl exec <pod_name> cat /a", ["exec * cat /a"]],
    [
      "for i in 0 1; do kubectl exec \"web-$i\" -- sh -c 'hostname'; done",
      ["exec web-* -- sh -c hostname"],
    ],
    ["kubectl drain $(kubectl get pod a) --force", ["drain * --force", "get pod a"]],
    ["kubectl label ns a \\\n   b=c \\\n   d=e", ["label ns a b=c d=e"]],
    ["kubectl create 명령어를 실행하여", ["create"]],
    ["kubectl rolling-update라는 명령", ["rolling-update"]],
    ["'kubectl apply -f a.yaml'을 해줄", ["apply -f a.yaml"]],
    ["kubectl version. 이 예시는 kubectl 1.14 이상", ["version"]],
    ["Kubectl 명령어를 통해, kubectl을, /usr/bin/kubectl get x", []],
    ["kubectl apply -f https://k8s.io/examples/a/b.yaml", ["apply -f WEB/a/b.yaml"]],
    ["kubectl create -f /dev/stdin <<EOF", ["create -f /dev/stdin"]],
    [`kubectl patch a -p '{"b":1}'`, [`patch a -p '{"b":1}'`]],
    ["kubectl get a -o=jsonpath=$'{b}\\n'", ["get a -o=jsonpath={b}\\n"]],
  ];
  for (const [text, expected] of found) {
    test(text, () => assert.deepEqual(kubectlLinesOf(text), expected));
  }
});
