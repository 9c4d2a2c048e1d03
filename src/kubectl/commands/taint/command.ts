import type { Taint } from "#api/core/v1.ts";
import { cloneJson, isRow } from "#machinery/json.ts";
import { defineCommand } from "../../command.ts";
import { CommandError, ExitError } from "../../errors.ts";
import { printFlags } from "../../printers/print-flags.ts";
import { typedPrinter } from "../../printers/typed.ts";
import { selectorFlag } from "../../resources/flags.ts";
import { dryRunFlag, dryRunOf } from "../../writes/dry-run.ts";
import { fieldManagerFlag } from "../../writes/flags.ts";
import { patchObject, strategicPatch } from "../../writes/patch.ts";
import { fieldValidationOf, validateFlag } from "../../writes/validation.ts";
import { changeTaints, parseTaints, refuseContradictions } from "./taints.ts";

export default defineCommand({
  usage: "taint NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N",
  description:
    "Change the taints of nodes.\n\n" +
    "A taint is a key, a value and an effect, written key=value:effect. The key may have a DNS " +
    "subdomain and a slash before it, such as example.com/my-app; the value may be left out. The " +
    "effect is NoSchedule, PreferNoSchedule or NoExecute.\n\n" +
    "Only nodes can have taints.",
  examples: [
    {
      about: "Give the node foo the taint dedicated=special-user:NoSchedule",
      command: "kubectl taint nodes foo dedicated=special-user:NoSchedule",
    },
    {
      about: "Take it away",
      command: "kubectl taint nodes foo dedicated:NoSchedule-",
    },
    {
      about: "Take all taints with the key dedicated away",
      command: "kubectl taint nodes foo dedicated-",
    },
    {
      about: "Taint all nodes with the label myLabel=X",
      command: "kubectl taint node -l myLabel=X  dedicated=foo:PreferNoSchedule",
    },
    {
      about: "Give a taint without a value",
      command: "kubectl taint nodes foo bar:NoSchedule",
    },
  ],
  flags: {
    ...printFlags,
    ...dryRunFlag,
    ...fieldManagerFlag("kubectl-taint"),
    ...selectorFlag,
    ...validateFlag,
    all: { type: "bool", usage: "Choose all nodes of the cluster" },
    overwrite: { type: "bool", usage: "If true, taints that are there may get other values." },
  },
  async run(kubectl, { values, args }) {
    await kubectl.namespace();
    const { all, selector, overwrite } = values;
    const dryRun = dryRunOf(kubectl, values["dry-run"]);
    const fieldValidation = fieldValidationOf(values.validate);
    const { resources, words } = splitTaints(args);
    const changes = parseTaints(words);
    const [type = "", ...names] = resources;
    const resource = await kubectl.mapper.find(type.toLowerCase());
    if (!resource) {
      kubectl.tell(`the server doesn't have a resource type "${type.toLowerCase()}"`);
      throw new ExitError(1);
    }
    if (resource.kind !== "Node") {
      throw new CommandError(
        `invalid resource type ${type.toLowerCase()}, only node types are supported`,
      );
    }
    refuseContradictions(changes);
    if (all && selector) {
      throw new CommandError("setting 'all' parameter with a non empty selector is prohibited");
    }
    if (!all && !selector && names.length === 0) {
      throw new CommandError(
        "at least one resource name must be specified since 'all' parameter is not set",
      );
    }
    const named = !all && !selector;
    await kubectl.visit(
      {
        args: named ? ["nodes", ...names] : ["nodes"],
        lists: "items",
        latest: true,
        labelSelector: selector,
        all,
      },
      async (info) => {
        const { object: before, name } = info;
        if (!before) throw new Error("objects that are changed were read before");
        const after = cloneJson(before);
        const spec = isRow(after.spec) ? after.spec : {};
        const old = (spec.taints ?? []) as readonly Taint[];
        const { taints, operation } = changeTaints(name, old, changes, overwrite);
        if (taints.length > 0) spec.taints = taints;
        else delete spec.taints;
        after.spec = spec;
        const printer = await typedPrinter(kubectl, values, operation);
        const changed =
          dryRun === "client"
            ? after
            : await patchObject(kubectl, info, {
                type: "strategic",
                body: await strategicPatch(before, after),
                fieldManager: values["field-manager"],
                fieldValidation,
                dryRun,
              });
        kubectl.print(printer.print(changed));
      },
    );
  },
});

function splitTaints(args: readonly string[]): {
  readonly resources: readonly string[];
  readonly words: readonly string[];
} {
  const isTaint = (arg: string) => /[=:]/.test(arg) || arg.endsWith("-");
  const first = args.findIndex(isTaint);
  const resources = first < 0 ? args : args.slice(0, first);
  const words = first < 0 ? [] : args.slice(first);
  const late = words.find((word) => !isTaint(word));
  if (late !== undefined) {
    throw new CommandError(`all resources must be specified before taint changes: ${late}`);
  }
  if (resources.length === 0) {
    throw new CommandError("one or more resources must be specified as <resource> <name>");
  }
  if (words.length === 0) throw new CommandError("at least one taint update is required");
  return { resources, words };
}
