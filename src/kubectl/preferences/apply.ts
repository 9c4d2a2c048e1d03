import { FlagError, parseFlags } from "#base/flags.ts";
import type { FlagSpecs } from "#base/flags.ts";
import type { CommandNode } from "../command.ts";
import { ExitError } from "../errors.ts";
import { findCommand } from "../find-command.ts";
import { globalFlags } from "../global-flags.ts";
import type { Host } from "../host.ts";
import { PreferencesError, readPreferences } from "./read.ts";
import type { Alias, FlagDefault, Preferences } from "./read.ts";

/** A command line, and the alias that it was before. */
export interface PreferredLine {
  readonly words: readonly string[];
  readonly alias?: string;
}

/** The command line with aliases written out, and with the flags that the preferences give. */
export async function applyPreferences(
  host: Host,
  argv: readonly string[],
): Promise<PreferredLine> {
  if (argv.length === 0) return { words: argv };
  try {
    const { words, file } = withoutFile(argv);
    const preferences = await readPreferences(host, file);
    if (!preferences) return { words };
    const { path } = await findCommand(words);
    const node = path.at(-1);
    if (node) return { words: await withOverrides(host, preferences, node, words) };
    return await withAlias(host, preferences, words);
  } catch (error) {
    if (!(error instanceof PreferencesError)) throw error;
    host.stderr.write(`error occurred while applying preferences ${error.message}\n`);
    throw new ExitError(1);
  }
}

/** Takes `--kuberc` out of the words: it is of use here and nowhere else. */
function withoutFile(argv: readonly string[]): { words: readonly string[]; file?: string } {
  const end = argv.indexOf("--");
  const at = argv.findIndex(
    (word, index) =>
      (end < 0 || index < end) && (word === "--kuberc" || word.startsWith("--kuberc=")),
  );
  const word = argv[at];
  if (word === undefined) return { words: argv };
  const isSplit = word === "--kuberc";
  const file = isSplit ? argv[at + 1] : word.slice("--kuberc=".length);
  if (!file) throw new PreferencesError("kuberc file is not found");
  return { words: argv.toSpliced(at, isSplit ? 2 : 1), file };
}

async function withOverrides(
  host: Host,
  { overrides }: Preferences,
  node: CommandNode,
  words: readonly string[],
): Promise<readonly string[]> {
  const flags: string[] = [];
  const specs = await flagsOf(node);
  for (const { command, flags: defaults } of overrides) {
    const { path } = await findCommand(command.split(/\s+/).filter(Boolean));
    const overridden = path.at(-1);
    if (!overridden) {
      host.stderr.write(`Warning: command "${command}" not found to set kuberc override\n`);
      continue;
    }
    if (overridden.name !== node.name) continue;
    for (const flag of defaults) {
      if (!specs[flag.name]) {
        throw new PreferencesError(`invalid flag ${flag.name} for command ${command}`);
      }
      if (isGiven(flag.name, specs, words)) continue;
      flags.push(
        wordOf(
          flag,
          specs,
          (value, name) => `override value ${value} to flag ${name} in command ${command}`,
        ),
      );
    }
  }
  const dashes = words.indexOf("--");
  return words.toSpliced(dashes < 0 ? words.length : dashes, 0, ...flags);
}

async function withAlias(
  host: Host,
  preferences: Preferences,
  words: readonly string[],
): Promise<PreferredLine> {
  const at = words.findIndex((word) => !word.startsWith("-"));
  const alias = preferences.aliases.find(({ name }) => name === words[at]);
  if (!alias) return { words };
  const { path, argv: rest } = await findCommand(alias.command.split(/\s+/).filter(Boolean));
  const node = path.at(-1);
  if (!node) {
    throw new PreferencesError(
      `command "${alias.command}" not found to set alias "${alias.name}": [${rest.join(" ")}]`,
    );
  }
  const flags = await aliasFlags(alias, node, words);
  for (const { command } of preferences.overrides) {
    if (command === alias.name) {
      throw new PreferencesError(`alias ${alias.name} can not be overridden`);
    }
    const { path: overridden } = await findCommand(command.split(/\s+/).filter(Boolean));
    if (overridden.length > 0) continue;
    host.stderr.write(`Warning: command "${command}" not found to set kuberc override\n`);
  }
  const written = [
    ...words.slice(0, at),
    ...path.map(({ name }) => name),
    ...flags,
    ...alias.prependArgs,
    ...words.slice(at + 1),
    ...alias.appendArgs,
  ];
  return { words: written, alias: alias.name };
}

async function aliasFlags(
  alias: Alias,
  node: CommandNode,
  words: readonly string[],
): Promise<readonly string[]> {
  const specs = await flagsOf(node);
  return alias.flags.flatMap((flag) => {
    if (!specs[flag.name]) {
      throw new PreferencesError(`invalid alias flag ${flag.name} in alias kubectl`);
    }
    if (isGiven(flag.name, specs, words)) return [];
    return [
      wordOf(flag, specs, (value, name) => `value ${value} to flag ${name} in alias kubectl`),
    ];
  });
}

async function flagsOf(node: CommandNode): Promise<FlagSpecs> {
  return { ...globalFlags, ...(await node.load()).default.flags };
}

/** What the person says counts more, in whichever form. */
function isGiven(name: string, specs: FlagSpecs, words: readonly string[]): boolean {
  const short = specs[name]?.short;
  return words.some(
    (word) =>
      word === `--${name}` ||
      word.startsWith(`--${name}=`) ||
      (short !== undefined && (word.startsWith(`-${short}`) || isAmong(short, word))),
  );
}

/** One of several letters: -wA. */
function isAmong(short: string, word: string): boolean {
  return /^-[a-zA-Z]+$/.test(word) && word.includes(short);
}

function wordOf(
  { name, default: value }: FlagDefault,
  specs: FlagSpecs,
  doing: (value: string, name: string) => string,
): string {
  const word = `--${name}=${value}`;
  try {
    parseFlags(specs, [word]);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    throw new PreferencesError(`could not apply ${doing(value, name)} err: ${error.message}`);
  }
  return word;
}
