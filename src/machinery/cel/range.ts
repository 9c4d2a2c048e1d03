/** Bounds of a size or a cost. */
export interface Range {
  readonly min: number;
  /** Infinity where upstream saturates at 2^64-1. */
  readonly max: number;
}

export const unknown: Range = { min: 0, max: Infinity };
export const fixed = (value: number): Range => ({ min: value, max: value });

export const add = (one: Range, other: Range): Range => ({
  min: one.min + other.min,
  max: one.max + other.max,
});

export const addAll = (ranges: readonly Range[]): Range => ranges.reduce(add, fixed(0));

/** Nothing times anything, even without bound, is nothing. */
const product = (one: number, other: number) => (one === 0 || other === 0 ? 0 : one * other);

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
