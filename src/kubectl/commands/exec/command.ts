import { defineCommand } from "../../command.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { podRunningTimeoutFlag, positiveTimeout, sessionFlags } from "../../streams/flags.ts";

export default defineCommand({
  usage: "exec (POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]",
  description: "Run a command in a container.",
  examples: [
    {
      about: "What 'date' says in the first container of the pod mypod",
      command: "kubectl exec mypod -- date",
    },
    {
      about: "The same in the container ruby-container",
      command: "kubectl exec mypod -c ruby-container -- date",
    },
    {
      about: "Type at a shell in a container",
      command: "kubectl exec mypod -c ruby-container -i -t -- bash -il",
    },
    {
      about:
        "Two dashes keep the command's own flags from being taken for ours. The command is not a " +
        "line for a shell: leave out quotes around the whole of it",
      command: "kubectl exec mypod -i -t -- ls -t /usr",
    },
    {
      about: "In the first pod of a deployment, or of a service",
      command: "kubectl exec deploy/mydeployment -- date\nkubectl exec svc/myservice -- date",
    },
  ],
  flags: {
    ...sessionFlags,
    ...podRunningTimeoutFlag(60_000),
    filename: { type: "list", short: "f", usage: "File that names the object to run in" },
  },
  async run(kubectl, { values, args, dashAt }) {
    const named = args.length > 0 && dashAt !== 0 ? args[0] : undefined;
    const command = dashAt === undefined ? [] : args.slice(dashAt);
    const { filename: filenames } = values;
    if (dashAt === undefined && (args.length > 1 || (args.length > 0 && filenames.length > 0))) {
      throw new UsageError(
        "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead",
      );
    }
    const timeoutMs = positiveTimeout(values["pod-running-timeout"]);
    if (named === undefined && filenames.length === 0) {
      throw new CommandError("pod, type/name or --filename must be specified");
    }
    if (command.length === 0) {
      throw new CommandError("you must specify at least one command for the container");
    }
    const { execute } = await import("./exec.ts");
    await execute(kubectl, {
      named,
      filenames,
      command,
      container: values.container,
      stdin: values.stdin,
      tty: values.tty,
      quiet: values.quiet,
      timeoutMs,
    });
  },
});
