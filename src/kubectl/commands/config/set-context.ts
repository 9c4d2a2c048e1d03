import { defineCommand } from "../../command.ts";
import { contextFields } from "../../config/fields.ts";
import type { Context } from "../../config/kubeconfig.ts";
import { SettingsFiles } from "../../config/settings.ts";
import { CommandError } from "../../errors.ts";
import { entryFlag, entryOf, helpAndFail } from "./common.ts";

export default defineCommand({
  usage:
    "set-context [NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace]",
  description:
    "Set fields of a context of the kubeconfig.\n\n" +
    "A context that is there already keeps the fields that are not given.",
  examples: [
    {
      about: "Set the user of the context gce and nothing else",
      command: "kubectl config set-context gce --user=cluster-admin",
    },
  ],
  flags: {
    current: { type: "bool", usage: "Change the current context" },
    cluster: entryFlag("string", "The cluster of the context"),
    user: entryFlag("string", "The user of the context"),
    namespace: entryFlag("string", "The namespace that commands act in"),
  },
  async run(kubectl, { values, given, args }) {
    const [named = ""] = args;
    if (args.length > 1) await helpAndFail(kubectl, `Unexpected args: [${args.join(" ")}]`);
    if (named === "" && !values.current) {
      throw new CommandError("you must specify a non-empty context name or --current");
    }
    if (named !== "" && values.current) {
      throw new CommandError("you cannot specify both a context name and --current");
    }
    const files = new SettingsFiles(kubectl);
    const settings = await files.read();
    if (values.current && settings.currentContext === "") {
      throw new CommandError("no current context is set");
    }
    const name = values.current ? settings.currentContext : named;
    const before = settings.contexts.get(name);
    const context: Context = { ...before?.value };
    for (const field of ["cluster", "user", "namespace"] as const) {
      if (given.has(field)) context[field] = values[field];
    }
    settings.contexts.set(name, {
      value: entryOf(context, contextFields),
      origin: before?.origin ?? "",
    });
    await files.save(settings, { relativePaths: true });
    kubectl.printLine(`Context "${name}" ${before ? "modified" : "created"}.`);
  },
});
