import { list, object, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { LabelSelector, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** A set of permissions for the whole cluster, or for use by RoleBindings in any namespace. */
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
    /** What is allowed. */
    rules: list(2, () => PolicyRule)
      .always()
      .optional(),
    /**
     * If given, a controller fills the rules from other ClusterRoles, and overwrites what you write
     * there.
     */
    aggregationRule: object(3, () => AggregationRule).optional(),
  },
) {}

/** From which ClusterRoles another one is put together. */
export abstract class AggregationRule extends message("io.k8s.api.rbac.v1.AggregationRule", {
  /** Labels of the ClusterRoles: those that fit any of these. Their rules are all added. */
  clusterRoleSelectors: list(1, () => LabelSelector).optional(),
}) {}

/** Actions that are allowed. Nothing can be forbidden: all rules add up. */
export abstract class PolicyRule extends message("io.k8s.api.rbac.v1.PolicyRule", {
  /**
   * What may be done: get, list, watch, create, update, patch, delete, deletecollection and others.
   * * means everything.
   */
  verbs: list(1, string),
  /** API groups of the resources. Empty text is the core group, * means all. */
  apiGroups: list(2, string).optional(),
  /** The resources, such as pods or pods/log. * means all. */
  resources: list(3, string).optional(),
  /**
   * Names of single objects. Missing or empty: all. Has no effect on create, as names are not known
   * then.
   */
  resourceNames: list(4, string).optional(),
  /**
   * Paths that are no resources, such as /healthz; * is allowed as the last step. Only in
   * ClusterRoles, and not together with resources.
   */
  nonResourceURLs: list(5, string).optional(),
}) {}

/** Gives subjects the permissions of a ClusterRole, in the whole cluster. */
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
    /** Who gets them. */
    subjects: list(2, () => Subject).optional(),
    /** The ClusterRole. Cannot be changed. */
    roleRef: object(3, () => RoleRef).atomic(),
  },
) {}

/** A role that is given to someone. */
export abstract class RoleRef extends message("io.k8s.api.rbac.v1.RoleRef", {
  /** The API group of the role: rbac.authorization.k8s.io. */
  apiGroup: string(1).always().default("rbac.authorization.k8s.io"),
  /** Role or ClusterRole. */
  kind: string(2),
  /** The role's name. */
  name: string(3),
}) {}

/** Someone who can be given permissions. */
export abstract class Subject extends message("io.k8s.api.rbac.v1.Subject", {
  /** User, Group or ServiceAccount. */
  kind: string(1),
  /**
   * The API group of the kind. Default: empty for ServiceAccount, rbac.authorization.k8s.io for
   * User and Group.
   */
  apiGroup: string(2).optional(),
  /** Name of the user, group or account. */
  name: string(3),
  /** Namespace of the account. Required for ServiceAccount, not allowed otherwise. */
  namespace: string(4).optional(),
}) {}

/** A set of permissions in a namespace. */
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
    /** What is allowed. */
    rules: list(2, () => PolicyRule)
      .always()
      .optional(),
  },
) {}

/** Gives subjects the permissions of a Role or ClusterRole, in one namespace. */
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
    /** Who gets them. */
    subjects: list(2, () => Subject).optional(),
    /** A Role of the same namespace, or a ClusterRole. Cannot be changed. */
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
