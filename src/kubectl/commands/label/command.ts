import { isLabelValue } from "#machinery/validation/names.ts";
import { defineCommand } from "../../command.ts";
import { CommandError } from "../../errors.ts";
import { splitPairs } from "../../resources/pairs.ts";
import type { Changes } from "../../resources/pairs.ts";
import { pairFlags, pairOptions, updatePairs } from "./update.ts";

export default defineCommand({
  usage:
    "label [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]",
  description:
    "Change the labels of resources.\n\n" +
    "Keys and values begin with a letter or a digit and have letters, digits, hyphens, dots and " +
    "underscores, up to 63 characters each. A key may have a DNS subdomain and a slash before it, " +
    "such as example.com/my-app.\n\n" +
    "A label that is there is only given another value with --overwrite. With --resource-version, " +
    "a resource is only changed where that is its version.",
  examples: [
    {
      about: "Give the pod foo the label unhealthy with the value true",
      command: "kubectl label pods foo unhealthy=true",
    },
    {
      about: "Give it the label status, whatever it had before",
      command: "kubectl label --overwrite pods foo status=unhealthy",
    },
    {
      about: "Label all pods of the namespace",
      command: "kubectl label pods --all status=unhealthy",
    },
    {
      about: "Label the pod that pod.json names",
      command: "kubectl label -f pod.json status=unhealthy",
    },
    {
      about: "Label a pod only if nobody has changed it since version 1",
      command: "kubectl label pods foo status=unhealthy --resource-version=1",
    },
    { about: "Take the label bar away, if it is there", command: "kubectl label pods foo bar-" },
  ],
  flags: pairFlags("label", "kubectl-label"),
  async run(kubectl, input) {
    const { resources, pairs } = splitPairs(input.args, "label");
    const kind = { command: "label", field: "labels", noun: "label", fileWord: "pod" } as const;
    await updatePairs(
      kubectl,
      pairOptions(kubectl, kind, input, { resources, changes: labelChanges(pairs) }),
    );
  },
});

/** Values are checked before any server is asked. */
export function labelChanges(pairs: readonly string[]): Changes {
  const set = new Map<string, string>();
  const remove: string[] = [];
  for (const pair of pairs) {
    if (!pair.includes("=")) {
      remove.push(pair.slice(0, -1));
      continue;
    }
    const [key = "", value = "", ...more] = pair.split("=");
    if (more.length > 0) throw new CommandError(`invalid label spec: ${pair}`);
    const problems = isLabelValue(value);
    if (problems.length > 0) {
      throw new CommandError(`invalid label value: ${JSON.stringify(pair)}: ${problems.join(";")}`);
    }
    set.set(key, value);
  }
  if (remove.some((key) => set.has(key))) {
    throw new CommandError("can not both modify and remove a label in the same command");
  }
  return { set, remove };
}
