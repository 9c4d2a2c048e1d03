import { defineCommand } from "../../command.ts";
import { CommandError, messageOf, throwAll } from "../../errors.ts";
import { printFlags, printerOf } from "../../printers/print-flags.ts";
import { isFailure } from "../../resources/find.ts";
import { fileFlags, fileQuery, selectorFlag } from "../../resources/flags.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { selected } from "../../resources/selection.ts";
import { dryRunFlag, dryRunOf, operationText } from "../../writes/dry-run.ts";
import { patchObject } from "../../writes/patch.ts";
import { changeCauseAnnotation, recordFlag, recorder } from "../../writes/record.ts";
import { scale, waitForReplicas } from "./scale.ts";

export default defineCommand({
  usage:
    "scale [--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME)",
  description:
    "Set how many pods a deployment, replica set, replication controller or stateful set has.\n\n" +
    "With --current-replicas or --resource-version, only where that is what it has now: the " +
    "server refuses what somebody else has changed since.",
  examples: [
    { about: "Scale the replica set foo to 3", command: "kubectl scale --replicas=3 rs/foo" },
    {
      about: 'Scale what "foo.yaml" names to 3',
      command: "kubectl scale --replicas=3 -f foo.yaml",
    },
    {
      about: "Scale the deployment mysql to 3, if it has 2 now",
      command: "kubectl scale --current-replicas=2 --replicas=3 deployment/mysql",
    },
    {
      about: "Scale several replication controllers",
      command: "kubectl scale --replicas=5 rc/example1 rc/example2 rc/example3",
    },
    {
      about: "Scale the stateful set web to 3",
      command: "kubectl scale --replicas=3 statefulset/web",
    },
  ],
  flags: {
    ...printFlags,
    ...dryRunFlag,
    ...fileFlags("File, directory or URL that names what to scale"),
    ...recordFlag,
    ...selectorFlag,
    all: { type: "bool", usage: "Choose all resources of the types in the namespace" },
    "current-replicas": {
      type: "int",
      default: -1,
      usage: "How many there have to be now for the change to be made. -1 is any number.",
    },
    replicas: { type: "int", default: 0, usage: "How many there are to be. Required." },
    "resource-version": {
      type: "string",
      default: "",
      usage: "Only scale where this is the resource version now.",
    },
    timeout: {
      type: "duration",
      default: 0,
      usage:
        "How long to wait until there are as many, with a unit (e.g. 1s, 2m, 3h). Zero does not wait.",
    },
  },
  required: ["replicas"],
  async run(kubectl, input) {
    const { values, args } = input;
    const { replicas } = values;
    const dryRun = dryRunOf(kubectl, values["dry-run"]);
    const printer = await printerOf(kubectl, values, operationText("scaled", dryRun));
    if (replicas < 0) {
      throw new CommandError(
        "The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0",
      );
    }
    if (values["current-replicas"] < -1) {
      throw new CommandError("The --current-replicas must specify an integer of -1 or greater");
    }
    const query = selected({
      args,
      files: fileQuery(values),
      all: values.all,
      selector: values.selector,
    });
    const infos: ResourceInfo[] = [];
    const errors: unknown[] = [];
    // A file's objects are scaled by their names, without being read before.
    for await (const found of kubectl.find({ ...query, latest: false })) {
      if (isFailure(found)) errors.push(found.error);
      else infos.push(found);
    }
    if (values["resource-version"] && infos.length > 1) {
      throw new CommandError("cannot use --resource-version with multiple resources");
    }
    if (infos.length === 0) {
      const reasons = errors.map(messageOf);
      const shown = reasons.length > 1 ? `[${reasons.join(", ")}]` : reasons.join("");
      throw new CommandError(`no objects passed to scale ${shown}`.trimEnd());
    }
    const isGuarded = values["current-replicas"] !== -1 || values["resource-version"] !== "";
    const precondition = {
      replicas: values["current-replicas"],
      resourceVersion: values["resource-version"],
    };
    const record = recorder(kubectl, ["scale"], input);
    for (const info of infos) {
      if (dryRun !== "client") {
        const request = { replicas, precondition: isGuarded ? precondition : undefined, dryRun };
        await scale(kubectl, info, request);
        if (values.timeout !== 0 && dryRun === "none") {
          await waitForReplicas(kubectl, info, replicas, values.timeout);
        }
        await keepCause(info);
      }
      if (info.object) kubectl.print(printer.print(info.object));
    }
    throwAll(errors);

    async function keepCause(info: ResourceInfo): Promise<void> {
      if (!values.record || !info.object) return;
      record(info.object);
      const cause = info.object.metadata.annotations?.[changeCauseAnnotation];
      const body = { metadata: { annotations: { [changeCauseAnnotation]: cause } } };
      await patchObject(kubectl, info, { type: "merge", body });
    }
  },
});
