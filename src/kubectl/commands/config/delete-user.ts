import { defineCommand } from "../../command.ts";
import { SettingsFiles } from "../../config/settings.ts";
import { CommandError, UsageError } from "../../errors.ts";

export default defineCommand({
  usage: "delete-user NAME",
  description: "Delete one user of the kubeconfig.",
  examples: [{ about: "Delete the user minikube", command: "kubectl config delete-user minikube" }],
  flags: {},
  async run(kubectl, { args }) {
    const files = new SettingsFiles(kubectl);
    const settings = await files.read();
    const [name] = args;
    if (args.length !== 1 || name === undefined) throw new UsageError("user to delete is required");
    const file = await files.defaultFile();
    if (!settings.users.delete(name)) {
      throw new CommandError(`cannot delete user ${name}, not in ${file}`);
    }
    await files.save(settings, { relativePaths: true });
    kubectl.printLine(`deleted user ${name} from ${file}`);
  },
});
