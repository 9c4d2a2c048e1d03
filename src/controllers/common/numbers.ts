/** A count, or a part of a whole in percent; a text that is no percentage counts as 0. */
export function countOrPercent(
  value: number | string,
  total: number,
  round: "up" | "down",
): number {
  if (typeof value === "number") return value;
  const match = /^(\d+)%$/.exec(value);
  if (!match) return 0;
  const exact = (Number(match[1]) * total) / 100;
  return round === "up" ? Math.ceil(exact) : Math.floor(exact);
}

export function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

/** A count as a status shows it: none is left out. */
export function orMissing(count: number): number | undefined {
  return count === 0 ? undefined : count;
}
