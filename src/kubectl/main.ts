import { FlagError, parseFlags } from "#base/flags.ts";
import type { FlagSpecs } from "#base/flags.ts";
import type { Command } from "./command.ts";
import { CommandError, ExitError, UsageError, errorText } from "./errors.ts";
import { findCommand, firstArgument } from "./find-command.ts";
import type { CommandLine } from "./find-command.ts";
import { checkGlobals, globalFlags, hiddenGlobals } from "./global-flags.ts";
import type { Host } from "./host.ts";
import { dictionaryOf, languageOf } from "./language.ts";
import { Kubectl } from "./kubectl.ts";
import { allCommands } from "./commands/tree.ts";
import type { PreferredLine } from "./preferences/apply.ts";

const helpFlag = { help: { type: "bool", short: "h", usage: "", hidden: true } } as const;

/** What a shell says of a program that Ctrl-C ended. */
const exitCodeOfInterruption = 130;

/** Runs one command line, the program's name left out. Resolves with the exit code. */
export async function main(host: Host, argv: readonly string[]): Promise<number> {
  const [first] = argv;
  if (first === "__complete" || first === "__completeNoDesc") {
    const { complete } = await import("./completion/complete.ts");
    return await complete(host, argv.slice(1), { described: first === "__complete" });
  }
  let line: CommandLine = { path: [], argv };
  let alias: string | undefined;
  try {
    const preferred = await withPreferences(host, argv);
    alias = preferred.alias;
    line = await findCommand(preferred.words);
    return await run(host, line, preferred.words);
  } catch (error) {
    const names = alias === undefined ? line.path.map(({ name }) => name) : [alias];
    const exitCode = (await line.path.at(-1)?.load())?.default.exitCodeOfErrors;
    return report(host, ["kubectl", ...names].join(" "), error, exitCode);
  }
}

/** With what the person's preferences file says, where that is turned on. */
async function withPreferences(host: Host, argv: readonly string[]): Promise<PreferredLine> {
  const { KUBECTL_KUBERC: enabled = "" } = host.environment;
  if (!["1", "t", "T", "true", "TRUE", "True"].includes(enabled)) return { words: argv };
  const { applyPreferences } = await import("./preferences/apply.ts");
  return await applyPreferences(host, argv);
}

async function run(host: Host, line: CommandLine, words: readonly string[]): Promise<number> {
  const node = line.path.at(-1);
  const dictionary = await dictionaryOf(languageOf(host.environment));
  const translate = (text: string) => dictionary[text] ?? text;
  const help = async () => {
    const { helpOf } = await import("./help.ts");
    return await helpOf(host, line.path, translate);
  };
  if (!node) return await runProgram(host, line, help);
  const [argument = "-"] = line.argv;
  if (node.takesPlugins && line.path.length === 1 && !argument.startsWith("-")) {
    const { runPlugin } = await import("./plugins.ts");
    const exitCode = await runPlugin(host, words, words.length - line.argv.length + 1);
    if (exitCode !== undefined) return exitCode;
  }
  const command = (await node.load()).default;
  const specs = { ...globalFlags, ...helpFlag, ...command.flags };
  const parsed = parseFlags(specs, line.argv, { stopAtFirstArg: command.passArguments ?? false });
  if (parsed.values.help) {
    if (command.ownHelp) host[command.ownHelp.output].write(command.ownHelp.text);
    else host.stdout.write(await help());
    return 0;
  }
  const globals = { ...parsed.values, ...hiddenGlobals(command.flags) };
  checkGlobals(globals);
  checkRequired(command, parsed.given);
  const kubectl = new Kubectl({
    host,
    globals,
    given: parsed.given,
    dictionary,
    help,
  });
  try {
    tellDeprecated(kubectl, specs);
    if (command.connectsFirst) await kubectl.access();
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
    return exitCode ?? (host.interrupted.aborted ? exitCodeOfInterruption : 0);
  } finally {
    await kubectl.close();
  }
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
  const exitCode = await runPlugin(host, argv);
  if (exitCode !== undefined) return exitCode;
  const { unknownCommand } = await import("./suggestions.ts");
  host.stderr.write(unknownCommand(argv[at] ?? "", allCommands));
  return 1;
}

/** `name` is the command's, with its parents'. */
function report(host: Host, name: string, error: unknown, exitCode: number | undefined): number {
  if (error instanceof ExitError) return error.exitCode;
  // Whoever asked for the end needs no reason.
  if (host.interrupted.aborted) return exitCodeOfInterruption;
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
