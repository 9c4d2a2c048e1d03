import { text } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { Pod } from "#api/core/v1.ts";
import { defineCommand } from "../../../command.ts";
import { messageOf } from "../../../errors.ts";
import type { Kubectl } from "../../../kubectl.ts";
import type { KubeObject } from "../../../objects.ts";
import { joinPath } from "../../../paths.ts";
import { printFlags } from "../../../printers/print-flags.ts";
import { typedPrinter } from "../../../printers/typed.ts";
import { allNamespacesFlag } from "../../../resources/flags.ts";

/** What is dumped of each namespace, and the file's name for it. */
const parts: readonly (readonly [root: string, resource: string, kind: string, file: string])[] = [
  ["/api/v1", "events", "EventList", "events"],
  ["/api/v1", "replicationcontrollers", "ReplicationControllerList", "replication-controllers"],
  ["/api/v1", "services", "ServiceList", "services"],
  ["/apis/apps/v1", "daemonsets", "DaemonSetList", "daemonsets"],
  ["/apis/apps/v1", "deployments", "DeploymentList", "deployments"],
  ["/apis/apps/v1", "replicasets", "ReplicaSetList", "replicasets"],
  ["/api/v1", "pods", "PodList", "pods"],
];

export default defineCommand({
  usage: "dump [flags]",
  description:
    "Print all that helps to find what is wrong with a cluster.\n\n" +
    "It goes to the standard output, or to a tree of files in --output-directory. Without " +
    "--namespaces or --all-namespaces, it is that of the current namespace and of kube-system.\n\n" +
    "The logs of all pods are part of it.",
  examples: [
    { about: "Print it", command: "kubectl cluster-info dump" },
    {
      about: "Write it to files below a directory",
      command: "kubectl cluster-info dump --output-directory=/path/to/cluster-state",
    },
    { about: "Of all namespaces", command: "kubectl cluster-info dump --all-namespaces" },
    {
      about: "Of some namespaces, to files",
      command:
        "kubectl cluster-info dump --namespaces default,kube-system --output-directory=/path/to/cluster-state",
    },
  ],
  flags: {
    ...printFlags,
    ...allNamespacesFlag,
    output: { ...printFlags.output, default: "json" },
    namespaces: { type: "list", usage: "Namespaces to dump, separated by commas." },
    "output-directory": {
      type: "string",
      default: "",
      usage: "Where to write files. Without it, or with '-', it is printed.",
    },
    "pod-running-timeout": {
      type: "duration",
      default: 20_000,
      usage: "How long to wait until a pod runs, for its logs (e.g. 5s, 2m, or 3h)",
    },
  },
  async run(kubectl, { values }) {
    const directory = values["output-directory"];
    const extension = values.output === "json" || values.output === "yaml" ? values.output : "txt";
    const printer = await typedPrinter(kubectl, values, "");
    const rest = await kubectl.rest();
    const out = new DumpOutput(kubectl, directory === "-" ? "" : directory);
    const dump = async (path: string, kind: string, file: string) => {
      const list = await rest.json({ path });
      const { apiVersion, metadata, items } = list;
      const isEmpty = !Array.isArray(items) || items.length === 0;
      // Lists without items have null, as they come out of protobuf.
      const whole = { kind, apiVersion, metadata, items: isEmpty ? null : items } as KubeObject;
      await out.write(`${file}.${extension}`, printer.print(whole));
      return list;
    };
    await dump("/api/v1/nodes", "NodeList", "nodes");
    for (const namespace of await namespacesOf()) {
      for (const [root, resource, kind, file] of parts) {
        const path = `${root}/namespaces/${namespace}/${resource}`;
        const list = await dump(path, kind, `${namespace}/${file}`);
        if (kind !== "PodList") continue;
        for (const pod of list.items as Pod[]) {
          const logs = await logsOf(kubectl, pod);
          await out.write(`${namespace}/${pod.metadata.name}/logs.txt`, logs);
        }
      }
    }
    if (out.directory) kubectl.printLine(`Cluster info dumped to ${directory}`);

    async function namespacesOf(): Promise<readonly string[]> {
      if (values["all-namespaces"]) {
        const { items } = await rest.list({ path: "/api/v1/namespaces" }, 0);
        return items.map(({ metadata }) => metadata.name ?? "");
      }
      if (values.namespaces.length > 0) return values.namespaces;
      return ["kube-system", (await kubectl.namespace()).name];
    }
  },
});

class DumpOutput {
  readonly directory: string;
  readonly #kubectl: Kubectl;

  constructor(kubectl: Kubectl, directory: string) {
    this.#kubectl = kubectl;
    this.directory = directory;
  }

  async write(file: string, content: string | Bytes): Promise<void> {
    if (!this.directory) {
      this.#kubectl.print(content);
      return;
    }
    const { files } = this.#kubectl.host;
    const path = joinPath(this.directory, file);
    await files.makeDirectory(path.slice(0, path.lastIndexOf("/")));
    await files.writeText(path, typeof content === "string" ? content : text(content));
  }
}

async function logsOf(kubectl: Kubectl, { metadata, spec }: Pod): Promise<string> {
  const rest = await kubectl.rest();
  const pod = `${metadata.namespace ?? ""}/${metadata.name}`;
  let logs = "";
  for (const { name } of [...(spec.initContainers ?? []), ...spec.containers]) {
    logs += `==== START logs for container ${name} of pod ${pod} ====\n`;
    try {
      const path = `/api/v1/namespaces/${metadata.namespace ?? ""}/pods/${metadata.name}/log`;
      const request = { path, query: { container: name }, accept: "*/*" };
      for await (const chunk of rest.stream(request, kubectl.signal)) logs += text(chunk);
    } catch (error) {
      logs += `Request log error: ${messageOf(error)}\n`;
    }
    logs += `==== END logs for container ${name} of pod ${pod} ====\n`;
  }
  return logs;
}
