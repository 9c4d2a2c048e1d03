import { FlagError, parseFlags } from "#base/flags.ts";
import type { FlagSpecs } from "#base/flags.ts";
import { ActionError, actionContext } from "#cluster/actions/node/context.ts";
import { accessFlags } from "#cluster/node/access.ts";
import { admissionFlags } from "#cluster/node/admission.ts";
import { auditFlags, auditOfFlags } from "#cluster/node/audit.ts";
import { encryptionFlags, encryptionOfFlags } from "#cluster/node/encryption.ts";
import { apiEnablementFlags } from "#cluster/node/api-enablement.ts";
import { keptSettings } from "#cluster/node/kept-flags.ts";
import { schedulerFlags } from "#cluster/node/scheduler-flags.ts";
import { etcdFlags, etcdOfFlags } from "#cluster/node/store.ts";
import type { ActionContext } from "#cluster/actions/node/context.ts";

/** The `kijabi` command: finds the action and its flags, and turns errors into messages. */

interface Command {
  readonly usage: string;
  readonly about: string;
  readonly flags: FlagSpecs;
  /** More flags, which the help shows under headings of their own. */
  readonly groups?: Readonly<Record<string, FlagSpecs>>;
  /** None when missing: a word too many is a mistake that should be told. */
  readonly takesArguments?: true;
  /** Resolves with the exit code. */
  run(context: ActionContext, flags: Flags): Promise<number>;
}

interface Flags {
  readonly values: Readonly<Record<string, unknown>>;
  readonly given: ReadonlySet<string>;
  readonly args: readonly string[];
  readonly rest: readonly string[] | undefined;
}

const shared = {
  profile: { type: "string", short: "p", default: "kijabi", usage: "the cluster's name" },
  help: { type: "bool", short: "h", usage: "show this help" },
} as const satisfies FlagSpecs;

const commands: Readonly<Record<string, Command>> = {
  start: {
    usage: "kijabi start",
    about: "start the cluster, making it first where there is none",
    flags: {
      nodes: { type: "int", short: "n", usage: "how many nodes (default 1)" },
      simulated: {
        type: "int",
        default: 0,
        usage: "how many nodes whose pods only pretend to run",
      },
      "wait-seconds": { type: "int", default: 60, usage: "how long it may take" },
      kubeconfig: { type: "bool", default: true, usage: "write the context for kubectl" },
    },
    groups: {
      "Where objects are kept (chosen when the cluster is made)": etcdFlags,
      "How objects are encrypted at rest": encryptionFlags,
      "What is written down of requests": auditFlags,
      "Which versions are served": apiEnablementFlags,
      "Who comes in, and what he may do": accessFlags,
      "What is admitted": admissionFlags,
      "How pods are given nodes": schedulerFlags,
    },
    async run(context, { values, given }) {
      const { start } = await import("#cluster/actions/node/start.ts");
      // What the flags cannot mean is told before anything is done.
      fromFlags(values, () => keptSettings({}, values, given));
      await start(context, {
        nodes: given.has("nodes") ? Number(values.nodes) : undefined,
        simulated: Number(values.simulated),
        waitSeconds: Number(values["wait-seconds"]),
        kubeconfig: Boolean(values.kubeconfig),
        etcd: fromFlags(values, etcdOfFlags),
        audit: fromFlags(values, auditOfFlags),
        encryption: fromFlags(values, encryptionOfFlags),
        kept: (known) => keptSettings(known, values, given),
      });
      return 0;
    },
  },
  stop: {
    usage: "kijabi stop",
    about: "end the cluster's processes; everything in it is kept",
    flags: {},
    async run(context) {
      const { stop } = await import("#cluster/actions/node/stop.ts");
      await stop(context);
      return 0;
    },
  },
  delete: {
    usage: "kijabi delete",
    about: "end the cluster and remove all of it",
    flags: {},
    async run(context) {
      const { deleteCluster } = await import("#cluster/actions/node/stop.ts");
      await deleteCluster(context);
      return 0;
    },
  },
  status: {
    usage: "kijabi status",
    about: "say what runs; exits with 1 when something does not",
    flags: {},
    async run(context) {
      const { status } = await import("#cluster/actions/node/inspect.ts");
      return await status(context);
    },
  },
  logs: {
    usage: "kijabi logs [NODE]",
    about: "the log of the server, or of a node's agent",
    takesArguments: true,
    flags: {
      follow: { type: "bool", short: "f", usage: "go on as lines are written" },
      tail: { type: "int", default: 100, usage: "how many lines to begin with" },
    },
    async run(context, { values, args }) {
      const { logs } = await import("#cluster/actions/node/inspect.ts");
      return await logs(context, {
        node: args[0],
        follow: Boolean(values.follow),
        lines: Number(values.tail),
      });
    },
  },
  kubectl: {
    usage: "kijabi kubectl ARGS",
    about: "run kubectl against the cluster",
    takesArguments: true,
    flags: {},
    async run(context, { rest = [] }) {
      const { kubectl } = await import("#cluster/actions/node/inspect.ts");
      return await kubectl(context, rest);
    },
  },
  image: {
    usage: "kijabi image load FILE | kijabi image ls",
    about: "put images from an archive on the nodes, or list what they have",
    takesArguments: true,
    flags: {},
    async run(context, { args }) {
      const { listLoadedImages, loadImage } = await import("#cluster/actions/node/inspect.ts");
      const [verb, file] = args;
      if (verb === "load" && file) await loadImage(context, file);
      else if (verb === "ls") await listLoadedImages(context);
      else throw new ActionError("usage: kijabi image load FILE | kijabi image ls");
      return 0;
    },
  },
  snapshot: {
    usage: "kijabi snapshot save|restore FILE",
    about: "keep all objects of the cluster in a file, or put them back",
    takesArguments: true,
    flags: {
      force: { type: "bool", usage: "restore: replace the objects that the cluster has" },
    },
    async run(context, { args, values }) {
      const { restoreSnapshot, saveSnapshot } = await import("#cluster/actions/node/snapshot.ts");
      const [verb, file, surplus] = args;
      if (
        file === undefined ||
        surplus !== undefined ||
        !["save", "restore"].includes(verb ?? "")
      ) {
        throw new ActionError("usage: kijabi snapshot save FILE | kijabi snapshot restore FILE");
      }
      if (verb === "save") await saveSnapshot(context, file);
      else await restoreSnapshot(context, file, { force: Boolean(values.force) });
      return 0;
    },
  },
};

