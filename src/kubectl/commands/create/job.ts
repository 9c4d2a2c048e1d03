import { isRow } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import { CommandError } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import { defineGenerator } from "./generator.ts";
import type { Generated } from "./generator.ts";

export default defineGenerator({
  usage: "job NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...]",
  description: "Create a job with the given name.",
  examples: [
    { about: "Make a job", command: "kubectl create job my-job --image=busybox" },
    {
      about: "The same with a command",
      command: "kubectl create job my-job --image=busybox -- date",
    },
    {
      about: "Run a cron job's job now",
      command: "kubectl create job test-job --from=cronjob/a-cronjob",
    },
  ],
  flags: {
    from: { type: "string", default: "", usage: "The cron job whose job to run: cronjob/NAME." },
    image: { type: "string", default: "", usage: "Image to run." },
  },
  resource: "jobs",
  failure: "failed to create job:",
  async generate(kubectl, { name, words, values }) {
    const { image, from } = values;
    if ((image === "") === (from === "")) {
      throw new CommandError("either --image or --from must be specified");
    }
    if (words.length > 0 && from !== "") {
      throw new CommandError("cannot specify --from and command");
    }
    if (from !== "") return await jobOf(kubectl, name, from);
    const command = words.length > 0 ? { command: words } : {};
    return {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name },
      spec: {
        template: { spec: { containers: [{ name, image, ...command }], restartPolicy: "Never" } },
      },
    };
  },
});

/** What the cron job would make, made by hand. */
async function jobOf(kubectl: Kubectl, name: string, from: string): Promise<Generated> {
  const infos = await kubectl.findAll({ args: [from], lists: "items" });
  const [info] = infos;
  if (!info?.object || infos.length !== 1) {
    throw new CommandError("from must be an existing cronjob");
  }
  const { object } = info;
  if (object.kind !== "CronJob") {
    throw new CommandError(`unknown object type ${goType(object)}`);
  }
  const spec = isRow(object.spec) ? object.spec : {};
  const template = isRow(spec.jobTemplate) ? spec.jobTemplate : {};
  const metadata = isRow(template.metadata) ? template.metadata : {};
  const annotations = isRow(metadata.annotations) ? metadata.annotations : {};
  const { uid = "" } = object.metadata;
  const owner: Row = {
    apiVersion: "batch/v1",
    kind: "CronJob",
    name: object.metadata.name,
    uid,
    controller: true,
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      ...(isRow(metadata.labels) && { labels: metadata.labels }),
      annotations: { "cronjob.kubernetes.io/instantiate": "manual", ...annotations },
      ownerReferences: [owner],
    },
    spec: template.spec,
  };
}

/** As upstream's message calls what it got. */
function goType({ apiVersion, kind }: KubeObject): string {
  const version = apiVersion.slice(apiVersion.indexOf("/") + 1);
  return `*${version}.${kind}`;
}
