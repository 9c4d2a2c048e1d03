import { defineCommand } from "../../command.ts";
import { SettingsFiles } from "../../config/settings.ts";

export default defineCommand({
  usage: "get-users [flags]",
  description: "List the users of the kubeconfig.",
  examples: [{ about: "List the users that kubectl knows", command: "kubectl config get-users" }],
  flags: {},
  async run(kubectl) {
    const { users } = await new SettingsFiles(kubectl).read();
    for (const name of ["NAME", ...[...users.keys()].toSorted()]) kubectl.printLine(name);
  },
});
