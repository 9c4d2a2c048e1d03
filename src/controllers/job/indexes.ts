/** Indexes from `first` to `last`, both included. */
export interface Interval {
  readonly first: number;
  readonly last: number;
}

/** Which indexes of a Job: intervals in order, that neither touch nor overlap. */
export type Indexes = readonly Interval[];

/** Reads "0,2-4"; indexes of `completions` and above do not count, nor does what is unreadable. */
export function parseIndexes(text: string, completions: number): Indexes {
  const intervals = text.split(",").flatMap((part): Interval[] => {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (!match) return [];
    const first = Number(match[1]);
    const last = Math.min(Number(match[2] ?? match[1]), completions - 1);
    return first <= last ? [{ first, last }] : [];
  });
  return union(intervals, []);
}

/** The inverse of `parseIndexes`: two neighbours are listed, three or more make a range. */
export function formatIndexes(indexes: Indexes): string {
  return indexes
    .map(({ first, last }) => {
      if (first === last) return String(first);
      return `${first}${last === first + 1 ? "," : "-"}${last}`;
    })
    .join(",");
}

export function indexesOf(numbers: Iterable<number>): Indexes {
  return union(
    [...numbers].map((number) => ({ first: number, last: number })),
    [],
  );
}

export function union(left: readonly Interval[], right: readonly Interval[]): Indexes {
  const merged: { first: number; last: number }[] = [];
  for (const { first, last } of [...left, ...right].sort((a, b) => a.first - b.first)) {
    const previous = merged.at(-1);
    if (previous && first <= previous.last + 1) previous.last = Math.max(previous.last, last);
    else merged.push({ first, last });
  }
  return merged;
}

export function countOf(indexes: Indexes): number {
  return indexes.reduce((total, { first, last }) => total + last - first + 1, 0);
}

/** How many indexes both have. */
export function overlap(left: Indexes, right: Indexes): number {
  return countOf(left) + countOf(right) - countOf(union(left, right));
}

export function hasIndex(indexes: Indexes, index: number): boolean {
  return indexes.some(({ first, last }) => first <= index && index <= last);
}

/** The lowest `count` indexes below `completions` that are not among those taken. */
export function firstFree(taken: Indexes, count: number, completions: number): readonly number[] {
  const free: number[] = [];
  let candidate = 0;
  for (const { first, last } of [...taken, { first: completions, last: completions }]) {
    for (; candidate < Math.min(first, completions) && free.length < count; candidate++) {
      free.push(candidate);
    }
    candidate = Math.max(candidate, last + 1);
  }
  return free;
}
