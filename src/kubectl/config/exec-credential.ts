import { isRow } from "#machinery/json.ts";
import { CommandError, ConfigurationError, ConnectionError, messageOf } from "../errors.ts";
import type { Host, Programs } from "../host.ts";
import type { ClusterAccess } from "./cluster-access.ts";
import type { ExecCredential } from "./kubeconfig.ts";

/** What a program said that gives credentials. */
export interface GivenCredential {
  readonly token?: string;
  /** PEM. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
}

export interface ExecCredentials {
  /** As it was given last, until that expires. */
  current(): Promise<GivenCredential>;
  /** Another one: the server did not take this one. */
  renew(refused: GivenCredential): Promise<GivenCredential>;
}

/** What the program needs of the place it runs in. */
export type CredentialHost = Pick<Host, "clock" | "programs" | "stdin" | "stderr">;

const group = "client.authentication.k8s.io";
const versions = [`${group}/v1`, `${group}/v1beta1`];

/** Runs the program when a credential is needed, and never twice at a time: it may ask questions. */
export function execCredentials(
  host: CredentialHost,
  access: ClusterAccess,
  exec: ExecCredential,
): ExecCredentials {
  const { clock, programs } = host;
  if (!programs) throw new CommandError("credential programs cannot be run here");
  let known: { readonly credential: GivenCredential; readonly expiresMs: number } | undefined;
  let running: Promise<GivenCredential> | undefined;
  const run = () => {
    running ??= ask(host, programs, access, exec)
      .then((given) => {
        known = given;
        return given.credential;
      })
      .catch((error: unknown) => {
        throw new ConnectionError(`getting credentials: ${messageOf(error)}`, {
          code: "EXEC",
          server: access.server,
          cause: error,
        });
      })
      .finally(() => (running = undefined));
    return running;
  };
  return {
    async current() {
      if (known && clock.now() <= known.expiresMs) return known.credential;
      return await run();
    },
    async renew(refused) {
      if (known && known.credential !== refused) return known.credential;
      return await run();
    },
  };
}

/** Throws for what no program could be run by. */
export function checkExec(exec: ExecCredential, user: string): void {
  const wrong: string[] = [];
  const missing = (what: string) =>
    wrong.push(`${what} must be specified for ${user} to use exec authentication plugin`);
  if (!exec.command) missing("command");
  if (!exec.apiVersion) missing("apiVersion");
  if (exec.env?.some(({ name }) => !name)) missing("env variable name");
  const { interactiveMode } = exec;
  if (interactiveMode === undefined) {
    // Only the beta version has a default.
    if (exec.apiVersion !== `${group}/v1beta1`) missing("interactiveMode");
  } else if (!["Never", "IfAvailable", "Always"].includes(interactiveMode)) {
    wrong.push(`invalid interactiveMode for ${user}: ${JSON.stringify(interactiveMode)}`);
  }
  const [only, ...more] = wrong;
  if (more.length > 0) throw new ConfigurationError(`\n${wrong.map((w) => `* ${w}`).join("\n")}`);
  if (only !== undefined) throw new CommandError(only);
  if (!versions.includes(exec.apiVersion)) {
    throw new CommandError(`exec plugin: invalid apiVersion ${JSON.stringify(exec.apiVersion)}`);
  }
}

type Interactive = boolean | "impossible";

function isInteractive(exec: ExecCredential, isTerminal: boolean): Interactive {
  switch (exec.interactiveMode ?? "IfAvailable") {
    case "Never":
      return false;
    case "IfAvailable":
      return isTerminal;
    default:
      return isTerminal || "impossible";
  }
}

async function ask(
  host: CredentialHost,
  programs: Programs,
  access: ClusterAccess,
  exec: ExecCredential,
): Promise<{ credential: GivenCredential; expiresMs: number }> {
  const interactive = isInteractive(exec, host.stdin.isTerminal);
  if (interactive === "impossible") {
    throw new Error(
      "exec plugin cannot support interactive mode: standard input is not a terminal",
    );
  }
  const path = await programs.find(exec.command);
  if (path === undefined) throw new Error(notFound(exec));
  const environment = Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value]));
  const result = await programs.run(path, exec.args ?? [], {
    environment: {
      ...environment,
      KUBERNETES_EXEC_INFO: JSON.stringify(execInfo(access, exec, interactive)),
    },
    tell: (said) => host.stderr.write(said),
    ...(!interactive && { input: "" }),
  });
  if (result.exitCode !== 0) {
    throw new Error(`exec: executable ${exec.command} failed with exit code ${result.exitCode}`);
  }
  return readCredential(result.stdout, exec.apiVersion);
}

function notFound({ command, installHint }: ExecCredential): string {
  const help =
    "It looks like you are trying to use a client-go credential plugin that is not installed.\n\n" +
    "To learn more about this feature, consult the documentation available at:\n      " +
    "https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins";
  const hint = installHint ? `\n\n${installHint}` : "";
  return `exec: executable ${command} not found\n\n${help}${hint}`;
}

/** What the program is told of its task. */
function execInfo(access: ClusterAccess, exec: ExecCredential, interactive: boolean): object {
  const { certificateAuthority, cluster } = access;
  const extensions = cluster?.extensions;
  const config = Array.isArray(extensions)
    ? extensions.find((entry) => isRow(entry) && entry.name === `${group}/exec`)
    : undefined;
  return {
    kind: "ExecCredential",
    apiVersion: exec.apiVersion,
    spec: {
      ...(exec.provideClusterInfo && {
        cluster: {
          server: access.server,
          ...(access.tlsServerName && { "tls-server-name": access.tlsServerName }),
          ...(access.insecureSkipTlsVerify && { "insecure-skip-tls-verify": true }),
          ...(certificateAuthority && { "certificate-authority-data": btoa(certificateAuthority) }),
          ...(access.proxyUrl && { "proxy-url": access.proxyUrl }),
          config: (isRow(config) && config.extension) || null,
        },
      }),
      interactive,
    },
  };
}

export function readCredential(
  stdout: string,
  apiVersion: string,
): { credential: GivenCredential; expiresMs: number } {
  let answer: unknown;
  try {
    answer = JSON.parse(stdout);
  } catch (error) {
    throw new Error(`decoding stdout: ${messageOf(error)}`, { cause: error });
  }
  const row = isRow(answer) ? answer : {};
  const version = textOf(row.apiVersion) || `${group}/__internal`;
  if (version !== apiVersion) {
    throw new Error(
      `exec plugin is configured to use API version ${apiVersion}, plugin returned version ${version}`,
    );
  }
  const { status } = row;
  if (!isRow(status)) throw new Error("exec plugin didn't return a status field");
  const token = textOf(status.token);
  const certificate = textOf(status.clientCertificateData);
  const key = textOf(status.clientKeyData);
  if (!token && !certificate && !key) {
    throw new Error("exec plugin didn't return a token or cert/key pair");
  }
  if (!certificate !== !key) {
    throw new Error("exec plugin returned only certificate or key, not both");
  }
  const expires = Date.parse(textOf(status.expirationTimestamp));
  return {
    credential: {
      ...(token && { token }),
      ...(certificate && { clientCertificate: { certificate, key } }),
    },
    expiresMs: Number.isNaN(expires) ? Infinity : expires,
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
