import { defineCommand } from "../../command.ts";
import { CommandError } from "../../errors.ts";
import { podRunningTimeoutFlag, positiveTimeout, sessionFlags } from "../../streams/flags.ts";

export default defineCommand({
  usage: "attach (POD | TYPE/NAME) -c CONTAINER",
  description: "Attach to the process that a container runs already.",
  examples: [
    {
      about: "See what a pod's container writes from now on",
      command: "kubectl attach mypod",
    },
    {
      about: "The same of another container than the first",
      command: "kubectl attach mypod -c ruby-container",
    },
    {
      about: "Type at what runs in a container",
      command: "kubectl attach mypod -c ruby-container -i -t",
    },
    { about: "The first pod of a replica set", command: "kubectl attach rs/nginx" },
  ],
  flags: { ...sessionFlags, ...podRunningTimeoutFlag(60_000) },
  async run(kubectl, { values, args }) {
    const timeoutMs = positiveTimeout(values["pod-running-timeout"]);
    if (args.length === 0) throw new CommandError("at least 1 argument is required for attach");
    if (args.length > 2) {
      throw new CommandError(
        `expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw ${args.length}: [${args.join(" ")}]`,
      );
    }
    const [{ attachToPod, isOver }, { attachablePod, namedObject }] = await Promise.all([
      import("../../streams/attach.ts"),
      import("../../streams/pods.ts"),
    ]);
    const pod = await attachablePod(kubectl, await namedObject(kubectl, args), timeoutMs);
    if (isOver(pod)) {
      throw new CommandError(
        `cannot attach a container in a completed pod; current phase is ${pod.status.phase ?? ""}`,
      );
    }
    await attachToPod(kubectl, pod, values);
  },
});
