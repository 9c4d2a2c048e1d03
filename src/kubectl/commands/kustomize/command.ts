import { defineCommand } from "../../command.ts";
import { kustomizeFlags, runKustomize } from "../../kustomize/command.ts";
import { kustomizeMachine } from "../../kustomize-machine.ts";

export default defineCommand({
  usage: "kustomize DIR [flags]",
  description:
    "Build a set of objects from a kustomization.yaml file.\n\n" +
    "DIR is a directory with a kustomization.yaml, or the address of a repository with such a " +
    "directory in it. Without DIR it is this directory.",
  examples: [
    { about: "Build this directory", command: "kubectl kustomize" },
    {
      about: "Build another directory",
      command: "kubectl kustomize /home/config/production",
    },
    {
      about: "Build a directory of a repository",
      command:
        "kubectl kustomize https://github.com/kubernetes-sigs/kustomize.git/examples/helloWorld?ref=v1.0.6",
    },
  ],
  flags: kustomizeFlags,
  async run(kubectl, { values, given, args }) {
    const machine = await kustomizeMachine(kubectl);
    await runKustomize(values, given, args, machine, kubectl.signal);
  },
});
