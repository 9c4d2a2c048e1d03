import { fromBase64, text } from "#base/bytes.ts";
import { parseDuration } from "#base/duration.ts";
import { CommandError, ConfigurationError, MissingEntryError } from "../errors.ts";
import type { Files, Host } from "../host.ts";
import { mergeKubeconfigs, readKubeconfigs } from "./kubeconfig.ts";
import type { Cluster, ExecCredential, Kubeconfig, KubeconfigPaths, User } from "./kubeconfig.ts";

/** How to reach one server, and as whom: a context with its files read and its flags applied. */
export interface ClusterAccess {
  readonly server: string;
  /** PEM. */
  readonly certificateAuthority?: string;
  /** PEM. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
  readonly bearerToken?: string | { readonly file: string };
  readonly basic?: { readonly username: string; readonly password: string };
  readonly exec?: ExecCredential;
  /** What a credential program may want to know of the cluster. */
  readonly cluster?: Cluster;
  readonly insecureSkipTlsVerify?: boolean;
  readonly tlsServerName?: string;
  readonly proxyUrl?: string;
  readonly impersonate?: Impersonation;
  readonly disableCompression?: boolean;
  /** 0 is none. */
  readonly requestTimeoutMs: number;
  /** Where commands act that name no namespace. */
  readonly namespace: string;
  /** The context, for messages. */
  readonly context: string;
}

