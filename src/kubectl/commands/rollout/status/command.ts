import { defineCommand } from "../../../command.ts";
import { CommandError } from "../../../errors.ts";
import { interruptible } from "../../../interruption.ts";
import type { Kubectl } from "../../../kubectl.ts";
import type { ResourceInfo } from "../../../resources/resource-info.ts";
import { deadline, follow } from "../../../rest/follow.ts";
import { groupKind, targetFlags, targetQuery, tellNothingFound } from "../targets.ts";
import { statusViews } from "./status.ts";

export default defineCommand({
  usage: "status (TYPE NAME | TYPE/NAME) [flags]",
  description:
    "Show how far a rollout is.\n\n" +
    "The newest rollout is followed until it is done; --watch=false shows its status once. When " +
    "another rollout starts meanwhile, that one is followed, unless --revision=N says which one " +
    "is meant: then the command ends with an error.",
  examples: [
    {
      about: "Follow the rollout of a deployment",
      command: "kubectl rollout status deployment/nginx",
    },
  ],
  flags: {
    ...targetFlags,
    revision: { type: "int", default: 0, usage: "The revision that is meant; 0 is the newest." },
    timeout: {
      type: "duration",
      default: 0,
      usage: "How long to follow, with a unit (e.g. 1s, 2m, 3h). Zero is for ever.",
    },
    watch: { type: "bool", short: "w", default: true, usage: "Follow the rollout to its end." },
  },
  async run(kubectl, { values, args }) {
    const query = targetQuery(args, values);
    if (values.revision < 0) {
      throw new CommandError(`revision must be a positive integer: ${values.revision}`);
    }
    const count = await interruptible(kubectl, () =>
      kubectl.visit(query, (info) => showStatus(kubectl, info, values)),
    );
    if (count === 0) await tellNothingFound(kubectl);
  },
});

async function showStatus(
  kubectl: Kubectl,
  info: ResourceInfo,
  options: { readonly revision: number; readonly timeout: number; readonly watch: boolean },
): Promise<void> {
  const view = statusViews[groupKind(info)];
  if (!view) {
    throw new CommandError(`no status viewer has been implemented for ${groupKind(info)}`);
  }
  using end = deadline(kubectl, options.timeout);
  for await (const { type, object } of follow(kubectl, info, end.signal)) {
    if (type === "DELETED") throw new CommandError("object has been deleted");
    const { text, done } = view(object, options.revision);
    kubectl.print(text);
    if (done || !options.watch) return;
  }
  if (end.isOver()) throw new CommandError("timed out waiting for the condition");
}
