import { bareOf } from "#base/flags.ts";
import type { FlagSpec, FlagSpecs } from "#base/flags.ts";
import type { CommandNode } from "./command.ts";
import { allCommands } from "./commands/tree.ts";
import { globalFlags } from "./global-flags.ts";

/** A command and how it was reached. */
export interface CommandLine {
  /** From the program's own commands down; empty for the program itself. */
  readonly path: readonly CommandNode[];
  /** All words but the commands' names. */
  readonly argv: readonly string[];
}

/** Flags may stand before a command's name; their values are no commands. */
export async function findCommand(argv: readonly string[]): Promise<CommandLine> {
  const path: CommandNode[] = [];
  let words = [...argv];
  let children: readonly CommandNode[] = allCommands;
  while (children.length > 0) {
    const at = firstArgument(words, await flagsAt(path.at(-1), words));
    const node = at === undefined ? undefined : namedIn(children, words[at]);
    if (!node) break;
    path.push(node);
    words = words.filter((_, index) => index !== at);
    children = node.children ?? [];
  }
  return { path, argv: words };
}

export function namedIn(
  commands: readonly CommandNode[],
  word: string | undefined,
): CommandNode | undefined {
  if (word === undefined) return undefined;
  return commands.find(({ name, aliases }) => name === word || aliases?.includes(word));
}

/** The command's own flags are only read where one may stand before a command of it. */
async function flagsAt(
  node: CommandNode | undefined,
  words: readonly string[],
): Promise<FlagSpecs> {
  if (!node || !words[0]?.startsWith("-")) return globalFlags;
  return { ...globalFlags, ...(await node.load()).default.flags };
}

/**
 * Where the first word stands that is no flag and no flag's value. A flag that nobody knows here
 * is taken for one with a value.
 */
export function firstArgument(
  words: readonly string[],
  specs: FlagSpecs = globalFlags,
): number | undefined {
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (word === "--") return undefined;
    if (word === "" || word === "-") continue;
    if (!word.startsWith("-")) return index;
    if (word.includes("=")) continue;
    // "-nfoo" has its value with it.
    if (!word.startsWith("--") && word.length > 2) continue;
    const spec = specOf(word, specs);
    if (!spec || bareOf(spec) === undefined) index++;
  }
  return undefined;
}

function specOf(word: string, specs: FlagSpecs): FlagSpec | undefined {
  if (word.startsWith("--")) return specs[word.slice(2).replaceAll("_", "-")];
  return Object.values(specs).find(({ short }) => short === word.slice(1));
}
