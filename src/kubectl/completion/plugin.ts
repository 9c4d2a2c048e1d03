import type { Host } from "../host.ts";
import { baseName } from "../paths.ts";
import { listPlugins } from "../plugins.ts";
import { directives } from "./suggestions.ts";
import type { Suggestion, Suggestions } from "./suggestions.ts";

/**
 * How a plugin's command line goes on: with the plugins whose names begin like its own, and as its
 * helper says, which is kubectl_complete-foo for kubectl-foo. The helper prints a line for each
 * answer and, if it likes, a last one with the directive. Undefined where the words are no plugin's.
 */
export async function completePlugin(
  host: Host,
  words: readonly string[],
  last: string,
): Promise<Suggestions | undefined> {
  const { programs } = host;
  if (!programs || words[0]?.startsWith("-")) return undefined;
  const debug = (text: string) => host.stderr.write(`[Debug] ${text}\n`);
  debug("Cleared global flags for plugin completion");
  const plugins = await pluginPaths(host);
  const length = knownWords(plugins, words);
  if (length === 0) return undefined;
  const deeper = length === words.length ? below(plugins, words, last) : [];
  const name = words
    .slice(0, length)
    .map((word) => word.replaceAll("-", "_"))
    .join("-");
  debug(`About to look for: kubectl_complete-${name}`);
  const helper = await programs.find(`kubectl_complete-${name}`);
  if (!helper) {
    debug(`Plugin kubectl-${name} does not provide a matching completion executable`);
    return { items: deeper, directive: directives.none };
  }
  const args = [...words.slice(length), last];
  debug(`About to call: ${helper} ${args.join(" ")}`);
  const answers = answersOf(await programs.run(helper, args));
  return { items: [...deeper, ...answers.items], directive: answers.directive };
}

/** The words that each plugin is called by. */
async function pluginPaths(host: Host): Promise<readonly (readonly string[])[]> {
  const paths = await listPlugins(host);
  return paths.map((path) =>
    baseName(path)
      .split("-")
      .slice(1)
      .map((word) => word.replaceAll("_", "-")),
  );
}

/** How many words a plugin's name begins with. */
function knownWords(plugins: readonly (readonly string[])[], words: readonly string[]): number {
  const same = (plugin: readonly string[]) => {
    const first = plugin.findIndex((word, index) => word !== words[index]);
    return first < 0 ? plugin.length : first;
  };
  return Math.max(0, ...plugins.map(same));
}

function below(
  plugins: readonly (readonly string[])[],
  words: readonly string[],
  typed: string,
): Suggestion[] {
  const found = plugins
    .filter((plugin) => words.every((word, index) => plugin[index] === word))
    .map((plugin) => plugin[words.length])
    .filter((word) => word !== undefined)
    .filter((word) => word.startsWith(typed));
  return [...new Set(found)].toSorted().map((text) => ({
    text,
    about: `The command ${text} is a plugin installed by the user`,
  }));
}

function answersOf({ exitCode, stdout }: { exitCode: number; stdout: string }): Suggestions {
  if (exitCode !== 0) return { items: [], directive: directives.none };
  const lines = stdout.split("\n").filter((line) => line !== "");
  const directive = /^:(\d+)$/.exec(lines.at(-1) ?? "")?.[1];
  const answers = directive === undefined ? lines : lines.slice(0, -1);
  return {
    items: answers.map((line) => {
      const [text = "", about = ""] = line.split("\t");
      return { text, about };
    }),
    directive: Number(directive ?? directives.none),
  };
}
