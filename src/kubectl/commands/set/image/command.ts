import { defineCommand } from "../../../command.ts";
import { CommandError } from "../../../errors.ts";
import { fileQuery, selectorFlag } from "../../../resources/flags.ts";
import { parsePairs, splitPairs } from "../../../resources/pairs.ts";
import { selected } from "../../../resources/selection.ts";
import { dryRunOf } from "../../../writes/dry-run.ts";
import { recordFlag, recorder } from "../../../writes/record.ts";
import { refuseLocalNames } from "../../../resources/local.ts";
import { changeObjects, refuseLocalServer, setFlags, throwCollected } from "../change.ts";
import { containersOf, podSpecOf } from "../pod-spec.ts";

export default defineCommand({
  usage:
    "image (-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N",
  description:
    "Change the images of containers.\n\n" +
    "Resources that have containers:\n\n" +
    "        pod (po), replicationcontroller (rc), deployment (deploy), daemonset (ds), " +
    "statefulset (sts), cronjob (cj), replicaset (rs)",
  examples: [
    {
      about: "Give the container nginx the image nginx:1.9.1, and busybox the image busybox",
      command: "kubectl set image deployment/nginx busybox=busybox nginx=nginx:1.9.1",
    },
    {
      about: "Do it in all deployments and replication controllers",
      command: "kubectl set image deployments,rc nginx=nginx:1.9.1 --all",
    },
    {
      about: "Give all containers of the daemon set abc the image nginx:1.9.1",
      command: "kubectl set image daemonset abc *=nginx:1.9.1",
    },
    {
      about: "Only print a file with another image, without asking a server",
      command: "kubectl set image -f path/to/file.yaml nginx=nginx:1.9.1 --local -o yaml",
    },
  ],
  flags: { ...setFlags, ...selectorFlag, ...recordFlag },
  async run(kubectl, input) {
    const { values, args } = input;
    const dryRun = dryRunOf(kubectl, values["dry-run"]);
    const { resources, pairs } = splitPairs(args, "image");
    const { set: images } = parsePairs(pairs, "image", { removes: false });
    refuseLocalNames(values.local, resources);
    const { all, local, selector } = values;
    const infos = await kubectl.findAll(
      selected({ args: resources, files: fileQuery(values), all, local, selector }),
    );
    check();
    const missing: unknown[] = [];
    const record = recorder(kubectl, ["set", "image"], input);
    const options = {
      values,
      dryRun,
      operation: "image updated",
      failure: "failed to patch image update to pod template:",
    };
    const errors = await changeObjects(kubectl, infos, options, (object) => {
      const spec = podSpecOf(object);
      for (const [name, image] of images) {
        const found = containersOf(spec, "*").filter((one) => name === "*" || one.name === name);
        for (const container of found) container.image = image;
        if (found.length === 0) {
          missing.push(new CommandError(`error: unable to find container named "${name}"`));
        }
      }
      record(object);
    });
    throwCollected([...missing, ...errors]);

    function check(): void {
      const problems: string[] = [];
      if (all && selector) problems.push("cannot set --all and --selector at the same time");
      if (images.size === 0) problems.push("at least one image update is required");
      else if (images.size > 1 && images.has("*")) {
        problems.push(
          "all containers are already specified by *, but saw more than one container_name=container_image pairs",
        );
      }
      throwCollected(problems.map((problem) => new CommandError(problem)));
      refuseLocalServer(local, dryRun);
    }
  },
});
