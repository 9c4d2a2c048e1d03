import type { Result } from "./values.ts";

/** One evaluation. */
export interface Frame {
  /** Loop variables; a function stands for a value that is not computed yet. */
  readonly locals: (Result | (() => Result))[];
  readonly variable: (name: string) => Result;
  readonly costLimit: number;
  cost: number;
}

export type Step = (frame: Frame) => Result;

/** Ends an evaluation at once; no operator absorbs it. */
export class CostLimitExceeded extends Error {
  constructor() {
    super("operation cancelled: actual cost limit exceeded");
  }
}

export function spend(frame: Frame, cost: number): void {
  frame.cost += cost;
  if (frame.cost > frame.costLimit) throw new CostLimitExceeded();
}
