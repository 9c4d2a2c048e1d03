import { defineCommand } from "../../command.ts";
import { SettingsFiles } from "../../config/settings.ts";

export default defineCommand({
  usage: "get-clusters [flags]",
  description: "List the clusters of the kubeconfig.",
  examples: [
    { about: "List the clusters that kubectl knows", command: "kubectl config get-clusters" },
  ],
  flags: {},
  async run(kubectl) {
    const { clusters } = await new SettingsFiles(kubectl).read();
    for (const name of ["NAME", ...[...clusters.keys()].toSorted()]) kubectl.printLine(name);
  },
});
