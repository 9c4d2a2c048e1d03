import { parseSelector } from "#machinery/labels/selector.ts";
import { cloneJson, isRow } from "#machinery/json.ts";
import { defineCommand } from "../../../command.ts";
import { CommandError, messageOf } from "../../../errors.ts";
import { typedPrinter } from "../../../printers/typed.ts";
import type { KubeObject } from "../../../objects.ts";
import { fileQuery } from "../../../resources/flags.ts";
import { selected } from "../../../resources/selection.ts";
import { dryRunOf, operationText } from "../../../writes/dry-run.ts";
import { patchObject, strategicPatch } from "../../../writes/patch.ts";
import { recordFlag, recorder } from "../../../writes/record.ts";
import { setFlags } from "../change.ts";

const { kustomize: _kustomize, ...flags } = setFlags;

export default defineCommand({
  usage: "selector (-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version]",
  description:
    "Change the selector of a resource. The new one takes the place of what was there.\n\n" +
    "Selectors begin with a letter or a digit and have letters, digits, hyphens, dots and " +
    "underscores, up to 63 characters. With --resource-version, a resource is only changed where " +
    "that is its version.\n\n" +
    "For now only services have selectors that can be changed.",
  examples: [
    {
      about: "Select the pods with the label environment=qa for a new service",
      command:
        "kubectl create service clusterip my-svc --clusterip=\"None\" -o yaml --dry-run=client | kubectl set selector --local -f - 'environment=qa' -o yaml | kubectl create -f -",
    },
  ],
  flags: {
    ...flags,
    ...recordFlag,
    recursive: { ...flags.recursive, default: true },
    "resource-version": {
      type: "string",
      default: "",
      usage:
        "Only change the object where this is its resource version now. Only for a single resource.",
    },
  },
  async run(kubectl, input) {
    const { values, args } = input;
    const dryRun = dryRunOf(kubectl, values["dry-run"]);
    const expression = args.at(-1);
    const labels = expression === undefined ? undefined : parseLabels(expression);
    const printer = await typedPrinter(kubectl, values, operationText("selector updated", dryRun));
    if (!labels) throw new CommandError("one selector is required");
    const { all, local } = values;
    const files = fileQuery({ ...values, kustomize: "" });
    const record = recorder(kubectl, ["set", "selector"], input);
    const version = values["resource-version"];
    const query = selected({ args: args.slice(0, -1), files, all, local });
    await kubectl.visit(query, async (info) => {
      const { object: before } = info;
      if (!before) throw new Error("objects that are changed were read before");
      const after = withSelector(before, labels);
      record(after);
      if (version) after.metadata.resourceVersion = version;
      if (local || dryRun === "client") {
        kubectl.print(printer.print(after));
        return;
      }
      const body = await strategicPatch(before, after);
      const metadata = isRow(body.metadata) ? body.metadata : {};
      // The version is sent also where it is the one that was read.
      if (version) body.metadata = { ...metadata, resourceVersion: version };
      const fieldManager = values["field-manager"];
      const changed = await patchObject(kubectl, info, {
        type: "strategic",
        body,
        fieldManager,
        dryRun,
      });
      kubectl.print(printer.print(changed));
    });
  },
});

interface SelectorLabels {
  readonly labels: Readonly<Record<string, string>>;
  /** What is no equality, which services cannot have, as Go prints it. */
  readonly expressions: readonly string[];
}

function parseLabels(text: string): SelectorLabels {
  let requirements;
  try {
    ({ requirements } = parseSelector(text));
  } catch (error) {
    throw new CommandError(`couldn't parse the selector string "${text}": ${messageOf(error)}`);
  }
  const labels: Record<string, string> = {};
  const expressions: string[] = [];
  const words: Readonly<Record<string, string>> = {
    in: "In",
    notin: "NotIn",
    "!=": "NotIn",
    exists: "Exists",
    "!": "DoesNotExist",
  };
  for (const { key, operator, values } of requirements) {
    const [value = ""] = values;
    const word = words[operator];
    if (operator === "=" || operator === "==") labels[key] = value;
    else if (word === undefined) {
      throw new CommandError(`"${operator}" isn't supported in label selectors`);
    } else expressions.push(`{${key} ${word} [${values.join(" ")}]}`);
  }
  return { labels, expressions };
}

function withSelector(object: KubeObject, { labels, expressions }: SelectorLabels): KubeObject {
  if (object.kind !== "Service" || object.apiVersion !== "v1") {
    throw new CommandError("setting a selector is only supported for Services");
  }
  if (expressions.length > 0) {
    throw new CommandError(
      `match expression [${expressions.join(" ")}] not supported on this object`,
    );
  }
  const after = cloneJson(object);
  after.spec = { ...(isRow(after.spec) ? after.spec : {}), selector: labels };
  return after;
}
