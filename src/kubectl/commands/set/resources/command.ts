import { parseQuantity } from "#schema/quantity.ts";
import { defineCommand } from "../../../command.ts";
import { CommandError } from "../../../errors.ts";
import { fileQuery, selectorFlag } from "../../../resources/flags.ts";
import { selected } from "../../../resources/selection.ts";
import { dryRunOf } from "../../../writes/dry-run.ts";
import { recordFlag, recorder } from "../../../writes/record.ts";
import { refuseLocalNames } from "../../../resources/local.ts";
import { changeObjects, refuseLocalServer, setFlags, throwCollected } from "../change.ts";
import { containersOf, podSpecOf } from "../pod-spec.ts";

export default defineCommand({
  usage: "resources (-f FILENAME | TYPE NAME)  ([--limits=LIMITS & --requests=REQUESTS]",
  description:
    "Set what containers request of resources such as CPU and memory, and how much they may use.\n\n" +
    "Where only a limit is set, the request is taken to be the same.\n\n" +
    'Use "kubectl api-resources" for a complete list of supported resources.',
  examples: [
    {
      about: "Limit the container nginx to 200m of CPU and 512Mi of memory",
      command: "kubectl set resources deployment nginx -c=nginx --limits=cpu=200m,memory=512Mi",
    },
    {
      about: "Set requests and limits of all containers",
      command:
        "kubectl set resources deployment nginx --limits=cpu=200m,memory=512Mi --requests=cpu=100m,memory=256Mi",
    },
    {
      about: "Take the requests and limits of all containers away",
      command:
        "kubectl set resources deployment nginx --limits=cpu=0,memory=0 --requests=cpu=0,memory=0",
    },
    {
      about: "Only print a file with other limits, without asking a server",
      command:
        "kubectl set resources -f path/to/file.yaml --limits=cpu=200m,memory=512Mi --local -o yaml",
    },
  ],
  flags: {
    ...setFlags,
    ...selectorFlag,
    ...recordFlag,
    containers: {
      type: "string",
      short: "c",
      default: "*",
      usage: "Names of the containers to change; wildcards may be used",
    },
    limits: {
      type: "string",
      default: "",
      usage: "The most that a container may use. For example, 'cpu=100m,memory=256Mi'.",
    },
    requests: {
      type: "string",
      default: "",
      usage: "What a container is sure to have. For example, 'cpu=100m,memory=256Mi'.",
    },
  },
  async run(kubectl, input) {
    const { values, args } = input;
    const dryRun = dryRunOf(kubectl, values["dry-run"]);
    const { all, local, selector } = values;
    refuseLocalNames(local, args);
    const infos = await kubectl.findAll(
      selected({ args, files: fileQuery(values), all, local, selector }),
    );
    refuseLocalServer(local, dryRun);
    if (all && selector) {
      throw new CommandError("cannot set --all and --selector at the same time");
    }
    if (!values.limits && !values.requests) {
      throw new CommandError(
        "you must specify an update to requests or limits (in the form of --requests/--limits)",
      );
    }
    const limits = parseAmounts(values.limits);
    const requests = parseAmounts(values.requests);
    const missing: unknown[] = [];
    const record = recorder(kubectl, ["set", "resources"], input);
    const options = {
      values,
      dryRun,
      operation: "resource requirements updated",
      failure: "failed to patch resources update to pod template",
    };
    const errors = await changeObjects(kubectl, infos, options, (object) => {
      const containers = containersOf(podSpecOf(object), values.containers);
      for (const container of containers) {
        const { resources = {} } = container;
        container.resources = {
          ...resources,
          ...(limits && { limits: { ...resources.limits, ...limits } }),
          ...(requests && { requests: { ...resources.requests, ...requests } }),
        };
      }
      if (containers.length > 0) record(object);
      else {
        missing.push(
          new CommandError(`error: unable to find container named ${values.containers}`),
        );
      }
    });
    throwCollected([...missing, ...errors]);
  },
});

/** "cpu=1,memory=1Gi"; undefined for nothing. */
export function parseAmounts(text: string): Record<string, string> | undefined {
  if (text === "") return undefined;
  const amounts: Record<string, string> = {};
  for (const part of text.split(",")) {
    const [name = "", value, ...more] = part.split("=");
    if (value === undefined || more.length > 0) {
      throw new CommandError(`Invalid argument syntax ${part}, expected <resource>=<value>`);
    }
    if (parseQuantity(value) === undefined) {
      throw new CommandError(
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      );
    }
    amounts[name] = value;
  }
  return amounts;
}
