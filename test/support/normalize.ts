import assert from "node:assert/strict";

/**
 * Makes outputs of `kubectl` comparable: what differs from one run to the next (ages, addresses,
 * generated names, node ports, hashes) becomes a word in capitals, columns get one space, and
 * empty lines go. `names` are words of this run and what to put for them, such as a node's name.
 */
export function normalize(output: string, names: Readonly<Record<string, string>> = {}): string {
  let text = output;
  for (const [name, word] of Object.entries(names)) text = text.replaceAll(name, word);
  for (const [pattern, word] of replacements) text = text.replaceAll(pattern, word);
  return text
    .split("\n")
    .map((line) => line.replaceAll(/\s+/g, " ").trim())
    .filter(Boolean)
    .join("\n");
}

/** The alphabet of generated names: no vowels, no digits that look like letters. */
const letters = "[bcdfghjklmnpqrstvwxz2456789]";

const replacements: readonly (readonly [RegExp, string])[] = [
  [/sha256:[0-9a-f]{64}/g, "sha256:DIGEST"],
  [/\b\d{1,3}(\.\d{1,3}){3}\b/g, "IP"],
  [new RegExp(`-(?:${letters}{8,10}|[0-9a-f]{8,10})-${letters}{5}(?![\\w-])`, "g"), "-HASH-ID"],
  // A replica set's name ends with the hash alone.
  [new RegExp(`(?<=[a-z])-${letters}{8,10}(?![\\w-])`, "g"), "-HASH"],
  [/:3\d{4}\//g, ":NODEPORT/"],
  // In a table, after "1 (2m ago)" too; "0s", "4m31s", "2d3h".
  [/(?<![\w.-])(?:\d+[dhms]){1,2}(?![\w.-])/g, "AGE"],
  // Tutorials were written with clients that did not name the namespace.
  [/^(\S+ "[^"]+" deleted) from \S+ namespace$/gm, "$1"],
];

/** Fails unless both say the same, once normalised. */
export function assertSameOutput(
  actual: string,
  expected: string,
  names: Readonly<Record<string, string>> = {},
): void {
  assert.equal(normalize(actual, names), normalize(expected, names));
}
