import { defineCommand } from "../../command.ts";
import { SettingsFiles } from "../../config/settings.ts";
import { CommandError } from "../../errors.ts";
import { helpAndFail } from "./common.ts";

export default defineCommand({
  usage: "rename-context CONTEXT_NAME NEW_NAME",
  description:
    "Give a context of the kubeconfig another name.\n\n" +
    "CONTEXT_NAME is the name that the context has.\n\n" +
    "NEW_NAME is the name that it gets.\n\n" +
    "Where it is the current context, it stays the current one under its new name.",
  examples: [
    {
      about: "Rename the context 'old-name' to 'new-name'",
      command: "kubectl config rename-context old-name new-name",
    },
  ],
  flags: {},
  async run(kubectl, { args }) {
    const [name = "", newName = ""] = args;
    if (args.length !== 2) await helpAndFail(kubectl, `Unexpected args: [${args.join(" ")}]`);
    if (newName === "") throw new CommandError("You must specify a new non-empty context name");
    const files = new SettingsFiles(kubectl);
    const settings = await files.read();
    const file = await files.defaultFile();
    const context = settings.contexts.get(name);
    if (!context)
      throw new CommandError(`cannot rename the context "${name}", it's not in ${file}`);
    if (settings.contexts.has(newName)) {
      throw new CommandError(
        `cannot rename the context "${name}", the context "${newName}" already exists in ${file}`,
      );
    }
    settings.contexts.set(newName, context);
    settings.contexts.delete(name);
    if (settings.currentContext === name) settings.currentContext = newName;
    await files.save(settings, { relativePaths: true });
    kubectl.printLine(`Context "${name}" renamed to "${newName}".`);
  },
});
