import { defineCommand } from "../../command.ts";
import { CommandError } from "../../errors.ts";

export default defineCommand({
  usage: "cp <file-spec-src> <file-spec-dest>",
  description: "Copy files and directories to containers, and from them.",
  examples: [
    {
      about:
        "The container's image has to have 'tar'. Where links, or names by a pattern, have to be " +
        "kept, run tar by 'kubectl exec' instead",
      command:
        "tar cf - /tmp/foo | kubectl exec -i -n <some-namespace> <some-pod> -- tar xf - -C /tmp/bar\n" +
        "kubectl exec -n <some-namespace> <some-pod> -- tar cf - /tmp/foo | tar xf - -C /tmp/bar",
    },
    {
      about: "A directory from here into a pod of the default namespace",
      command: "kubectl cp /tmp/foo_dir <some-pod>:/tmp/bar_dir",
    },
    {
      about: "A file into one of a pod's containers",
      command: "kubectl cp /tmp/foo <some-pod>:/tmp/bar -c <specific-container>",
    },
    {
      about: "A file into a pod of another namespace",
      command: "kubectl cp /tmp/foo <some-namespace>/<some-pod>:/tmp/bar",
    },
    {
      about: "A file from a pod",
      command: "kubectl cp <some-namespace>/<some-pod>:/tmp/foo /tmp/bar",
    },
  ],
  flags: {
    container: {
      type: "string",
      short: "c",
      default: "",
      usage:
        "Container name. Without it, the one that the annotation " +
        "kubectl.kubernetes.io/default-container names, or the pod's first",
    },
    "no-preserve": {
      type: "bool",
      usage: "Do not keep who owns what is copied, nor its permissions, in the container",
    },
    retries: {
      type: "int",
      default: 0,
      usage:
        "How often to go on with a copy from a container that broke off. 0 is never, a negative " +
        "number always",
    },
  },
  async run(kubectl, { values, args }) {
    if (args.length !== 2) throw new CommandError("source and destination are required");
    const [source = "", destination = ""] = args;
    const { copy } = await import("./cp.ts");
    await copy(kubectl, source, destination, {
      container: values.container,
      noPreserve: values["no-preserve"],
      retriesMax: values.retries,
    });
  },
});