function fromFlags<T>(values: Flags["values"], read: (values: Flags["values"]) => T): T {
  try {
    return read(values);
  } catch (error) {
    throw error instanceof TypeError ? new ActionError(error.message) : error;
  }
}

function help(): string {
  const lines = Object.values(commands).map(({ usage, about }) => `  ${usage.padEnd(44)} ${about}`);
  return [
    "kijabi: Kubernetes in TypeScript, a cluster from one command",
    "",
    "Commands:",
    ...lines,
    "",
    'Every command takes -p NAME, the cluster (default "kijabi"), and --help.',
  ].join("\n");
}

function helpOf(command: Command): string {
  const groups = Object.entries(command.groups ?? {});
  return [
    `Usage: ${command.usage} [flags]`,
    "",
    command.about,
    "",
    "Flags:",
    ...flagLines({ ...command.flags, ...shared }),
    ...(groups.length > 0
      ? ["", "The API server's, as kube-apiserver names them; the cluster keeps them:"]
      : []),
    ...groups.flatMap(([title, specs]) => ["", ` ${title}:`, ...flagLines(specs)]),
  ].join("\n");
}

/** Names that are too long for the column have their usage below them. */
function flagLines(specs: FlagSpecs): string[] {
  const column = 26;
  return Object.entries(specs).flatMap(([name, { short, usage }]) => {
    const flag = `  ${short ? `-${short}, ` : "    "}--${name}`;
    if (flag.length < column) return [`${flag.padEnd(column)} ${usage}`];
    return [flag, `${" ".repeat(column)} ${usage}`];
  });
}

function flagsOf(command: Command): FlagSpecs {
  return Object.assign({}, ...Object.values(command.groups ?? {}), command.flags) as FlagSpecs;
}

async function main(argv: readonly string[]): Promise<number> {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  // Flags that all commands share may stand before the command, too.
  const { values: early, args: words, given } = parseFlags(shared, argv, { stopAtFirstArg: true });
  const [name, ...rest] = words;
  if (!name || name === "help") {
    say(help());
    return name || early.help ? 0 : 1;
  }
  const command = commands[name];
  if (!command) throw new ActionError(`unknown command "${name}". Commands: kijabi help`);
  const passed = name === "kubectl" ? kubectlWords(rest) : rest;
  const parsed = parseFlags({ ...flagsOf(command), ...shared }, passed);
  const [surplus] = command.takesArguments ? [] : [...parsed.args, ...(parsed.rest ?? [])];
  if (surplus !== undefined) {
    throw new ActionError(`"${surplus}" is not expected here. See: ${command.usage} --help`);
  }
  if (parsed.values.help) {
    say(helpOf(command));
    return 0;
  }
  const profile =
    parsed.given.has("profile") || !given.has("profile") ? parsed.values.profile : early.profile;
  return await command.run(actionContext(profile, say), parsed);
}

/** What follows `kubectl` is kubectl's own, but for `-p NAME --`: the cluster it is meant for. */
function kubectlWords(words: readonly string[]): readonly string[] {
  const head = words.slice(0, Math.max(0, words.indexOf("--")));
  try {
    if (words[head.length] === "--" && parseFlags(shared, head).args.length === 0) return words;
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
  }
  return ["--", ...words];
}

// `kijabi logs | head` closes the pipe early: that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const known = error instanceof ActionError || error instanceof FlagError;
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`kijabi: ${text}\n`);
  if (!known && process.env.KIJABI_DEBUG && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  process.exitCode = error instanceof ActionError ? error.exitCode : 1;
}
