import type { Host } from "./host.ts";

/**
 * Runs the program on the PATH that the words name: `kubectl foo bar` is kubectl-foo-bar, or
 * kubectl-foo with the argument bar. Undefined when there is none. A plugin's name has to stand
 * before all flags.
 */
export async function runPlugin(
  host: Host,
  argv: readonly string[],
  at: number,
): Promise<number | undefined> {
  if (!host.programs || at !== 0) return undefined;
  const words: string[] = [];
  for (const word of argv) {
    if (word.startsWith("-")) break;
    words.push(word.replaceAll("-", "_"));
  }
  for (let length = words.length; length > 0; length--) {
    const path = await host.programs.find(`kubectl-${words.slice(0, length).join("-")}`);
    if (path) return await host.programs.runInForeground(path, argv.slice(length));
  }
  return undefined;
}
