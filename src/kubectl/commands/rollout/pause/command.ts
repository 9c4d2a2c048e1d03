import { isRow } from "#machinery/json.ts";
import { CommandError } from "../../../errors.ts";
import { rolloutChange } from "../change.ts";

export default rolloutChange({
  usage: "pause RESOURCE",
  description:
    "Keep a resource from being rolled out.\n\n" +
    'The controller leaves a paused resource as it is, until "kubectl rollout resume". Only ' +
    "deployments can be paused.",
  examples: [
    {
      about: "Pause the deployment nginx: changes of it have no effect until it is resumed",
      command: "kubectl rollout pause deployment/nginx",
    },
  ],
  operation: "paused",
  patch({ kind, spec }) {
    if (kind !== "Deployment") throw new CommandError("pausing is not supported");
    if (isRow(spec) && spec.paused === true) throw new CommandError("is already paused");
    return { spec: { paused: true } };
  },
});
