import { defineCommand } from "../../command.ts";
import { printFlags } from "../../printers/print-flags.ts";
import { fileFlags, fileQuery } from "../../resources/flags.ts";
import { fieldManagerFlag } from "../../writes/flags.ts";
import { saveConfigFlag } from "../../writes/last-applied.ts";
import { recordFlag, recorder } from "../../writes/record.ts";
import { fieldValidationOf, validateFlag } from "../../writes/validation.ts";

export default defineCommand({
  usage: "edit (RESOURCE/NAME | -f FILENAME)",
  description:
    "Change a resource in an editor.\n\n" +
    "Everything that can be read from the server can be changed so. The editor is the one that " +
    "KUBE_EDITOR or EDITOR names, or 'vi' on Linux and 'notepad' on Windows. Several objects are " +
    "shown together, and their changes are made one after the other. Arguments, and files, name " +
    "what is changed; files must be those of objects that are there.\n\n" +
    'What is shown is YAML, or JSON with "-o json", in the version that the arguments say.\n\n' +
    "--windows-line-endings ends lines as Windows does; by default they end as on this machine.\n\n" +
    "When a change is refused, what was saved is shown again with the reason; when nothing more " +
    "is changed, it is kept in a file. This also happens when somebody else was faster: then apply " +
    "the changes to the new state, or change the version in the file to that of the new state.",
  examples: [
    { about: "Change the service 'registry'", command: "kubectl edit svc/registry" },
    {
      about: "With another editor",
      command: 'KUBE_EDITOR="nano" kubectl edit svc/registry',
    },
    {
      about: "As JSON of version v1",
      command: "kubectl edit job.v1.batch/myjob -o json",
    },
    {
      about: "Remember the configuration in the object's annotation",
      command: "kubectl edit deployment/mydeployment -o yaml --save-config",
    },
    {
      about: "Change the deployment's status",
      command: "kubectl edit deployment mydeployment --subresource='status'",
    },
  ],
  flags: {
    ...printFlags,
    ...fieldManagerFlag("kubectl-edit"),
    ...fileFlags("File, directory or URL that names what to change"),
    ...recordFlag,
    ...saveConfigFlag,
    ...validateFlag,
    "output-patch": { type: "bool", usage: "Print the patch when the resource is changed." },
    subresource: {
      type: "string",
      default: "",
      usage: "Change this subresource of the resource.",
    },
    "windows-line-endings": {
      type: "bool",
      usage: "Lines end as they do on Windows. The default is the platform's.",
    },
  },
  async run(kubectl, input) {
    const { values, args } = input;
    const { editResources } = await import("./edit.ts");
    await editResources(kubectl, {
      query: {
        args,
        files: fileQuery(values),
        lists: "items",
        latest: true,
        ...(values.subresource && { subresource: values.subresource }),
      },
      values,
      fieldValidation: fieldValidationOf(values.validate),
      record: recorder(kubectl, ["edit"], input),
    });
  },
});
