import { toBase64 } from "#base/bytes.ts";
import { defineCommand } from "../../command.ts";
import { clusterFields } from "../../config/fields.ts";
import type { Cluster } from "../../config/kubeconfig.ts";
import { SettingsFiles } from "../../config/settings.ts";
import { CommandError, messageOf } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import { entryFlag, entryOf, onlyArgument } from "./common.ts";

const flags = {
  server: entryFlag("string", "The address of the cluster's API server"),
  "tls-server-name": entryFlag("string", "The name to expect in the server's certificate"),
  "insecure-skip-tls-verify": entryFlag("bool", "Whether the server's certificate is not checked"),
  "certificate-authority": entryFlag(
    "string",
    "File with the certificates of the cluster's authority",
  ),
  "embed-certs": entryFlag("bool", "Put the certificates themselves into the kubeconfig"),
  "proxy-url": entryFlag("string", "The proxy to reach the cluster through"),
} as const;

interface ClusterValues {
  readonly server: string;
  readonly "tls-server-name": string;
  readonly "insecure-skip-tls-verify": boolean;
  readonly "certificate-authority": string;
  readonly "embed-certs": boolean;
  readonly "proxy-url": string;
}

export default defineCommand({
  usage:
    "set-cluster NAME [--server=server] [--certificate-authority=path/to/certificate/authority] " +
    "[--insecure-skip-tls-verify=true] [--tls-server-name=example.com]",
  description:
    "Set fields of a cluster of the kubeconfig.\n\n" +
    "A cluster that is there already keeps the fields that are not given.",
  examples: [
    {
      about: "Set the server of the cluster e2e and nothing else",
      command: "kubectl config set-cluster e2e --server=https://1.2.3.4",
    },
    {
      about: "Put the authority's certificates into the entry of e2e",
      command:
        "kubectl config set-cluster e2e --embed-certs --certificate-authority=~/.kube/e2e/kubernetes.ca.crt",
    },
    {
      about: "Do not check the certificate of e2e",
      command: "kubectl config set-cluster e2e --insecure-skip-tls-verify=true",
    },
    {
      about: "Expect another name in the certificate of e2e",
      command: "kubectl config set-cluster e2e --tls-server-name=my-cluster-name",
    },
    {
      about: "Reach e2e through a proxy",
      command: "kubectl config set-cluster e2e --proxy-url=https://1.2.3.4",
    },
  ],
  flags,
  async run(kubectl, { values, given, args }) {
    const name = await onlyArgument(kubectl, args);
    await check(kubectl, name, values);
    const files = new SettingsFiles(kubectl);
    const settings = await files.read();
    const before = settings.clusters.get(name);
    const value = await changed(kubectl, before?.value ?? {}, values, given);
    settings.clusters.set(name, {
      value: entryOf(value, clusterFields),
      origin: before?.origin ?? "",
    });
    await files.save(settings, { relativePaths: true });
    kubectl.printLine(`Cluster "${name}" set.`);
  },
});

async function check(kubectl: Kubectl, name: string, values: ClusterValues): Promise<void> {
  const authority = values["certificate-authority"];
  if (name === "") throw new CommandError("you must specify a non-empty cluster name");
  if (values["insecure-skip-tls-verify"] && authority) {
    throw new CommandError(
      "you cannot specify a certificate authority and insecure mode at the same time",
    );
  }
  if (!values["embed-certs"]) return;
  if (!authority) throw new CommandError("you must specify a --certificate-authority to embed");
  await requireFile(kubectl, "certificate-authority", authority);
}

/** A file that is to be embedded has to be there. */
export async function requireFile(kubectl: Kubectl, flag: string, path: string): Promise<void> {
  try {
    if ((await kubectl.host.files.stat(path)) !== undefined) return;
  } catch (error) {
    throw new CommandError(`could not stat ${flag} file ${path}: ${messageOf(error)}`);
  }
  throw new CommandError(
    `could not stat ${flag} file ${path}: stat ${path}: no such file or directory`,
  );
}

async function changed(
  kubectl: Kubectl,
  before: Cluster,
  values: ClusterValues,
  given: ReadonlySet<string>,
): Promise<Cluster> {
  const { files } = kubectl.host;
  const cluster: Cluster = { ...before };
  if (given.has("server")) {
    cluster.server = values.server;
    // Another server has another name.
    cluster["tls-server-name"] = "";
  }
  if (given.has("tls-server-name")) cluster["tls-server-name"] = values["tls-server-name"];
  if (given.has("insecure-skip-tls-verify")) {
    cluster["insecure-skip-tls-verify"] = values["insecure-skip-tls-verify"];
    if (values["insecure-skip-tls-verify"]) {
      cluster["certificate-authority"] = "";
      cluster["certificate-authority-data"] = "";
    }
  }
  const authority = values["certificate-authority"];
  if (given.has("certificate-authority")) {
    cluster["insecure-skip-tls-verify"] = false;
    const embeds = values["embed-certs"];
    cluster["certificate-authority"] = embeds ? "" : files.absolute(authority);
    cluster["certificate-authority-data"] = embeds
      ? toBase64(await files.readBytes(authority))
      : "";
  }
  if (given.has("proxy-url")) cluster["proxy-url"] = values["proxy-url"];
  return cluster;
}
