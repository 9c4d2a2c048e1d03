import { FlagError, bareOf, parseFlags } from "#base/flags.ts";
import type { FlagSpec, FlagSpecs } from "#base/flags.ts";
import type { Command, CommandNode } from "./command.ts";
import { CommandError, ExitError, UsageError, errorText } from "./errors.ts";
import { globalFlags } from "./global-flags.ts";
import type { GlobalValues } from "./global-flags.ts";
import type { Host } from "./host.ts";
import { dictionaryOf, languageOf } from "./language.ts";
import { Kubectl } from "./kubectl.ts";
import { allCommands } from "./commands/tree.ts";

const helpFlag = { help: { type: "bool", short: "h", usage: "", hidden: true } } as const;

/** Runs one command line, the program's name left out. Resolves with the exit code. */
export async function main(host: Host, argv: readonly string[]): Promise<number> {
  const line = findCommand(argv);
  try {
    return await run(host, line);
  } catch (error) {
    const exitCode = (await line.path.at(-1)?.load())?.default.exitCodeOfErrors;
    return report(host, line, error, exitCode);
  }
}

/** A command and how it was reached. */
export interface CommandLine {
  /** From the program's own commands down; empty for the program itself. */
  readonly path: readonly CommandNode[];
  /** All words but the commands' names. */
  readonly argv: readonly string[];
}

/** Flags may stand before a command's name; their values are no commands. */
function findCommand(argv: readonly string[]): CommandLine {
  const path: CommandNode[] = [];
  let words = [...argv];
  let children: readonly CommandNode[] = allCommands;
  while (children.length > 0) {
    const at = firstArgument(words);
    const word = at === undefined ? undefined : words[at];
    const node = children.find(
      ({ name, aliases }) => name === word || (word !== undefined && aliases?.includes(word)),
    );
    if (!node) break;
    path.push(node);
    words = words.filter((_, index) => index !== at);
    children = node.children ?? [];
  }
  return { path, argv: words };
}

/** Where the first word stands that is no flag and no flag's value. */
function firstArgument(words: readonly string[]): number | undefined {
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (word === "--") return undefined;
    if (!word.startsWith("-") || word === "-") return index;
    if (word.includes("=")) continue;
    const spec = specOf(word);
    if (spec && bareOf(spec) === undefined) index++;
  }
  return undefined;
}

function specOf(word: string): FlagSpec | undefined {
  const specs: FlagSpecs = globalFlags;
  if (word.startsWith("--")) return specs[word.slice(2).replaceAll("_", "-")];
  // "-nfoo" has its value with it.
  if (word.length > 2) return undefined;
  return Object.values(specs).find(({ short }) => short === word.slice(1));
}

async function run(host: Host, line: CommandLine): Promise<number> {
  const node = line.path.at(-1);
  const dictionary = await dictionaryOf(languageOf(host.environment));
  const translate = (text: string) => dictionary[text] ?? text;
  const help = async () => {
    const { helpOf } = await import("./help.ts");
    return await helpOf(line.path, translate);
  };
  if (!node) return await runProgram(host, line, help);
  const command = (await node.load()).default;
  const specs = { ...globalFlags, ...helpFlag, ...command.flags };
  const parsed = parseFlags(specs, line.argv, { stopAtFirstArg: command.passArguments ?? false });
  if (parsed.values.help) {
    host.stdout.write(await help());
    return 0;
  }
  checkRequired(command, parsed.given);
  const kubectl = new Kubectl({
    host,
    globals: { ...parsed.values, ...hiddenGlobals(command.flags) },
    given: parsed.given,
    dictionary,
    help,
  });
  try {
    tellDeprecated(kubectl, specs);
    const exitCode = await command.run(kubectl, {
      values: parsed.values,
      given: parsed.given,
      args: [...parsed.args, ...(parsed.rest ?? [])],
      dashAt: parsed.rest && parsed.args.length,
    });
    if (kubectl.globals["warnings-as-errors"] && kubectl.warnings > 0) {
      const count = kubectl.warnings;
      throw new CommandError(`${count} warning${count > 1 ? "s" : ""} received`);
    }
    return exitCode ?? 0;
  } finally {
    await kubectl.close();
  }
}

/** A command's own flag hides the one of that name that all commands have: `--user` of bindings. */
function hiddenGlobals(flags: FlagSpecs): Partial<GlobalValues> {
  const defaults = parseFlags(globalFlags, []).values;
  const hidden = Object.entries(defaults).filter(([name]) => Object.hasOwn(flags, name));
  return Object.fromEntries(hidden);
}

function checkRequired({ required = [] }: Command, given: ReadonlySet<string>): void {
  const missing = required.filter((name) => !given.has(name)).map((name) => `"${name}"`);
  if (missing.length > 0) throw new CommandError(`required flag(s) ${missing.join(", ")} not set`);
}

function tellDeprecated(kubectl: Kubectl, specs: FlagSpecs): void {
  for (const name of kubectl.given) {
    const { deprecated } = specs[name] ?? {};
    if (deprecated) kubectl.tell(`Flag --${name} has been deprecated, ${deprecated}`);
  }
}

/** No command of ours: the program's help, a plugin, or a mistyped word. */
async function runProgram(
  host: Host,
  { argv }: CommandLine,
  help: () => Promise<string>,
): Promise<number> {
  const at = firstArgument(argv);
  if (at === undefined) {
    parseFlags({ ...globalFlags, ...helpFlag }, argv);
    host.stdout.write(await help());
    return 0;
  }
  const { runPlugin } = await import("./plugins.ts");
  const exitCode = await runPlugin(host, argv, at);
  if (exitCode !== undefined) return exitCode;
  const { unknownCommand } = await import("./suggestions.ts");
  host.stderr.write(unknownCommand(argv[at] ?? "", allCommands));
  return 1;
}

function report(
  host: Host,
  { path }: CommandLine,
  error: unknown,
  exitCode: number | undefined,
): number {
  if (error instanceof ExitError) return error.exitCode;
  // Whoever asked for the end needs no reason.
  if (host.interrupted.aborted) return 130;
  const name = ["kubectl", ...path.map((node) => node.name)].join(" ");
  if (error instanceof FlagError) {
    const tail = exitCode === undefined ? "--help' for usage." : "-h' for help and examples";
    host.stderr.write(`error: ${error.message}\nSee '${name} ${tail}\n`);
    return exitCode ?? 1;
  }
  const text = errorText(error);
  host.stderr.write(text.endsWith("\n") ? text : `${text}\n`);
  if (error instanceof UsageError) {
    const tail = error.helpFlag === "-h" ? "-h' for help and examples" : "--help' for usage.";
    host.stderr.write(`See '${name} ${tail}\n`);
  }
  return exitCode ?? (error instanceof CommandError ? error.exitCode : 1);
}
