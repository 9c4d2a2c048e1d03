import { test } from "node:test";
import assert from "node:assert/strict";
import type { CommandNode } from "../command.ts";
import { allCommands, commandGroups } from "../commands/tree.ts";
import { globalFlags } from "../global-flags.ts";
import { korean } from "./korean.ts";

const lacks = (text: string | undefined) => text !== undefined && !Object.hasOwn(korean, text);

for (const node of allCommands) {
  test(`the help of ${node.name} is there in Korean`, async () => {
    assert.deepEqual((await textsOf(node)).filter(lacks), []);
  });
}

test("what all commands have in common is there in Korean", () => {
  const titles = commandGroups.map(({ title }) => title);
  const flags = Object.values(globalFlags).map(({ usage }) => usage);
  assert.deepEqual([...titles, ...flags].filter(lacks), []);
});

test("Korean says what English does not leave out", () => {
  for (const [english, text] of Object.entries(korean)) {
    assert.match(text, /[가-힣]|^'yaml'/, english);
    assert.equal(text.split("\n").length, english.split("\n").length, english);
    for (const flag of english.match(/--[a-z][\w-]+/g) ?? []) {
      assert.ok(text.includes(flag), `${flag} is missing: ${english}`);
    }
  }
});

/** All that the help of a command, and of those below it, says in words. */
async function textsOf(node: CommandNode): Promise<string[]> {
  const { description, examples = [], flags } = (await node.load()).default;
  const own = [
    node.about,
    description ?? node.about,
    ...examples.map(({ about }) => about),
    ...Object.values(flags)
      .filter(({ hidden, deprecated }) => !hidden && !deprecated)
      .map(({ usage }) => usage),
  ];
  const below = await Promise.all((node.children ?? []).map(textsOf));
  return [...own, ...below.flat()];
}
