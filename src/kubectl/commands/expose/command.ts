import { defineCommand } from "../../command.ts";
import { printFlags } from "../../printers/print-flags.ts";
import { fileFlags, fileQuery } from "../../resources/flags.ts";
import { dryRunFlag, dryRunOf } from "../../writes/dry-run.ts";
import { fieldManagerFlag } from "../../writes/flags.ts";
import { saveConfigFlag } from "../../writes/last-applied.ts";
import { overrideFlags } from "../../writes/overrides.ts";
import { recordFlag, recorder } from "../../writes/record.ts";

const text = (usage: string) => ({ type: "string", default: "", usage }) as const;

export default defineCommand({
  usage:
    "expose (-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] " +
    "[--target-port=number-or-name] [--name=name] [--external-ip=external-ip-of-service] " +
    "[--type=type]",
  description:
    "Create a service for the pods of a resource.\n\n" +
    "A deployment, service, replica set, replication controller or pod is looked up by its name; " +
    "what selects its pods becomes the selector of the new service. Of deployments and replica " +
    "sets only selectors by matchLabels can be used. Without --port the service has the ports of " +
    "the resource, and without --labels its labels.\n\n" +
    "Possible resources include (case insensitive):\n\n" +
    "pod (po), service (svc), replicationcontroller (rc), deployment (deploy), replicaset (rs)",
  examples: [
    {
      about: "A service on port 80 for the pods of a replication controller, which listen on 8000",
      command: "kubectl expose rc nginx --port=80 --target-port=8000",
    },
    {
      about: "The same for what a file names",
      command: "kubectl expose -f nginx-controller.yaml --port=80 --target-port=8000",
    },
    {
      about: 'A service "frontend" on port 444 for a pod',
      command: "kubectl expose pod valid-pod --port=444 --name=frontend",
    },
    {
      about: "A second service for the pods of another one",
      command: "kubectl expose service nginx --port=443 --target-port=8443 --name=nginx-https",
    },
    {
      about: "A service for a stream over UDP",
      command: "kubectl expose rc streamer --port=4100 --protocol=UDP --name=video-stream",
    },
    {
      about: "A service for the pods of a replica set",
      command: "kubectl expose rs nginx --port=80 --target-port=8000",
    },
    {
      about: "A service for the pods of a deployment",
      command: "kubectl expose deployment nginx --port=80 --target-port=8000",
    },
  ],
  connectsFirst: true,
  flags: {
    ...printFlags,
    ...dryRunFlag,
    ...fieldManagerFlag("kubectl-expose"),
    ...fileFlags("File, directory or URL that names what to expose"),
    ...overrideFlags,
    ...recordFlag,
    ...saveConfigFlag,
    "cluster-ip": text("The service's address in the cluster, or 'None' for a headless one."),
    "external-ip": text("An address outside that the service also takes."),
    labels: { ...text("Labels of the service."), short: "l" },
    "load-balancer-ip": text("The address that the load balancer is to have."),
    name: text("The name of the service."),
    port: text("The service's port; that of the resource if it is not given"),
    protocol: text("The service's protocol. TCP, if nothing says otherwise."),
    selector: text("Labels of the service's pods; those of the resource if not given."),
    "session-affinity": text("Whether a client stays with one pod: 'None' or 'ClientIP'"),
    "target-port": text("Number or name of the pods' port that the service sends to."),
    type: text("The service's type: ClusterIP, NodePort, LoadBalancer, or ExternalName."),
  },
  async run(kubectl, input) {
    const { values, args } = input;
    const dryRun = dryRunOf(kubectl, values["dry-run"]);
    const { expose } = await import("./expose.ts");
    const record = recorder(kubectl, ["expose"], input);
    await expose(kubectl, { files: fileQuery(values), args, dryRun, values, record });
  },
});
