import { text } from "#base/bytes.ts";
import type { ApiObject } from "#client/object.ts";
import type { Operation } from "./history.ts";
import type { Ledger, Written } from "./ledger.ts";
import type { World } from "./world.ts";

/** Where the API server keeps config maps. */
export const configMapsPrefix = "/registry/configmaps/";

/** What somebody is shown of one key. */
export interface Shown {
  readonly key: string;
  readonly revision: number;
  /** What makes it different from others. */
  readonly content: string;
}

/** A part of the objects: a prefix, and those with one colour where a colour is given. */
export interface Part {
  readonly prefix: string;
  readonly color?: string | undefined;
}

/** Compares what clients are shown with what the database did. */
export class Witness {
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #contents = new WeakMap<Written, ReturnType<typeof contentOf>>();

  constructor(world: World, ledger: Ledger) {
    this.#world = world;
    this.#ledger = ledger;
  }

  /** `floor`: what somebody had been shown when the operation began. */
  outcome(operation: Operation, floor: number): void {
    const { key, action, outcome, client } = operation;
    const ledger = this.#ledger;
    const wrong = (why: string) => this.#world.report(`${client} ${action.type} ${key}: ${why}`);
    switch (outcome.type) {
      case "found": {
        const { revision, value } = outcome;
        const written = ledger.state(key, revision);
        if (written?.revision !== revision) return wrong(`${revision} is no revision of it`);
        if (this.#value(written) !== value) return wrong(`${revision} is not ${value}`);
        const next = ledger.next(key, revision);
        if (next && next.revision <= floor) {
          wrong(`was shown ${revision}, when ${next.revision} was acknowledged`);
        }
        return ledger.serve(revision);
      }
      case "absent": {
        if (!ledger.state(key, floor) || this.#deletedAfter(key, floor)) return;
        return wrong("was told that there is nothing, and there is");
      }
      case "written": {
        const { revision } = outcome;
        if (revision <= floor) wrong(`${revision} is not behind ${floor}`);
        const written = ledger.state(key, revision);
        const value = "value" in action ? action.value : "";
        if (written?.revision !== revision || this.#value(written) !== value) {
          wrong(`was acknowledged at ${revision}, where it is not`);
        }
        return ledger.serve(revision);
      }
      case "deleted":
        if (!this.#deletedAfter(key, floor)) wrong("was acknowledged, and did not happen");
        return;
      case "exists":
      case "conflict":
      case "refused":
      case "unknown":
        return;
      default:
        outcome satisfies never;
    }
  }

  /** A list is a snapshot, and not older than what its client may insist on. */
  list(
    client: string,
    part: Part,
    { shown, revision, floor }: { shown: readonly Shown[]; revision: number; floor: number },
  ): void {
    const wrong = (why: string) => {
      const { prefix, color = "any" } = part;
      this.#world.report(`${client} lists ${prefix} (${color}) at ${revision}: ${why}`);
    };
    if (revision < floor) wrong(`it is older than ${floor}`);
    if (revision > this.#ledger.newest) wrong(`the newest is ${this.#ledger.newest}`);
    const difference = differenceOf(this.snapshot(part, revision), shown);
    if (difference) wrong(difference);
    this.#ledger.serve(revision);
  }

  /** Every value was meant to be written once. */
  revisionsByValue(): Map<string, number> {
    const revisions = new Map<string, number>();
    for (const written of this.#ledger.values()) {
      if (!written.value || !written.key.startsWith(configMapsPrefix)) continue;
      const value = this.#value(written);
      if (revisions.has(value)) this.#world.report(`${value} was written twice`);
      revisions.set(value, written.revision);
    }
    return revisions;
  }

  snapshot(part: Part, revision: number): Shown[] {
    return this.#ledger
      .snapshot(part.prefix, revision)
      .filter((written) => this.#matches(part, written))
      .map((written) => this.shownOf(written));
  }

  /** Changes as a watch of the part shows them. */
  *changes(part: Part, after: number, upTo = Infinity): Generator<WatchedChange, void, undefined> {
    for (const written of this.#ledger.between(part.prefix, after, upTo)) {
      const previous = this.#ledger.state(written.key, written.revision - 1);
      const was = previous !== undefined && this.#matches(part, previous);
      const is = written.value !== undefined && this.#matches(part, written);
      const { key, revision } = written;
      if (is) {
        const { content } = this.shownOf(written);
        yield { type: was ? "MODIFIED" : "ADDED", shown: { key, revision, content } };
      } else if (was) {
        const { content } = this.shownOf(previous);
        yield { type: "DELETED", shown: { key, revision, content } };
      }
    }
  }

  shownOf(written: Written): Shown {
    const { key, revision } = written;
    return { key, revision, content: this.#read(written).content };
  }

  #matches({ color }: Part, written: Written): boolean {
    return color === undefined || this.#read(written).color === color;
  }

  #value(written: Written): string {
    return this.#read(written).value;
  }

  #read(written: Written): ReturnType<typeof contentOf> {
    const known = this.#contents.get(written);
    if (known) return known;
    const bytes = written.value ? text(written.value) : "";
    const read = written.key.startsWith(configMapsPrefix)
      ? contentOf(JSON.parse(bytes) as ApiObject)
      : { value: bytes, content: bytes, color: undefined };
    this.#contents.set(written, read);
    return read;
  }

  #deletedAfter(key: string, floor: number): boolean {
    for (let next = this.#ledger.next(key, floor); next;) {
      if (!next.value) return true;
      next = this.#ledger.next(key, next.revision);
    }
    return false;
  }
}

export interface WatchedChange {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly shown: Shown;
}

/** Follows one watch: without gap, without repeat, in order. */
export class WatchedPart {
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #witness: Witness;
  readonly #name: string;
  readonly part: Part;
  /** Everything up to here was shown. */
  position: number;

  constructor(
    { world, ledger, witness }: { world: World; ledger: Ledger; witness: Witness },
    options: { readonly name: string; readonly part: Part; readonly position: number },
  ) {
    this.#world = world;
    this.#ledger = ledger;
    this.#witness = witness;
    this.#name = options.name;
    this.part = options.part;
    this.position = options.position;
  }

  event(change: WatchedChange): void {
    const next = this.#next(Infinity);
    if (!next || next.type !== change.type || !isSameShown(next.shown, change.shown)) {
      this.#wrong(`was shown ${describeChange(change)}, not ${describeChange(next)}`);
    }
    this.position = change.shown.revision;
    this.#ledger.serve(this.position);
  }

  /** Everything up to the revision has been shown. */
  progress(revision: number): void {
    const missed = this.#next(revision);
    if (missed) this.#wrong(`is told of ${revision}, and has missed ${describeChange(missed)}`);
    if (revision > this.#ledger.newest) this.#wrong(`is told of ${revision}, which is to come`);
    this.position = Math.max(this.position, revision);
    this.#ledger.serve(this.position);
  }

  /** What it has not seen yet. */
  get missing(): WatchedChange | undefined {
    return this.#next(Infinity);
  }

  #next(upTo: number): WatchedChange | undefined {
    const { value, done } = this.#witness.changes(this.part, this.position, upTo).next();
    return done ? undefined : value;
  }

  #wrong(why: string): void {
    const { prefix, color = "any" } = this.part;
    this.#world.report(`${this.#name} watches ${prefix} (${color}) at ${this.position}: ${why}`);
  }
}

/** Why two states are not the same. */
export function differenceOf(
  expected: readonly Shown[],
  found: readonly Shown[],
): string | undefined {
  const same =
    expected.length === found.length &&
    expected.every((shown, index) => isSameShown(shown, found[index]));
  if (same) return undefined;
  const list = (all: readonly Shown[]) => all.map(describeShown).join(", ") || "nothing";
  return `it shows ${list(found)}; there is ${list(expected)}`;
}

/** An object of the API, as the witness compares it. */
export function shownObject(object: ApiObject): Shown {
  const { namespace = "", name, resourceVersion } = object.metadata;
  return {
    key: `${configMapsPrefix}${namespace}/${name}`,
    revision: Number(resourceVersion),
    content: contentOf(object).content,
  };
}

function contentOf(object: ApiObject & { data?: Record<string, string> }) {
  const { uid, labels } = object.metadata;
  const value = object.data?.["value"] ?? "";
  const color = labels?.["color"];
  return { value, color, content: `${value} ${color} ${uid}` };
}

function isSameShown(left: Shown, right: Shown | undefined): boolean {
  return (
    left.key === right?.key && left.revision === right.revision && left.content === right.content
  );
}

const describeShown = ({ key, revision, content }: Shown) => `${key} at ${revision} (${content})`;

const describeChange = (change: WatchedChange | undefined) =>
  change ? `${change.type} ${describeShown(change.shown)}` : "nothing";
