import { invalid } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";

export type Level = "privileged" | "baseline" | "restricted";
export type Mode = "enforce" | "audit" | "warn";

/** A level as one version of Kubernetes defined it. */
export interface LevelVersion {
  readonly level: Level;
  /** The minor version; infinite for "latest", which is newer than any. */
  readonly minor: number;
}

/** What holds for the pods of a namespace. */
export type Policy = Readonly<Record<Mode, LevelVersion>>;

const levels: readonly Level[] = ["privileged", "baseline", "restricted"];
export const latest = Infinity;
const labelPrefix = "pod-security.kubernetes.io/";

export const privilegedPolicy: Policy = {
  enforce: { level: "privileged", minor: latest },
  audit: { level: "privileged", minor: latest },
  warn: { level: "privileged", minor: latest },
};

/** `restricted:latest`, `baseline:v1.30` */
export function levelText({ level, minor }: LevelVersion): string {
  return `${level}:${minor === latest ? "latest" : `v1.${minor}`}`;
}

/** Negative where `left` allows more than `right`. */
export function compareLevels(left: Level, right: Level): number {
  return levels.indexOf(left) - levels.indexOf(right);
}

export function isSame(left: LevelVersion, right: LevelVersion): boolean {
  return left.level === right.level && left.minor === right.minor;
}

export function isPrivileged(policy: Policy): boolean {
  return Object.values(policy).every(({ level }) => level === "privileged");
}

/** Whether both forbid the same: of a level that forbids nothing, the version does not matter. */
export function isEquivalent(left: Policy, right: Policy): boolean {
  return (["enforce", "audit", "warn"] as const).every(
    (mode) =>
      (left[mode].level === "privileged" && right[mode].level === "privileged") ||
      isSame(left[mode], right[mode]),
  );
}

export const levelRule = "must be one of privileged, baseline, restricted";
export const versionRule = 'must be "latest" or "v1.x"';

export function parseLevel(text: string): Level | undefined {
  return levels.find((level) => level === text);
}

export function parseMinor(text: string): number | undefined {
  if (text === "latest") return latest;
  const minor = /^v1\.(\d|[1-9]\d*)$/.exec(text)?.[1];
  return minor === undefined ? undefined : Number(minor);
}

type Labels = Readonly<Record<string, string>>;

export const levelLabel = (mode: Mode) => labelPrefix + mode;
export const versionLabel = (mode: Mode) => `${labelPrefix}${mode}-version`;

/**
 * The policy that a namespace's labels ask for, over the defaults, with what is wrong with them.
 * A label that names no level must not let everything through, so that it enforces the strictest;
 * audit and warn, which only tell, then tell nothing.
 */
export function policyOf(
  labels: Labels,
  defaults: Policy,
): { readonly policy: Policy; readonly errors: readonly FieldError[] } {
  const errors: FieldError[] = [];
  const read = (mode: Mode): LevelVersion => {
    const level = labels[levelLabel(mode)];
    const version = labels[versionLabel(mode)];
    const parsed = level === undefined ? defaults[mode].level : parseLevel(level);
    const minor = version === undefined ? defaults[mode].minor : parseMinor(version);
    const problem = (label: string, value: string, detail: string) =>
      errors.push(invalid(`metadata.labels[${label}]`, value, detail));
    if (parsed === undefined) problem(levelLabel(mode), level ?? "", levelRule);
    if (minor === undefined) problem(versionLabel(mode), version ?? "", versionRule);
    const fallback = mode === "enforce" ? "restricted" : "privileged";
    return { level: parsed ?? fallback, minor: minor ?? latest };
  };
  const policy = { enforce: read("enforce"), audit: read("audit"), warn: read("warn") };
  return { policy: withWarnings(labels, policy), errors };
}

/** What will be refused is warned of too, in the templates of pods. */
function withWarnings(labels: Labels, policy: Policy): Policy {
  const { enforce, warn } = policy;
  const asked = parseLevel(labels[levelLabel("enforce")] ?? "");
  if (labels[levelLabel("warn")] !== undefined || asked === undefined) return policy;
  if (compareLevels(asked, warn.level) <= 0) return policy;
  const isVersioned = labels[versionLabel("warn")] !== undefined;
  return { ...policy, warn: { level: asked, minor: isVersioned ? warn.minor : enforce.minor } };
}
