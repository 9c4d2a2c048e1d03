import { FlagError, bareOf, parseFlags } from "#base/flags.ts";
import type { FlagSpec, FlagSpecs } from "#base/flags.ts";
import type { CommandNode } from "../command.ts";
import { allCommands } from "../commands/tree.ts";
import { findCommand, firstArgument, namedIn } from "../find-command.ts";
import { globalFlags, hiddenGlobals } from "../global-flags.ts";
import type { GlobalValues } from "../global-flags.ts";
import type { Host } from "../host.ts";
import { Kubectl } from "../kubectl.ts";
import { dictionaryOf, languageOf } from "../language.ts";
import { pluginCommands } from "../plugins.ts";
import { completePlugin } from "./plugin.ts";
import { argumentRules, flagRule } from "./rules.ts";
import { directives, nothing } from "./suggestions.ts";
import type { Suggestion, Suggestions } from "./suggestions.ts";

const helpFlag = { help: { type: "bool", short: "h", usage: "Show the help" } } as const;

/** What the scripts of the shells ask for: how the last of the words may go on. */
export async function complete(
  host: Host,
  words: readonly string[],
  { described }: { readonly described: boolean },
): Promise<number> {
  if (words.length === 0) {
    host.stderr.write("error: requires at least 1 arg(s), only received 0\n");
    return 1;
  }
  const { items, directive } = await suggestionsFor(host, words);
  for (const { text, about } of items) {
    const line = described && about ? `${text}\t${about}` : text;
    host.stdout.write(`${line.split("\n")[0]?.trim()}\n`);
  }
  host.stdout.write(`:${directive}\n`);
  host.stderr.write(`Completion ended with directive: ${directiveText(directive)}\n`);
  return 0;
}

function directiveText(directive: number): string {
  const named = [
    [directives.noSpace, "NoSpace"],
    [directives.noFiles, "NoFileComp"],
    [directives.fileExtensions, "FilterFileExt"],
  ] as const;
  const names = named.filter(([bit]) => (directive & bit) !== 0).map(([, name]) => name);
  return (names.length > 0 ? names : ["Default"])
    .map((name) => `ShellCompDirective${name}`)
    .join(", ");
}

async function suggestionsFor(host: Host, words: readonly string[]): Promise<Suggestions> {
  const last = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const { path, argv } = await findCommand(before);
  const node = path.at(-1);
  if (!node && firstArgument(argv) !== undefined) {
    const plugin = await completePlugin(host, before, last);
    if (plugin) return plugin;
    return failed(host, `unable to find a command for arguments: [${before.join(" ")}]`);
  }
  const command = (await node?.load())?.default;
  const specs = { ...globalFlags, ...helpFlag, ...command?.flags };
  const flag = flagInValue(specs, argv, last);
  let parsed;
  try {
    parsed = parseFlags(specs, flag?.argv ?? argv);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    const args = (flag?.argv ?? argv).join(" ");
    return failed(host, `Error while parsing flags from args [${args}]: ${error.message}`);
  }
  if (parsed.values.help) return { items: [], directive: directives.noFiles };
  const line: Line = {
    host,
    path,
    specs,
    own: command?.flags ?? {},
    required: command?.required ?? [],
    given: parsed.given,
    args: [...parsed.args, ...(parsed.rest ?? [])],
  };
  if (!flag && parsed.rest === undefined && /^--?[^-=]+=/.test(last)) {
    const typed = last.slice(0, last.indexOf("="));
    const name = typed.startsWith("--") ? typed.slice(2) : typed.slice(-1);
    const called = node?.name ?? "kubectl";
    return failed(host, `Subcommand '${called}' does not support flag '${name}'`);
  }
  const globals = { ...parsed.values, ...hiddenGlobals(line.own) };
  const takesFlags = parsed.rest === undefined;
  if (flag && takesFlags) return await valuesOf(line, flag.name, flag.text, globals);
  if (takesFlags && last.startsWith("-") && !last.includes("=")) return flagNames(line, last);
  return await argumentsOf(line, last, globals);
}

function failed(host: Host, message: string): Suggestions {
  host.stderr.write(`[Debug] [Error] ${message}\n`);
  return nothing;
}

/** A command line up to the word in question. */
interface Line {
  readonly host: Host;
  readonly path: readonly CommandNode[];
  readonly specs: FlagSpecs;
  readonly own: FlagSpecs;
  readonly required: readonly string[];
  readonly given: ReadonlySet<string>;
  readonly args: readonly string[];
}

interface FlagInValue {
  readonly name: string;
  /** What of the value is there. */
  readonly text: string;
  /** The words without the flag. */
  readonly argv: readonly string[];
}

/** The flag whose value the last word is: behind "=", or behind a flag that needs one. */
function flagInValue(
  specs: FlagSpecs,
  argv: readonly string[],
  last: string,
): FlagInValue | undefined {
  if (last.startsWith("-")) {
    const equals = last.indexOf("=");
    if (equals < 0) return undefined;
    const name = nameOf(specs, last.slice(0, equals));
    return name ? { name, text: last.slice(equals + 1), argv } : undefined;
  }
  const previous = argv.at(-1) ?? "";
  if (!/^-[^-]|^--./.test(previous) || previous.includes("=")) return undefined;
  const name = nameOf(specs, previous);
  const spec = name === undefined ? undefined : specs[name];
  if (name === undefined || !spec || bareOf(spec) !== undefined) return undefined;
  return { name, text: last, argv: argv.slice(0, -1) };
}

