import { Lease } from "#api/coordination/v1.ts";
import { Node } from "#api/core/v1.ts";
import type { Taint } from "#api/core/v1.ts";
import { StatusError } from "#client/client.ts";
import { describerFor } from "../context.ts";
import type { DescribeContext } from "../context.ts";
import { subjectOf, tolerantSearch, writeEventTable } from "../events.ts";
import { formatTime, sorted, sortedBy } from "../go-values.ts";
import { writeLabelsAndAnnotations } from "../metadata.ts";
import { podsOfNode, writeNodePods } from "../node-resources.ts";
import { writeAmounts } from "../resources.ts";
import type { DescribeWriter } from "../writer.ts";

const rolePrefix = "node-role.kubernetes.io/";
const roleLabel = "kubernetes.io/role";
const leaseNamespace = "kube-node-lease";

export const node = describerFor(Node, async (object, context) => {
  const { writer } = context;
  const { metadata, spec, status } = object;
  const pods = await podsOfNode(metadata.name, context);
  writer.field(0, "Name", metadata.name);
  writer.field(0, "Roles", rolesOf(object).join(",") || "<none>");
  writeLabelsAndAnnotations(writer, metadata);
  writer.field(0, "CreationTimestamp", formatTime(metadata.creationTimestamp));
  writer.valueList("Taints", taintLines(spec.taints));
  writer.field(0, "Unschedulable", spec.unschedulable ?? false);
  await writeLease(object, context);
  writeConditions(writer, object);
  writer.row(0, "Addresses:");
  for (const { type, address } of status.addresses ?? []) writer.field(1, type, address);
  writeAmounts(writer, 0, "Capacity", status.capacity);
  writeAmounts(writer, 0, "Allocatable", status.allocatable);
  writeSystemInfo(writer, object);
  if (pods) writeNodePods(object, pods, context);
  else writer.field(0, "Pods", "not authorized");
  if (!context.showEvents) return;
  // The kubelet knows its node by name alone, before there is a uid.
  const subjects = [subjectOf(object), { ...subjectOf(object), uid: metadata.name }];
  const events = await Promise.all(subjects.map((subject) => tolerantSearch(subject, context)));
  writeEventTable(events.flat(), context);
});

function rolesOf({ metadata: { labels = {} } }: Node): string[] {
  const roles = Object.entries(labels).map(([key, value]) => {
    if (key.startsWith(rolePrefix)) return key.slice(rolePrefix.length);
    return key === roleLabel ? value : "";
  });
  return sorted(new Set(roles.filter(Boolean)));
}

function taintLines(taints: readonly Taint[] = []): string[] {
  return sortedBy(taints, ({ effect, key }) => `${effect},${key}`).map(({ key, value, effect }) => {
    return value ? `${key}=${value}:${effect}` : `${key}:${effect}`;
  });
}

async function writeLease({ metadata }: Node, { client, writer }: DescribeContext): Promise<void> {
  let lease: Lease;
  try {
    lease = await client.get(Lease, { namespace: leaseNamespace, name: metadata.name });
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    writer.field(0, "Lease", `Failed to get lease: ${error.message}`);
    return;
  }
  const { holderIdentity = "<unset>", acquireTime, renewTime } = lease.spec;
  writer.row(0, "Lease:");
  writer.field(1, "HolderIdentity", holderIdentity);
  writer.field(1, "AcquireTime", acquireTime ? formatTime(acquireTime) : "<unset>");
  writer.field(1, "RenewTime", renewTime ? formatTime(renewTime) : "<unset>");
}

function writeConditions(writer: DescribeWriter, { status }: Node): void {
  const { conditions = [] } = status;
  if (conditions.length === 0) return;
  writer.row(0, "Conditions:");
  const titles = ["Type", "Status", "LastHeartbeatTime", "LastTransitionTime", "Reason", "Message"];
  const rows = conditions.map(({ type, status: value, reason = "", message = "", ...times }) => [
    `${type} `,
    `${value} `,
    `${formatTime(times.lastHeartbeatTime)} `,
    `${formatTime(times.lastTransitionTime)} `,
    `${reason} `,
    message,
  ]);
  writer.table(1, titles, rows);
}

function writeSystemInfo(writer: DescribeWriter, { spec, status }: Node): void {
  const { nodeInfo } = status;
  const facts = {
    "Machine ID": nodeInfo?.machineID,
    "System UUID": nodeInfo?.systemUUID,
    "Boot ID": nodeInfo?.bootID,
    "Kernel Version": nodeInfo?.kernelVersion,
    "OS Image": nodeInfo?.osImage,
    "Operating System": nodeInfo?.operatingSystem,
    Architecture: nodeInfo?.architecture,
    "Container Runtime Version": nodeInfo?.containerRuntimeVersion,
    "Kubelet Version": nodeInfo?.kubeletVersion,
    "Kube-Proxy Version": nodeInfo?.kubeProxyVersion,
  };
  writer.row(0, "System Info:");
  for (const [title, fact = ""] of Object.entries(facts)) writer.field(1, title, fact);
  if (spec.podCIDR) writer.field(0, "PodCIDR", spec.podCIDR);
  if (spec.podCIDRs?.length) writer.field(0, "PodCIDRs", spec.podCIDRs.join(","));
  if (spec.providerID) writer.field(0, "ProviderID", spec.providerID);
}
