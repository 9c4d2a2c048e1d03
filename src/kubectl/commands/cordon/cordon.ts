import { defineCommand } from "../../command.ts";
import type { Command, Example } from "../../command.ts";
import { CommandError, UsageError, errorText } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import { isFailure } from "../../resources/find.ts";
import { selectorFlag } from "../../resources/flags.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { isRow } from "#machinery/json.ts";
import { dryRunFlag, dryRunOf, operationText } from "../../writes/dry-run.ts";
import type { DryRun } from "../../writes/dry-run.ts";
import { patchObject } from "../../writes/patch.ts";

/** `cordon` and `uncordon`: whether new pods may come to a node. */
export function cordonCommand(options: {
  readonly verb: "cordon" | "uncordon";
  readonly description: string;
  readonly examples: readonly Example[];
}): Command {
  const { verb, description, examples } = options;
  return defineCommand({
    usage: `${verb} NODE`,
    description,
    examples,
    connectsFirst: true,
    flags: { ...dryRunFlag, ...selectorFlag },
    async run(kubectl, { values, args }) {
      const { selector } = values;
      if (args.length === 0 && !selector) throw new UsageError(`USAGE: ${verb} NODE [flags]`);
      const dryRun = dryRunOf(kubectl, values["dry-run"]);
      const nodes = await findNodes(kubectl, args, { selector });
      await cordonNodes(kubectl, nodes, { verb, dryRun });
    },
  });
}

/** By names, each of which may have "node/" before it, or by labels. */
export async function findNodes(
  kubectl: Kubectl,
  names: readonly string[],
  { selector, chunkSize }: { readonly selector: string; readonly chunkSize?: number },
): Promise<ResourceInfo[]> {
  if (names.length > 0 && selector) {
    throw new UsageError("cannot specify both a node name and a --selector option");
  }
  const args = names.map((name) => (name.includes("/") ? name : `node/${name}`));
  const nodes: ResourceInfo[] = [];
  const query = {
    args: selector ? ["nodes"] : args,
    labelSelector: selector,
    lists: "items",
    latest: true,
    ...(chunkSize !== undefined && { chunkSize }),
  } as const;
  for await (const found of kubectl.find(query)) {
    if (isFailure(found)) throw found.error;
    if (found.resource.kind !== "Node") {
      throw new CommandError(`expected resource of type node, got "${found.resource.resource}"`);
    }
    nodes.push(found);
  }
  return nodes;
}

/** One node that fails does not keep the others as they are. */
export async function cordonNodes(
  kubectl: Kubectl,
  nodes: readonly ResourceInfo[],
  { verb, dryRun }: { readonly verb: "cordon" | "uncordon"; readonly dryRun: DryRun },
): Promise<void> {
  const unschedulable = verb === "cordon";
  for (const info of nodes) {
    const spec = info.object && isRow(info.object.spec) ? info.object.spec : {};
    const isDone = (spec.unschedulable === true) === unschedulable;
    if (!isDone && dryRun !== "client") {
      try {
        const body = { spec: { unschedulable: unschedulable || null } };
        await patchObject(kubectl, info, { type: "strategic", body, dryRun });
      } catch (error) {
        kubectl.tell(`error: unable to ${verb} node "${info.name}": ${errorText(error)}`);
        continue;
      }
    }
    const told = operationText(`${isDone ? "already " : ""}${verb}ed`, dryRun);
    kubectl.printLine(`node/${info.name} ${told}`);
  }
}
