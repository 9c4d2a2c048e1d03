import { FlagError } from "#base/flags.ts";
import { defineCommand } from "../../command.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { printFlags } from "../../printers/print-flags.ts";
import { fileFlags, fileQuery, selectorFlag } from "../../resources/flags.ts";
import { cascadeFlag, deletionFlags } from "../../writes/deletion.ts";
import { dryRunFlag } from "../../writes/dry-run.ts";
import { fieldManagerFlag } from "../../writes/flags.ts";
import { recordFlag, recorder } from "../../writes/record.ts";
import { validateFlag } from "../../writes/validation.ts";
import { applyOptions } from "./options.ts";

const { now: _now, ...deletion } = deletionFlags;

export default defineCommand({
  usage: "apply (-f FILENAME | -k DIRECTORY)",
  description:
    "Apply a configuration to resources, by file or from the standard input. A resource that does " +
    "not exist is created. Its name has to be in the file.\n\n" +
    "To go on with apply, make resources with apply or with create --save-config.\n\n" +
    "JSON and YAML are read.",
  examples: [
    { about: "Apply pod.json to a pod", command: "kubectl apply -f ./pod.json" },
    { about: "Apply a kustomization", command: "kubectl apply -k dir/" },
    {
      about: "Apply the pod that comes through the pipe",
      command: "cat pod.json | kubectl apply -f -",
    },
    { about: "Apply all files that end with .json", command: "kubectl apply -f '*.json'" },
    {
      about: "Apply manifest.yaml, and delete what has the label app=nginx and is not in it",
      command: "kubectl apply --prune -f manifest.yaml -l app=nginx",
    },
    {
      about: "Apply manifest.yaml, and delete all other config maps",
      command: "kubectl apply --prune -f manifest.yaml --all --prune-allowlist=core/v1/ConfigMap",
    },
  ],
  connectsFirst: true,
  flags: {
    ...printFlags,
    ...cascadeFlag,
    ...deletion,
    wait: { ...deletion.wait, default: false },
    ...dryRunFlag,
    ...fieldManagerFlag("kubectl-client-side-apply"),
    ...fileFlags("File, directory or URL with the configuration to apply."),
    ...recordFlag,
    ...selectorFlag,
    ...validateFlag,
    all: { type: "bool", usage: "Select all resources of these types in the namespace." },
    applyset: {
      type: "string",
      default: "",
      hidden: true,
      usage:
        "[alpha] With --prune and KUBECTL_APPLYSET=true: the object that knows what is applied " +
        "together, as [RESOURCE][.GROUP]/NAME; a secret by its name alone.",
    },
    "force-conflicts": {
      type: "bool",
      usage: "With --server-side: take over fields that others manage.",
    },
    "openapi-patch": {
      type: "bool",
      default: true,
      usage: "If true, merge lists as the kind's schema says.",
    },
    overwrite: {
      type: "bool",
      default: true,
      usage: "If true, what the configuration says takes the place of what others changed.",
    },
    prune: {
      type: "bool",
      usage:
        "Delete what was made by apply or create --save-config and is in the configuration no " +
        "more. With -l or --all.",
    },
    "prune-allowlist": {
      type: "array",
      usage: "The kinds that --prune may delete, as <group/version/kind>; may be repeated.",
    },
    "server-side": { type: "bool", usage: "If true, the server merges, not this program." },
    subresource: {
      type: "string",
      default: "",
      usage: "Apply to this subresource. Only with --server-side.",
    },
  },
  async run(kubectl, input) {
    const { values, given, args } = input;
    if (given.has("applyset") && kubectl.host.environment.KUBECTL_APPLYSET !== "true") {
      throw new FlagError("unknown flag: --applyset");
    }
    if (args.length > 0) throw new UsageError(`Unexpected args: [${args.join(" ")}]`);
    const files = fileQuery(values);
    if (files.filenames.length === 0 && !files.kustomize) {
      throw new CommandError("must specify one of -f and -k");
    }
    const { apply } = await import("./apply.ts");
    const record = recorder(kubectl, ["apply"], input);
    await apply(
      kubectl,
      { ...applyOptions(kubectl, values, given), record },
      {
        files,
        labelSelector: values.selector,
        validate: values.validate,
      },
    );
  },
});
