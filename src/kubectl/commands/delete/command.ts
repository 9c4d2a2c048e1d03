import { defineCommand } from "../../command.ts";
import { CommandError } from "../../errors.ts";
import {
  allNamespacesFlag,
  fieldSelectorFlag,
  fileFlags,
  fileQuery,
  selectorFlag,
} from "../../resources/flags.ts";
import { dryRunFlag, dryRunOf } from "../../writes/dry-run.ts";
import { cascadeFlag, deletionFlags, deletionOf } from "../../writes/deletion.ts";
import { deleteResources } from "./delete.ts";

export default defineCommand({
  usage: "delete ([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)])",
  description:
    "Delete resources: those that files name, those of a type and a name, or those of a type that " +
    "a label selector chooses.\n\n" +
    "JSON and YAML are read. Files, names and selectors cannot be mixed.\n\n" +
    "Some resources, such as pods, are given time to end. --grace-period changes how much, --now " +
    "leaves a second, and --force takes the resource away at once. A pod on a node that does not " +
    "answer stays until the node does; --force does not wait for it.\n\n" +
    "IMPORTANT: --force does not wait until a pod's processes have ended. They may go on, beside " +
    "those of a pod that takes its place, and harm data that they share. Use it only for what is " +
    "known to have ended, or what may run twice.\n\n" +
    "The resource's version is not compared: a change that somebody makes meanwhile is lost with it.",
  examples: [
    { about: "Delete the pod that pod.json names", command: "kubectl delete -f ./pod.json" },
    { about: "Delete what a kustomization names", command: "kubectl delete -k dir" },
    {
      about: "Delete what all files ending with .json name",
      command: "kubectl delete -f '*.json'",
    },
    {
      about: "Delete the pod that comes through the pipe",
      command: "cat pod.json | kubectl delete -f -",
    },
    {
      about: 'Delete pods and services called "baz" and "foo"',
      command: "kubectl delete pod,service baz foo",
    },
    {
      about: "Delete pods and services by their label",
      command: "kubectl delete pods,services -l name=myLabel",
    },
    { about: "Delete a pod with little delay", command: "kubectl delete pod foo --now" },
    { about: "Delete a pod of a dead node", command: "kubectl delete pod foo --force" },
    { about: "Delete all pods", command: "kubectl delete pods --all" },
    {
      about: "Delete all pods, if the question is answered with yes",
      command: "kubectl delete pods --all --interactive",
    },
  ],
  flags: {
    ...allNamespacesFlag,
    ...cascadeFlag,
    ...deletionFlags,
    ...dryRunFlag,
    ...fieldSelectorFlag,
    ...fileFlags("File, directory or URL that names what to delete."),
    ...selectorFlag,
    all: { type: "bool", usage: "Delete all resources of these types in the namespace." },
    "ignore-not-found": {
      type: "bool",
      usage: "If true, what is not there counts as deleted. True by default with --all.",
    },
    interactive: { type: "bool", short: "i", usage: "Ask before anything is deleted." },
    output: {
      type: "string",
      short: "o",
      default: "",
      usage: 'Use "-o name" for names alone (resource/name).',
    },
    raw: { type: "string", default: "", usage: "A path to send DELETE to, as it is." },
  },
  async run(kubectl, { values, given, args }) {
    if (values.raw) {
      const { getRaw } = await import("../../rest/raw.ts");
      return await getRaw(kubectl, values.raw, { method: "DELETE" });
    }
    if (!["", "name"].includes(values.output)) {
      throw new CommandError(
        `unexpected -o output mode: ${values.output}. We only support '-o name'`,
      );
    }
    const deletion = deletionOf(kubectl, values);
    await deleteResources(kubectl, {
      query: {
        args,
        files: fileQuery(values),
        all: values.all,
        allNamespaces: values["all-namespaces"],
        labelSelector: values.selector,
        fieldSelector: values["field-selector"],
        lists: "items",
        namesOnly: true,
        requireNames: true,
      },
      ...deletion,
      dryRun: dryRunOf(kubectl, values["dry-run"]),
      ignoreNotFound: given.has("ignore-not-found") ? values["ignore-not-found"] : values.all,
      interactive: values.interactive,
      namesOnly: values.output === "name",
    });
  },
});
