import { CommandError, ExitError } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import { attachOnceRunning, isOver, waitForPod } from "../../streams/attach.ts";
import type { PodObject } from "../../streams/pod-object.ts";
import { deletionOf } from "../../writes/deletion.ts";
import type { DeletionValues } from "../../writes/deletion.ts";
import { deleteResources } from "../delete/delete.ts";

export interface AttachedValues extends DeletionValues {
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly quiet: boolean;
  readonly rm: boolean;
  readonly restart: string;
  readonly "leave-stdin-open": boolean;
  readonly "pod-running-timeout": number;
}

/** Attaches to the pod that was made. Its exit code becomes the program's, where it ends. */
export async function runAttached(
  kubectl: Kubectl,
  made: readonly { readonly object: KubeObject; readonly resource: string }[],
  values: AttachedValues,
): Promise<void> {
  const [pod] = made;
  if (!pod) throw new CommandError("there is no pod to attach to");
  try {
    await attach(kubectl, pod.object, values);
  } finally {
    if (values.rm) await remove(kubectl, made, values);
  }
}

async function attach(
  kubectl: Kubectl,
  { metadata }: KubeObject,
  values: AttachedValues,
): Promise<void> {
  const at = { namespace: metadata.namespace ?? "", name: metadata.name ?? "" };
  const timeoutMs = values["pod-running-timeout"];
  const { stdin, tty, quiet, restart } = values;
  await attachOnceRunning(kubectl, at, { container: "", stdin, tty, quiet, timeoutMs });
  if (values["leave-stdin-open"] || restart === "" || restart === "Always") return;
  // With OnFailure, one that failed is started again.
  const done = (pod: PodObject) =>
    restart === "Never" ? isOver(pod) : pod.status.phase === "Succeeded";
  const pod = await waitForPod(kubectl, at, timeoutMs, done);
  if (pod.status.phase !== "Failed") return;
  const terminated = pod.status.containerStatuses?.[0]?.state?.terminated;
  const who = `pod ${at.namespace}/${at.name}`;
  if (!terminated?.exitCode) throw new CommandError(`${who} failed with unknown exit code`);
  const { reason = "", message } = terminated;
  kubectl.tell(`${who} terminated (${reason})${message ? `\n${message}` : ""}`);
  throw new ExitError(terminated.exitCode);
}

async function remove(
  kubectl: Kubectl,
  made: readonly { readonly object: KubeObject; readonly resource: string }[],
  values: AttachedValues,
): Promise<void> {
  for (const { object, resource } of made) {
    await deleteResources(kubectl, {
      query: { args: [`${resource}/${object.metadata.name ?? ""}`], namesOnly: true },
      ...deletionOf(kubectl, values),
      dryRun: "none",
      ignoreNotFound: false,
      interactive: false,
      namesOnly: false,
      quiet: values.quiet,
    });
  }
}
