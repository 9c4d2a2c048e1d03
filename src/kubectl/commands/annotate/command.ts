import { defineCommand } from "../../command.ts";
import { CommandError } from "../../errors.ts";
import { parsePairs, splitPairs } from "../../resources/pairs.ts";
import { pairFlags, pairOptions, updatePairs } from "../label/update.ts";

export default defineCommand({
  usage:
    "annotate [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]",
  description:
    "Change the annotations of resources.\n\n" +
    "Annotations are keys and values that programs keep with an object. They may be longer than " +
    "labels and hold any text, such as JSON.\n\n" +
    "An annotation that is there is only given another value with --overwrite. With " +
    "--resource-version, a resource is only changed where that is its version.\n\n" +
    'Use "kubectl api-resources" for a complete list of supported resources.',
  examples: [
    {
      about: "Annotate the pod foo; of one key's values the last one counts",
      command: "kubectl annotate pods foo description='my frontend'",
    },
    {
      about: "Annotate the pod that pod.json names",
      command: "kubectl annotate -f pod.json description='my frontend'",
    },
    {
      about: "Annotate the pod foo, whatever it had before",
      command: "kubectl annotate --overwrite pods foo description='my frontend running nginx'",
    },
    {
      about: "Annotate all pods of the namespace",
      command: "kubectl annotate pods --all description='my frontend running nginx'",
    },
    {
      about: "Annotate a pod only if nobody has changed it since version 1",
      command:
        "kubectl annotate pods foo description='my frontend running nginx' --resource-version=1",
    },
    {
      about: "Take the annotation description away, if it is there",
      command: "kubectl annotate pods foo description-",
    },
  ],
  flags: pairFlags("annotation", "kubectl-annotate"),
  async run(kubectl, input) {
    const { resources, pairs } = splitPairs(input.args, "annotation");
    const changes = parsePairs(pairs, "annotation", { removes: true });
    const kind = {
      command: "annotate",
      field: "annotations",
      noun: "annotation",
      fileWord: "rsrc",
    } as const;
    const options = pairOptions(kubectl, kind, input, { resources, changes });
    const both = changes.remove.filter((key) => changes.set.has(key));
    if (both.length > 0) {
      throw new CommandError(
        `can not both modify and remove the following annotation(s) in the same command: ${both.join(", ")}`,
      );
    }
    await updatePairs(kubectl, options);
  },
});
