import { test } from "node:test";
import assert from "node:assert/strict";
import { kustomizeCases, normalizedMessages } from "../../../test/support/kustomize-cases.ts";
import type { KustomizeCase } from "../../../test/support/kustomize-cases.ts";
import { KustomizeError } from "./error.ts";
import { kustomize, kustomizeObjects } from "./kustomize.ts";
import type { KustomizeOptions } from "./kustomize.ts";
import { MemoryFiles } from "./load/files.ts";
import { helmRunner } from "./node/helm-runner.ts";
import { diskFiles } from "./node/disk-files.ts";

const { signal } = new AbortController();

/** What a user of the command would see. */
async function run(item: KustomizeCase): Promise<{ output: string; messages: string }> {
  const messages: string[] = [];
  const values = (name: string) =>
    item.args.flatMap((arg) => (arg.startsWith(`--${name}=`) ? [arg.slice(name.length + 3)] : []));
  const options: KustomizeOptions = {
    loadRestriction: values("load-restrictor").includes("LoadRestrictionsNone")
      ? "LoadRestrictionsNone"
      : "LoadRestrictionsRootOnly",
    enableHelm: item.args.includes("--enable-helm"),
    helmCommand: values("helm-command")[0] ?? "helm",
    helmApiVersions: values("helm-api-versions"),
    helmKubeVersion: values("helm-kube-version")[0] ?? "",
    helm: helmRunner,
    warn: (line) => messages.push(line),
    log: (line) => messages.push(line),
  };
  let output = "";
  try {
    output = await kustomize(diskFiles, item.directory, options, signal);
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error;
    messages.push(`error: ${error.message}`);
  }
  return { output, messages: normalizedMessages(messages.join("\n"), item.folder) };
}

for (const item of kustomizeCases) {
  test(item.name, async () => {
    const { output, messages } = await run(item);
    assert.equal(output, item.output);
    assert.equal(messages, item.messages.trim());
  });
}

test("there are cases", () => {
  assert.ok(kustomizeCases.length > 50);
});

test("files need no disk, and objects keep what a double cannot hold", async () => {
  const files = new MemoryFiles({
    "/app/kustomization.yaml": "resources: [a.yaml]\nnamePrefix: my-\n",
    "/app/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nn: 9223372036854775807\n",
  });
  assert.deepEqual(await kustomizeObjects(files, "/app", {}, signal), [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "my-a" },
      n: 9223372036854775807n,
    },
  ]);
});
