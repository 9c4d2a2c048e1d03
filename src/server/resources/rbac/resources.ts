import type { Draft } from "#schema/message.ts";
import { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from "#api/rbac/v1.ts";
import type { Column, ResourceDefinition } from "../../registry/resource.ts";
import { ageColumn, column, createdAtColumn, nameColumn, wideColumn } from "../common/columns.ts";
import { defineResource } from "../define.ts";
import {
  validateBinding,
  validateBindingUpdate,
  validateClusterRole,
  validateRole,
} from "./validation.ts";

const rbacGroup = "rbac.authorization.k8s.io";
const accountKind = "ServiceAccount";

export const roles: ResourceDefinition = defineResource<Role>({
  type: Role,
  nameRule: "pathSegment",
  columns: [nameColumn(), createdAtColumn()],
  allowCreateOnUpdate: true,
  validate: validateRole,
});

export const clusterRoles: ResourceDefinition = defineResource<ClusterRole>({
  type: ClusterRole,
  nameRule: "pathSegment",
  columns: [nameColumn(), createdAtColumn()],
  allowCreateOnUpdate: true,
  validate: validateClusterRole,
});

export const roleBindings: ResourceDefinition = defineResource<RoleBinding>({
  type: RoleBinding,
  nameRule: "pathSegment",
  columns: bindingColumns(),
  allowCreateOnUpdate: true,
  applyDefaults: applyBindingDefaults,
  validate: (binding) => validateBinding(binding, "RoleBinding"),
  validateUpdate: validateBindingUpdate,
});

export const clusterRoleBindings: ResourceDefinition = defineResource<ClusterRoleBinding>({
  type: ClusterRoleBinding,
  nameRule: "pathSegment",
  columns: bindingColumns(),
  allowCreateOnUpdate: true,
  applyDefaults: applyBindingDefaults,
  validate: (binding) => validateBinding(binding, "ClusterRoleBinding"),
  validateUpdate: validateBindingUpdate,
});

type AnyBinding = RoleBinding | ClusterRoleBinding;

function applyBindingDefaults(binding: Draft<AnyBinding>): void {
  binding.roleRef.apiGroup ||= rbacGroup;
  for (const subject of binding.subjects ?? []) {
    // A service account stands in the core group, users and groups in RBAC's own.
    if (!subject.apiGroup && subject.kind !== accountKind) subject.apiGroup = rbacGroup;
  }
}

function bindingColumns<T extends AnyBinding>(): Column<T>[] {
  const names = (binding: T, kind: string) =>
    (binding.subjects ?? [])
      .filter((subject) => subject.kind === kind)
      .map((subject) =>
        kind === accountKind ? `${subject.namespace}/${subject.name}` : subject.name,
      )
      .join(", ");
  return [
    nameColumn(),
    column("Role", ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
    ageColumn(),
    wideColumn("Users", (binding) => names(binding, "User")),
    wideColumn("Groups", (binding) => names(binding, "Group")),
    wideColumn("ServiceAccounts", (binding) => names(binding, accountKind)),
  ];
}
