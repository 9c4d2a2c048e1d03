import { defineCommand } from "../../../command.ts";
import { printFlags, printerOf } from "../../../printers/print-flags.ts";
import { dryRunFlag, dryRunOf, operationText } from "../../../writes/dry-run.ts";
import { targetFlags, targetQuery } from "../targets.ts";
import { undo } from "./undo.ts";

export default defineCommand({
  usage: "undo (TYPE NAME | TYPE/NAME) [flags]",
  description: "Go back to an earlier rollout.",
  examples: [
    { about: "Go back to the deployment before", command: "kubectl rollout undo deployment/abc" },
    {
      about: "Go back to revision 3 of a daemon set",
      command: "kubectl rollout undo daemonset/abc --to-revision=3",
    },
    {
      about: "Only show what the deployment before was",
      command: "kubectl rollout undo --dry-run=server deployment/abc",
    },
  ],
  flags: {
    ...printFlags,
    ...dryRunFlag,
    ...targetFlags,
    "to-revision": {
      type: "int",
      default: 0,
      usage: "The revision to go back to; 0 is the one before this one.",
    },
  },
  async run(kubectl, { values, args }) {
    const dryRun = dryRunOf(kubectl, values["dry-run"]);
    await kubectl.visit(targetQuery(args, values), async (info) => {
      const result = await undo(kubectl, info, values["to-revision"], dryRun);
      const printer = await printerOf(kubectl, values, operationText(result, dryRun));
      if (info.object) kubectl.print(printer.print(info.object));
    });
  },
});
