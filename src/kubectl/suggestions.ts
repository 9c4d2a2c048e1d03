import type { CommandNode } from "./command.ts";

/** For a word that is no command: what may have been meant. With the lines' ends. */
export function unknownCommand(
  word: string,
  commands: readonly CommandNode[],
  parent = "kubectl",
): string {
  const near = commands
    .filter(({ hidden, name }) => !hidden && isNear(word, name))
    .map(({ name }) => `\t${name}\n`);
  const hint = near.length > 0 ? `\nDid you mean this?\n${near.join("")}` : "";
  return `error: unknown command ${JSON.stringify(word)} for ${JSON.stringify(parent)}\n${hint}`;
}

/** Two wrong letters at most, or the beginning of the name. */
function isNear(word: string, name: string): boolean {
  const [typed, known] = [word.toLowerCase(), name.toLowerCase()];
  return known.startsWith(typed) || editDistance(typed, known) <= 2;
}

/** Levenshtein's distance: how many letters are put in, left out or changed. */
export function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const changed = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
