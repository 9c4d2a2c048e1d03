import { defineCommand } from "../../command.ts";
import { SettingsFiles } from "../../config/settings.ts";
import { CommandError } from "../../errors.ts";
import { onlyArgument } from "./common.ts";

export default defineCommand({
  usage: "use-context CONTEXT_NAME",
  description: "Make one context of the kubeconfig the current one.",
  examples: [{ about: "Use the context minikube", command: "kubectl config use-context minikube" }],
  flags: {},
  async run(kubectl, { args }) {
    const name = await onlyArgument(kubectl, args);
    const files = new SettingsFiles(kubectl);
    const settings = await files.read();
    if (name === "") throw new CommandError("empty context names are not allowed");
    if (!settings.contexts.has(name)) {
      throw new CommandError(`no context exists with the name: ${JSON.stringify(name)}`);
    }
    settings.currentContext = name;
    await files.save(settings, { relativePaths: true });
    kubectl.printLine(`Switched to context "${name}".`);
  },
});
