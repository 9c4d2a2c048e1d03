import { deepEqual } from "#machinery/deep-equal.ts";
import { defineCommand } from "../../command.ts";
import { CommandError } from "../../errors.ts";
import { printFlags, printerOf } from "../../printers/print-flags.ts";
import { fileFlags, fileQuery } from "../../resources/flags.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { fieldManagerFlag } from "../../writes/flags.ts";
import { lastAppliedAnnotation, plainText } from "../../writes/last-applied.ts";
import { patchObject } from "../../writes/patch.ts";
import { recordFlag } from "../../writes/record.ts";
import { fieldValidationOf, validateFlag } from "../../writes/validation.ts";

export default defineCommand({
  usage: "edit-last-applied (RESOURCE/NAME | -f FILENAME)",
  description:
    "Change the last-applied-configuration of a resource in an editor.\n\n" +
    "The editor is the one that KUBE_EDITOR or EDITOR names, or 'vi' on Linux and 'notepad' on " +
    'Windows. Several objects are shown together. What is shown is YAML, or JSON with "-o json".\n\n' +
    "--windows-line-endings ends lines as Windows does; by default they end as on this machine.",
  examples: [
    {
      about: "Change the configuration of deployment/nginx, as YAML",
      command: "kubectl apply edit-last-applied deployment/nginx",
    },
    {
      about: "Change the configuration of what a file names, as JSON",
      command: "kubectl apply edit-last-applied -f deploy.yaml -o json",
    },
  ],
  flags: {
    ...printFlags,
    ...fieldManagerFlag("kubectl-client-side-apply"),
    ...fileFlags("File, directory or URL that names what to change"),
    ...recordFlag,
    ...validateFlag,
    "windows-line-endings": {
      type: "bool",
      usage: "Lines end as they do on Windows. The default is the platform's.",
    },
  },
  async run(kubectl, { values, args }) {
    const fieldValidation = fieldValidationOf(values.validate);
    const found = await kubectl.findAll({
      args,
      files: fileQuery(values),
      lists: "items",
      latest: true,
    });
    const configured: ResourceInfo[] = [];
    for (const { object } of found) {
      const text = object?.metadata.annotations?.[lastAppliedAnnotation];
      if (text === undefined) continue;
      const read = [{ source: "edited-file", text }];
      configured.push(...(await kubectl.findAll({ files: { filenames: [], read } })));
    }
    if (configured.length === 0) {
      throw new CommandError(
        "no last-applied-configuration annotation found on resources, to create the annotation, " +
          "use command `kubectl apply set-last-applied --create-annotation`",
      );
    }
    const { edit } = await import("../../editing/edit.ts");
    const { editedFormat } = await import("../edit/edit.ts");
    await edit(kubectl, configured, {
      what: "configuration",
      format: editedFormat(values.output),
      windowsLineEndings: values["windows-line-endings"],
      validate: fieldValidation !== "Ignore",
      async save(info, original) {
        const edited = info.object;
        if (!edited) throw new Error("what was saved was read");
        const isSame = deepEqual(original, edited);
        if (!isSame) {
          const annotations = { [lastAppliedAnnotation]: plainText(edited) };
          await patchObject(kubectl, info, {
            type: "merge",
            body: { metadata: { annotations } },
            fieldManager: values["field-manager"],
            fieldValidation,
          });
        }
        const printer = await printerOf(kubectl, values, isSame ? "skipped" : "edited");
        kubectl.print(printer.print(edited));
      },
    });
  },
});
