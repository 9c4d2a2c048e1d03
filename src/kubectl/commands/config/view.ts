import { toBase64 } from "#base/bytes.ts";
import { goJson } from "#machinery/codec/go-json.ts";
import { defineCommand } from "../../command.ts";
import { userFields } from "../../config/fields.ts";
import type { Cluster, User } from "../../config/kubeconfig.ts";
import { asKubeconfig, SettingsFiles } from "../../config/settings.ts";
import type { Settings } from "../../config/settings.ts";
import { CommandError, UsageError } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import { directoryOf, isAbsolute, joinPath } from "../../paths.ts";
import { printFlags, printerOf } from "../../printers/print-flags.ts";

export default defineCommand({
  usage: "view [flags]",
  description:
    "Show what all kubeconfig files say together, or what one of them says.\n\n" +
    "With --output jsonpath={...}, single values can be shown.",
  examples: [
    { about: "Show the merged kubeconfig", command: "kubectl config view" },
    {
      about: "Show it with its certificates and secrets",
      command: "kubectl config view --raw",
    },
    {
      about: "Show the password of the user e2e",
      command: `kubectl config view -o jsonpath='{.users[?(@.name == "e2e")].user.password}'`,
    },
  ],
  flags: {
    ...printFlags,
    output: { ...printFlags.output, default: "yaml" },
    flatten: {
      type: "bool",
      usage:
        "Put the contents of files in the place of their names, for a kubeconfig to carry away",
    },
    merge: { type: "bool", default: true, usage: "Merge all kubeconfig files" },
    minify: { type: "bool", usage: "Show only what the current context uses" },
    raw: { type: "bool", usage: "Show bytes and secrets as they are" },
  },
  async run(kubectl, { values, given, args }) {
    if (args.length > 0) throw new UsageError(`unexpected arguments: [${args.join(" ")}]`);
    const printer = await printerOf(kubectl, values, "");
    const files = new SettingsFiles(kubectl);
    const merges = given.has("merge") ? values.merge : !files.explicit;
    if (!merges && !files.explicit) {
      throw new CommandError("if merge==false a precise file must be specified");
    }
    const settings = await files.read();
    if (values.minify) minify(settings, kubectl.globals.context);
    if (values.flatten) await flatten(kubectl, settings);
    else if (!values.raw) redact(settings);
    const config = asKubeconfig(settings);
    // The one object whose JSON has the order of its struct.
    if (values.output === "json") {
      kubectl.print(`${goJson(config, { indent: "    ", keysOf: Object.keys })}\n`);
    } else kubectl.print(printer.print(config as unknown as KubeObject));
  },
});

/** Leaves what one context needs. */
function minify(settings: Settings, context: string): void {
  settings.currentContext = context || settings.currentContext;
  const name = settings.currentContext;
  if (name === "") throw new CommandError("current-context must exist in order to minify");
  const found = settings.contexts.get(name);
  if (!found) throw new CommandError(`cannot locate context ${name}`);
  const { cluster = "", user = "" } = found.value;
  if (cluster && !settings.clusters.has(cluster)) {
    throw new CommandError(`cannot locate cluster ${cluster}`);
  }
  if (user && !settings.users.has(user)) throw new CommandError(`cannot locate user ${user}`);
  keepOnly(settings.contexts, name);
  keepOnly(settings.clusters, cluster);
  keepOnly(settings.users, user);
}

function keepOnly(entries: Map<string, unknown>, name: string): void {
  for (const other of entries.keys()) if (other !== name) entries.delete(other);
}

const omitted = "DATA+OMITTED";

function redact(settings: Settings): void {
  for (const [name, stanza] of settings.clusters) {
    if (!stanza.value["certificate-authority-data"]) continue;
    const value = { ...stanza.value, "certificate-authority-data": omitted };
    settings.clusters.set(name, { ...stanza, value });
  }
  for (const [name, stanza] of settings.users) {
    const value: Record<string, unknown> = { ...stanza.value };
    for (const { name: field, shape, secret } of userFields.fields) {
      if (!value[field]) continue;
      if (shape === "bytes") value[field] = omitted;
      else if (secret) value[field] = "REDACTED";
    }
    settings.users.set(name, { ...stanza, value });
  }
}

/** Files become their contents. */
async function flatten(kubectl: Kubectl, settings: Settings): Promise<void> {
  for (const [name, stanza] of settings.users) {
    const value: User = { ...stanza.value };
    for (const field of ["client-certificate", "client-key"] as const) {
      await embed(kubectl, stanza.origin, value, field);
    }
    settings.users.set(name, { ...stanza, value });
  }
  for (const [name, stanza] of settings.clusters) {
    const value: Cluster = { ...stanza.value };
    await embed(kubectl, stanza.origin, value, "certificate-authority");
    settings.clusters.set(name, { ...stanza, value });
  }
}

async function embed<F extends string>(
  { host: { files } }: Kubectl,
  origin: string,
  value: { [K in F | `${F}-data`]?: string },
  field: F,
): Promise<void> {
  const row: Record<string, string | undefined> = value;
  const path = row[field];
  if (!path) return;
  if (row[`${field}-data`]) throw new CommandError("cannot have values for both path and contents");
  const directory = files.absolute(directoryOf(origin));
  const absolute = isAbsolute(path) ? path : joinPath(directory, path);
  row[`${field}-data`] = toBase64(await files.readBytes(absolute));
  delete row[field];
}
