import { text } from "#base/bytes.ts";
import { CommandError } from "../errors.ts";
import type { Host } from "../host.ts";
import type { ClusterAccess } from "./cluster-access.ts";

/** Nothing in the configuration tells a server with TLS who asks: the person is asked. */
export async function withCredentials(host: Host, access: ClusterAccess): Promise<ClusterAccess> {
  const { clientCertificate, bearerToken, basic, exec } = access;
  if (clientCertificate || bearerToken || basic || exec) return access;
  if (!access.server.startsWith("https:")) return access;
  host.stdout.write("Please enter Username: ");
  const username = await readWord(host);
  if (username === undefined) throw new CommandError("EOF");
  host.stdout.write("Please enter Password: ");
  if (!host.terminal) throw new CommandError("error reading input for Password");
  const restore = host.terminal.raw();
  try {
    const password = (await readWord(host)) ?? "";
    return { ...access, basic: { username, password } };
  } finally {
    restore();
  }
}

/** One line of what is typed; undefined at the end of the input. */
async function readWord(host: Host): Promise<string | undefined> {
  let typed = "";
  const stop = new AbortController();
  for await (const chunk of host.stdin.chunks(AbortSignal.any([host.interrupted, stop.signal]))) {
    typed += text(chunk);
    // In raw mode, the terminal leaves it to us what these keys mean.
    if (typed.includes("\u0003")) throw new CommandError("interrupted");
    const [line] = typed.split(/[\r\n]/);
    if (line !== undefined && line.length < typed.length) return line.trim();
  }
  return typed.trim() || undefined;
}
