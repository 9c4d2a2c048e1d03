import type { Row } from "#machinery/json.ts";
import { defineCommand } from "../../command.ts";
import { CommandError, ConnectionError, during } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import { printFlags, printerOf } from "../../printers/print-flags.ts";
import { fileFlags, fileQuery } from "../../resources/flags.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { dryRunFlag, dryRunOf, dryRunQuery, operationText } from "../../writes/dry-run.ts";
import { fieldManagerFlag } from "../../writes/flags.ts";
import { saveConfigFlag } from "../../writes/last-applied.ts";
import { createObject, printed, remembering } from "../../writes/made-objects.ts";
import { recordFlag, recorder } from "../../writes/record.ts";

export default defineCommand({
  usage:
    "autoscale (-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS " +
    "[--cpu-percent=CPU]",
  description:
    "Create an autoscaler, which chooses how many pods of a resource run.\n\n" +
    "It is for a deployment, replica set, stateful set or replication controller, which is looked " +
    "up by its name, and makes it larger or smaller as its pods are busy.",
  examples: [
    {
      about: 'Between 2 and 10 pods of the deployment "foo", as busy as the server thinks right',
      command: "kubectl autoscale deployment foo --min=2 --max=10",
    },
    {
      about: "Up to 5 pods of a replication controller, 80% busy",
      command: "kubectl autoscale rc foo --max=5 --cpu-percent=80",
    },
  ],
  connectsFirst: true,
  flags: {
    ...printFlags,
    ...dryRunFlag,
    ...fieldManagerFlag("kubectl-autoscale"),
    ...fileFlags("File, directory or URL that names what to scale."),
    ...recordFlag,
    ...saveConfigFlag,
    "cpu-percent": {
      type: "int",
      bits: 32,
      default: -1,
      usage:
        "How busy the pods' processors are to be, in percent of what the pods ask for. The " +
        "server decides if it is negative.",
    },
    max: { type: "int", bits: 32, default: -1, usage: "The most pods that there may be." },
    min: {
      type: "int",
      bits: 32,
      default: -1,
      usage: "The least pods that there may be. The server decides if it is negative.",
    },
    name: { type: "string", default: "", usage: "The autoscaler's name; the resource's if empty." },
  },
  required: ["max"],
  async run(kubectl, input) {
    const { values, args } = input;
    const dryRun = dryRunOf(kubectl, values["dry-run"]);
    const { max, min } = values;
    if (max < 1) {
      throw new CommandError(`--max=MAXPODS is required and must be at least 1, max: ${max}`);
    }
    if (max < min) {
      throw new CommandError(
        `--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${max}, min: ${min}`,
      );
    }
    const query = { args, files: fileQuery(values), lists: "items", requireNames: true } as const;
    const namespace = await kubectl.namespace();
    const record = recorder(kubectl, ["autoscale"], input);
    const handle = async (scaler: KubeObject) => {
      record(scaler);
      const operation = dryRun === "client" ? "created" : "autoscaled";
      const printer = await printerOf(kubectl, values, operationText(operation, dryRun));
      const made = dryRun === "client" ? scaler : await remembering(scaler, values["save-config"]);
      const created =
        dryRun === "client"
          ? made
          : await createObject(kubectl, made, {
              resource: "horizontalpodautoscalers",
              namespace: namespace.name,
              query: { fieldManager: values["field-manager"] || undefined, ...dryRunQuery(dryRun) },
            });
      kubectl.print(printer.print(await printed(created, values)));
    };
    const count = await kubectl.visit(query, async (info) => {
      await checkScalable(kubectl, info);
      const own = namespace.explicit ? { namespace: namespace.name } : {};
      const metadata = { name: values.name || info.name, ...own };
      const limits = { max, min, cpuPercent: values["cpu-percent"] };
      try {
        await handle(scalerOf(info, metadata, limits));
      } catch (error) {
        if (error instanceof ConnectionError) throw error;
        // A server of old knows another version; of others the error is the same.
        await handle(olderScalerOf(info, metadata, limits));
      }
    });
    if (count === 0) throw new CommandError("no objects passed to autoscale");
  },
});

interface Limits {
  readonly max: number;
  readonly min: number;
  readonly cpuPercent: number;
}

async function checkScalable(kubectl: Kubectl, { resource }: ResourceInfo): Promise<void> {
  const served = await kubectl.mapper.byKind(
    resource.group ? `${resource.group}/${resource.version}` : resource.version,
    resource.kind,
  );
  if (served?.subresources.some(({ name }) => name === "scale")) return;
  const { group, version, kind } = resource;
  throw during(
    `cannot autoscale a ${kind}`,
    new CommandError(
      `could not find scale subresource for ${group}/${version}, Resource=${resource.resource} in discovery information`,
    ),
  );
}

function commonSpec({ resource, name }: ResourceInfo, { max, min }: Limits): Row {
  const { group, version, kind } = resource;
  return {
    scaleTargetRef: { kind, name, apiVersion: group ? `${group}/${version}` : version },
    ...(min > 0 && { minReplicas: min }),
    maxReplicas: max,
  };
}

function scalerOf(
  info: ResourceInfo,
  metadata: KubeObject["metadata"],
  limits: Limits,
): KubeObject {
  const { cpuPercent: averageUtilization } = limits;
  const target = { type: "Utilization", averageUtilization };
  const metrics = [{ type: "Resource", resource: { name: "cpu", target } }];
  const spec = { ...commonSpec(info, limits), ...(averageUtilization >= 0 && { metrics }) };
  return { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata, spec };
}

function olderScalerOf(
  info: ResourceInfo,
  metadata: KubeObject["metadata"],
  limits: Limits,
): KubeObject {
  const { cpuPercent } = limits;
  const target = cpuPercent >= 0 ? { targetCPUUtilizationPercentage: cpuPercent } : {};
  const spec = { ...commonSpec(info, limits), ...target };
  return { apiVersion: "autoscaling/v1", kind: "HorizontalPodAutoscaler", metadata, spec };
}
