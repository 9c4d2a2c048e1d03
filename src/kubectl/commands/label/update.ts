import { exactJsonText } from "#machinery/codec/exact-json.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { cloneJson } from "#machinery/json.ts";
import type { CommandInput } from "../../command.ts";
import { CommandError, throwAll } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import { printFlags, printerOf } from "../../printers/print-flags.ts";
import type { Printer } from "../../printers/printer.ts";
import { isFailure } from "../../resources/find.ts";
import {
  allNamespacesFlag,
  fieldSelectorFlag,
  fileFlags,
  fileQuery,
  selectorFlag,
} from "../../resources/flags.ts";
import type { Changes } from "../../resources/pairs.ts";
import { namesFiles, namesOne, selected } from "../../resources/selection.ts";
import type { Selection } from "../../resources/selection.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { dryRunFlag, dryRunOf, operationText } from "../../writes/dry-run.ts";
import type { DryRun } from "../../writes/dry-run.ts";
import { fieldManagerFlag } from "../../writes/flags.ts";
import { patchObject } from "../../writes/patch.ts";
import { changeCauseAnnotation, recordFlag, recorder } from "../../writes/record.ts";

/** Labels or annotations: what differs between the commands that change them. */
export interface PairKind {
  readonly command: "label" | "annotate";
  readonly field: "labels" | "annotations";
  /** "label", as messages call one. */
  readonly noun: string;
  /** How messages call a file. */
  readonly fileWord: string;
}

export function pairFlags<const Manager extends string>(noun: string, manager: Manager) {
  return {
    ...printFlags,
    ...allNamespacesFlag,
    ...dryRunFlag,
    ...fieldManagerFlag(manager),
    ...fieldSelectorFlag,
    ...fileFlags(`File, directory or URL that names what to give ${noun}s to`),
    ...recordFlag,
    ...selectorFlag,
    all: { type: "bool", usage: "Choose all resources of the types in the namespace" },
    list: { type: "bool", usage: `If true, show the ${noun}s of a resource.` },
    local: {
      type: "bool",
      usage: "If true, work on files alone and do not ask a server.",
    },
    overwrite: {
      type: "bool",
      usage: `If true, ${noun}s that are there may get other values; otherwise that is refused.`,
    },
    "resource-version": {
      type: "string",
      default: "",
      usage:
        "Only change the object where this is its resource version now. Only for a single resource.",
    },
  } as const;
}

export type PairValues = CommandInput<ReturnType<typeof pairFlags<string>>>["values"];

/** The flags, checked with each other. */
export interface PairOptions {
  readonly kind: PairKind;
  readonly changes: Changes;
  readonly selection: Selection;
  readonly values: PairValues;
  readonly dryRun: DryRun;
  readonly record: (object: KubeObject) => void;
}

export function pairOptions(
  kubectl: Kubectl,
  kind: PairKind,
  input: CommandInput<ReturnType<typeof pairFlags<string>>>,
  { resources, changes }: { readonly resources: readonly string[]; readonly changes: Changes },
): PairOptions {
  const { values } = input;
  const { noun, fileWord } = kind;
  const dryRun = dryRunOf(kubectl, values["dry-run"]);
  const selection: Selection = {
    args: resources,
    files: fileQuery(values),
    all: values.all,
    allNamespaces: values["all-namespaces"],
    local: values.local,
    selector: values.selector,
    fieldSelector: values["field-selector"],
  };
  if (values.list && values.output) {
    throw new CommandError("--list and --output may not be specified together");
  }
  if (values.all && values.selector) {
    throw new CommandError("cannot set --all and --selector at the same time");
  }
  if (values.all && values["field-selector"]) {
    throw new CommandError("cannot set --all and --field-selector at the same time");
  }
  const hasFiles = namesFiles(selection);
  if (values.local) {
    if (dryRun === "server") {
      throw new CommandError(
        "cannot specify --local and --dry-run=server - did you mean --dry-run=client?",
      );
    }
    const files = `-f ${fileWord}.yaml or --filename=${fileWord}.json`;
    if (resources.length > 0) {
      throw new CommandError(`can only use local files by ${files} when --local=true is set`);
    }
    if (!hasFiles) throw new CommandError(`one or more files must be specified as ${files}`);
  } else if (resources.length === 0 && !hasFiles) {
    throw new CommandError(
      "one or more resources must be specified as <resource> <name> or <resource>/<name>",
    );
  }
  if (changes.set.size === 0 && changes.remove.length === 0 && !values.list) {
    throw new CommandError(`at least one ${noun} update is required`);
  }
  const record = recorder(kubectl, [kind.command], input);
  return { kind, changes, selection, values, dryRun, record };
}

/** Changes one object after the other, or lists what they have. */
export async function updatePairs(kubectl: Kubectl, options: PairOptions): Promise<void> {
  const { kind, selection, values } = options;
  const one = namesOne(selection);
  if (!one && values["resource-version"]) {
    throw new CommandError("--resource-version may only be used with a single resource");
  }
  // All of annotate's objects go through one printer, which keeps them apart.
  const common =
    kind.command === "annotate"
      ? await printerOf(kubectl, values, operationText("annotated", options.dryRun))
      : undefined;
  const errors: unknown[] = [];
  for await (const found of kubectl.find(selected(selection))) {
    try {
      if (isFailure(found)) throw found.error;
      await update(kubectl, found, options, { one, common });
    } catch (error) {
      errors.push(error);
    }
  }
  throwAll(errors);
}

