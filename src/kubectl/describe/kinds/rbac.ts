import { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from "#api/rbac/v1.ts";
import { describerFor } from "../context.ts";
import type { DescribeContext } from "../context.ts";
import { formatList } from "../go-values.ts";
import { writeLabelsAndAnnotations } from "../metadata.ts";
import { compactRules, resourceText } from "../policy-rules.ts";

export const role = describerFor(Role, describeRole);
export const clusterRole = describerFor(ClusterRole, describeRole);
export const roleBinding = describerFor(RoleBinding, describeBinding);
export const clusterRoleBinding = describerFor(ClusterRoleBinding, describeBinding);

function describeRole(object: Role | ClusterRole, { writer }: DescribeContext): void {
  writer.field(0, "Name", object.metadata.name);
  writeLabelsAndAnnotations(writer, object.metadata);
  writer.row(0, "PolicyRule:");
  const rows = compactRules(object.rules ?? []).map((rule) => [
    resourceText(rule),
    formatList(rule.nonResourceURLs),
    formatList(rule.resourceNames),
    formatList(rule.verbs),
  ]);
  writer.table(1, ["Resources", "Non-Resource URLs", "Resource Names", "Verbs"], rows);
}

function describeBinding(
  { metadata, roleRef, subjects = [] }: RoleBinding | ClusterRoleBinding,
  { writer }: DescribeContext,
): void {
  writer.field(0, "Name", metadata.name);
  writeLabelsAndAnnotations(writer, metadata);
  writer.row(0, "Role:");
  writer.field(1, "Kind", roleRef.kind);
  writer.field(1, "Name", roleRef.name);
  writer.row(0, "Subjects:");
  const rows = subjects.map(({ kind, name, namespace = "" }) => [kind, name, namespace]);
  writer.table(1, ["Kind", "Name", "Namespace"], rows);
}
