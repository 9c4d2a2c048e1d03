import { defineCommand } from "../../command.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { podRunningTimeoutFlag, positiveTimeout } from "../../streams/flags.ts";
import { selectorFlag } from "../../resources/flags.ts";

const usageError =
  "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\n" +
  "POD or TYPE/NAME is a required argument for the logs command";

export default defineCommand({
  usage: "logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]",
  description:
    "Print what a container of a pod has written. The container need not be named where the pod " +
    "has only one.",
  examples: [
    {
      about: "What the only container of the pod nginx has written",
      command: "kubectl logs nginx",
    },
    {
      about: "The same, each line with the pod and the container in front",
      command: "kubectl logs nginx --prefix",
    },
    {
      about: "Of all pods with the label app=nginx, and of all their containers",
      command: "kubectl logs -l app=nginx --all-containers=true",
    },
    {
      about: "Of all pods of a deployment",
      command: "kubectl logs deployment/nginx --all-pods=true",
    },
    {
      about: "Of the container ruby as it ran before its last restart",
      command: "kubectl logs -p -c ruby web-1",
    },
    {
      about: "Go on with what the container ruby writes",
      command: "kubectl logs -f -c ruby web-1",
    },
    { about: "The last 20 lines", command: "kubectl logs --tail=20 nginx" },
    { about: "The last hour", command: "kubectl logs --since=1h nginx" },
    {
      about: "Since a time, with the time of each line",
      command: "kubectl logs nginx --since-time=2024-08-30T06:00:00Z --timestamps=true",
    },
    { about: "Of the first container of a job", command: "kubectl logs job/hello" },
  ],
  flags: {
    ...podRunningTimeoutFlag(20_000),
    ...selectorFlag,
    "all-containers": { type: "bool", usage: "Of all containers of the pods" },
    "all-pods": { type: "bool", usage: "Of all pods; implies --prefix" },
    container: { type: "string", short: "c", default: "", usage: "Of this container" },
    follow: { type: "bool", short: "f", usage: "Go on with what is written from now on" },
    "ignore-errors": {
      type: "bool",
      usage: "With several logs: an error of one does not keep the others from being read",
    },
    "insecure-skip-tls-verify-backend": {
      type: "bool",
      usage:
        "Do not check who the kubelet is that the log comes from. Somebody else could give a wrong " +
        "log then; of use where a kubelet's certificate has expired",
    },
    "limit-bytes": { type: "int", default: 0, usage: "Most bytes of a log; no limit by default" },
    "max-log-requests": {
      type: "int",
      default: 5,
      usage: "Most logs to follow at a time, where a selector chooses them",
    },
    prefix: { type: "bool", usage: "Begin each line with the pod and the container" },
    previous: {
      type: "bool",
      short: "p",
      usage: "Of the container as it ran before its last restart, if it did",
    },
    since: {
      type: "duration",
      default: 0,
      usage: "What is newer than this (5s, 2m, 3h). Not together with --since-time",
    },
    "since-time": {
      type: "string",
      default: "",
      usage: "What was written after this time (RFC3339). Not together with --since",
    },
    tail: {
      type: "int",
      default: -1,
      usage: "Only the last lines. -1, all, by default, but 10 where a selector is given",
    },
    timestamps: { type: "bool", usage: "Begin each line with its time" },
  },
  async run(kubectl, { values, given, args }) {
    if (args.length > 2 || (args.length === 0 && !values.selector))
      throw new UsageError(usageError);
    if (args.length === 1 && values.selector) {
      throw new UsageError("only a selector (-l) or a POD name is allowed");
    }
    const timeoutMs = positiveTimeout(values["pod-running-timeout"], "error");
    const [named, inline] = args;
    const tail = values.selector && values.tail === -1 && !given.has("tail") ? 10 : values.tail;
    const sinceTime = values["since-time"] && parseTime(values["since-time"]);
    const container = inline ?? values.container;
    const check = () => {
      if (sinceTime && values.since !== 0) {
        throw new CommandError("at most one of `sinceTime` or `sinceSeconds` may be specified");
      }
      if (values["all-containers"] && container) {
        throw new CommandError(
          `--all-containers=true should not be specified with container name ${container}`,
        );
      }
      if (given.has("container") && inline !== undefined) {
        throw new CommandError("only one of -c or an inline [CONTAINER] arg is allowed");
      }
      if (values["limit-bytes"] < 0) {
        throw new CommandError("--limit-bytes must be greater than 0");
      }
      if (values.since < 0) throw new CommandError("--since must be greater than 0");
      if (tail < -1) throw new CommandError("--tail must be greater than or equal to -1");
    };
    const { printLogs } = await import("./logs.ts");
    return await printLogs(kubectl, {
      named,
      selector: values.selector,
      container,
      // The objects are looked up before these are, as mistakes in both show.
      check,
      query: {
        follow: values.follow || undefined,
        previous: values.previous || undefined,
        timestamps: values.timestamps || undefined,
        insecureSkipTLSVerifyBackend: values["insecure-skip-tls-verify-backend"] || undefined,
        sinceTime: sinceTime || undefined,
        sinceSeconds: values.since === 0 ? undefined : Math.round(values.since / 1000),
        limitBytes: values["limit-bytes"] || undefined,
        tailLines: tail === -1 ? undefined : tail,
      },
      follow: values.follow,
      allContainers: values["all-containers"],
      allPods: values["all-pods"],
      ignoreErrors: values["ignore-errors"],
      prefix: values.prefix || values["all-pods"],
      followedMax: values["max-log-requests"],
      timeoutMs,
    });
  },
});

/** As the API has times; seconds are the least that it knows. */
function parseTime(text: string): string {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const ms = isTime ? Date.parse(text) : NaN;
  if (!Number.isNaN(ms)) return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
  // Go's time package tells where the text leaves the pattern.
  const date = /^\d{4}-\d\d-\d\d/.test(text);
  const [left, wanted] = date ? [text.slice(10), "T"] : [text, "2006"];
  throw new CommandError(
    `parsing time ${JSON.stringify(text)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(left)} as "${wanted}"`,
  );
}
