import { formatDuration } from "#base/duration.ts";
import type { FlagSpec, FlagSpecs } from "#base/flags.ts";
import type { Command, CommandNode, Example } from "./command.ts";
import { allCommands, commandGroups } from "./commands/tree.ts";
import { globalFlags } from "./global-flags.ts";
import type { Host } from "./host.ts";

type Translate = (text: string) => string;

/** What `--help` shows of a command, or of the whole program for an empty path. */
export async function helpOf(
  host: Host,
  path: readonly CommandNode[],
  translate: Translate,
): Promise<string> {
  const node = path.at(-1);
  if (!node) return await programHelp(host, translate);
  const command = (await node.load()).default;
  const name = ["kubectl", ...path.map((part) => part.name)].join(" ");
  const flags = Object.entries(command.flags).filter(
    ([, spec]) => !spec.hidden && !spec.deprecated,
  );
  const children = (node.children ?? []).filter(({ hidden }) => !hidden);
  const section = (title: string, text: string) => `${translate(title)}\n${text}`;
  const sections = [
    descriptionOf(command, node, translate),
    node.aliases && section("Aliases:", [node.name, ...node.aliases].join(", ")),
    command.examples && section("Examples:", examplesText(command.examples, translate)),
    children.length > 0 &&
      section("Available Commands:", commandLines(children, children, translate)),
    flags.length > 0 && section("Options:", flagsText(Object.fromEntries(flags), translate)),
    section("Usage:", `  ${usageLine(path, command)}`),
    hints(children.length > 0 ? name : undefined, translate),
  ];
  return `${sections.filter(Boolean).join("\n\n")}\n`;
}

async function programHelp(host: Host, translate: Translate): Promise<string> {
  return `${[
    translate("kubectl controls a Kubernetes cluster."),
    ` ${translate("Read more at:")} https://kubernetes.io/docs/reference/kubectl/`,
    await programUsage(host, translate),
  ].join("\n\n")}\n`;
}

/** All commands of the program, with plugins among them. */
export async function programUsage(host: Host, translate: Translate): Promise<string> {
  const { pluginCommands } = await import("./plugins.ts");
  const plugins = (await pluginCommands(host)).map((name) => {
    const about = translate("The command NAME is a plugin installed by the user");
    return `\n  ${name.padEnd(11)}   ${about.replace("NAME", name)}`;
  });
  const shown = allCommands.filter(({ hidden }) => !hidden);
  const groups = commandGroups.map(({ title, commands }) => {
    const lines = commandLines(
      commands.filter(({ hidden }) => !hidden),
      shown,
      translate,
    );
    return `${translate(title)}\n${lines}`;
  });
  const others = groups.pop() ?? "";
  return [
    ...groups,
    `${translate("Subcommands provided by plugins:")}${plugins.join("")}`,
    others,
    `${translate("Usage:")}\n  kubectl [flags] [options]`,
    hints("kubectl", translate),
  ].join("\n\n");
}

/** Where there is more to read; `name` is a command that has others below it. */
function hints(name: string | undefined, translate: Translate): string {
  const more = 'Use "NAME <command> --help" for more information about a given command.';
  const options =
    'Use "kubectl options" for a list of global command-line options (applies to all commands).';
  const lines = [translate(options)];
  if (name) lines.unshift(translate(more).replace("NAME", name));
  return lines.join("\n");
}

function descriptionOf(command: Command, node: CommandNode, translate: Translate): string {
  const text = translate(command.description ?? `${node.about}.`);
  // Paragraphs behind the first one are moved in by a space.
  return text.split("\n\n").join("\n\n ");
}

function usageLine(path: readonly CommandNode[], { usage }: Command): string {
  const parents = ["kubectl", ...path.slice(0, -1).map(({ name }) => name)].join(" ");
  return `${parents} ${usage}${usage.includes("[options]") ? "" : " [options]"}`;
}

/** `siblings` are all that stand below the parent: the lines of each group are as wide. */
function commandLines(
  commands: readonly CommandNode[],
  siblings: readonly CommandNode[],
  translate: Translate,
): string {
  const width = Math.max(11, ...siblings.map(({ name }) => name.length));
  return commands
    .map(({ name, about }) => `  ${name.padEnd(width)}   ${translate(about)}`)
    .join("\n");
}

function examplesText(examples: readonly Example[], translate: Translate): string {
  return examples
    .map(({ about, command }) => `  # ${translate(about)}\n${indent(command)}`)
    .join("\n  \n");
}

function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}

/** One flag after the other, sorted: `-o, --output='':` with its meaning below. */
export function flagsText(flags: FlagSpecs, translate: Translate): string {
  return Object.entries(flags)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, spec]) => {
      const short = spec.short ? `-${spec.short}, ` : "";
      return `    ${short}--${name}=${shownDefault(spec)}:\n\t${translate(spec.usage)}\n`;
    })
    .join("\n")
    .trimEnd();
}

/** Without a value of its own, what a flag's type has for none. */
export function shownDefault({ type, default: value, unquoted }: FlagSpec): string {
  switch (type) {
    case "bool":
    case "int":
      return String(value ?? (type === "bool" ? false : 0));
    case "string":
      return unquoted ? String(value ?? "") : `'${String(value ?? "")}'`;
    case "duration":
      return formatDuration(Number(value ?? 0) * 1e6);
    case "list":
    case "array":
      return unquoted ? listed(value) : `[${listed(value)}]`;
    default:
      return type satisfies never;
  }
}

function listed(value: FlagSpec["default"]): string {
  return Array.isArray(value) ? value.join(",") : "";
}

/** `kubectl options`. */
export function globalHelp(translate: Translate): string {
  const title = translate("The following options can be passed to any command:");
  return `${title}\n\n${flagsText(globalFlags, translate)}\n`;
}
