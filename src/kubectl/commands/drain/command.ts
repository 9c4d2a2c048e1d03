import { parseSelector } from "#machinery/labels/selector.ts";
import { defineCommand } from "../../command.ts";
import { CommandError, ManyErrors, UsageError } from "../../errors.ts";
import { chunkSizeFlag, selectorFlag } from "../../resources/flags.ts";
import { dryRunFlag, dryRunOf, operationText } from "../../writes/dry-run.ts";
import { cordonNodes, findNodes } from "../cordon/cordon.ts";
import { aggregateText, drainNode } from "./drain.ts";

export default defineCommand({
  usage: "drain NODE",
  description:
    "Drain a node before it is maintained.\n\n" +
    "The node is marked as unschedulable, then its pods are evicted, or deleted where the server " +
    "cannot evict. An eviction keeps to PodDisruptionBudgets: what one of them forbids is tried " +
    "again later.\n\n" +
    "Pods of DaemonSets, which ignore the mark, are left where they are with --ignore-daemonsets; " +
    "without it, they keep the node from being drained. So do pods that no controller makes anew, " +
    "unless --force is given, and pods with data in an emptyDir, unless " +
    "--delete-emptydir-data is given. Mirror pods cannot be deleted and stay.\n\n" +
    'The command ends when the pods are gone. "kubectl uncordon" opens the node again.',
  examples: [
    {
      about: "Drain the node foo, also of pods that no controller makes anew",
      command: "kubectl drain foo --force",
    },
    {
      about: "Drain it only if there are no such pods, and give each 15 minutes to end",
      command: "kubectl drain foo --grace-period=900",
    },
  ],
  connectsFirst: true,
  flags: {
    ...chunkSizeFlag,
    ...dryRunFlag,
    ...selectorFlag,
    "delete-emptydir-data": {
      type: "bool",
      usage: "Go on even if pods use emptyDir: what is in there is lost.",
    },
    "disable-eviction": {
      type: "bool",
      usage: "Delete pods instead of evicting them, whatever PodDisruptionBudgets say.",
    },
    force: {
      type: "bool",
      usage: "Go on even if there are pods that declare no controller.",
    },
    "grace-period": {
      type: "int",
      default: -1,
      usage: "Seconds that each pod is given to end. Negative leaves it to the pod.",
    },
    "ignore-daemonsets": { type: "bool", usage: "Leave pods of DaemonSets where they are." },
    "pod-selector": {
      type: "string",
      default: "",
      usage: "Label selector of the pods of the node that are meant",
    },
    "skip-wait-for-delete-timeout": {
      type: "int",
      default: 0,
      usage: "Do not wait for pods that have been going for longer than these seconds; 0 waits.",
    },
    timeout: {
      type: "duration",
      default: 0,
      usage: "How long to wait before giving up; zero is for ever",
    },
  },
  async run(kubectl, { values, args, given }) {
    const { selector } = values;
    if (args.length === 0 && !given.has("selector")) {
      throw new UsageError("USAGE: drain NODE [flags]");
    }
    const dryRun = dryRunOf(kubectl, values["dry-run"]);
    checkSelector(values["pod-selector"]);
    const nodes = await findNodes(kubectl, args, { selector, chunkSize: values["chunk-size"] });
    await cordonNodes(kubectl, nodes, { verb: "cordon", dryRun });
    const options = {
      dryRun,
      force: values.force,
      ignoreDaemonSets: values["ignore-daemonsets"],
      deleteEmptyDirData: values["delete-emptydir-data"],
      skipDeletedSeconds: values["skip-wait-for-delete-timeout"],
      podSelector: values["pod-selector"],
      chunkSize: values["chunk-size"],
      disableEviction: values["disable-eviction"],
      gracePeriodSeconds: values["grace-period"],
      timeoutMs: values.timeout,
    };
    const errors: unknown[] = [];
    const left: string[] = [];
    for (const { name } of nodes) {
      try {
        await drainNode(kubectl, name, options);
        kubectl.printLine(`node/${name} ${operationText("drained", dryRun)}`);
      } catch (error) {
        if (kubectl.signal.aborted) throw error;
        const why = aggregateText(error);
        kubectl.tell(
          `error: unable to drain node "${name}" due to error: ${why}, continuing command...`,
        );
        errors.push(error);
        left.push(name);
      }
    }
    if (left.length > 0) {
      kubectl.tell("There are pending nodes to be drained:");
      for (const name of left) kubectl.tell(` ${name}`);
    }
    if (errors.length > 0) throw new ManyErrors(errors);
  },
});

function checkSelector(selector: string): void {
  if (selector === "") return;
  try {
    parseSelector(selector);
  } catch (error) {
    throw new CommandError("--pod-selector=<pod_selector> must be a valid label selector", {
      cause: error,
    });
  }
}
