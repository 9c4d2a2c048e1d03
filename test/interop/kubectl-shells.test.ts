import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findBinary } from "../../src/cluster/providers/node/host.ts";
import { openControlPlane } from "../support/control-plane.ts";
import type { TestControlPlane } from "../support/control-plane.ts";
import { runCommand } from "../support/command.ts";

// The scripts of `kubectl completion` in the shells that they are for, against a server.

let plane: TestControlPlane;
let environment: Record<string, string>;

before(async () => {
  plane = await openControlPlane();
  const bin = join(plane.directory, "bin");
  await mkdir(bin);
  const program = fileURLToPath(new URL("../../src/bin/kubectl.ts", import.meta.url));
  const path = join(bin, "kubectl");
  await writeFile(
    path,
    `#!/bin/sh\nexec '${process.execPath}' --disable-warning=ExperimentalWarning '${program}' "$@"\n`,
  );
  await chmod(path, 0o755);
  environment = {
    PATH: `${bin}:${process.env["PATH"]}`,
    HOME: plane.directory,
    KUBECONFIG: plane.kubeconfig,
  };
});

after(async () => {
  await plane[Symbol.asyncDispose]();
});

function skipWithout(shell: string): string | false {
  return findBinary(shell, process.env["PATH"] ?? "") ? false : `there is no ${shell}`;
}

async function run(shell: string, args: readonly string[]): Promise<string> {
  const { stdout } = await runCommand(shell, args, { environment, timeoutMs: 60_000 });
  return stdout;
}

/** Words as bash splits them, and what they go on with. */
const bashCases: readonly (readonly [string, readonly string[], string])[] = [
  ["kubectl get ns d", ["kubectl", "get", "ns", "d"], "default"],
  ["kubectl get ns kube-p", ["kubectl", "get", "ns", "kube-p"], "kube-public"],
  [
    "kubectl get ns  ",
    ["kubectl", "get", "ns", ""],
    "default kube-node-lease kube-public kube-system",
  ],
  ["kubectl -n=kube-p", ["kubectl", "-n", "=", "kube-p"], "kube-public"],
  ["kubectl --namespace=kube-p", ["kubectl", "--namespace", "=", "kube-p"], "kube-public"],
  ["kubectl get ns 'd", ["kubectl", "get", "ns", "'d"], "default"],
  [
    "kubectl create clusterrolebinding x --clusterrole system:basic",
    ["kubectl", "create", "clusterrolebinding", "x", "--clusterrole", "system", ":", "basic"],
    "basic-user",
  ],
  ["k rollo", ["k", "rollo"], "rollout"],
  ["kubectl get -f some", ["kubectl", "get", "-f", "some"], "some.yaml some-directory"],
  ["kubectl nothing x", ["kubectl", "nothing", "x"], ""],
];

test("bash completes commands, names and files", { skip: skipWithout("bash") }, async () => {
  const script = join(plane.directory, "check.bash");
  const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
  await mkdir(join(plane.directory, "some-directory"));
  await writeFile(join(plane.directory, "some.yaml"), "");
  await writeFile(join(plane.directory, "some.txt"), "");
  const asks = bashCases.map(([line, words]) => `ask ${[line, ...words].map(quote).join(" ")}`);
  await writeFile(
    script,
    `cd "$HOME"
source <(kubectl completion bash)
ask() {
  COMP_LINE=$1 COMP_POINT=\${#1} COMP_WORDS=("\${@:2}") COMP_CWORD=$(($# - 2))
  __start_kubectl
  echo "\${COMPREPLY[*]}"
}
${asks.join("\n")}
complete -p kubectl
`,
  );
  const lines = (await run("bash", ["--norc", script])).trimEnd().split("\n");
  assert.deepEqual(lines, [
    ...bashCases.map(([, , expected]) => expected),
    "complete -o default -F __start_kubectl kubectl",
  ]);
});

test(
  "fish completes commands, names and flags' values",
  { skip: skipWithout("fish") },
  async () => {
    const ask = async (line: string) => {
      const script = `kubectl completion fish | source; complete -C '${line}'`;
      return (await run("fish", ["--no-config", "-c", script])).trimEnd().split("\n");
    };
    assert.deepEqual(await ask("kubectl get ns d"), ["default"]);
    assert.deepEqual(await ask("kubectl --namespace=kube-p"), ["--namespace=kube-public"]);
    assert.match((await ask("kubectl roll")).join(), /^rollout\t./);
  },
);

test("zsh completes a name that is typed", { skip: skipWithout("zsh") }, async () => {
  const script = join(plane.directory, "check.zsh");
  await writeFile(
    script,
    `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'autoload -Uz compinit; compinit -u; source <(kubectl completion zsh); print LOAD''ED'
zpty -r -m shell output '*LOADED*'
zpty -w -n shell $'kubectl get ns defa\\t'
zpty -r -m shell output '*default*'
zpty -w -n shell $'\\C-a\\C-kprint DO""NE\\n'
zpty -r -m shell output '*DONE*'
print COMPLETED
`,
  );
  assert.match(await run("timeout", ["40", "zsh", "-f", script]), /COMPLETED\n$/);
});

test("the script of each shell is one that it can read", async (context) => {
  for (const shell of ["bash", "zsh", "fish"] as const) {
    await context.test(shell, { skip: skipWithout(shell) }, async () => {
      const path = join(plane.directory, `script.${shell}`);
      await writeFile(path, await run("kubectl", ["completion", shell]));
      await run(shell, ["-n", path]);
    });
  }
});
