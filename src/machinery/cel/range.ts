/** Bounds of a size or a cost. */
export interface Range {
  readonly min: number;
  /** `boundless` where upstream saturates. */
  readonly max: number;
}

/** Upstream counts in 64 bits: what is larger, or unknown, is 2^64-1, which rounds to this. */
export const boundless = 2 ** 64;

export const unknown: Range = { min: 0, max: boundless };
export const fixed = (value: number): Range => ({ min: value, max: value });

export const add = (one: Range, other: Range): Range => ({
  min: Math.min(boundless, one.min + other.min),
  max: Math.min(boundless, one.max + other.max),
});

export const addAll = (ranges: readonly Range[]): Range => ranges.reduce(add, fixed(0));

const product = (one: number, other: number) => Math.min(boundless, one * other);

export const times = (one: Range, other: Range): Range => ({
  min: product(one.min, other.min),
  max: product(one.max, other.max),
});

/** Rounded up. */
export const scale = (range: Range, factor: number): Range => ({
  min: Math.ceil(product(range.min, factor)),
  max: Math.ceil(product(range.max, factor)),
});

export const union = (one: Range, other: Range): Range => ({
  min: Math.min(one.min, other.min),
  max: Math.max(one.max, other.max),
});
