import { PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import { describerFor, listAll } from "../context.ts";
import type { DescribeContext } from "../context.ts";
import { timeSince, writeEvents } from "../events.ts";
import { formatList, formatTime, sorted } from "../go-values.ts";
import { writeLabelsAndAnnotations, writeName } from "../metadata.ts";
import { storageClassOf, writeClaimSpec } from "../volume-claims.ts";
import type { DescribeWriter } from "../writer.ts";

export const persistentVolumeClaim = describerFor(
  PersistentVolumeClaim,
  async (object, context) => {
    const { writer, now } = context;
    const { metadata, spec, status } = object;
    const users = await usersOf(object, context);
    writeName(writer, metadata);
    writer.field(0, "StorageClass", storageClassOf(metadata, spec));
    const { deletionTimestamp } = metadata;
    const ending = deletionTimestamp && `Terminating (lasts ${timeSince(deletionTimestamp, now)})`;
    writer.field(0, "Status", ending ?? status.phase ?? "");
    writer.field(0, "Volume", spec.volumeName ?? "");
    writeLabelsAndAnnotations(writer, metadata);
    writer.field(0, "Finalizers", formatList(metadata.finalizers));
    writeClaimSpec(writer, 0, spec, status);
    writer.valueList("Used By", sorted(users.map((pod) => pod.metadata.name)));
    writeConditions(writer, object);
    await writeEvents(object, context);
  },
);

/** Pods that mount the claim, once per volume, and those that it was made for. */
async function usersOf(claim: PersistentVolumeClaim, context: DescribeContext): Promise<Pod[]> {
  const { name, namespace, ownerReferences = [] } = claim.metadata;
  const pods = await listAll(context, Pod, { namespace });
  const users = pods.flatMap((pod) =>
    (pod.spec.volumes ?? [])
      .filter((volume) => volume.persistentVolumeClaim?.claimName === name)
      .map(() => pod),
  );
  for (const { kind, uid } of ownerReferences) {
    const owner = pods.find((pod) => kind === "Pod" && pod.metadata.uid === uid);
    if (owner && !users.includes(owner)) users.push(owner);
  }
  return users;
}

function writeConditions(writer: DescribeWriter, { status }: PersistentVolumeClaim): void {
  const { conditions = [] } = status;
  if (conditions.length === 0) return;
  const headings = ["Type", "Status", "LastProbeTime", "LastTransitionTime", "Reason", "Message"];
  writer.row(0, "Conditions:");
  writer.row(1, ...headings);
  // The dashes of nodes' tables, where a longer title stands third.
  writer.row(1, "----", "------", "-----------------", "------------------", "------", "-------");
  for (const { type, status: value, reason = "", message = "", ...times } of conditions) {
    writer.row(
      1,
      `${type} `,
      `${value} `,
      `${formatTime(times.lastProbeTime)} `,
      `${formatTime(times.lastTransitionTime)} `,
      `${reason} `,
      message,
    );
  }
}
