import { defineCommand } from "../../command.ts";
import { SettingsFiles } from "../../config/settings.ts";
import { CommandError } from "../../errors.ts";

export default defineCommand({
  usage: "current-context [flags]",
  description: "Show the name of the current context.",
  examples: [{ about: "Show the current context", command: "kubectl config current-context" }],
  flags: {},
  async run(kubectl) {
    const { currentContext } = await new SettingsFiles(kubectl).read();
    if (currentContext === "") throw new CommandError("current-context is not set");
    kubectl.printLine(currentContext);
  },
});
