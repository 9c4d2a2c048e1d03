/** What a client wants of one key. Every write has a value of its own, so that it is recognized. */
export type Action =
  | { readonly type: "get" }
  | { readonly type: "create"; readonly value: string }
  /** `guard`: only where the key still is at this revision. */
  | { readonly type: "update"; readonly value: string; readonly guard: number | undefined }
  | { readonly type: "delete"; readonly guard: number | undefined };

/** What the client was told. */
export type Outcome =
  | { readonly type: "found"; readonly value: string; readonly revision: number }
  /** Also: there was nothing to update or delete. */
  | { readonly type: "absent" }
  | { readonly type: "written"; readonly revision: number }
  | { readonly type: "deleted" }
  /** There was something already. */
  | { readonly type: "exists" }
  /** The guard did not hold. */
  | { readonly type: "conflict" }
  /** Nothing happened, and nothing is said about the key. */
  | { readonly type: "refused" }
  /** It has happened, or will yet, or never does. */
  | { readonly type: "unknown" };

/** Moments are counted, not measured: no two are the same. */
export interface Operation {
  readonly client: string;
  readonly key: string;
  readonly action: Action;
  readonly began: number;
  /** Infinity while it is under way, and where the outcome is unknown. */
  ended: number;
  outcome: Outcome;
}

/** Who asked what when, and what was answered. */
export class History {
  readonly operations: Operation[] = [];
  #moment = 0;

  begin(client: string, key: string, action: Action): Operation {
    const operation: Operation = {
      client,
      key,
      action,
      began: ++this.#moment,
      ended: Infinity,
      outcome: { type: "unknown" },
    };
    this.operations.push(operation);
    return operation;
  }

  end(operation: Operation, outcome: Outcome): void {
    operation.outcome = outcome;
    if (outcome.type !== "unknown") operation.ended = ++this.#moment;
  }

  byKey(): Map<string, Operation[]> {
    return Map.groupBy(this.operations, ({ key }) => key);
  }
}

export function describeOperation({
  client,
  key,
  action,
  began,
  ended,
  outcome,
}: Operation): string {
  const { type, ...asked } = action;
  const { type: answer, ...told } = outcome;
  const words = (fields: object) =>
    Object.entries(fields)
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => ` ${name} ${String(field)}`)
      .join("");
  return `[${began}, ${ended}] ${client}: ${type} ${key}${words(asked)}: ${answer}${words(told)}`;
}
