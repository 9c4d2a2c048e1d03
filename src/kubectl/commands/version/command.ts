import { defineCommand } from "../../command.ts";
import { CommandError } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import { clientVersion, kustomizeVersion } from "../../client-version.ts";
import type { VersionInfo } from "../../client-version.ts";

export default defineCommand({
  usage: "version [flags]",
  description:
    "Show the versions of this program and of the server that the current context names.",
  examples: [{ about: "Show both versions", command: "kubectl version" }],
  flags: {
    client: { type: "bool", usage: "If true, ask no server." },
    output: { type: "string", short: "o", default: "", usage: "One of 'yaml' or 'json'." },
  },
  async run(kubectl, { values, args }) {
    if (args.length > 0) throw new CommandError(`extra arguments: [${args.join(" ")}]`);
    const { output } = values;
    if (!["", "yaml", "json"].includes(output)) {
      throw new CommandError("--output must be 'yaml' or 'json'");
    }
    if (!values.client) await kubectl.access();
    const client = clientVersion(kubectl.host.platform);
    const { server, error } = values.client ? {} : await askServer(kubectl);
    const all = {
      clientVersion: client,
      kustomizeVersion,
      ...(server && { serverVersion: server }),
    };
    if (output === "json") kubectl.print(`${JSON.stringify(all, null, 2)}\n`);
    else if (output === "yaml") {
      const { toYaml } = await import("#machinery/codec/yaml.ts");
      kubectl.print(toYaml(all));
    } else {
      kubectl.printLine(`Client Version: ${client.gitVersion}`);
      kubectl.printLine(`Kustomize Version: ${kustomizeVersion}`);
      if (server) kubectl.printLine(`Server Version: ${server.gitVersion}`);
    }
    if (error !== undefined) throw error;
    if (server) tellSkew(kubectl, client, server);
  },
});

/** The client's version is told even where no server answers. */
async function askServer(kubectl: Kubectl): Promise<{ server?: VersionInfo; error?: unknown }> {
  try {
    const rest = await kubectl.rest();
    return { server: await rest.json<VersionInfo>({ path: "/version" }) };
  } catch (error) {
    return { error };
  }
}

/** One minor version apart is what is promised to work. */
function tellSkew(kubectl: Kubectl, client: VersionInfo, server: VersionInfo): void {
  const minorOf = (version: VersionInfo) => Number.parseInt(version.minor, 10);
  const apart = Math.abs(minorOf(client) - minorOf(server));
  if (client.major === server.major && !(apart > 1)) return;
  const shown = (version: VersionInfo) => `${version.major}.${version.minor.replace("+", "")}`;
  kubectl.tell(
    `WARNING: version difference between client (${shown(client)}) and server (${shown(server)}) ` +
      "exceeds the supported minor version skew of +/-1",
  );
}
