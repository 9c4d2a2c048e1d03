import { describeOperation } from "./history.ts";
import type { Operation } from "./history.ts";

/** One key, as an order of the operations makes it. */
interface State {
  readonly value: string;
  /** Undefined where nobody was ever told. */
  readonly revision: number | undefined;
}

/** More than this was never needed by far: a history that is so entangled is one of a wrong test. */
const statesMax = 200_000;

export interface HistoryOptions {
  /** The values that were ever written, with their revisions. */
  readonly happened?: ReadonlyMap<string, number>;
  /**
   * One delete may answer several: who does not hear of its own takes another one of the same
   * version for it.
   */
  readonly sharesDeletes?: boolean;
}

/**
 * Why the operations on one key are not linearizable; undefined when they are.
 *
 * They are when there is an order of them that explains every outcome, in which writes have growing
 * revisions, and in which nothing that ended before something else began comes after it. Operations
 * whose outcome is unknown may stand anywhere behind their beginning, or nowhere; where `happened`
 * says which values were ever written at which revision, it knows of which of them. The search is
 * Wing and Gong's with Lowe's memory of what was tried.
 */
export function explainHistory(
  operations: readonly Operation[],
  { happened, sharesDeletes = false }: HistoryOptions = {},
): string | undefined {
  const revisions = happened ?? revisionsByValue(operations);
  const never = ({ action, outcome: { type } }: Operation) =>
    type === "unknown" && "value" in action && happened && !happened.has(action.value);
  const all = operations
    .filter((operation) => !isIdle(operation) && !never(operation))
    .sort((left, right) => left.began - right.began);
  const search = new Search(all, { revisions, sharesDeletes });
  if (search.run(undefined, 0)) return undefined;
  const state = search.furthest ? describeState(search.furthest) : "nothing";
  const lines = all.map((operation) => `  ${describeOperation(operation)}`);
  return [
    `no order explains these operations (${search.count} can be put in order; then there is ${state}):`,
    ...lines,
  ].join("\n");
}

class Search {
  readonly #all: readonly Operation[];
  readonly #options: StepOptions;
  readonly #done: boolean[];
  readonly #tried = new Set<string>();
  /** How far it came at most, and what there was then. */
  count = 0;
  furthest: State | undefined;

  constructor(all: readonly Operation[], options: StepOptions) {
    this.#all = all;
    this.#options = options;
    this.#done = all.map(() => false);
  }

  /** Whether the operations that are left can be put in order behind this state. */
  run(state: State | undefined, count: number): boolean {
    const taken: number[] = [];
    // What changes nothing and can come now never needs to come later.
    for (let next = this.#idle(state); next !== undefined; next = this.#idle(state)) {
      this.#done[next] = true;
      taken.push(next);
    }
    if (this.#runWrites(state, count + taken.length)) return true;
    for (const index of taken) this.#done[index] = false;
    return false;
  }

  #runWrites(state: State | undefined, count: number): boolean {
    if (this.#all.every(({ ended }, index) => this.#done[index] || ended === Infinity)) return true;
    if (count >= this.count) [this.count, this.furthest] = [count, state];
    const key = `${this.#done.map(Number).join("")} ${state?.value ?? ""}`;
    if (this.#tried.has(key)) return false;
    this.#tried.add(key);
    if (this.#tried.size > statesMax) throw new Error("the history is too entangled to be checked");
    const first = this.#firstRevision();
    for (const [index, operation] of this.#candidates()) {
      const next = step(operation, state, this.#options);
      if (next === "impossible" || !mayWrite(operation)) continue;
      if (next.state?.revision !== undefined && next.state.revision > first) continue;
      this.#done[index] = true;
      if (this.run(next.state, count + 1)) return true;
      this.#done[index] = false;
    }
    return false;
  }

  #idle(state: State | undefined): number | undefined {
    for (const [index, operation] of this.#candidates()) {
      if (mayWrite(operation)) continue;
      const next = step(operation, state, this.#options);
      if (next !== "impossible") return index;
    }
    return undefined;
  }

  /** Those that may come next: none began after another one ended. */
  *#candidates(): Generator<[number, Operation], void, undefined> {
    let deadline = Infinity;
    for (const [index, { ended }] of this.#all.entries()) {
      if (!this.#done[index] && ended < deadline) deadline = ended;
    }
    for (const [index, operation] of this.#all.entries()) {
      if (operation.began > deadline) return;
      if (!this.#done[index]) yield [index, operation];
    }
  }

  /** Of the writes that are left. */
  #firstRevision(): number {
    let first = Infinity;
    for (const [index, { action }] of this.#all.entries()) {
      if (this.#done[index] || !("value" in action)) continue;
      first = Math.min(first, this.#options.revisions.get(action.value) ?? Infinity);
    }
    return first;
  }
}

const describeState = ({ value, revision }: State) => `${value} at ${revision ?? "?"}`;

/** What has neither changed anything nor said anything. */
function isIdle({ action, outcome: { type } }: Operation): boolean {
  return type === "refused" || (type === "unknown" && action.type === "get");
}

function mayWrite({ outcome: { type } }: Operation): boolean {
  return type === "written" || type === "deleted" || type === "unknown";
}

/** A write whose outcome is unknown may have been seen: then its revision is known. */
function revisionsByValue(operations: readonly Operation[]): Map<string, number> {
  const revisions = new Map<string, number>();
  for (const { action, outcome } of operations) {
    if (outcome.type === "found") revisions.set(outcome.value, outcome.revision);
    if (outcome.type === "written" && "value" in action) {
      revisions.set(action.value, outcome.revision);
    }
  }
  return revisions;
}

interface StepOptions {
  readonly revisions: ReadonlyMap<string, number>;
  readonly sharesDeletes: boolean;
}

/** The state behind the operation, if it can have that outcome where the state is as given. */
function step(
  { action, outcome }: Operation,
  state: State | undefined,
  { revisions, sharesDeletes }: StepOptions,
): { readonly state: State | undefined } | "impossible" {
  const stays = (holds: boolean) => (holds ? { state } : "impossible");
  const guard = "guard" in action ? action.guard : undefined;
  const guardHolds = guard === undefined || state?.revision === guard;
  switch (outcome.type) {
    case "found":
      return stays(state?.value === outcome.value && state.revision === outcome.revision);
    case "absent":
      return stays(state === undefined);
    case "exists":
      return stays(state !== undefined);
    case "conflict":
      return stays(state === undefined || !guardHolds);
    case "refused":
      return { state };
    case "written":
    case "deleted":
    case "unknown":
      break;
    default:
      return outcome satisfies never;
  }
  switch (action.type) {
    case "create":
      if (state) return "impossible";
      return { state: { value: action.value, revision: revisions.get(action.value) } };
    case "update":
      if (!state || !guardHolds) return "impossible";
      return { state: { value: action.value, revision: revisions.get(action.value) } };
    case "delete":
      if (!state && sharesDeletes) return { state };
      return state && guardHolds ? { state: undefined } : "impossible";
    case "get":
      return { state };
    default:
      return action satisfies never;
  }
}
