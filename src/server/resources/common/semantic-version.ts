const identifier = "(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)";
const number = "(0|[1-9]\\d*)";
const pattern = new RegExp(
  `^${number}\\.${number}\\.${number}` +
    `(?:-(${identifier}(?:\\.${identifier})*))?(?:\\+[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*)?$`,
);

/** A version as semver.org has it. */
export interface SemanticVersion {
  readonly numbers: readonly bigint[];
  readonly prerelease: readonly string[];
}

/** Undefined for what is none: a leading "v" counts as nothing that belongs there. */
export function parseSemanticVersion(text: string): SemanticVersion | undefined {
  const [matched, major = "", minor = "", patch = "", prerelease] = pattern.exec(text) ?? [];
  if (matched === undefined) return undefined;
  return {
    numbers: [major, minor, patch].map(BigInt),
    prerelease: prerelease === undefined ? [] : prerelease.split("."),
  };
}

/** Negative where the first is the earlier one. A prerelease comes before its release. */
export function compareSemanticVersions(one: SemanticVersion, other: SemanticVersion): number {
  for (const [index, mine] of one.numbers.entries()) {
    const theirs = other.numbers[index] ?? 0n;
    if (mine !== theirs) return mine < theirs ? -1 : 1;
  }
  const [mine, theirs] = [one.prerelease, other.prerelease];
  if (!mine.length || !theirs.length) return theirs.length - mine.length;
  for (const [index, word] of mine.entries()) {
    const difference = compareIdentifiers(word, theirs[index]);
    if (difference !== 0) return difference;
  }
  return mine.length - theirs.length;
}

/** Numbers come before words. */
function compareIdentifiers(one: string, other: string | undefined): number {
  if (other === undefined) return 1;
  const isNumber = (text: string) => /^\d+$/.test(text);
  if (isNumber(one) && isNumber(other)) return Number(BigInt(one) - BigInt(other));
  if (isNumber(one) !== isNumber(other)) return isNumber(one) ? -1 : 1;
  return one === other ? 0 : one < other ? -1 : 1;
}
