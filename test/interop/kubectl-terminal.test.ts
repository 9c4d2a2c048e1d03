import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { ConfigMap } from "#api/core/v1.ts";
import { findBinary } from "../../src/cluster/providers/node/host.ts";
import { openControlPlane } from "../support/control-plane.ts";
import type { TestControlPlane } from "../support/control-plane.ts";
import { Terminal } from "../support/terminal.ts";
import { stockKubectl } from "./kubectl/stock.ts";

// What a person does at a terminal, with the stock kubectl and with ours.

const stock = stockKubectl();
const ours = [
  process.execPath,
  "--disable-warning=ExperimentalWarning",
  resolve(import.meta.dirname, "../../src/bin/kubectl.ts"),
];
const path = process.env["PATH"] ?? "";
const noTerminal = findBinary("script", path) ? false : "there is no script (util-linux)";

const programs = [
  { name: "stock", words: [stock.path], skip: noTerminal || stock.skip },
  { name: "ours", words: ours, skip: noTerminal },
] as const;

let plane: TestControlPlane;
before(async () => {
  plane = await openControlPlane();
});
after(async () => await plane[Symbol.asyncDispose]());

/** A ConfigMap, and an editor for it, at a terminal. */
async function session(
  words: readonly string[],
  { name, editor, args = [] }: { name: string; editor: string; args?: readonly string[] },
): Promise<Terminal> {
  const metadata = { namespace: "default", name };
  await plane.client.create(ConfigMap, { metadata, data: { color: "red" } });
  return new Terminal([...words, "edit", "configmap", name, ...args], {
    PATH: path,
    HOME: plane.directory,
    KUBECONFIG: plane.kubeconfig,
    KUBE_EDITOR: editor,
    TMPDIR: plane.directory,
  });
}

async function colorOf(name: string): Promise<string | undefined> {
  const map = await plane.client.get(ConfigMap, { namespace: "default", name });
  return map.data?.["color"];
}

/** A program of the shell as an editor. */
async function script(name: string, text: string): Promise<string> {
  const file = join(plane.directory, name);
  await writeFile(file, text);
  return `sh ${file}`;
}

for (const { name: who, words, skip } of programs) {
  const noVi = skip || (findBinary("vi", path) ? false : "there is no vi");

  test(`edit in vi: ${who}`, { skip: noVi }, async () => {
    const name = `vi-${who}`;
    await using terminal = await session(words, { name, editor: "vi -u NONE" });
    await terminal.until(/color: red/);
    terminal.type(":%s/color: red/color: blue/\r");
    await terminal.until(/color: blue/);
    terminal.type(":wq\r");
    const { code, screen } = await terminal.end();
    assert.equal(code, 0, screen);
    assert.ok(screen.endsWith(`configmap/${name} edited\r\n`), screen);
    assert.equal(await colorOf(name), "blue");
  });

  test(`an editor has the terminal, and asks at it: ${who}`, { skip }, async () => {
    const name = `asks-${who}`;
    const editor = await script(
      "asks.sh",
      `for fd in 0 1 2; do [ -t $fd ] || { echo "$fd is no terminal"; exit 9; }; done
stty size
printf "which color? "
read -r color
sed -i "s/color: red/color: $color/" "$1"
`,
    );
    await using terminal = await session(words, { name, editor });
    await terminal.until(/24 80\r\nwhich color\? /);
    terminal.type("green\r");
    const { code, screen } = await terminal.end();
    assert.equal(code, 0, screen);
    assert.match(screen, /which color\? green\r\nconfigmap\/asks-\w+ edited\r\n$/);
    assert.equal(await colorOf(name), "green");
  });

  test(`what the server refuses comes back to the editor: ${who}`, { skip }, async () => {
    const name = `again-${who}`;
    const editor = await script(
      "again.sh",
      `grep "^#" "$1"
printf "what shall be done? "
read -r command
sed -i "$command" "$1"
`,
    );
    await using terminal = await session(words, { name, editor });
    await terminal.until(/what shall be done\? /);
    terminal.type("s/color: red/co lor: red/\r");
    await terminal.until(/# configmaps "again-\w+" was not valid:\r\n[^]*what shall be done\? /);
    terminal.type("s/co lor: red/color: yellow/\r");
    const { code, screen } = await terminal.end();
    assert.equal(code, 0, screen);
    assert.match(screen, /data\[co lor\]: Invalid value: "co lor"/);
    assert.ok(screen.endsWith(`configmap/${name} edited\r\n`), screen);
    assert.equal(await colorOf(name), "yellow");
  });

  test(`an editor that fails leaves everything as it was: ${who}`, { skip }, async () => {
    const name = `fails-${who}`;
    const editor = await script("fails.sh", `sed -i s/red/black/ "$1"; exit 4\n`);
    await using terminal = await session(words, { name, editor });
    const { code, screen } = await terminal.end();
    assert.equal(code, 1, screen);
    const file = join(plane.directory, "fails.sh");
    const problem = `error: there was a problem with the editor "sh ${file}"`;
    assert.equal(screen.replace(/\/kubectl\S*-edit-\d+\.yaml/, "/FILE"), `${problem}\r\n`);
    assert.equal(await colorOf(name), "red");
  });

  test(`Ctrl-C in an editor of the shell ends both: ${who}`, { skip }, async () => {
    const name = `interrupted-${who}`;
    const editor = await script("waits.sh", `sed -i s/red/black/ "$1"; echo waiting; sleep 100\n`);
    await using terminal = await session(words, { name, editor });
    await terminal.until(/waiting/);
    terminal.type("\u0003");
    const { code, screen } = await terminal.end();
    assert.notEqual(code, 0, screen);
    assert.equal(await colorOf(name), "red");
    assert.doesNotMatch(screen, /edited/);
  });
}
