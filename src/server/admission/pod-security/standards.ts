import type { PodSpec } from "#api/core/v1.ts";
import { baselineChecks } from "./baseline.ts";
import { podToCheck } from "./check.ts";
import type { Annotations, Check, CheckVersion, Violation } from "./check.ts";
import type { LevelVersion } from "./policy.ts";
import { restrictedChecks } from "./restricted.ts";

/** What of the pod the level forbids, in upstream's words and order. Empty: nothing. */
export function violations(
  { level, minor }: LevelVersion,
  spec: PodSpec,
  annotations: Annotations,
): Violation[] {
  if (level === "privileged") return [];
  const pod = podToCheck(spec, annotations);
  return checksOf(level, minor)
    .map((version) => version.find(pod))
    .filter((violation) => violation !== undefined);
}

/** `host namespaces, privileged` */
export function reasonsText(found: readonly Violation[]): string {
  return found.map(({ reason }) => reason).join(", ");
}

/** `host namespaces (hostPID=true), privileged (…)` */
export function detailsText(found: readonly Violation[]): string {
  return found.map(({ reason, detail }) => `${reason} (${detail})`).join(", ");
}

function checksOf(level: "baseline" | "restricted", minor: number): CheckVersion[] {
  const baseline = baselineChecks.flatMap((check) => applicable(check, minor));
  if (level === "baseline") return baseline.map(({ version }) => version);
  const restricted = restrictedChecks.flatMap((check) => applicable(check, minor));
  // A stricter check takes the place of the one that it contains.
  const replaced = new Set(restricted.map(({ version }) => version.replaces));
  return [...baseline.filter(({ id }) => !replaced.has(id)), ...restricted].map(
    ({ version }) => version,
  );
}

/** The check as it was in that minor version; none if it came later. */
function applicable({ id, versions }: Check, minor: number) {
  const version = versions.findLast(({ since }) => since <= minor);
  return version ? [{ id, version }] : [];
}
