import { defineCommand } from "../../command.ts";
import { SettingsFiles } from "../../config/settings.ts";
import { CommandError } from "../../errors.ts";

export default defineCommand({
  usage: "delete-context NAME",
  description: "Delete one context of the kubeconfig.",
  examples: [
    { about: "Delete the context minikube", command: "kubectl config delete-context minikube" },
  ],
  flags: {},
  async run(kubectl, { args }) {
    const files = new SettingsFiles(kubectl);
    const settings = await files.read();
    const [name] = args;
    if (args.length !== 1 || name === undefined) return kubectl.print(await kubectl.help());
    const file = await files.defaultFile();
    if (!settings.contexts.delete(name)) {
      throw new CommandError(`cannot delete context ${name}, not in ${file}`);
    }
    if (settings.currentContext === name) {
      kubectl.tell(
        'warning: this removed your active context, use "kubectl config use-context" to select a different one',
      );
    }
    await files.save(settings, { relativePaths: true });
    kubectl.printLine(`deleted context ${name} from ${file}`);
  },
});
