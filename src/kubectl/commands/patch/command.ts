import { defineCommand } from "../../command.ts";
import { CommandError } from "../../errors.ts";
import { printFlags } from "../../printers/print-flags.ts";
import { fileFlags, fileQuery } from "../../resources/flags.ts";
import { dryRunFlag, dryRunOf } from "../../writes/dry-run.ts";
import { fieldManagerFlag } from "../../writes/flags.ts";
import { recordFlag, recorder } from "../../writes/record.ts";

export default defineCommand({
  usage: "patch (-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE]",
  description:
    "Change fields of a resource by a strategic merge patch, a JSON merge patch, or a JSON patch.\n\n" +
    "JSON and YAML are read.\n\n" +
    "Note: strategic merge patches are not there for custom resources.",
  examples: [
    {
      about: "Change a node by a strategic merge patch, as JSON",
      command: `kubectl patch node k8s-node-1 -p '{"spec":{"unschedulable":true}}'`,
    },
    {
      about: "The same as YAML",
      command: `kubectl patch node k8s-node-1 -p $'spec:\\n unschedulable: true'`,
    },
    {
      about: "Change what a file names",
      command: `kubectl patch -f node.json -p '{"spec":{"unschedulable":true}}'`,
    },
    {
      about: "Change the image of one of a pod's containers, which has its name as its key",
      command: `kubectl patch pod valid-pod -p '{"spec":{"containers":[{"name":"kubernetes-serve-hostname","image":"new image"}]}}'`,
    },
    {
      about: "The same by a JSON patch, by its place in the list",
      command: `kubectl patch pod valid-pod --type='json' -p='[{"op": "replace", "path": "/spec/containers/0/image", "value":"new image"}]'`,
    },
    {
      about: "Change how many replicas a deployment has by its subresource scale",
      command: `kubectl patch deployment nginx-deployment --subresource='scale' --type='merge' -p '{"spec":{"replicas":2}}'`,
    },
  ],
  flags: {
    ...printFlags,
    ...dryRunFlag,
    ...fieldManagerFlag("kubectl-patch"),
    ...fileFlags("File, directory or URL that names what to change"),
    ...recordFlag,
    local: { type: "bool", usage: "If true, change what files have, and ask no server." },
    patch: { type: "string", short: "p", default: "", usage: "The patch." },
    "patch-file": { type: "string", default: "", usage: "A file with the patch." },
    subresource: {
      type: "string",
      default: "",
      usage: "Change this subresource of the resource.",
    },
    type: {
      type: "string",
      default: "strategic",
      usage: "The patch's type: json, merge, or strategic",
    },
  },
  async run(kubectl, input) {
    const { values, args } = input;
    const dryRun = dryRunOf(kubectl, values["dry-run"]);
    if (values.patch && values["patch-file"]) {
      throw new CommandError("cannot specify --patch and --patch-file together");
    }
    if (!values.patch && !values["patch-file"]) {
      throw new CommandError(
        "must specify --patch or --patch-file containing the contents of the patch",
      );
    }
    if (values.local && args.length > 0) {
      throw new CommandError("cannot specify --local and server resources");
    }
    if (values.local && dryRun === "server") {
      throw new CommandError(
        "cannot specify --local and --dry-run=server - did you mean --dry-run=client?",
      );
    }
    const { patch, patchTypeOf } = await import("./patch.ts");
    await patch(kubectl, {
      query: {
        args,
        files: fileQuery(values),
        lists: "items",
        requireNames: true,
        local: values.local,
        ...(values.subresource && { subresource: values.subresource }),
      },
      type: patchTypeOf(values.type),
      text: values.patch,
      file: values["patch-file"],
      local: values.local,
      dryRun,
      print: values,
      fieldManager: values["field-manager"],
      record: recorder(kubectl, ["patch"], input),
      ...(values.subresource && { subresource: values.subresource }),
    });
  },
});
