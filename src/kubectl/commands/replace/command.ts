import { defineCommand } from "../../command.ts";
import { CommandError } from "../../errors.ts";
import { printFlags } from "../../printers/print-flags.ts";
import { fileFlags, fileQuery } from "../../resources/flags.ts";
import { cascadeFlag, deletionFlags, deletionOf } from "../../writes/deletion.ts";
import { dryRunFlag, dryRunOf } from "../../writes/dry-run.ts";
import { fieldManagerFlag } from "../../writes/flags.ts";
import { saveConfigFlag } from "../../writes/last-applied.ts";
import { fieldValidationOf, validateFlag } from "../../writes/validation.ts";

const { now: _now, ...deletion } = deletionFlags;

export default defineCommand({
  usage: "replace -f FILENAME",
  description:
    "Replace a resource by what a file or the standard input has for it.\n\n" +
    "JSON and YAML are read. The whole resource has to be there, such as\n\n" +
    "$ kubectl get TYPE NAME -o yaml",
  examples: [
    { about: "Replace a pod by what pod.json has", command: "kubectl replace -f ./pod.json" },
    {
      about: "Replace a pod by what comes through the pipe",
      command: "cat pod.json | kubectl replace -f -",
    },
    {
      about: "Give a pod's only container the image's tag v4",
      command: String.raw`kubectl get pod mypod -o yaml | sed 's/\(image: myimage\):.*$/\1:v4/' | kubectl replace -f -`,
    },
    {
      about: "Delete the resource and create it anew",
      command: "kubectl replace --force -f ./pod.json",
    },
  ],
  connectsFirst: true,
  flags: {
    ...printFlags,
    ...cascadeFlag,
    ...deletion,
    wait: { ...deletion.wait, default: false },
    ...dryRunFlag,
    ...fieldManagerFlag("kubectl-replace"),
    ...fileFlags("File, directory or URL with what takes the resources' place."),
    ...saveConfigFlag,
    ...validateFlag,
    raw: {
      type: "string",
      default: "",
      usage: "A path to send the file to with PUT, as it is.",
    },
    subresource: {
      type: "string",
      default: "",
      usage: "Replace this subresource of the resource.",
    },
  },
  async run(kubectl, input) {
    const { values } = input;
    const files = fileQuery(values);
    const fieldValidation = fieldValidationOf(values.validate);
    const dryRun = dryRunOf(kubectl, values["dry-run"]);
    const grace = values["grace-period"];
    const hasFiles = files.filenames.length > 0 || Boolean(files.kustomize);
    if (!hasFiles) throw new CommandError("must specify one of -f and -k");
    if (grace >= 0 && !values.force) {
      throw new CommandError("--grace-period must have --force specified");
    }
    if (values.timeout !== 0 && !values.force) {
      throw new CommandError("--timeout must have --force specified");
    }
    if (values.force && dryRun !== "none") {
      throw new CommandError("--dry-run can not be used when --force is set");
    }
    if (values.raw) {
      const { checkRaw, sendRaw } = await import("../../writes/raw-body.ts");
      checkRaw(values);
      return await sendRaw(kubectl, "PUT", values);
    }
    const request = {
      query: { files, validate: values.validate, args: input.args },
      print: values,
      dryRun,
      fieldManager: values["field-manager"],
      fieldValidation,
      saveConfig: values["save-config"],
      ...(values.subresource && { subresource: values.subresource }),
    };
    const { replace, replaceByForce } = await import("./replace.ts");
    if (!values.force) return await replace(kubectl, request);
    // Whoever forces a replacement has the old one end as it likes to.
    await replaceByForce(kubectl, request, deletionOf(kubectl, { ...values, force: false }));
  },
});
