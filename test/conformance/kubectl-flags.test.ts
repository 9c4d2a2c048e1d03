import { test } from "node:test";
import assert from "node:assert/strict";
import { globalFlags } from "#kubectl/global-flags.ts";
import { findCommand } from "#kubectl/find-command.ts";
import { globalHelp, helpOf, shownDefault } from "#kubectl/help.ts";
import type { CommandNode } from "#kubectl/command.ts";
import { nodeHost } from "#kubectl/node/host.ts";
import { skipWithout } from "./reference.ts";
import { readKubectlReference, referenceFile } from "./kubectl-reference.ts";
import type { ReferenceCommand, ReferenceFlag } from "./kubectl-reference.ts";

// Every command, alias, flag, short form and default of the stock kubectl is ours, too, and our help
// has the shape of its help.

const skip = skipWithout(referenceFile);
const reference = skip ? [] : readKubectlReference();
const host = { ...nodeHost(), environment: {} };
const english = (text: string) => text;

for (const command of reference) {
  if (command.name === "kubectl") continue;
  test(command.name, { skip }, async () => {
    const path = await pathOf(command.name);
    assert.ok(path, `${command.name} is no command`);
    await checkFlags(command, path);
    if (command.name !== "kubectl options") await checkHelp(command, path);
  });
}

test("the program's help has the shape of the stock one's", { skip }, async () => {
  const known = reference.find(({ name }) => name === "kubectl")?.help ?? "";
  assert.deepEqual(shapeOf(await helpOf(host, [], english)), shapeOf(known));
});

test("the flags of all commands are listed as the stock program lists them", { skip }, () => {
  const known = reference.find(({ name }) => name === "kubectl options")?.help ?? "";
  assert.deepEqual(shapeOf(globalHelp(english)), shapeOf(known));
});

async function pathOf(name: string): Promise<readonly CommandNode[] | undefined> {
  const words = name.split(" ").slice(1);
  const { path, argv } = await findCommand(words);
  return argv.length === 0 ? path : undefined;
}

async function checkFlags(command: ReferenceCommand, path: readonly CommandNode[]): Promise<void> {
  const node = path.at(-1);
  assert.ok(node);
  assert.deepEqual(node.aliases ?? [], command.aliases, "aliases");
  const { flags } = (await node.load()).default;
  const specs = command.name === "kubectl options" ? globalFlags : flags;
  const ours = Object.entries(specs)
    .filter(([, spec]) => !spec.hidden && !spec.deprecated)
    .map(([name, spec]) => ({ name, short: spec.short ?? "", default: shownDefault(spec) }));
  assert.deepEqual(byName(ours), byName(command.flags), "flags");
}

function byName(flags: readonly ReferenceFlag[]): ReferenceFlag[] {
  return flags.toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

async function checkHelp(command: ReferenceCommand, path: readonly CommandNode[]): Promise<void> {
  const own = (await path.at(-1)?.load())?.default.ownHelp;
  const help = own ? own.text : await helpOf(host, path, english);
  assert.deepEqual(shapeOf(help), shapeOf(command.help));
}

const title = /^[A-Z][\w ()]*:$/;

/**
 * What a help is made of, words aside: the titles in their order, below them the names of commands
 * and flags, the line of usage and the hints, and the blank lines between them all. Descriptions
 * and examples are people's own.
 */
function shapeOf(help: string): string[] {
  const shape: string[] = [];
  let section = "(description)";
  for (const line of help.trimEnd().split("\n")) {
    if (title.test(line) || isHint(line)) {
      section = line;
      shape.push(line);
    } else if (section === "(description)" || section === "Examples:") {
      if (shape.at(-1) !== "(words)" && line !== "") shape.push("(words)");
    } else if (line.startsWith("\t")) shape.push("\t(words)");
    else shape.push(section.includes("Commands") ? commandOf(line) : line);
  }
  return shape;
}

function isHint(line: string): boolean {
  return line.startsWith('Use "kubectl options"') || /<command> --help" for more/.test(line);
}

/** The line of a command below a title, up to what it says. */
function commandOf(line: string): string {
  const found = /^( {2}\S+ +)\S/.exec(line);
  return found?.[1] ?? line;
}
