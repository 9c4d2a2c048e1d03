import { defineCommand } from "../../../command.ts";
import { CommandError } from "../../../errors.ts";
import type { Kubectl } from "../../../kubectl.ts";
import { printFlags, printerOf } from "../../../printers/print-flags.ts";
import { alignRows } from "../../../printers/tabwriter.ts";
import { changeCauseAnnotation } from "../../../writes/record.ts";
import { revisionsOf, templateText } from "../revisions.ts";
import type { Revision } from "../revisions.ts";
import { targetFlags, targetQuery } from "../targets.ts";
import type { ResourceInfo } from "../../../resources/resource-info.ts";

export default defineCommand({
  usage: "history (TYPE NAME | TYPE/NAME) [flags]",
  description: "Show the revisions of a resource, and what they were.",
  examples: [
    {
      about: "Show the revisions of a deployment",
      command: "kubectl rollout history deployment/abc",
    },
    {
      about: "Show revision 3 of a daemon set",
      command: "kubectl rollout history daemonset/abc --revision=3",
    },
  ],
  flags: {
    ...printFlags,
    ...targetFlags,
    revision: {
      type: "int",
      default: 0,
      usage: "Show this revision in all detail, with the template of its pods",
    },
  },
  async run(kubectl, { values, args, given }) {
    const { revision } = values;
    const query = targetQuery(args, values);
    if (revision < 0) throw new CommandError(`revision must be a positive integer: ${revision}`);
    const printer = given.has("output") ? await printerOf(kubectl, values, "") : undefined;
    await kubectl.visit(query, async (info) => {
      const revisions = byNumber((await revisionsOf(kubectl, info, "history")).all);
      if (!printer) {
        await showHistory(kubectl, info, revisions, revision);
        return;
      }
      const shown = revision > 0 ? [find(revisions, revision)] : revisions;
      for (const { object } of shown) kubectl.print(printer.print(object));
    });
  },
});

/** Of two with the same number the later one counts. */
function byNumber(all: readonly Revision[]): Revision[] {
  const last = new Map(all.map((revision) => [revision.number, revision]));
  return [...last.values()].toSorted((left, right) => left.number - right.number);
}

function find(revisions: readonly Revision[], wanted: number): Revision {
  const found = revisions.find(({ number }) => number === wanted);
  if (!found) throw new CommandError("unable to find the specified revision");
  return found;
}

async function showHistory(
  kubectl: Kubectl,
  info: ResourceInfo,
  revisions: readonly Revision[],
  wanted: number,
): Promise<void> {
  const text = await historyText(revisions, wanted);
  const operation = `${wanted > 0 ? `with revision #${wanted}` : ""}\n${text}`;
  const { namePrinter } = await import("../../../printers/name.ts");
  if (info.object) kubectl.print(namePrinter(operation).print(info.object));
}

async function historyText(revisions: readonly Revision[], wanted: number): Promise<string> {
  if (revisions.length === 0) return "No rollout history found.";
  if (wanted > 0) {
    const { template, changeCause, object } = find(revisions, wanted);
    // A replica set's cause is shown with its template; that of other revisions is not.
    if (!changeCause || object.kind !== "ReplicaSet") return await templateText(template);
    const annotations = {
      ...template.metadata?.annotations,
      [changeCauseAnnotation]: changeCause,
    };
    return await templateText({ ...template, metadata: { ...template.metadata, annotations } });
  }
  const rows = revisions.map(({ number, changeCause }) => [
    String(number),
    changeCause || "<none>",
  ]);
  return alignRows([["REVISION", "CHANGE-CAUSE"], ...rows], { minWidth: 0, padding: 2 });
}