async function update(
  kubectl: Kubectl,
  info: ResourceInfo,
  options: PairOptions,
  { one, common }: { readonly one: boolean; readonly common: Printer | undefined },
): Promise<void> {
  const { kind, values, dryRun } = options;
  const before = objectOf(info);
  const isKept = dryRun !== "client" && !values.local && !values.list;
  if (isKept && kind.command === "label") tellMissing(kubectl, before, options);
  const { after, operation } = changed(before, options);
  let shown = after;
  if (isKept && (operation !== "not labeled" || kind.command === "annotate")) {
    options.record(after);
    const version = values["resource-version"];
    const body = {
      metadata: { ...mergeOf(before, after), ...(version && { resourceVersion: version }) },
    };
    const isEmpty = Object.keys(body.metadata).length === 0;
    const answer = await patchObject(kubectl, info, {
      type: "merge",
      body: isEmpty ? {} : body,
      fieldManager: values["field-manager"],
      dryRun,
    });
    // The label command shows what it sent.
    if (kind.command === "annotate") shown = answer;
  }
  if (values.list) {
    list(kubectl, info, shown, { kind, one });
    return;
  }
  const printer = common ?? (await printerOf(kubectl, values, operationText(operation, dryRun)));
  kubectl.print(printer.print(shown));
}

function objectOf({ object }: ResourceInfo): KubeObject {
  if (!object) throw new Error("objects that are changed were read before");
  return object;
}

function tellMissing(kubectl: Kubectl, object: KubeObject, { changes }: PairOptions): void {
  for (const key of changes.remove) {
    if (object.metadata.labels?.[key] === undefined) {
      kubectl.printLine(`label ${JSON.stringify(key)} not found.`);
    }
  }
}

/** A copy with the changes, and the word for what they were. */
export function changed(
  before: KubeObject,
  {
    kind,
    changes,
    values,
  }: Pick<PairOptions, "kind" | "changes"> & {
    readonly values: Pick<PairValues, "overwrite" | "resource-version">;
  },
): { readonly after: KubeObject; readonly operation: string } {
  const next = { ...before.metadata[kind.field] };
  if (!values.overwrite) refuseOverwrites(next, changes, kind);
  for (const [key, value] of changes.set) next[key] = value;
  for (const key of changes.remove) delete next[key];
  const after = cloneJson(before);
  after.metadata[kind.field] = next;
  const isSame = deepEqual(before, after);
  // Whether there was less of it before is all that upstream's word looks at.
  const isLess = exactJsonText(after).length < exactJsonText(before).length;
  const version = values["resource-version"];
  if (version) after.metadata.resourceVersion = version;
  if (kind.command === "annotate") return { after, operation: "annotated" };
  if (isSame && !version) return { after, operation: "not labeled" };
  return { after, operation: isLess && !values.overwrite ? "unlabeled" : "labeled" };
}

function refuseOverwrites(
  current: Readonly<Record<string, string>>,
  { set }: Changes,
  { command }: PairKind,
): void {
  const taken = [...set].flatMap(([key, value]) => {
    const present = current[key];
    const isTaken = present !== undefined && present !== value && key !== changeCauseAnnotation;
    return isTaken ? [`'${key}' already has a value (${present})`] : [];
  });
  if (taken.length === 0) return;
  if (command === "label") {
    throwAll(taken.map((text) => new CommandError(`${text}, and --overwrite is false`)));
  }
  throw new CommandError(
    `--overwrite is false but found the following declared annotation(s): ${taken.join("; ")}`,
  );
}

/** What of labels and annotations is another, or is no more. */
function mergeOf(
  before: KubeObject,
  after: KubeObject,
): Record<string, Record<string, string | null>> {
  const result: Record<string, Record<string, string | null>> = {};
  for (const field of ["labels", "annotations"] as const) {
    const old = before.metadata[field] ?? {};
    const next = after.metadata[field] ?? {};
    const differences: Record<string, string | null> = {};
    for (const [key, value] of Object.entries(next)) {
      if (old[key] !== value) differences[key] = value;
    }
    for (const key of Object.keys(old)) if (next[key] === undefined) differences[key] = null;
    if (Object.keys(differences).length > 0) result[field] = differences;
  }
  return result;
}

function list(
  kubectl: Kubectl,
  { resource, name }: ResourceInfo,
  object: KubeObject,
  { kind, one }: { readonly kind: PairKind; readonly one: boolean },
): void {
  if (!one) {
    kubectl.printLine(`Listing ${kind.field} for ${resource.kind}.${resource.group}/${name}:`);
  }
  const pairs = Object.entries(object.metadata[kind.field] ?? {}).sort(([left], [right]) =>
    left < right ? -1 : 1,
  );
  for (const [key, value] of pairs) kubectl.printLine(`${one ? "" : " "}${key}=${value}`);
}
