import type { Taint } from "#api/core/v1.ts";
import { isLabelValue, isQualifiedName } from "#machinery/validation/names.ts";
import { CommandError, UsageError, throwAll } from "../../errors.ts";

export interface TaintChanges {
  readonly add: readonly Taint[];
  /** Without an effect: all taints of the key. */
  readonly remove: readonly RemovedTaint[];
}

export interface RemovedTaint {
  readonly key: string;
  readonly effect: string;
}

/** "key=value:effect" and "key:effect" add, "key:effect-" and "key-" remove. */
export function parseTaints(words: readonly string[]): TaintChanges {
  const add: Taint[] = [];
  const remove: RemovedTaint[] = [];
  for (const word of words) {
    if (word.endsWith("-")) {
      const { key, effect } = parseTaint(word.slice(0, -1));
      remove.push({ key, effect });
      continue;
    }
    const { key, value, effect } = parseTaint(word);
    if (effect === "") throw new UsageError(`invalid taint spec: ${word}`);
    if (add.some((other) => other.key === key && other.effect === effect)) {
      throw new UsageError(
        `duplicated taints with the same key and effect: {${key} ${value} ${effect} <nil>}`,
      );
    }
    add.push({ key, ...(value && { value }), effect } as Taint);
  }
  return { add, remove };
}

const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

function parseTaint(word: string) {
  const [front = "", effect = "", ...more] = word.split(":");
  if (more.length > 0) throw new UsageError(`invalid taint spec: ${word}`);
  let key = front;
  let value = "";
  if (word.includes(":")) {
    if (!effects.includes(effect)) {
      throw new UsageError(`invalid taint effect: ${effect}, unsupported taint effect`);
    }
    const parts = front.split("=");
    if (parts.length > 2) throw new UsageError(`invalid taint spec: ${word}`);
    [key = "", value = ""] = parts;
    refuse(word, isLabelValue(value));
  }
  refuse(word, isQualifiedName(key));
  return { key, value, effect };
}

function refuse(word: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new UsageError(`invalid taint spec: ${word}, ${problems.join("; ")}`);
}

export function refuseContradictions({ add, remove }: TaintChanges): void {
  const both = add.flatMap((taint) =>
    remove.filter(
      ({ key, effect }) => key === taint.key && (effect === "" || effect === taint.effect),
    ),
  );
  if (both.length === 0) return;
  const shown = both.map(({ key, effect }) => `${key}=${effect}`).join(", ");
  throw new CommandError(
    `can not both modify and remove the following taint(s) in the same command: ${shown}`,
  );
}

/** What the node then has, new taints first, and the word for what was done. */
export function changeTaints(
  node: string,
  old: readonly Taint[],
  { add, remove }: TaintChanges,
  overwrite: boolean,
): { readonly taints: Taint[]; readonly operation: string } {
  const isSame = (left: RemovedTaint, right: RemovedTaint) =>
    left.key === right.key && left.effect === right.effect;
  const taken = add.filter((taint) => old.some((other) => isSame(taint, other)));
  if (!overwrite && taken.length > 0) {
    throw new CommandError(
      `node ${node} already has ${taken.map(({ key }) => key).join(",")} taint(s) with same effect(s) and --overwrite is false`,
    );
  }
  let taints = [...add, ...old.filter((other) => !add.some((taint) => isSame(taint, other)))];
  const isAdded = old.length !== taints.length;
  let isDeleted = false;
  const missing: unknown[] = [];
  for (const removed of remove) {
    const { key, effect } = removed;
    const left = taints.filter((taint) =>
      effect === "" ? taint.key !== key : !isSame(taint, removed),
    );
    isDeleted = left.length !== taints.length;
    taints = left;
    if (!isDeleted) {
      missing.push(new CommandError(`taint "${effect ? `${key}:${effect}` : key}" not found`));
    }
  }
  throwAll(missing);
  const operation =
    (isAdded && isDeleted) || overwrite ? "modified" : isAdded ? "tainted" : "untainted";
  return { taints, operation };
}
