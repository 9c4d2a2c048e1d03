import { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from "#api/rbac/v1.ts";
import type { PolicyRule, Subject } from "#api/rbac/v1.ts";
import type { Client, Resource } from "#client/client.ts";
import { isAlreadyExists, isConflict } from "#client/client.ts";
import type { Draft } from "#schema/message.ts";
import { uncovered } from "../escalation.ts";
import { autoUpdateAnnotation, bootstrapPolicy } from "./policy.ts";

/**
 * Makes what is missing of the bootstrap policy, and adds the rules and subjects that existing
 * objects lack. Takes nothing away; leaves objects alone whose annotation says so. Several
 * servers may do it at the same time. The namespaces kube-system and kube-public must exist.
 */
export async function reconcileBootstrapPolicy(
  client: Client,
  serves?: (kind: string) => boolean,
): Promise<void> {
  const policy = bootstrapPolicy(serves);
  // What the drafts lack are fields that the server assigns, and no plan reads those.
  await Promise.all([
    reconcileAll(client, ClusterRole, policy.clusterRoles as ClusterRole[], planRole),
    reconcileAll(
      client,
      ClusterRoleBinding,
      policy.clusterRoleBindings as ClusterRoleBinding[],
      planBinding,
    ),
    reconcileAll(client, Role, policy.roles as Role[], planRole),
    reconcileAll(client, RoleBinding, policy.roleBindings as RoleBinding[], planBinding),
  ]);
}

export interface AnyRbac {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
}

export interface AnyRole extends AnyRbac {
  readonly rules?: PolicyRule[];
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly object[] };
}

interface AnyBinding extends AnyRbac {
  readonly subjects?: Subject[];
  readonly roleRef: { readonly kind: string; readonly name: string };
}

type Plan<T> = { readonly action: "keep" | "replace" } | { readonly action: "update"; object: T };

async function reconcileAll<T extends AnyRbac>(
  client: Client,
  resource: Resource<T>,
  wanted: readonly T[],
  plan: (existing: T, wanted: T) => Plan<T>,
): Promise<void> {
  const { items } = await client.list(resource);
  const existing = new Map(items.map((item) => [keyOf(item), item]));
  await Promise.all(
    wanted.map(async (object) => {
      const current = existing.get(keyOf(object));
      if (!current) return create(client, resource, object);
      if (current.metadata.annotations?.[autoUpdateAnnotation] === "false") return;
      const next = plan(current, object);
      if (next.action === "keep") return;
      if (next.action === "update") {
        // In a conflict another server does the same, or an administrator was faster.
        await ignoring(isConflict, client.update(resource, next.object));
        return;
      }
      await client.delete(resource, reference(object));
      await create(client, resource, object);
    }),
  );
}

export function planRole<T extends AnyRole>(existing: T, wanted: T): Plan<T> {
  const missingRules = uncovered(existing.rules ?? [], wanted.rules ?? []).length > 0;
  const missingSelectors =
    (wanted.aggregationRule?.clusterRoleSelectors?.length ?? 0) > 0 && !existing.aggregationRule;
  if (!missingRules && !missingSelectors && hasMetadata(existing, wanted))
    return { action: "keep" };
  const rules = [...(existing.rules ?? [])];
  for (const rule of wanted.rules ?? []) {
    if (uncovered(rules, [rule]).length > 0) rules.push(rule);
  }
  const aggregationRule = existing.aggregationRule ?? wanted.aggregationRule;
  return {
    action: "update",
    object: {
      ...withMetadata(existing, wanted),
      rules,
      ...(aggregationRule && { aggregationRule }),
    },
  };
}

export function planBinding<T extends AnyBinding>(existing: T, wanted: T): Plan<T> {
  // The role of a binding cannot change.
  if (existing.roleRef.kind !== wanted.roleRef.kind) return { action: "replace" };
  if (existing.roleRef.name !== wanted.roleRef.name) return { action: "replace" };
  const subjects = [...(existing.subjects ?? [])];
  for (const subject of wanted.subjects ?? []) {
    if (!subjects.some((other) => isSameSubject(other, subject))) subjects.push(subject);
  }
  const isComplete = subjects.length === (existing.subjects?.length ?? 0);
  if (isComplete && hasMetadata(existing, wanted)) return { action: "keep" };
  return { action: "update", object: { ...withMetadata(existing, wanted), subjects } };
}

async function create<T>(client: Client, resource: Resource<T>, object: T): Promise<void> {
  await ignoring(isAlreadyExists, client.create(resource, object as Draft<T>));
}

async function ignoring(
  isExpected: (error: unknown) => boolean,
  work: Promise<unknown>,
): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isExpected(error)) throw error;
  }
}

function hasMetadata(existing: AnyRbac, wanted: AnyRbac): boolean {
  const has = (all: Record<string, string> = {}, some: Record<string, string> = {}) =>
    Object.keys(some).every((key) => key in all);
  return (
    has(existing.metadata.labels, wanted.metadata.labels) &&
    has(existing.metadata.annotations, wanted.metadata.annotations)
  );
}

/** Keys that exist keep their values. */
function withMetadata<T extends AnyRbac>(existing: T, wanted: T): T {
  const { metadata } = existing;
  return {
    ...existing,
    metadata: {
      ...metadata,
      labels: { ...wanted.metadata.labels, ...metadata.labels },
      annotations: { ...wanted.metadata.annotations, ...metadata.annotations },
    },
  };
}

function isSameSubject(left: Subject, right: Subject): boolean {
  return (
    left.kind === right.kind &&
    left.name === right.name &&
    (left.namespace ?? "") === (right.namespace ?? "")
  );
}

function reference({ metadata: { name, namespace } }: AnyRbac) {
  return { name, ...(namespace && { namespace }) };
}

function keyOf({ metadata }: AnyRbac): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}
