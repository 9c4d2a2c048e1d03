import { toBase64 } from "#base/bytes.ts";
import { defineCommand } from "../../command.ts";
import type { CommandInput } from "../../command.ts";
import { userFields } from "../../config/fields.ts";
import type { ExecCredential, User } from "../../config/kubeconfig.ts";
import { SettingsFiles } from "../../config/settings.ts";
import { CommandError, messageOf } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import { parsePairs } from "../../resources/pairs.ts";
import type { Changes } from "../../resources/pairs.ts";
import { entryFlag, entryOf, helpAndFail } from "./common.ts";
import { requireFile } from "./set-cluster.ts";

const flags = {
  "client-certificate": entryFlag("string", "File with the user's client certificate"),
  "client-key": entryFlag("string", "File with the key of the user's client certificate"),
  token: entryFlag("string", "The user's bearer token"),
  username: entryFlag("string", "The user's name for basic authentication"),
  password: entryFlag("string", "The user's password for basic authentication"),
  "auth-provider": entryFlag("string", "The user's auth provider"),
  "auth-provider-arg": { type: "list", usage: "'key=value' settings of the auth provider" },
  "exec-command": entryFlag("string", "The program that gives the user's credentials"),
  "exec-api-version": entryFlag("string", "The version of the interface that the program speaks"),
  "exec-interactive-mode": entryFlag("string", "Whether the program may ask at the terminal"),
  "exec-provide-cluster-info": entryFlag("bool", "Whether the program is told of the cluster"),
  "exec-arg": { type: "list", usage: "New arguments of the program" },
  "exec-env": { type: "array", usage: "'key=value' environment variables of the program" },
  "embed-certs": entryFlag(
    "bool",
    "Put the certificate and the key themselves into the kubeconfig",
  ),
} as const;

type Input = CommandInput<typeof flags>;

export default defineCommand({
  usage:
    "set-credentials NAME [--client-certificate=path/to/certfile] [--client-key=path/to/keyfile] " +
    "[--token=bearer_token] [--username=basic_user] [--password=basic_password] " +
    "[--auth-provider=provider_name] [--auth-provider-arg=key=value] [--exec-command=exec_command] " +
    "[--exec-api-version=exec_api_version] [--exec-arg=arg] [--exec-env=key=value]",
  description:
    "Set fields of a user of the kubeconfig.\n\n" +
    "A user that is there already keeps the fields that are not given.\n\n" +
    "       Client certificates:\n" +
    "        --client-certificate=certfile --client-key=keyfile\n" +
    "        \n" +
    "        Bearer tokens:\n" +
    "        --token=bearer_token\n" +
    "        \n" +
    "        Basic authentication:\n" +
    "        --username=basic_user --password=basic_password\n" +
    "        \n" +
    " A user has a bearer token or basic authentication, not both.",
  examples: [
    {
      about: 'Set the "client-key" of "cluster-admin" and nothing else',
      command: "kubectl config set-credentials cluster-admin --client-key=~/.kube/admin.key",
    },
    {
      about: 'Let "cluster-admin" use basic authentication',
      command:
        "kubectl config set-credentials cluster-admin --username=admin --password=uXFGweU9l35qcif",
    },
    {
      about: 'Put the client certificate itself into the entry of "cluster-admin"',
      command:
        "kubectl config set-credentials cluster-admin --client-certificate=~/.kube/admin.crt --embed-certs=true",
    },
    {
      about: 'Give "cluster-admin" an auth provider',
      command: "kubectl config set-credentials cluster-admin --auth-provider=gcp",
    },
    {
      about: 'Give "cluster-admin" an auth provider with settings',
      command:
        "kubectl config set-credentials cluster-admin --auth-provider=oidc --auth-provider-arg=client-id=foo --auth-provider-arg=client-secret=bar",
    },
    {
      about: 'Take the setting "client-secret" of the auth provider away',
      command:
        "kubectl config set-credentials cluster-admin --auth-provider=oidc --auth-provider-arg=client-secret-",
    },
    {
      about: 'Let a program give the credentials of "cluster-admin"',
      command:
        "kubectl config set-credentials cluster-admin --exec-command=/path/to/the/executable --exec-api-version=client.authentication.k8s.io/v1beta1",
    },
    {
      about: "Let a program give them that never asks at the terminal",
      command:
        "kubectl config set-credentials cluster-admin --exec-command=/path/to/the/executable --exec-api-version=client.authentication.k8s.io/v1beta1 --exec-interactive-mode=Never",
    },
    {
      about: "Give the program other arguments",
      command: "kubectl config set-credentials cluster-admin --exec-arg=arg1 --exec-arg=arg2",
    },
    {
      about: "Set environment variables of the program",
      command:
        "kubectl config set-credentials cluster-admin --exec-env=key1=val1 --exec-env=key2=val2",
    },
    {
      about: "Take an environment variable of the program away",
      command: "kubectl config set-credentials cluster-admin --exec-env=var-to-remove-",
    },
  ],
  flags,
  async run(kubectl, input) {
    const [name = ""] = input.args;
    let pairs: { readonly provider: Changes; readonly environment: Changes };
    try {
      if (input.args.length !== 1)
        throw new CommandError(`unexpected args: [${input.args.join(" ")}]`);
      const removes = { removes: true };
      pairs = {
        provider: parsePairs(input.values["auth-provider-arg"], "auth-provider-arg", removes),
        environment: parsePairs(input.values["exec-env"], "exec-env", removes),
      };
    } catch (error) {
      await helpAndFail(kubectl, messageOf(error));
      return;
    }
    await check(kubectl, name, input);
    const files = new SettingsFiles(kubectl);
    const settings = await files.read();
    const before = settings.users.get(name);
    const value: User = { ...before?.value };
    await setCertificates(kubectl, value, input);
    setProvider(value, input, pairs.provider);
    setExec(value, input, pairs.environment);
    setSecrets(value, input);
    settings.users.set(name, {
      value: entryOf(value, userFields),
      origin: before?.origin ?? "",
    });
    await files.save(settings, { relativePaths: true });
    kubectl.printLine(`User "${name}" set.`);
  },
});

