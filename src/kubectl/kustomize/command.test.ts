import { test } from "node:test";
import assert from "node:assert/strict";
import { parseFlags } from "#base/flags.ts";
import { kustomizeFlags, runKustomize } from "./command.ts";
import { MemoryFiles } from "./load/files.ts";

const { signal } = new AbortController();

const object = (kind: string, name: string, namespace = "") =>
  `---\napiVersion: v1\nkind: ${kind}\nmetadata: {name: ${name}${
    namespace && `, namespace: ${namespace}`
  }}\n`;

const files = new MemoryFiles({
  "/k/kustomization.yaml": "resources: [a.yaml]\nbases: []\n",
  "/k/a.yaml": object("Service", "s", "one") + object("Namespace", "n") + object("Pod", "p"),
  "/out/x": "",
});

async function run(...argv: readonly string[]) {
  const { values, given, args } = parseFlags(kustomizeFlags, argv);
  const said: string[] = [];
  const written: Record<string, string> = {};
  const machine = {
    files,
    writeFile: (path: string, content: string) => Promise.resolve(void (written[path] = content)),
    writeOutput: (text: string) => void (written["-"] = text),
    writeMessage: (line: string) => void said.push(line),
    log: (message: string) => void said.push(message),
  };
  await runKustomize(values, given, args, machine, signal);
  return { said, written };
}

const kindsOf = (text = "") => [...text.matchAll(/^kind: (.*)$/gm)].map((match) => match[1]);

test("the result goes to the output, in the legacy order", async () => {
  const { said, written } = await run("/k");
  assert.deepEqual(kindsOf(written["-"]), ["Namespace", "Service", "Pod"]);
  assert.deepEqual(said, [
    "# Warning: 'bases' is deprecated. Please use 'resources' instead. " +
      "Run 'kustomize edit fix' to update your Kustomization automatically.",
  ]);
});

test("a file takes all, a directory a file for each", async () => {
  const one = await run("/k", "-o", "/file.yaml");
  assert.deepEqual(Object.keys(one.written), ["/file.yaml"]);
  const many = await run("/k", "--output=/out");
  assert.deepEqual(Object.keys(many.written).sort(), [
    "/out/default_v1_pod_p.yaml",
    "/out/one_v1_service_s.yaml",
    "/out/v1_namespace_n.yaml",
  ]);
});

test("old flags work, and are told of", async () => {
  const { said, written } = await run("--reorder=none", "--enable-managedby-label", "/k");
  assert.deepEqual(kindsOf(written["-"]), ["Service", "Namespace", "Pod"]);
  assert.match(written["-"] ?? "", /app.kubernetes.io\/managed-by: kustomize-\(devel\)/);
  assert.match(said[0] ?? "", /^Flag --enable-managedby-label has been deprecated, /);
  assert.match(said[1] ?? "", /^Flag --reorder has been deprecated, /);
});

test("wrong values are refused in the stock one's words", async () => {
  await assert.rejects(run("a", "b"), { message: "specify one path to kustomization.yaml" });
  await assert.rejects(run("--load-restrictor=x"), {
    message:
      "illegal flag value --load-restrictor x; " +
      "legal values: [LoadRestrictionsRootOnly LoadRestrictionsNone]",
  });
  await assert.rejects(run("--reorder=x"), {
    message: "illegal flag value --reorder x; legal values: [legacy none]",
  });
});