export interface Impersonation {
  readonly user: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What flags say about the connection, each over the file's word. */
export interface AccessFlags {
  readonly context?: string | undefined;
  readonly cluster?: string | undefined;
  readonly user?: string | undefined;
  readonly server?: string | undefined;
  readonly namespace?: string | undefined;
  readonly token?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly "client-certificate"?: string | undefined;
  readonly "client-key"?: string | undefined;
  readonly "certificate-authority"?: string | undefined;
  readonly "insecure-skip-tls-verify"?: boolean | undefined;
  readonly "tls-server-name"?: string | undefined;
  readonly "disable-compression"?: boolean | undefined;
  readonly as?: string | undefined;
  readonly "as-uid"?: string | undefined;
  readonly "as-group"?: readonly string[] | undefined;
  readonly "as-user-extra"?: readonly string[] | undefined;
  readonly "request-timeout"?: string | undefined;
}

const serviceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

export async function readClusterAccess(
  host: Host,
  paths: KubeconfigPaths,
  flags: AccessFlags,
): Promise<ClusterAccess> {
  const config = mergeKubeconfigs(await readKubeconfigs(host.files, paths));
  const isEmpty = !config.clusters?.length && !config.users?.length && !config.contexts?.length;
  if (isEmpty && !flags.server && !flags.context && !flags.cluster && !flags.user) {
    const inCluster = await readInCluster(host, flags);
    if (inCluster) return inCluster;
  }
  const context = contextOf(config, flags);
  const cluster = clusterOf(config, context.cluster, flags);
  const user = userOf(config, context.user, flags);
  if (user.exec) {
    const { checkExec } = await import("./exec-credential.ts");
    checkExec(user.exec, context.user ?? "");
  }
  return {
    ...(await trustOf(host.files, cluster, flags)),
    ...(await credentialsOf(host.files, user, flags, context.user ?? "")),
    ...impersonationOf(user, flags, context.user ?? ""),
    server: serverUrl(cluster.server || "http://localhost:8080"),
    cluster,
    ...(cluster["proxy-url"] && { proxyUrl: cluster["proxy-url"] }),
    disableCompression: flags["disable-compression"] ?? cluster["disable-compression"] ?? false,
    requestTimeoutMs: timeoutOf(flags["request-timeout"]),
    namespace: context.namespace || "default",
    context: context.name,
  };
}

function contextOf(config: Kubeconfig, flags: AccessFlags) {
  const name = flags.context || config["current-context"] || "";
  const found = config.contexts?.find((entry) => entry.name === name)?.context;
  if (!found && flags.context) {
    throw new MissingEntryError(
      `context "${name}" does not exist`,
      new ConfigurationError(`context was not found for specified context: ${name}`),
    );
  }
  return {
    name,
    cluster: flags.cluster || found?.cluster,
    user: flags.user || found?.user,
    namespace: flags.namespace || found?.namespace,
  };
}

function clusterOf(config: Kubeconfig, name: string | undefined, flags: AccessFlags): Cluster {
  const found = config.clusters?.find((entry) => entry.name === name)?.cluster;
  if (name && !found && !flags.server) {
    const serverless = new CommandError(`no server found for cluster "${name}"`);
    if (!flags.cluster) throw serverless;
    throw new MissingEntryError(`cluster "${name}" does not exist`, serverless);
  }
  const server = flags.server || found?.server;
  return { ...found, ...(server && { server }) };
}

function userOf(config: Kubeconfig, name: string | undefined, flags: AccessFlags): User {
  const found = config.users?.find((entry) => entry.name === name)?.user;
  if (name && !found && flags.user) throw new CommandError(`auth info "${name}" does not exist`);
  return found ?? {};
}

async function trustOf(files: Files, cluster: Cluster, flags: AccessFlags) {
  const insecure = flags["insecure-skip-tls-verify"] ?? cluster["insecure-skip-tls-verify"];
  const serverName = flags["tls-server-name"] || cluster["tls-server-name"];
  const flagged = flags["certificate-authority"];
  const authority = flagged
    ? await files.readText(flagged)
    : await dataOrFile(
        files,
        cluster["certificate-authority-data"],
        cluster["certificate-authority"],
      );
  if (insecure && authority && flagged) {
    throw new CommandError(
      "specifying a root certificates file with the insecure flag is not allowed",
    );
  }
  return {
    ...(authority && !insecure && { certificateAuthority: authority }),
    ...(insecure && { insecureSkipTlsVerify: true }),
    ...(serverName && { tlsServerName: serverName }),
  };
}

async function credentialsOf(files: Files, user: User, flags: AccessFlags, name: string) {
  const certificate = flags["client-certificate"]
    ? await files.readText(flags["client-certificate"])
    : await dataOrFile(files, user["client-certificate-data"], user["client-certificate"]);
  const key = flags["client-key"]
    ? await files.readText(flags["client-key"])
    : await dataOrFile(files, user["client-key-data"], user["client-key"]);
  const token = flags.token || user.token || (user.tokenFile && { file: user.tokenFile });
  const username = flags.username || user.username;
  const password = flags.password || user.password;
  if (flags.token && flags.username) {
    throw new CommandError(
      `more than one authentication method found for ${name}; found [token basicAuth], only one is allowed`,
    );
  }
  // What the command line says takes the place of the file's other ways to authenticate.
  const fromFlags = flags.token || flags.username;
  return {
    ...(certificate && key && { clientCertificate: { certificate, key } }),
    ...(token && !flags.username && { bearerToken: token }),
    ...(username && !flags.token && { basic: { username, password: password ?? "" } }),
    ...(user.exec && !fromFlags && { exec: user.exec }),
  };
}

function impersonationOf(
  user: User,
  flags: AccessFlags,
  userName: string,
): { impersonate?: Impersonation } {
  const name = flags.as || user.as;
  const uid = flags["as-uid"] || user["as-uid"];
  const groups = flags["as-group"]?.length ? flags["as-group"] : user["as-groups"];
  const extra = user["as-user-extra"];
  if (!name) {
    if (uid || groups?.length) {
      throw new CommandError(
        `requesting uid, groups or user-extra for ${userName} without impersonating a user`,
      );
    }
    return {};
  }
  return {
    impersonate: {
      user: name,
      ...(uid && { uid }),
      ...(groups && { groups }),
      ...(extra && { extra }),
    },
  };
}

async function dataOrFile(files: Files, data: string | undefined, file: string | undefined) {
  if (data) return text(fromBase64(data.trim()));
  return file ? await files.readText(file) : undefined;
}

/** Inside of a pod, where no kubeconfig says otherwise. */
async function readInCluster(host: Host, flags: AccessFlags): Promise<ClusterAccess | undefined> {
  const { KUBERNETES_SERVICE_HOST: name, KUBERNETES_SERVICE_PORT: port } = host.environment;
  const tokenFile = `${serviceAccountDirectory}/token`;
  if (!name || !port || !(await host.files.stat(tokenFile))) return undefined;
  const namespace = (await host.files.readText(`${serviceAccountDirectory}/namespace`)).trim();
  return {
    server: `https://${name.includes(":") ? `[${name}]` : name}:${port}`,
    certificateAuthority: await host.files.readText(`${serviceAccountDirectory}/ca.crt`),
    bearerToken: flags.token || { file: tokenFile },
    ...impersonationOf({}, flags, ""),
    requestTimeoutMs: timeoutOf(flags["request-timeout"]),
    namespace: flags.namespace || namespace || "default",
    context: "in-cluster",
  };
}

function serverUrl(server: string): string {
  const url = /^[a-z]+:\/\//i.test(server) ? server : `http://${server}`;
  if (URL.canParse(url)) return url.replace(/\/+$/, "");
  throw new CommandError(`parse ${JSON.stringify(server)}: invalid server address`);
}

/** "0" is none; a bare number counts seconds. */
function timeoutOf(flag: string | undefined): number {
  if (!flag || flag === "0") return 0;
  if (/^\d+$/.test(flag)) return Number(flag) * 1000;
  const nanos = parseDuration(flag);
  if (nanos !== undefined) return nanos / 1e6;
  throw new CommandError(
    `Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed ` +
      `by a corresponding time unit (e.g. 1s | 2m | 3h)`,
  );
}
