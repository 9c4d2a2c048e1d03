import { Pod } from "#api/core/v1.ts";
import { podQosClass } from "#machinery/pod-resources.ts";
import { writeContainers } from "../containers.ts";
import type { ContainerSurroundings } from "../containers.ts";
import { describerFor } from "../context.ts";
import type { DescribeContext } from "../context.ts";
import { subjectOf, timeSince, tolerantSearch, writeEventTable } from "../events.ts";
import { formatTime } from "../go-values.ts";
import { writeController, writeLabelsAndAnnotations, writeName } from "../metadata.ts";
import { writeNodeSelection, writeTopologySpread, writeVolumes } from "../pod-template.ts";
import { writeResources } from "../resources.ts";
import type { DescribeWriter } from "../writer.ts";

export const pod = describerFor(Pod, describePod);

/** A static pod's copy in the API: its events are about the original. */
const mirrorAnnotation = "kubernetes.io/config.mirror";

async function describePod(object: Pod, context: DescribeContext): Promise<void> {
  const { writer } = context;
  writeName(writer, object.metadata);
  writePlacement(writer, object);
  writeLabelsAndAnnotations(writer, object.metadata);
  writePhase(object, context);
  writeAddresses(writer, object);
  writeController(writer, object);
  const { nominatedNodeName } = object.status;
  if (nominatedNodeName) writer.field(0, "NominatedNodeName", nominatedNodeName);
  const { resources } = object.spec;
  if (resources) {
    writer.row(0, "Resources:");
    writeResources(writer, 1, resources);
  }
  writeAllContainers(writer, object);
  writeConditions(writer, object);
  writeVolumes(writer, object.spec.volumes);
  writer.field(0, "QoS Class", object.status.qosClass ?? podQosClass(object));
  writeNodeSelection(writer, object.spec);
  writeTopologySpread(writer, object.spec.topologySpreadConstraints);
  if (!context.showEvents) return;
  const uid = object.metadata.annotations?.[mirrorAnnotation] ?? object.metadata.uid;
  const subject = { ...subjectOf(object), kind: "", uid };
  writeEventTable(await tolerantSearch(subject, context), context);
}

function writePlacement(writer: DescribeWriter, { spec, status }: Pod): void {
  const { priority, priorityClassName, runtimeClassName, serviceAccountName, nodeName } = spec;
  if (priority !== undefined) writer.field(0, "Priority", priority);
  if (priorityClassName) writer.field(0, "Priority Class Name", priorityClassName);
  if (runtimeClassName) writer.field(0, "Runtime Class Name", runtimeClassName);
  if (serviceAccountName) writer.field(0, "Service Account", serviceAccountName);
  writer.field(0, "Node", nodeName ? `${nodeName}/${status.hostIP ?? ""}` : "<none>");
  if (status.startTime) writer.field(0, "Start Time", formatTime(status.startTime));
}

function writePhase({ metadata, spec, status }: Pod, { writer, now }: DescribeContext): void {
  const { phase = "", reason, message } = status;
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = metadata;
  if (deletionTimestamp && phase !== "Failed" && phase !== "Succeeded") {
    writer.field(0, "Status", `Terminating (lasts ${timeSince(deletionTimestamp, now)})`);
    writer.field(0, "Termination Grace Period", `${deletionGracePeriodSeconds}s`);
  } else {
    writer.field(0, "Status", phase);
  }
  if (reason) writer.field(0, "Reason", reason);
  if (message) writer.field(0, "Message", message);
  const profile = spec.securityContext.seccompProfile;
  if (!profile) return;
  writer.field(0, "SeccompProfile", profile.type);
  if (profile.type === "Localhost") {
    writer.field(0, "LocalhostProfile", profile.localhostProfile ?? "");
  }
}

function writeAddresses(writer: DescribeWriter, { status }: Pod): void {
  const { podIP = "", podIPs = [] } = status;
  writer.field(0, "IP", podIP);
  if (podIPs.length === 0) writer.field(0, "IPs", "<none>");
  else writer.row(0, "IPs:");
  for (const { ip } of podIPs) writer.field(1, "IP", ip);
}

function writeAllContainers(writer: DescribeWriter, { metadata, spec, status }: Pod): void {
  // Other fields may be referred to as well, but kubectl only knows how to fill in these.
  const podFields = {
    "metadata.name": metadata.name,
    "metadata.namespace": metadata.namespace ?? "",
  };
  const surroundings = (statuses: ContainerSurroundings["statuses"]) => ({ statuses, podFields });
  const { initContainers, containers, ephemeralContainers } = spec;
  if (initContainers?.length) {
    const around = surroundings(status.initContainerStatuses);
    writeContainers(writer, "Init Containers", initContainers, around);
  }
  writeContainers(writer, "Containers", containers, surroundings(status.containerStatuses));
  if (ephemeralContainers?.length) {
    const around = surroundings(status.ephemeralContainerStatuses);
    writeContainers(writer, "Ephemeral Containers", ephemeralContainers, around);
  }
}

function writeConditions(writer: DescribeWriter, { spec, status }: Pod): void {
  const { conditions = [] } = status;
  const { readinessGates = [] } = spec;
  if (readinessGates.length > 0) {
    writer.row(0, "Readiness Gates:");
    writer.row(1, "Type", "Status");
  }
  for (const { conditionType } of readinessGates) {
    const condition = conditions.find(({ type }) => type === conditionType);
    writer.row(1, `${conditionType} `, `${condition?.status ?? "<none>"} `);
  }
  if (conditions.length > 0) {
    writer.row(0, "Conditions:");
    writer.row(1, "Type", "Status");
  }
  for (const { type, status: value } of conditions) writer.row(1, `${type} `, `${value} `);
}
