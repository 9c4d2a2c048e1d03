import type { Container, EphemeralContainer, PodSecurityContext, PodSpec } from "#api/core/v1.ts";

export type AnyContainer = Container | EphemeralContainer;
export type Security = NonNullable<AnyContainer["securityContext"]>;
export type Annotations = Readonly<Record<string, string>>;

/** What a pod does that it must not: in short, and by whom. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** One rule of the pod security standards, with how it changed over Kubernetes' versions. */
export interface Check {
  readonly id: string;
  /** Oldest first. */
  readonly versions: readonly CheckVersion[];
}

export interface CheckVersion {
  /** The minor version that this form of the rule came with. */
  readonly since: number;
  find(pod: PodToCheck): Violation | undefined;
  /** The baseline's check that this one of the restricted level contains. */
  readonly replaces?: string;
}

/** A pod, with what every check asks for at hand. */
export interface PodToCheck {
  readonly spec: PodSpec;
  readonly security: Readonly<PodSecurityContext>;
  readonly containers: readonly AnyContainer[];
  readonly annotations: Annotations;
}

export function podToCheck(spec: PodSpec, annotations: Annotations): PodToCheck {
  const containers = [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ];
  return { spec, security: spec.securityContext ?? {}, containers, annotations };
}

export function namesOf(
  containers: readonly AnyContainer[],
  isBad: (security: Security) => boolean,
): string[] {
  return containers
    .filter(({ securityContext }) => isBad(securityContext ?? {}))
    .map(({ name }) => name);
}

/** Who sets what is wrong: `pod`, `container "a"`, `pod and containers "a", "b"`. */
export function setters(isPod: boolean, containers: readonly string[]): string {
  return [
    ...(isPod ? ["pod"] : []),
    ...(containers.length ? [subject("container", containers)] : []),
  ].join(" and ");
}

/** `container "a"`, `containers "a", "b"` */
export function subject(word: string, names: readonly string[]): string {
  return `${plural(word, names.length)} ${quoteAll(names)}`;
}

export function plural(word: string, count: number): string {
  return count === 1 ? word : `${word}s`;
}

export function quoteAll(words: Iterable<string>): string {
  return [...words].map((word) => `"${word}"`).join(", ");
}

export function sorted(words: Iterable<string>): string[] {
  return [...words].sort();
}
