import { defineCommand } from "../../command.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { printFlags } from "../../printers/print-flags.ts";
import { fileFlags } from "../../resources/flags.ts";
import { cascadeFlag, deletionFlags } from "../../writes/deletion.ts";
import { dryRunFlag, dryRunOf } from "../../writes/dry-run.ts";
import { fieldManagerFlag } from "../../writes/flags.ts";
import { saveConfigFlag } from "../../writes/last-applied.ts";
import { overrideFlags } from "../../writes/overrides.ts";
import { recordFlag, recorder } from "../../writes/record.ts";

const { now: _now, ...deletion } = deletionFlags;

export default defineCommand({
  usage:
    'run NAME --image=image [--env="key=value"] [--port=port] [--dry-run=server|client] ' +
    "[--overrides=inline-json] [--command] -- [COMMAND] [args...]",
  description: "Create a pod and run an image in it.",
  examples: [
    { about: "Run nginx", command: "kubectl run nginx --image=nginx" },
    {
      about: "Run hazelcast and tell that it listens on port 5701",
      command: "kubectl run hazelcast --image=hazelcast/hazelcast --port=5701",
    },
    {
      about: "With variables in its environment",
      command:
        'kubectl run hazelcast --image=hazelcast/hazelcast --env="DNS_DOMAIN=cluster" --env="POD_NAMESPACE=default"',
    },
    {
      about: "With labels",
      command:
        'kubectl run hazelcast --image=hazelcast/hazelcast --labels="app=hazelcast,env=prod"',
    },
    {
      about: "Print what would be created",
      command: "kubectl run nginx --image=nginx --dry-run=client",
    },
    {
      about: "With a part of its spec as JSON",
      command: `kubectl run nginx --image=nginx --overrides='{ "apiVersion": "v1", "spec": { ... } }'`,
    },
    {
      about: "Work in a shell of busybox that is not started again when it ends",
      command: "kubectl run -i -t busybox --image=busybox --restart=Never",
    },
    {
      about: "With other arguments for the image's command",
      command: "kubectl run nginx --image=nginx -- <arg1> <arg2> ... <argN>",
    },
    {
      about: "With another command and its arguments",
      command: "kubectl run nginx --image=nginx --command -- <cmd> <arg1> ... <argN>",
    },
  ],
  connectsFirst: true,
  flags: {
    ...printFlags,
    ...cascadeFlag,
    ...deletion,
    wait: { ...deletion.wait, default: false },
    ...dryRunFlag,
    ...fieldManagerFlag("kubectl-run"),
    ...fileFlags("Files that name what --rm deletes."),
    ...overrideFlags,
    ...recordFlag,
    ...saveConfigFlag,
    annotations: { type: "array", usage: "An annotation of the pod, as key=value." },
    attach: {
      type: "bool",
      usage:
        "If true, wait until the pod runs and then attach to it, as 'kubectl attach' does. True " +
        "by default with -i. With --restart=Never the container's exit code is this command's.",
    },
    command: {
      type: "bool",
      usage: "If true, the words behind -- are the container's command, not its arguments.",
    },
    env: { type: "array", usage: "A variable of the container's environment, as key=value." },
    expose: { type: "bool", usage: "If true, also create a service for the pod. With --port." },
    image: { type: "string", default: "", usage: "The image to run." },
    "image-pull-policy": {
      type: "string",
      default: "",
      usage: "When the image is pulled; the server decides if it is not given.",
    },
    labels: {
      type: "string",
      short: "l",
      default: "",
      usage: "Labels of the pod, separated by commas.",
    },
    "leave-stdin-open": {
      type: "bool",
      usage: "If true, the container's input stays open when the first who attached to it leaves.",
    },
    "pod-running-timeout": {
      type: "duration",
      default: 60_000,
      usage: "How long to wait until a pod runs (such as 5s, 2m, or 3h; more than zero)",
    },
    port: { type: "string", default: "", usage: "The port that the container listens on." },
    privileged: { type: "bool", usage: "If true, the container may do what the node's root may." },
    quiet: { type: "bool", short: "q", usage: "If true, do not tell what to do." },
    restart: {
      type: "string",
      default: "Always",
      usage: "When the container starts again: Always, OnFailure, or Never.",
    },
    rm: { type: "bool", usage: "If true, delete the pod when it ends. Only when attached to it." },
    stdin: {
      type: "bool",
      short: "i",
      usage: "Keep the container's input open, even if nobody is attached.",
    },
    tty: { type: "bool", short: "t", usage: "Give the container a terminal." },
  },
  required: ["image"],
  async run(kubectl, input) {
    const { values, given, args } = input;
    const [name] = args;
    const dryRun = dryRunOf(kubectl, values["dry-run"]);
    if (name === undefined) throw new UsageError("NAME is required for run");
    if (values["pod-running-timeout"] <= 0) {
      throw new UsageError("--pod-running-timeout must be higher than zero");
    }
    if (values.image === "") throw new CommandError("--image is required");
    const { isImageName } = await import("./image-name.ts");
    if (!isImageName(values.image)) {
      throw new CommandError(
        `Invalid image name ${JSON.stringify(values.image)}: invalid reference format`,
      );
    }
    if (values.tty && !values.stdin) {
      throw new UsageError("-i/--stdin is required for containers with -t/--tty=true");
    }
    if (values.expose && values.port === "") {
      throw new UsageError("--port must be set when exposing a service");
    }
    if (!["", "Always", "OnFailure", "Never"].includes(values.restart)) {
      throw new UsageError(`invalid restart policy: ${values.restart}`);
    }
    const attaches = given.has("attach") ? values.attach : values.stdin;
    if (values.rm && !attaches) {
      throw new UsageError("--rm should only be used for attached containers");
    }
    if (attaches && dryRun !== "none") {
      throw new UsageError(
        "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)",
      );
    }
    if (!["", "Always", "IfNotPresent", "Never"].includes(values["image-pull-policy"])) {
      throw new UsageError(`invalid image pull policy: ${values["image-pull-policy"]}`);
    }
    const { runPod } = await import("./run.ts");
    const record = recorder(kubectl, ["run"], input);
    await runPod(kubectl, { name, words: args.slice(1), values, dryRun, attaches, record });
  },
});