/** Of letters that stand together, the last one is meant. */
function nameOf(specs: FlagSpecs, word: string): string | undefined {
  if (word.startsWith("--")) return Object.hasOwn(specs, word.slice(2)) ? word.slice(2) : undefined;
  return Object.keys(specs).find((name) => specs[name]?.short === word.at(-1));
}

async function valuesOf(
  line: Line,
  name: string,
  text: string,
  values: GlobalValues,
): Promise<Suggestions> {
  if (name === "filename") {
    const extensions = ["json", "yaml", "yml"].map((extension) => ({ text: extension }));
    return { items: extensions, directive: directives.fileExtensions };
  }
  const rule = flagRule(commandName(line.path), name, Object.hasOwn(line.own, name));
  if (!rule) return nothing;
  return await withKubectl(line, values, (kubectl) => rule(kubectl, line.args, text));
}

function commandName(path: readonly CommandNode[]): string {
  return path.map(({ name }) => name).join(" ");
}

/** Those of all commands first; each that is given already only where it may be given again. */
function flagNames(line: Line, typed: string): Suggestions {
  const missing = requiredFlags(line, typed);
  if (missing.length > 0) return { items: missing, directive: directives.noFiles };
  const isShared = (name: string) =>
    Object.hasOwn(globalFlags, name) && !Object.hasOwn(line.own, name);
  const names = Object.keys(line.specs).toSorted();
  const ordered =
    line.path.length === 0
      ? names
      : [...names.filter(isShared), ...names.filter((name) => !isShared(name))];
  const items = ordered.flatMap((name) => {
    const spec = line.specs[name];
    if (!spec || (line.given.has(name) && !["list", "array"].includes(spec.type))) return [];
    return namesOf(name, spec, typed);
  });
  return { items, directive: directives.noFiles };
}

function requiredFlags({ required, given, specs }: Line, typed: string): Suggestion[] {
  return required.toSorted().flatMap((name) => {
    const spec = specs[name];
    return spec && !given.has(name) ? namesOf(name, spec, typed) : [];
  });
}

function namesOf(name: string, spec: FlagSpec, typed: string): Suggestion[] {
  if (spec.hidden || spec.deprecated) return [];
  const forms = [`--${name}`, ...(spec.short ? [`-${spec.short}`] : [])];
  return forms
    .filter((form) => form.startsWith(typed))
    .map((text) => ({ text, about: spec.usage }));
}

/** Commands below the one there is, flags that have to be given, and the command's arguments. */
async function argumentsOf(line: Line, typed: string, values: GlobalValues): Promise<Suggestions> {
  const { host, path, own, given, args } = line;
  if (commandName(path) === "help") return await helpTopics(host, args, typed);
  const items: Suggestion[] = [];
  let directive: number = directives.none;
  const hasOwnFlags = Object.keys(own).some((name) => given.has(name));
  if (args.length === 0 && !hasOwnFlags) {
    const children = path.length === 0 ? await rootCommands(host) : visible(path.at(-1)?.children);
    if (children.length > 0) directive = directives.noFiles;
    const { translate } = await languageFor(host);
    for (const { text, about } of children) {
      if (text.startsWith(typed)) items.push({ text, ...(about && { about: translate(about) }) });
    }
  }
  items.push(...requiredFlags(line, typed));
  const rule = argumentRules[commandName(path)];
  if (!rule) return { items, directive };
  const found = await withKubectl(line, values, (kubectl) => rule(kubectl, args, typed));
  return { items: [...items, ...found.items], directive: found.directive };
}

async function languageFor(host: Host) {
  const dictionary = await dictionaryOf(languageOf(host.environment));
  return { translate: (text: string) => dictionary[text] ?? text };
}

function visible(nodes: readonly CommandNode[] = []): Suggestion[] {
  return nodes
    .filter(({ hidden }) => !hidden)
    .map(({ name, about }) => ({ text: name, about }))
    .toSorted(byText);
}

function byText(left: Suggestion, right: Suggestion): number {
  return left.text < right.text ? -1 : 1;
}

/** The help does not list these two, a person who looks for them may find them all the same. */
const unlisted = ["help", "options"];

async function rootCommands(host: Host): Promise<Suggestion[]> {
  const plugins = [...new Set(await pluginCommands(host))].map((name) => ({
    text: name,
    about: `The command ${name} is a plugin installed by the user`,
  }));
  const hidden = allCommands
    .filter(({ name }) => unlisted.includes(name))
    .map(({ name, about }) => ({ text: name, about }));
  return [...visible(allCommands), ...hidden, ...plugins].toSorted(byText);
}

async function helpTopics(
  host: Host,
  args: readonly string[],
  typed: string,
): Promise<Suggestions> {
  let children: readonly CommandNode[] | undefined;
  for (const word of args) {
    const node = namedIn(children ?? allCommands, word);
    if (!node) return { items: [], directive: directives.noFiles };
    children = node.children ?? [];
  }
  const { translate } = await languageFor(host);
  const topics = children ? visible(children) : await rootCommands(host);
  const items = topics
    .filter(({ text }) => text.startsWith(typed))
    .map(({ text, about = "" }) => ({ text, about: translate(about) }));
  return { items, directive: directives.noFiles };
}

/** A server that does not answer has nothing to suggest. */
async function withKubectl(
  { host, given }: Line,
  globals: GlobalValues,
  ask: (kubectl: Kubectl) => Promise<Suggestions>,
): Promise<Suggestions> {
  const silent = { ...host.stderr, write: () => {} };
  const kubectl = new Kubectl({
    host: { ...host, stderr: silent },
    globals,
    given,
    dictionary: {},
    help: async () => await Promise.resolve(""),
  });
  try {
    return await ask(kubectl);
  } finally {
    await kubectl.close();
  }
}
