import { defineGenerator } from "./generator.ts";

export default defineGenerator({
  usage: "cronjob NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...] [flags]",
  description: "Create a cron job with the given name.",
  examples: [
    {
      about: "Make a cron job that runs every minute",
      command: 'kubectl create cronjob my-job --image=busybox --schedule="*/1 * * * *"',
    },
    {
      about: "The same with a command",
      command: 'kubectl create cronjob my-job --image=busybox --schedule="*/1 * * * *" -- date',
    },
  ],
  flags: {
    image: { type: "string", default: "", usage: "Image to run." },
    restart: {
      type: "string",
      default: "",
      usage: "What becomes of a container that ends: OnFailure or Never",
    },
    schedule: { type: "string", default: "", usage: "When the job runs, in cron's format." },
  },
  required: ["image", "schedule"],
  resource: "cronjobs",
  failure: "failed to create cronjob:",
  generate(_kubectl, { name, words, values }) {
    const { image, schedule, restart } = values;
    const command = words.length > 0 ? { command: words } : {};
    const restartPolicy = restart || "OnFailure";
    const template = { spec: { containers: [{ name, image, ...command }], restartPolicy } };
    const jobTemplate = { metadata: { name }, spec: { template } };
    return {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name },
      spec: { schedule, jobTemplate },
    };
  },
});
