import { defineCommand } from "../../command.ts";
import { UsageError } from "../../errors.ts";
import { podRunningTimeoutFlag, positiveTimeout } from "../../streams/flags.ts";

export default defineCommand({
  usage:
    "port-forward TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]",
  description:
    "Forward ports of this machine to a pod.\n\n" +
    "A type and a name, such as deployment/mydeployment, choose the pod; a name alone is a pod's. " +
    "Of several pods one is chosen. The forwarding ends when that pod does, and has to be started " +
    "again.",
  examples: [
    {
      about: "Ports 5000 and 6000 here are those of the pod",
      command: "kubectl port-forward pod/mypod 5000 6000",
    },
    {
      about: "To a pod that a deployment chooses",
      command: "kubectl port-forward deployment/mydeployment 5000 6000",
    },
    {
      about: 'Port 8443 here is that which the service\'s port "https" leads to',
      command: "kubectl port-forward service/myservice 8443:https",
    },
    { about: "Port 8888 here is 5000 there", command: "kubectl port-forward pod/mypod 8888:5000" },
    {
      about: "The same for connections that come from anywhere",
      command: "kubectl port-forward --address 0.0.0.0 pod/mypod 8888:5000",
    },
    {
      about: "For this machine and one of its addresses",
      command: "kubectl port-forward --address localhost,10.19.21.23 pod/mypod 8888:5000",
    },
    { about: "Any free port here", command: "kubectl port-forward pod/mypod :5000" },
  ],
  flags: {
    ...podRunningTimeoutFlag(60_000),
    address: {
      type: "list",
      default: ["localhost"],
      usage:
        "Addresses to listen on (comma separated): IP addresses, or localhost, which is 127.0.0.1 " +
        "and ::1 as far as there are both",
    },
  },
  async run(kubectl, { values, args }) {
    if (args.length < 2) {
      throw new UsageError("TYPE/NAME and list of ports are required for port-forward");
    }
    const timeoutMs = positiveTimeout(values["pod-running-timeout"]);
    const [named = "", ...ports] = args;
    const { forwardPorts } = await import("./port-forward.ts");
    await forwardPorts(kubectl, { named, ports, addresses: values.address, timeoutMs });
    return 0;
  },
});
