import type { CommandNode } from "../../command.ts";
import { defineCommand } from "../../command.ts";
import { namedIn } from "../../find-command.ts";
import { helpOf, programUsage } from "../../help.ts";
import { allCommands } from "../tree.ts";

export default defineCommand({
  usage: "help [command] [flags]",
  description: "Show the help of a command, by the words that lead to it.",
  flags: {},
  async run(kubectl, { args }) {
    const translate = (text: string) => kubectl.translate(text);
    const path: CommandNode[] = [];
    let children = allCommands;
    for (const word of args) {
      const node = namedIn(children, word);
      if (!node) break;
      path.push(node);
      children = node.children ?? [];
    }
    if (args.length > 0 && path.length === 0) {
      const topic = args.map((arg) => `\`${arg}\``).join(" ");
      kubectl.tell(`Unknown help topic [${topic}]`);
      kubectl.tell(`\n\n${await programUsage(kubectl.host, translate)}`);
      return;
    }
    const own = (await path.at(-1)?.load())?.default.ownHelp;
    if (own) kubectl.host[own.output].write(own.text);
    else kubectl.print(await helpOf(kubectl.host, path, translate));
  },
});
