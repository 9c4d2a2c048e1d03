import { defineCommand } from "../../command.ts";
import { SettingsFiles } from "../../config/settings.ts";
import { CommandError } from "../../errors.ts";

export default defineCommand({
  usage: "delete-cluster NAME",
  description: "Delete one cluster of the kubeconfig.",
  examples: [
    { about: "Delete the cluster minikube", command: "kubectl config delete-cluster minikube" },
  ],
  flags: {},
  async run(kubectl, { args }) {
    const files = new SettingsFiles(kubectl);
    const settings = await files.read();
    const [name] = args;
    if (args.length !== 1 || name === undefined) return kubectl.print(await kubectl.help());
    const file = await files.defaultFile();
    if (!settings.clusters.delete(name)) {
      throw new CommandError(`cannot delete cluster ${name}, not in ${file}`);
    }
    await files.save(settings, { relativePaths: true });
    kubectl.printLine(`deleted cluster ${name} from ${file}`);
  },
});
