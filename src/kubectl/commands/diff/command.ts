import { defineCommand } from "../../command.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { fileFlags, fileQuery, selectorFlag } from "../../resources/flags.ts";
import { fieldManagerFlag } from "../../writes/flags.ts";
import { checkAllowlist } from "../apply/options.ts";

export default defineCommand({
  usage: "diff -f FILENAME",
  description:
    "Compare what the server has with what it would have after an apply, by file or from the " +
    "standard input.\n\n" +
    "The difference is always shown as YAML.\n\n" +
    'KUBECTL_EXTERNAL_DIFF names a program to compare with, and its options: "colordiff -N -u". ' +
    'By default it is the "diff" of the machine, with "-u" and "-N".\n\n' +
    "Exit status: 0 no difference, 1 a difference, greater than 1 something failed.\n\n" +
    "Note: KUBECTL_EXTERNAL_DIFF, if used, is expected to keep to that.",
  examples: [
    { about: "Compare what pod.json has", command: "kubectl diff -f pod.json" },
    {
      about: "Compare what comes through the pipe",
      command: "cat service.yaml | kubectl diff -f -",
    },
  ],
  connectsFirst: true,
  flags: {
    ...fieldManagerFlag("kubectl-client-side-apply"),
    ...fileFlags("File, directory or URL with the configuration to compare"),
    ...selectorFlag,
    concurrency: {
      type: "int",
      default: 1,
      usage: "How many objects to ask the server about at a time.",
    },
    "force-conflicts": {
      type: "bool",
      usage: "With --server-side: take over fields that others manage.",
    },
    prune: { type: "bool", usage: "Also show what --prune of apply would delete." },
    "prune-allowlist": {
      type: "array",
      usage: "The kinds that --prune may delete, as <group/version/kind>; may be repeated.",
    },
    "server-side": { type: "bool", usage: "If true, the server merges, not this program." },
    "show-managed-fields": { type: "bool", usage: "If true, also compare managed fields." },
  },
  exitCodeOfErrors: 2,
  async run(kubectl, { values, given, args }) {
    if (args.length > 0) throw new UsageError(`Unexpected args: [${args.join(" ")}]`);
    const files = fileQuery(values);
    if (files.filenames.length === 0 && !files.kustomize) {
      throw new CommandError("must specify one of -f and -k");
    }
    const serverSide = values["server-side"];
    if (values["force-conflicts"] && !serverSide) {
      throw new CommandError("--force-conflicts only works with --server-side");
    }
    checkAllowlist(values["prune-allowlist"]);
    const manager = serverSide && !given.has("field-manager") ? "kubectl" : values["field-manager"];
    const { diff } = await import("./diff.ts");
    return await diff(kubectl, {
      // Less than one is one.
      concurrency: values.concurrency,
      query: { files, labelSelector: values.selector },
      serverSide,
      forceConflicts: values["force-conflicts"],
      fieldManager: manager,
      showManagedFields: values["show-managed-fields"],
      prune: values.prune
        ? {
            labelSelector: values.selector,
            allowlist: values["prune-allowlist"],
            namespaceGiven: false,
          }
        : undefined,
    });
  },
});
