import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  Subject,
} from "#api/rbac/v1.ts";
import type { Draft } from "#schema/message.ts";
import { clusterRoleBindings, clusterRoles } from "./cluster-roles.ts";
import type { BindingSketch } from "./cluster-roles.ts";
import { controllerRules, controllerRulesOfKinds } from "./controller-roles.ts";
import { namespaceRoles } from "./namespace-roles.ts";

/** The roles and bindings that every cluster starts with. */
export interface BootstrapPolicy {
  readonly clusterRoles: readonly Draft<ClusterRole>[];
  readonly clusterRoleBindings: readonly Draft<ClusterRoleBinding>[];
  readonly roles: readonly Draft<Role>[];
  readonly roleBindings: readonly Draft<RoleBinding>[];
}

const apiVersion = "rbac.authorization.k8s.io/v1";
const apiGroup = "rbac.authorization.k8s.io";
export const autoUpdateAnnotation = "rbac.authorization.kubernetes.io/autoupdate";

/**
 * Fresh objects on every call: the caller may change them. Aggregated roles (admin, edit, view)
 * come without rules: a controller puts them together. `serves` knows kinds that need not be.
 */
export function bootstrapPolicy(serves: (kind: string) => boolean = () => false): BootstrapPolicy {
  const ofKinds = Object.entries(controllerRulesOfKinds).filter(([kind]) => serves(kind));
  const rules = [controllerRules, ...ofKinds.map(([, more]) => more)];
  const controllers = rules.flatMap((each) => Object.entries(each));
  const roles: Draft<ClusterRole>[] = [
    ...clusterRoles.map((sketch) => ({
      ...header("ClusterRole"),
      metadata: metadata(sketch.name, {
        ...(sketch.partOf && { [aggregateLabel(sketch.partOf)]: "true" }),
      }),
      ...(sketch.isAggregated && {
        aggregationRule: {
          clusterRoleSelectors: [{ matchLabels: { [aggregateLabel(sketch.name)]: "true" } }],
        },
      }),
      rules: copy(sketch.rules),
    })),
    ...controllers.map(([name, rules]) => ({
      ...header("ClusterRole"),
      metadata: metadata(`system:controller:${name}`),
      rules: copy(rules),
    })),
  ];
  return {
    clusterRoles: roles,
    clusterRoleBindings: [
      ...clusterRoleBindings.map((sketch) => clusterRoleBinding(sketch)),
      ...controllers.map(([name]) =>
        clusterRoleBinding({ role: `system:controller:${name}`, serviceAccounts: [name] }),
      ),
    ],
    roles: namespaceRoles.map(({ namespace, name, rules }) => ({
      ...header("Role"),
      metadata: { ...metadata(name), namespace },
      rules: copy(rules),
    })),
    roleBindings: namespaceRoles.map(({ namespace, name, binding }) => ({
      ...header("RoleBinding"),
      metadata: { ...metadata(binding.name ?? name), namespace },
      roleRef: { apiGroup, kind: "Role", name },
      subjects: subjectsOf(binding),
    })),
  };
}

function clusterRoleBinding(sketch: BindingSketch): Draft<ClusterRoleBinding> {
  const subjects = subjectsOf(sketch);
  return {
    ...header("ClusterRoleBinding"),
    metadata: metadata(sketch.role),
    roleRef: { apiGroup, kind: "ClusterRole", name: sketch.role },
    ...(subjects.length > 0 && { subjects }),
  };
}

function subjectsOf(sketch: Omit<BindingSketch, "role">): Subject[] {
  return [
    ...(sketch.groups ?? []).map((name) => ({ kind: "Group", apiGroup, name })),
    ...(sketch.users ?? []).map((name) => ({ kind: "User", apiGroup, name })),
    ...(sketch.serviceAccounts ?? []).map((name) => ({
      kind: "ServiceAccount",
      name,
      namespace: "kube-system",
    })),
  ];
}

function header<const K extends string>(kind: K) {
  return { apiVersion, kind } as const;
}

function metadata(name: string, labels: Readonly<Record<string, string>> = {}) {
  return {
    name,
    labels: { "kubernetes.io/bootstrapping": "rbac-defaults", ...labels },
    annotations: { [autoUpdateAnnotation]: "true" },
  };
}

function aggregateLabel(role: string): string {
  return `rbac.authorization.k8s.io/aggregate-to-${role}`;
}

function copy(rules: readonly PolicyRule[]): PolicyRule[] {
  return structuredClone([...rules]);
}