async function check(kubectl: Kubectl, name: string, { values, given }: Input): Promise<void> {
  if (name === "") throw new CommandError("you must specify a non-empty user name");
  if (values.token && (values.username || values.password)) {
    throw new CommandError(
      "you cannot specify more than one authentication method at the same time: " +
        "--token, --username/--password",
    );
  }
  if (values["embed-certs"]) {
    if (!values["client-certificate"] && !values["client-key"]) {
      throw new CommandError("you must specify a --client-certificate or --client-key to embed");
    }
    for (const flag of ["client-certificate", "client-key"] as const) {
      if (values[flag]) await requireFile(kubectl, flag, values[flag]);
    }
  }
  const mode = values["exec-interactive-mode"];
  if (given.has("exec-interactive-mode") && !["IfAvailable", "Always", "Never"].includes(mode)) {
    throw new CommandError("invalid interactive mode type, can be only IfAvailable, Never, Always");
  }
}

async function setCertificates(kubectl: Kubectl, user: User, { values, given }: Input) {
  const { files } = kubectl.host;
  for (const flag of ["client-certificate", "client-key"] as const) {
    if (!given.has(flag)) continue;
    const embeds = values["embed-certs"];
    user[flag] = embeds ? "" : files.absolute(values[flag]);
    user[`${flag}-data`] = embeds ? toBase64(await files.readBytes(values[flag])) : "";
  }
}

function setProvider(user: User, { values, given }: Input, changes: Changes): void {
  const before = user["auth-provider"] as AuthProvider | undefined;
  const name = values["auth-provider"];
  const isOther = given.has("auth-provider") && before?.name !== name;
  const provider = isOther ? { name } : before;
  if (!provider) return;
  user["auth-provider"] = { ...provider, config: withChanges(provider.config ?? {}, changes) };
}

interface AuthProvider {
  readonly name: string;
  readonly config?: Readonly<Record<string, string>> | null;
}

function withChanges(
  values: Readonly<Record<string, string>>,
  { set, remove }: Changes,
): Record<string, string> {
  const kept = Object.entries(values).filter(([key]) => !remove.includes(key));
  return Object.fromEntries([...kept, ...set]);
}

/** Without a program, what is said of it is about nothing. */
function setExec(user: User, { values, given }: Input, changes: Changes): void {
  let exec: ExecCredential | undefined = user.exec && { ...user.exec };
  if (given.has("exec-command")) {
    // Another program has other arguments.
    exec = {
      ...exec,
      apiVersion: exec?.apiVersion ?? "",
      command: values["exec-command"],
      args: null,
    };
  }
  if (!exec) return;
  if (given.has("exec-api-version")) exec.apiVersion = values["exec-api-version"];
  if (values["exec-arg"].length > 0) exec.args = [...values["exec-arg"]];
  const mode = values["exec-interactive-mode"];
  if (mode) exec.interactiveMode = mode as NonNullable<ExecCredential["interactiveMode"]>;
  if (given.has("exec-provide-cluster-info")) {
    exec.provideClusterInfo = values["exec-provide-cluster-info"];
  }
  if (changes.set.size > 0 || changes.remove.length > 0) {
    const before = Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value]));
    const after = withChanges(before, changes);
    exec.env = Object.entries(after).map(([name, value]) => ({ name, value }));
  }
  user.exec = exec;
}

/** A token takes the place of a name and password, and they of it. */
function setSecrets(user: User, { values, given }: Input): void {
  for (const field of ["token", "username", "password"] as const) {
    if (given.has(field)) user[field] = values[field];
  }
  const setsToken = values.token !== "";
  const setsBasic = values.username !== "" || values.password !== "";
  if (setsBasic && !setsToken) user.token = "";
  if (setsToken && !setsBasic) {
    user.username = "";
    user.password = "";
  }
}
