import { defineParent } from "../../command.ts";

export default defineParent({
  usage: "rollout SUBCOMMAND",
  description:
    "Manage the rollout of resources: deployments, daemon sets and stateful sets.\n\n" +
    "A rollout brings the pods of a resource to a new template.",
  examples: [
    { about: "Go back to the deployment before", command: "kubectl rollout undo deployment/abc" },
    {
      about: "See how the rollout of a daemon set goes",
      command: "kubectl rollout status daemonset/foo",
    },
    { about: "Restart a deployment", command: "kubectl rollout restart deployment/abc" },
    {
      about: "Restart the deployments with the label app=nginx",
      command: "kubectl rollout restart deployment --selector=app=nginx",
    },
  ],
  alone: { output: "stdout", exitCode: 1 },
});
