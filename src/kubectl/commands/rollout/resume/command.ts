import { isRow } from "#machinery/json.ts";
import { CommandError } from "../../../errors.ts";
import { rolloutChange } from "../change.ts";

export default rolloutChange({
  usage: "resume RESOURCE",
  description:
    "Let a paused resource be rolled out again.\n\n" +
    "The controller goes on with it, with all that was changed meanwhile. Only deployments can be " +
    "resumed.",
  examples: [{ about: "Resume a deployment", command: "kubectl rollout resume deployment/nginx" }],
  operation: "resumed",
  patch({ kind, spec }) {
    if (kind !== "Deployment") throw new CommandError("resuming is not supported");
    if (!isRow(spec) || spec.paused !== true) throw new CommandError("is not paused");
    return { spec: { paused: null } };
  },
});
