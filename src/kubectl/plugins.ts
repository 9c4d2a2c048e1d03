import type { CommandNode } from "./command.ts";
import { allCommands } from "./commands/tree.ts";
import { CommandError, ExitError } from "./errors.ts";
import { namedIn } from "./find-command.ts";
import type { Host } from "./host.ts";
import { baseName } from "./paths.ts";

/**
 * Runs the program on the PATH that the words name: `kubectl foo bar` is kubectl-foo-bar, or
 * kubectl-foo with the argument bar. Undefined when there is none. `wordsMin` words at least are
 * its name, which has to stand before all flags.
 */
export async function runPlugin(
  host: Host,
  argv: readonly string[],
  wordsMin = 1,
): Promise<number | undefined> {
  if (!host.programs) return undefined;
  const words: string[] = [];
  for (const word of argv) {
    if (word.startsWith("-")) break;
    words.push(word.replaceAll("-", "_"));
  }
  if (words.length === 0) {
    host.stderr.write(`Error: flags cannot be placed before plugin name: ${argv[0]}\n`);
    throw new ExitError(1);
  }
  for (let length = words.length; length >= wordsMin; length--) {
    const path = await host.programs.find(`kubectl-${words.slice(0, length).join("-")}`);
    if (path) return await host.programs.runInForeground(path, argv.slice(length));
  }
  return undefined;
}

/** Every file on the PATH that is called as a plugin is, whether it can be run or not. */
export async function listPlugins(
  host: Host,
  onUnreadable: (directory: string, error: unknown) => void = () => {},
): Promise<string[]> {
  const separator = host.platform.os === "windows" ? ";" : ":";
  const directories = new Set((host.environment.PATH ?? "").split(separator));
  const found: string[] = [];
  for (const directory of directories) {
    if (directory.trim() === "") continue;
    const names = await host.files.list(directory).catch((error: unknown) => {
      onUnreadable(directory, error);
      return [];
    });
    for (const name of names) {
      if (!name.startsWith("kubectl-")) continue;
      const path = `${directory.replace(/\/$/, "")}/${name}`;
      if (!(await host.files.stat(path))?.isDirectory) found.push(path);
    }
  }
  return found;
}

/** What the program's help calls the plugins: by the first word of each. */
export async function pluginCommands(host: Host): Promise<string[]> {
  const names = (await listPlugins(host)).map(firstWord);
  return names.filter((name) => !namedIn(allCommands, name));
}

function firstWord(path: string): string {
  return (baseName(path).split("-")[1] ?? "").replaceAll("_", "-");
}

/** What is wrong with a plugin that stands behind those that `seen` has, by name. */
export async function pluginWarnings(
  host: Host,
  path: string,
  seen: Map<string, string>,
): Promise<string[]> {
  const name = baseName(path);
  const warnings: string[] = [];
  const status = await host.files.stat(path);
  if (status && (status.mode & 0o111) === 0) {
    warnings.push(`warning: ${path} identified as a kubectl plugin, but it is not executable`);
  }
  const other = seen.get(name);
  if (other) {
    warnings.push(`warning: ${path} is overshadowed by a similarly named plugin: ${other}`);
  } else seen.set(name, path);
  const hidden = commandOf(name.split("-").slice(1));
  if (hidden) warnings.push(`warning: ${name} overwrites existing command: "kubectl ${hidden}"`);
  return warnings;
}

/** The names of the command that the words lead to, as far as there is one. */
function commandOf(words: readonly string[]): string | undefined {
  const path: CommandNode[] = [];
  let children = allCommands;
  for (const word of words) {
    const node = namedIn(children, word);
    if (!node) break;
    path.push(node);
    children = node.children ?? [];
  }
  return path.length > 0 ? path.map(({ name }) => name).join(" ") : undefined;
}

/** Why there is nothing to list, or how much is wrong with what there is. */
export function pluginFailure(plugins: number, warnings: number): CommandError | undefined {
  if (plugins === 0) {
    return new CommandError("error: unable to find any kubectl plugins in your PATH");
  }
  if (warnings === 0) return undefined;
  return new CommandError(
    warnings === 1
      ? "error: one plugin warning was found"
      : `error: ${warnings} plugin warnings were found`,
  );
}
