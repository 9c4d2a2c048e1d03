import { defineCommand } from "../../command.ts";
import { printFlags, printerOf } from "../../printers/print-flags.ts";
import {
  allNamespacesFlag,
  fieldSelectorFlag,
  fileFlags,
  fileQuery,
  selectorFlag,
} from "../../resources/flags.ts";
import { selected } from "../../resources/selection.ts";
import { refuseLocalNames } from "../../resources/local.ts";
import { parseFor } from "./conditions.ts";
import { waitFor } from "./wait.ts";

const { kustomize: _kustomize, ...files } = fileFlags(
  "File, directory or URL that names what to wait for.",
);

/** What a negative timeout means. */
const weekMs = 168 * 3600_000;

export default defineCommand({
  usage:
    "wait ([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]]",
  description:
    "Wait until resources are in a condition.\n\n" +
    "The condition is one of the resource's status, a value at a JSONPath, or that the resource is " +
    "there or is gone.\n\n" +
    "A line tells of each resource that is in the condition; -o changes that.",
  examples: [
    {
      about: "Wait until the pod busybox1 is ready",
      command: "kubectl wait --for=condition=Ready pod/busybox1",
    },
    {
      about: "A condition's value is true, unless another one is named",
      command: "kubectl wait --for=condition=Ready=false pod/busybox1",
    },
    {
      about: "Wait until the pod's phase is Running",
      command: "kubectl wait --for=jsonpath='{.status.phase}'=Running pod/busybox1",
    },
    {
      about: "Wait until the service loadbalancer has an ingress",
      command: "kubectl wait --for=jsonpath='{.status.loadBalancer.ingress}' service/loadbalancer",
    },
    {
      about: "Wait until the secret busybox1 is there, at most 30 seconds",
      command: "kubectl wait --for=create secret/busybox1 --timeout=30s",
    },
    {
      about: "Wait until the pod is gone, after it was deleted",
      command: "kubectl delete pod/busybox1\nkubectl wait --for=delete pod/busybox1 --timeout=60s",
    },
  ],
  connectsFirst: true,
  flags: {
    ...printFlags,
    ...allNamespacesFlag,
    ...fieldSelectorFlag,
    ...files,
    ...selectorFlag,
    all: { type: "bool", usage: "Choose all resources of the types in the namespace" },
    for: {
      type: "string",
      default: "",
      usage:
        "What to wait for: [create|delete|condition=condition-name[=condition-value]|jsonpath='{JSONPath expression}'=[JSONPath value]]. " +
        "A condition's value is true, unless it is named; upper and lower case are the same.",
    },
    local: { type: "bool", usage: "If true, take the objects of files as they stand there." },
    recursive: { ...files.recursive, default: true },
    timeout: {
      type: "duration",
      default: 30_000,
      usage: "How long to wait. Zero looks once, negative waits for a week.",
    },
  },
  async run(kubectl, { values, args }) {
    const printer = await printerOf(kubectl, values, "condition met");
    const awaited = parseFor(values.for);
    refuseLocalNames(values.local, args);
    const query = selected({
      args,
      files: fileQuery({ ...values, kustomize: "" }),
      all: values.all,
      allNamespaces: values["all-namespaces"],
      selector: values.selector,
      fieldSelector: values["field-selector"],
    });
    await waitFor(kubectl, {
      query: { ...query, latest: !values.local },
      awaited,
      timeoutMs: values.timeout < 0 ? weekMs : values.timeout,
      met: (object) => kubectl.print(printer.print(object)),
    });
  },
});
