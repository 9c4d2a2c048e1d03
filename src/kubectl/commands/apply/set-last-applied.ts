import { StatusError } from "#machinery/status.ts";
import { defineCommand } from "../../command.ts";
import { CommandError, during } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import { printFlags, printerOf } from "../../printers/print-flags.ts";
import { isFailure } from "../../resources/find.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { resourcePath } from "../../rest/paths.ts";
import { dryRunFlag, dryRunOf, operationText } from "../../writes/dry-run.ts";
import { lastAppliedAnnotation, plainText } from "../../writes/last-applied.ts";
import { patchObject } from "../../writes/patch.ts";
import { retrieving } from "./client-side.ts";

export default defineCommand({
  usage: "set-last-applied -f FILENAME",
  description:
    "Set the last-applied-configuration of a resource to what a file has, as if it had been " +
    "applied, without changing anything else of the resource.",
  examples: [
    {
      about: "Set it to what a file has",
      command: "kubectl apply set-last-applied -f deploy.yaml",
    },
    {
      about: "Set it for each file of a directory",
      command: "kubectl apply set-last-applied -f path/",
    },
    {
      about: "Set it to what a file has, also where there is none yet",
      command: "kubectl apply set-last-applied -f deploy.yaml --create-annotation=true",
    },
  ],
  flags: {
    ...printFlags,
    ...dryRunFlag,
    "create-annotation": {
      type: "bool",
      usage: "Also of objects that have no last-applied-configuration yet",
    },
    filename: {
      type: "list",
      short: "f",
      usage: "File, directory or URL with the configuration",
    },
  },
  async run(kubectl, { values }) {
    const dryRun = dryRunOf(kubectl, values["dry-run"]);
    const printer = await printerOf(kubectl, values, operationText("configured", dryRun));
    const changes: { info: ResourceInfo; text: string; current: KubeObject }[] = [];
    const query = { files: { filenames: values.filename } };
    for await (const info of kubectl.find(query)) {
      if (isFailure(info)) throw info.error;
      const { object } = info;
      if (!object) throw new Error("a file's object is read with the file");
      const text = plainText(object);
      const current = await read(kubectl, info);
      const before = current.metadata.annotations?.[lastAppliedAnnotation];
      if (before === undefined && !values["create-annotation"]) {
        throw new CommandError(
          `no last-applied-configuration annotation found on resource: ${info.name}, to create ` +
            "the annotation, run the command with --create-annotation",
        );
      }
      if (before !== text) changes.push({ info, text, current });
      else kubectl.printLine(`set-last-applied ${info.name}: no changes required.`);
    }
    for (const { info, text, current } of changes) {
      const annotations = { [lastAppliedAnnotation]: text };
      const changed =
        dryRun === "client"
          ? current
          : await patchObject(kubectl, info, {
              type: "merge",
              body: { metadata: { annotations } },
              dryRun,
            });
      kubectl.print(printer.print(changed));
    }
  },
});

async function read(kubectl: Kubectl, info: ResourceInfo): Promise<KubeObject> {
  const rest = await kubectl.rest();
  try {
    return await rest.json({ path: resourcePath(info.resource, info) });
  } catch (error) {
    const isMissing = error instanceof StatusError && error.reason === "NotFound";
    throw isMissing ? error : during(retrieving(info), error);
  }
}
