import type { Node } from "#api/core/v1.ts";
import type { Column } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn, wideColumn } from "../../common/columns.ts";

const rolePrefix = "node-role.kubernetes.io/";

export const nodeColumns: readonly Column<Node>[] = [
  nameColumn(),
  column("Status", statusText),
  column("Roles", (node) => nodeRoles(node).join(",") || "<none>"),
  ageColumn(),
  column("Version", (node) => node.status.nodeInfo?.kubeletVersion ?? ""),
  wideColumn("Internal-IP", (node) => addressOf(node, "InternalIP")),
  wideColumn("External-IP", (node) => addressOf(node, "ExternalIP")),
  wideColumn("OS-Image", (node) => node.status.nodeInfo?.osImage || "<unknown>"),
  wideColumn("Kernel-Version", (node) => node.status.nodeInfo?.kernelVersion || "<unknown>"),
  wideColumn(
    "Container-Runtime",
    (node) => node.status.nodeInfo?.containerRuntimeVersion || "<unknown>",
  ),
];

function statusText(node: Node): string {
  const ready = node.status.conditions?.find((condition) => condition.type === "Ready");
  const word = ready ? (ready.status === "True" ? "Ready" : "NotReady") : "Unknown";
  return node.spec.unschedulable ? `${word},SchedulingDisabled` : word;
}

function nodeRoles(node: Node): string[] {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(node.metadata.labels ?? {})) {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) {
      roles.add(key.slice(rolePrefix.length));
    } else if (key === "kubernetes.io/role" && value !== "") {
      roles.add(value);
    }
  }
  return [...roles].sort();
}

function addressOf(node: Node, type: "InternalIP" | "ExternalIP"): string {
  return node.status.addresses?.find((address) => address.type === type)?.address ?? "<none>";
}
