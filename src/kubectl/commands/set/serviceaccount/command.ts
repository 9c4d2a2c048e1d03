import { defineCommand } from "../../../command.ts";
import { CommandError } from "../../../errors.ts";
import { fileQuery } from "../../../resources/flags.ts";
import { selected } from "../../../resources/selection.ts";
import { dryRunOf } from "../../../writes/dry-run.ts";
import { recordFlag, recorder } from "../../../writes/record.ts";
import { changeObjects, refuseLocalServer, setFlags, throwCollected } from "../change.ts";
import { podSpecOf } from "../pod-spec.ts";

export default defineCommand({
  usage: "serviceaccount (-f FILENAME | TYPE NAME) SERVICE_ACCOUNT",
  description:
    "Change the service account that pods run as.\n\n" +
    "Resources that have pods:\n\n" +
    "        replicationcontroller (rc), deployment (deploy), daemonset (ds), job, replicaset (rs), " +
    "statefulset",
  examples: [
    {
      about: "Let the deployment's pods run as serviceaccount1",
      command: "kubectl set serviceaccount deployment nginx-deployment serviceaccount1",
    },
    {
      about: "Only print a deployment with another service account, without asking a server",
      command:
        "kubectl set sa -f nginx-deployment.yaml serviceaccount1 --local --dry-run=client -o yaml",
    },
  ],
  flags: { ...setFlags, ...recordFlag },
  async run(kubectl, input) {
    const { values, args } = input;
    const dryRun = dryRunOf(kubectl, values["dry-run"]);
    refuseLocalServer(values.local, dryRun);
    const account = args.at(-1);
    if (account === undefined) throw new CommandError("serviceaccount is required");
    const { all, local } = values;
    const infos = await kubectl.findAll(
      selected({ args: args.slice(0, -1), files: fileQuery(values), all, local }),
    );
    const record = recorder(kubectl, ["set", "serviceaccount"], input);
    const options = {
      values,
      dryRun,
      operation: "serviceaccount updated",
      failure: "failed to patch ServiceAccountName",
      always: true,
    };
    const errors = await changeObjects(kubectl, infos, options, (object) => {
      podSpecOf(object).serviceAccountName = account;
      record(object);
    });
    throwCollected(errors);
  },
});
