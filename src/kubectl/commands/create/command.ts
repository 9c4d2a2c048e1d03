import { defineCommand } from "../../command.ts";
import { CommandError, UsageError, during } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import { printFlags, printerOf } from "../../printers/print-flags.ts";
import { fileFlags, fileQuery, selectorFlag } from "../../resources/flags.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { resourcePath } from "../../rest/paths.ts";
import { dryRunFlag, dryRunOf, dryRunQuery, operationText } from "../../writes/dry-run.ts";
import type { DryRun } from "../../writes/dry-run.ts";
import { fieldManagerFlag } from "../../writes/flags.ts";
import { saveConfigFlag, withLastApplied } from "../../writes/last-applied.ts";
import { recordFlag, recorder } from "../../writes/record.ts";
import { fieldValidationOf, validateFlag } from "../../writes/validation.ts";

export default defineCommand({
  usage: "create -f FILENAME",
  description:
    "Create resources from a file or from the standard input.\n\nJSON and YAML are read.",
  examples: [
    { about: "Create a pod from pod.json", command: "kubectl create -f ./pod.json" },
    {
      about: "Create a pod from what comes through the pipe",
      command: "cat pod.json | kubectl create -f -",
    },
    {
      about: "Change registry.yaml in an editor, as JSON, then create what it says",
      command: "kubectl create -f registry.yaml --edit -o json",
    },
  ],
  connectsFirst: true,
  flags: {
    ...printFlags,
    ...dryRunFlag,
    ...fieldManagerFlag("kubectl-create"),
    ...fileFlags("File, directory or URL to create the resources from"),
    ...recordFlag,
    ...saveConfigFlag,
    ...selectorFlag,
    ...validateFlag,
    edit: { type: "bool", usage: "Open an editor before the resource is created" },
    raw: {
      type: "string",
      default: "",
      usage: "A path to send the file to with POST, as it is.",
    },
    "windows-line-endings": {
      type: "bool",
      usage: "Only with --edit: lines end as they do on Windows. The default is the platform's.",
    },
  },
  async run(kubectl, input) {
    const { values, args } = input;
    const files = fileQuery(values);
    if (args.length > 0) throw new UsageError(`Unexpected args: [${args.join(" ")}]`);
    if (files.filenames.length === 0 && !files.kustomize) {
      throw new CommandError("must specify one of -f and -k");
    }
    if (values.raw) {
      const { checkRaw, sendRaw } = await import("../../writes/raw-body.ts");
      checkRaw(values);
      return await sendRaw(kubectl, "POST", values);
    }
    const dryRun = dryRunOf(kubectl, values["dry-run"]);
    if (values.edit) {
      const { editAndCreate } = await import("./edit.ts");
      return await editAndCreate(kubectl, values);
    }
    const printer = await printerOf(kubectl, values, operationText("created", dryRun));
    const query = { files, labelSelector: values.selector, validate: values.validate };
    const fieldValidation = fieldValidationOf(values.validate);
    const record = recorder(kubectl, ["create"], input);
    const count = await kubectl.visit(query, async (info) => {
      const object = values["save-config"] ? withLastApplied(objectOf(info)) : objectOf(info);
      record(object);
      const created = await create(kubectl, { ...info, object }, dryRun, {
        fieldManager: values["field-manager"],
        fieldValidation,
      });
      kubectl.print(printer.print(created));
    });
    if (count === 0) throw new CommandError("no objects passed to create");
  },
});

async function create(
  kubectl: Kubectl,
  info: ResourceInfo & { object: KubeObject },
  dryRun: DryRun,
  query: Readonly<Record<string, string>>,
): Promise<KubeObject> {
  if (dryRun === "client") return info.object;
  const rest = await kubectl.rest();
  try {
    return await rest.json({
      method: "POST",
      path: resourcePath(info.resource, { namespace: info.namespace }),
      query: { ...query, ...dryRunQuery(dryRun) },
      body: info.object,
    });
  } catch (error) {
    throw during(`error when creating "${info.source ?? ""}"`, error);
  }
}

function objectOf({ object }: ResourceInfo): KubeObject {
  if (!object) throw new Error("a file's object is read with the file");
  return object;
}
