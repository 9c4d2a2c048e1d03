import { defineCommand } from "../../command.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { interruptible } from "../../interruption.ts";
import { printFlags } from "../../printers/print-flags.ts";
import {
  allNamespacesFlag,
  chunkSizeFlag,
  fieldSelectorFlag,
  fileFlags,
  fileQuery,
  selectorFlag,
} from "../../resources/flags.ts";
import type { GetValues } from "./values.ts";

/** What `-o` may be here, in the order of the help. */
const formats =
  "json, yaml, name, go-template, go-template-file, template, templatefile, jsonpath, " +
  "jsonpath-as-json, jsonpath-file, custom-columns, custom-columns-file, wide";

export default defineCommand({
  usage: `get [(-o|--output=)${formats.replaceAll(", ", "|")}] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags]`,
  description:
    "Show one or many resources.\n\n" +
    "Prints a table of what matters most. A label selector chooses some of them; resources of " +
    "namespaces are those of the current one, unless another one is named.\n\n" +
    "With -o go-template and --template, any field can be printed in any form.\n\n" +
    'Use "kubectl api-resources" for a complete list of supported resources.',
  examples: [
    { about: "List all pods", command: "kubectl get pods" },
    { about: "List all pods with their nodes and addresses", command: "kubectl get pods -o wide" },
    { about: "Show one replication controller", command: "kubectl get replicationcontroller web" },
    {
      about: 'List deployments as JSON, in version "v1" of the group "apps"',
      command: "kubectl get deployments.v1.apps -o json",
    },
    { about: "Show one pod as JSON", command: "kubectl get -o json pod web-pod-13je7" },
    {
      about: "Show the pod that pod.yaml names, as JSON",
      command: "kubectl get -f pod.yaml -o json",
    },
    { about: "Show what a kustomization names", command: "kubectl get -k dir/" },
    {
      about: "Print the phase of one pod and nothing else",
      command: "kubectl get -o template pod/web-pod-13je7 --template={{.status.phase}}",
    },
    {
      about: "Choose the columns",
      command:
        "kubectl get pod test-pod -o custom-columns=CONTAINER:.spec.containers[0].name,IMAGE:.spec.containers[0].image",
    },
    {
      about: "List replication controllers and services",
      command: "kubectl get rc,services",
    },
    {
      about: "Show several resources of different types",
      command: "kubectl get rc/web service/frontend pods/web-pod-13je7",
    },
    {
      about: "Show the subresource status of one pod",
      command: "kubectl get pod web-pod-13je7 --subresource status",
    },
    {
      about: "List the deployments of the namespace backend",
      command: "kubectl get deployments.apps --namespace backend",
    },
    { about: "List the pods of all namespaces", command: "kubectl get pods --all-namespaces" },
  ],
  flags: {
    ...printFlags,
    ...allNamespacesFlag,
    ...chunkSizeFlag,
    ...fieldSelectorFlag,
    ...fileFlags("File, directory or URL that names what to get."),
    ...selectorFlag,
    output: {
      type: "string",
      short: "o",
      default: "",
      usage: `Output format. One of: (${formats}). See [https://kubernetes.io/docs/reference/kubectl/].`,
    },
    "ignore-not-found": {
      type: "bool",
      usage: "If true, what does not exist is no failure.",
    },
    "label-columns": {
      type: "list",
      short: "L",
      usage: "Labels to show as columns, separated by commas; may be repeated.",
    },
    "no-headers": { type: "bool", usage: "Leave out the headers of tables." },
    "output-watch-events": {
      type: "bool",
      usage: "With --watch or --watch-only, print the events; what exists is ADDED.",
    },
    raw: {
      type: "string",
      default: "",
      usage: "A path to request from the server as it is.",
    },
    "server-print": {
      type: "bool",
      default: true,
      usage: "If true, the server makes the tables, which also suits custom resources.",
    },
    "show-kind": { type: "bool", usage: "Show the kind before each name." },
    "show-labels": { type: "bool", usage: "Show all labels, as the last column." },
    "sort-by": {
      type: "string",
      default: "",
      usage:
        "Sort lists by this field: a JSONPath such as '{.metadata.name}', to a text or a number.",
    },
    subresource: { type: "string", default: "", usage: "Get this subresource." },
    watch: { type: "bool", short: "w", usage: "Go on with changes after what is there now." },
    "watch-only": { type: "bool", usage: "Show changes only, not what is there now." },
  },
  async run(kubectl, { values, args }) {
    const files = fileQuery(values);
    const options: GetValues = values;
    if (values.raw) return await raw();
    check();
    if (values.watch || values["watch-only"]) {
      const { watch } = await import("./watch.ts");
      return await interruptible(kubectl, () => watch(kubectl, options, { args, files }));
    }
    const { get } = await import("./get.ts");
    return await get(kubectl, options, { args, files });

    async function raw(): Promise<void> {
      if (values.filename.length > 1) {
        throw new UsageError("--raw can only use a single local file or stdin");
      }
      if (args.length > 0) {
        throw new UsageError("arguments may not be passed when --raw is specified", "--help");
      }
      const { getRaw } = await import("../../rest/raw.ts");
      await getRaw(kubectl, values.raw);
    }

    function check(): void {
      const nothing = args.length === 0 && files.filenames.length === 0 && !files.kustomize;
      if (nothing) {
        kubectl.tell(
          'You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n',
        );
        throw new UsageError(
          "Required resource not specified.\n" +
            'Use "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).',
        );
      }
      if (values["output-watch-events"] && !values.watch && !values["watch-only"]) {
        throw new UsageError(
          "--output-watch-events option can only be used with --watch or --watch-only",
          "--help",
        );
      }
      const tabular = values.output === "" || values.output === "wide";
      if (values["show-labels"] && !tabular) {
        throw new CommandError(
          `--show-labels option cannot be used with ${values.output.split("=")[0]} printer`,
        );
      }
    }
  },
});
