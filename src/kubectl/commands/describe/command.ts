import { StatusError } from "#machinery/status.ts";
import { defineCommand } from "../../command.ts";
import { CommandError, throwAll } from "../../errors.ts";
import { describeObject } from "../../describe/describe.ts";
import type { Kubectl } from "../../kubectl.ts";
import {
  allNamespacesFlag,
  chunkSizeFlag,
  fileFlags,
  fileQuery,
  selectorFlag,
} from "../../resources/flags.ts";
import { isFailure } from "../../resources/find.ts";
import type { Found, ResourceQuery } from "../../resources/find.ts";

export default defineCommand({
  usage: "describe (-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)",
  description:
    "Show the details of one resource or of several.\n\n" +
    "What is printed also tells of related resources, such as events or the pods of a controller. " +
    "A name that no resource has may be the beginning of several names: all of these are shown.\n\n" +
    'Use "kubectl api-resources" for a complete list of supported resources.',
  examples: [
    { about: "Describe a node", command: "kubectl describe nodes node-1" },
    { about: "Describe a pod", command: "kubectl describe pods/nginx" },
    { about: "Describe the pod that pod.json names", command: "kubectl describe -f pod.json" },
    { about: "Describe all pods", command: "kubectl describe pods" },
    { about: "Describe pods by their label", command: "kubectl describe pods -l name=myLabel" },
    {
      about: "Describe the pods of the replication controller frontend, whose names begin with its",
      command: "kubectl describe pods frontend",
    },
  ],
  flags: {
    ...allNamespacesFlag,
    ...chunkSizeFlag,
    ...fileFlags("File, directory or URL that names what to describe"),
    ...selectorFlag,
    "show-events": {
      type: "bool",
      default: true,
      usage: "If true, show the events of what is described.",
    },
  },
  async run(kubectl, { values, args }) {
    await kubectl.namespace();
    const files = fileQuery(values);
    const named = args.length > 0 || files.filenames.length > 0 || Boolean(files.kustomize);
    if (!named) {
      throw new CommandError(
        'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.',
      );
    }
    const query: ResourceQuery = {
      args,
      files,
      allNamespaces: values["all-namespaces"],
      labelSelector: values.selector,
      chunkSize: values["chunk-size"],
      lists: "items",
    };
    const options = {
      client: await kubectl.client(),
      now: kubectl.now(),
      showEvents: values["show-events"],
      chunkSize: values["chunk-size"],
    };
    const errors: unknown[] = [];
    let count = 0;
    for await (const found of matching(kubectl, query)) {
      try {
        if (isFailure(found)) throw found.error;
        const { resource, namespace, name } = found;
        const reference = { name, ...(namespace && { namespace }) };
        const text = await describeObject(resource, reference, options);
        // Of what a prefix found, each text has its empty line behind it, as upstream prints it.
        if ("byPrefix" in found) kubectl.print(`${text}\n`);
        else kubectl.print(count === 0 ? text : `\n\n${text}`);
        count++;
      } catch (error) {
        if (!errors.some((other) => String(other) === String(error))) errors.push(error);
      }
    }
    if (count === 0 && errors.length === 0) await tellNothing(kubectl, values["all-namespaces"]);
    throwAll(errors);
  },
});

async function tellNothing(kubectl: Kubectl, everywhere: boolean): Promise<void> {
  const { name } = await kubectl.namespace();
  kubectl.tell(everywhere ? "No resources found" : `No resources found in ${name} namespace.`);
}

/** A single name that is not found may begin the names of several. */
async function* matching(kubectl: Kubectl, query: ResourceQuery): AsyncGenerator<Found> {
  const [type, prefix, ...rest] = query.args ?? [];
  for await (const found of kubectl.find(query)) {
    const missing =
      isFailure(found) && found.error instanceof StatusError && found.error.reason === "NotFound";
    if (!missing || !type || !prefix || rest.length > 0 || type.includes("/")) {
      yield found;
      continue;
    }
    let count = 0;
    for await (const other of kubectl.find({ ...query, args: [type] })) {
      if (isFailure(other)) throw other.error;
      if (!other.name.startsWith(prefix)) continue;
      count++;
      yield { ...other, byPrefix: true } as Found;
    }
    if (count === 0) yield found;
  }
}
