import { list, object, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { LabelSelector, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class ClusterRole extends kind(
  "io.k8s.api.rbac.v1.ClusterRole",
  {
    group: "rbac.authorization.k8s.io",
    version: "v1",
    kind: "ClusterRole",
    resource: "clusterroles",
    singular: "clusterrole",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    rules: list(2, () => PolicyRule).optional(),
    aggregationRule: object(3, () => AggregationRule).optional(),
  },
) {}

export abstract class AggregationRule extends message("io.k8s.api.rbac.v1.AggregationRule", {
  clusterRoleSelectors: list(1, () => LabelSelector).optional(),
}) {}

export abstract class PolicyRule extends message("io.k8s.api.rbac.v1.PolicyRule", {
  verbs: list(1, string),
  apiGroups: list(2, string).optional(),
  resources: list(3, string).optional(),
  resourceNames: list(4, string).optional(),
  nonResourceURLs: list(5, string).optional(),
}) {}

export abstract class ClusterRoleBinding extends kind(
  "io.k8s.api.rbac.v1.ClusterRoleBinding",
  {
    group: "rbac.authorization.k8s.io",
    version: "v1",
    kind: "ClusterRoleBinding",
    resource: "clusterrolebindings",
    singular: "clusterrolebinding",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    subjects: list(2, () => Subject).optional(),
    roleRef: object(3, () => RoleRef).atomic(),
  },
) {}

export abstract class RoleRef extends message("io.k8s.api.rbac.v1.RoleRef", {
  apiGroup: string(1).default("rbac.authorization.k8s.io"),
  kind: string(2),
  name: string(3),
}) {}

export abstract class Subject extends message("io.k8s.api.rbac.v1.Subject", {
  kind: string(1),
  apiGroup: string(2).optional(),
  name: string(3),
  namespace: string(4).optional(),
}) {}

export abstract class Role extends kind(
  "io.k8s.api.rbac.v1.Role",
  {
    group: "rbac.authorization.k8s.io",
    version: "v1",
    kind: "Role",
    resource: "roles",
    singular: "role",
    namespaced: true,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    rules: list(2, () => PolicyRule).optional(),
  },
) {}

export abstract class RoleBinding extends kind(
  "io.k8s.api.rbac.v1.RoleBinding",
  {
    group: "rbac.authorization.k8s.io",
    version: "v1",
    kind: "RoleBinding",
    resource: "rolebindings",
    singular: "rolebinding",
    namespaced: true,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    subjects: list(2, () => Subject).optional(),
    roleRef: object(3, () => RoleRef).atomic(),
  },
) {}

export abstract class ClusterRoleBindingList extends kind(
  "io.k8s.api.rbac.v1.ClusterRoleBindingList",
  { group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRoleBindingList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => ClusterRoleBinding),
  },
) {}

export abstract class ClusterRoleList extends kind(
  "io.k8s.api.rbac.v1.ClusterRoleList",
  { group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRoleList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => ClusterRole),
  },
) {}

export abstract class RoleBindingList extends kind(
  "io.k8s.api.rbac.v1.RoleBindingList",
  { group: "rbac.authorization.k8s.io", version: "v1", kind: "RoleBindingList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => RoleBinding),
  },
) {}

export abstract class RoleList extends kind(
  "io.k8s.api.rbac.v1.RoleList",
  { group: "rbac.authorization.k8s.io", version: "v1", kind: "RoleList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => Role),
  },
) {}
