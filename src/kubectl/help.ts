import { formatDuration } from "#base/duration.ts";
import type { FlagSpec, FlagSpecs } from "#base/flags.ts";
import type { Command, CommandNode, Example } from "./command.ts";
import { commandGroups } from "./commands/tree.ts";
import { globalFlags } from "./global-flags.ts";

type Translate = (text: string) => string;

/** What `--help` shows of a command, or of the whole program for an empty path. */
export async function helpOf(path: readonly CommandNode[], translate: Translate): Promise<string> {
  const node = path.at(-1);
  if (!node) return programHelp(translate);
  const command = (await node.load()).default;
  const name = ["kubectl", ...path.map((part) => part.name)].join(" ");
  const flags = Object.entries(command.flags).filter(([, spec]) => !spec.hidden);
  const children = (node.children ?? []).filter(({ hidden }) => !hidden);
  const hasFlags = flags.length > 0;
  const sections = [
    descriptionOf(command, node, translate),
    node.aliases && `Aliases:\n${[node.name, ...node.aliases].join(", ")}`,
    command.examples && `Examples:\n${examplesText(command.examples, translate)}`,
    children.length > 0 && `Available Commands:\n${commandLines(children, translate)}`,
    hasFlags && `Options:\n${flagsText(Object.fromEntries(flags), translate)}`,
    `Usage:\n  ${usageLine(path, command)}`,
    [
      children.length > 0 &&
        `Use "${name} <command> --help" for more information about a given command.`,
      'Use "kubectl options" for a list of global command-line options (applies to all commands).',
    ]
      .filter(Boolean)
      .map((line) => translate(String(line)))
      .join("\n"),
  ];
  return `${sections.filter(Boolean).join("\n\n")}\n`;
}

function programHelp(translate: Translate): string {
  const groups = commandGroups.map(
    ({ title, commands }) =>
      `${translate(title)}\n${commandLines(
        commands.filter(({ hidden }) => !hidden),
        translate,
      )}`,
  );
  return `${[
    translate("kubectl controls a Kubernetes cluster."),
    ` ${translate("Read more at:")} https://kubernetes.io/docs/reference/kubectl/`,
    ...groups,
    `${translate("Usage:")}\n  kubectl [flags] [options]`,
    [
      'Use "kubectl <command> --help" for more information about a given command.',
      'Use "kubectl options" for a list of global command-line options (applies to all commands).',
    ]
      .map(translate)
      .join("\n"),
  ].join("\n\n")}\n`;
}

function descriptionOf(command: Command, node: CommandNode, translate: Translate): string {
  const text = translate(command.description ?? `${node.about}.`);
  // Paragraphs behind the first one are moved in by a space.
  return text.split("\n\n").join("\n\n ");
}

function usageLine(path: readonly CommandNode[], { usage }: Command): string {
  const parents = ["kubectl", ...path.slice(0, -1).map(({ name }) => name)].join(" ");
  return `${parents} ${usage}${usage.endsWith("[options]") ? "" : " [options]"}`;
}

function commandLines(commands: readonly CommandNode[], translate: Translate): string {
  const width = Math.max(11, ...commands.map(({ name }) => name.length)) + 1;
  return commands
    .map(({ name, about }) => `  ${name.padEnd(width + 1)} ${translate(about)}`)
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
export function shownDefault({ type, default: value }: FlagSpec): string {
  switch (type) {
    case "bool":
    case "int":
      return String(value ?? (type === "bool" ? false : 0));
    case "string":
      return `'${String(value ?? "")}'`;
    case "duration":
      return formatDuration(Number(value ?? 0) * 1e6);
    case "list":
    case "array":
      return `[${(Array.isArray(value) ? value : []).join(",")}]`;
    default:
      return type satisfies never;
  }
}

/** `kubectl options`. */
export function globalHelp(translate: Translate): string {
  const title = translate("The following options can be passed to any command:");
  return `${title}\n\n${flagsText(globalFlags, translate)}\n`;
}
