import { defineCommand } from "../../command.ts";
import { SettingsFiles } from "../../config/settings.ts";
import { CommandError } from "../../errors.ts";
import { onlyArgument } from "./common.ts";

export default defineCommand({
  usage: "unset PROPERTY_NAME",
  description:
    "Take one value out of the kubeconfig.\n\n" +
    "PROPERTY_NAME is a path with dots: names of fields, and names of entries between them.",
  examples: [
    { about: "Have no current context", command: "kubectl config unset current-context" },
    {
      about: "Take the namespace of the context foo away",
      command: "kubectl config unset contexts.foo.namespace",
    },
  ],
  flags: {},
  async run(kubectl, { args }) {
    const name = await onlyArgument(kubectl, args);
    if (name === "") throw new CommandError("you must specify a property");
    const { parseProperty, unsetProperty } = await import("./property.ts");
    const files = new SettingsFiles(kubectl);
    const settings = await files.read();
    unsetProperty(settings, parseProperty(name));
    await files.save(settings, { relativePaths: false });
    kubectl.printLine(`Property ${JSON.stringify(name)} unset.`);
  },
});
