/** Counts, per group, which of upstream's facts hold here, and remembers those that do not. */
export class Ledger {
  readonly #title: string;
  readonly #groups = new Map<string, { held: number; all: number }>();
  readonly #missing: string[] = [];
  readonly #exceptions: readonly Exception[];
  readonly #excused = new Map<Exception, number>();

  constructor(title: string, exceptions: readonly Exception[] = []) {
    this.#title = title;
    this.#exceptions = exceptions;
  }

  /** `fact` names what was compared: "io.k8s.api.apps.v1.Deployment.spec type". */
  compare(group: string, fact: string, ours: unknown, theirs: unknown): void {
    const [left, right] = [JSON.stringify(ordered(ours)), JSON.stringify(ordered(theirs))];
    if (left === right) return this.#count(group, true);
    const exception = this.#exceptions.find(({ about }) => about.test(fact));
    if (exception) {
      this.#excused.set(exception, (this.#excused.get(exception) ?? 0) + 1);
      return;
    }
    this.#count(group, false);
    this.#missing.push(`${fact}: ${left ?? "nothing"} instead of ${right ?? "nothing"}`);
  }

  #count(group: string, holds: boolean): void {
    const counts = this.#groups.get(group) ?? { held: 0, all: 0 };
    counts.all++;
    if (holds) counts.held++;
    this.#groups.set(group, counts);
  }

  get missing(): readonly string[] {
    return this.#missing;
  }

  /** One line per group: "apps/v1  612/612  100.0 %". */
  report(): string {
    const lines = [...this.#groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([group, { all, held }]) => {
        const share = ((100 * held) / all).toFixed(1);
        return `  ${group.padEnd(36)} ${`${held}/${all}`.padStart(11)} ${share.padStart(6)} %`;
      });
    for (const exception of this.#exceptions) {
      const count = this.#excused.get(exception) ?? 0;
      lines.push(`  not counted (${count}): ${exception.reason}`);
    }
    return [this.#title, ...lines].join("\n");
  }
}

/** What is known to differ, and why that is right or not yet otherwise. */
export interface Exception {
  readonly about: RegExp;
  readonly reason: string;
}

/** The same whatever the order of keys, so that only content is compared. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, ordered(part)]));
}
