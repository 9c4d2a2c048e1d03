import { test } from "node:test";
import assert from "node:assert/strict";
import type { CommandNode } from "../command.ts";
import { allCommands } from "../commands/tree.ts";
import { korean } from "./korean.ts";

/** Commands, with all below them, whose every text for people has its Korean. */
const translated = [
  "apply",
  "autoscale",
  "create",
  "diff",
  "edit",
  "expose",
  "kustomize",
  "patch",
  "replace",
  "run",
];

for (const name of translated) {
  test(`kubectl ${name} speaks Korean`, async () => {
    const node = allCommands.find((command) => command.name === name);
    assert.ok(node);
    const missing = (await textsOf(node)).filter((text) => !Object.hasOwn(korean, text));
    assert.deepEqual(missing, []);
  });
}

async function textsOf(node: CommandNode): Promise<string[]> {
  const { description, examples = [], flags } = (await node.load()).default;
  const own = [
    node.about,
    ...(description === undefined ? [] : [description]),
    ...examples.map(({ about }) => about),
    ...Object.values(flags).flatMap(({ hidden, usage }) => (hidden ? [] : usage)),
  ];
  const below = await Promise.all((node.children ?? []).map(textsOf));
  return [...own, ...below.flat()];
}
