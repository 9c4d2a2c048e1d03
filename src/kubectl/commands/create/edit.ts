import { edit } from "../../editing/edit.ts";
import type { Kubectl } from "../../kubectl.ts";
import { printerOf } from "../../printers/print-flags.ts";
import type { PrintValues } from "../../printers/print-flags.ts";
import { fileQuery } from "../../resources/flags.ts";
import { resourcePath } from "../../rest/paths.ts";
import { withLastApplied } from "../../writes/last-applied.ts";
import { fieldValidationOf } from "../../writes/validation.ts";
import { editedFormat } from "../edit/edit.ts";

interface EditValues extends PrintValues {
  readonly filename: readonly string[];
  readonly kustomize: string;
  readonly recursive: boolean;
  readonly "save-config": boolean;
  readonly validate: string;
  readonly "windows-line-endings": boolean;
}

/** Shows each object of the files in an editor, one after the other, and creates what is saved. */
export async function editAndCreate(kubectl: Kubectl, values: EditValues): Promise<void> {
  const fieldValidation = fieldValidationOf(values.validate);
  await kubectl.visit({ files: fileQuery(values) }, async (info) => {
    await edit(kubectl, [info], {
      what: "object",
      format: editedFormat(values.output),
      windowsLineEndings: values["windows-line-endings"],
      validate: fieldValidation !== "Ignore",
      async save(edited) {
        if (!edited.object) throw new Error("what was saved was read");
        const object = values["save-config"] ? withLastApplied(edited.object) : edited.object;
        const rest = await kubectl.rest();
        const created = await rest.json({
          method: "POST",
          path: resourcePath(edited.resource, { namespace: edited.namespace }),
          query: { fieldManager: "kubectl-create", fieldValidation },
          body: object,
        });
        kubectl.print((await printerOf(kubectl, values, "created")).print(created));
      },
    });
  });
}
