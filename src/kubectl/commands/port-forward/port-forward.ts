import { Scope } from "#base/scope.ts";
import { StatusError } from "#machinery/status.ts";
import { aborted, splice } from "#streaming/duplex.ts";
import type { Duplex } from "#streaming/duplex.ts";
import type { PortForwarder } from "#streaming/port-forward.ts";
import { CommandError, during, messageOf } from "../../errors.ts";
import type { Listener, Network } from "../../host.ts";
import type { Kubectl } from "../../kubectl.ts";
import { attachablePod, namedObject } from "../../streams/pods.ts";
import { resolvePorts } from "./ports.ts";
import type { PortPair } from "./ports.ts";

export interface PortForwardOptions {
  readonly named: string;
  readonly ports: readonly string[];
  readonly addresses: readonly string[];
  readonly timeoutMs: number;
}

/** Resolves when the person ends it; throws when the pod does. */
export async function forwardPorts(kubectl: Kubectl, options: PortForwardOptions): Promise<void> {
  const { network } = kubectl.host;
  if (!network) throw new CommandError("this place has no ports to forward");
  const object = await namedObject(kubectl, [options.named]);
  const pod = await attachablePod(kubectl, object, options.timeoutMs);
  const ports = resolvePorts(options.ports, object, pod);
  const { namespace = "", name = "" } = pod.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  const { status } = await (await kubectl.rest()).json({ path }, kubectl.signal);
  const phase = (status as { phase?: string } | undefined)?.phase ?? "";
  if (phase !== "Running") {
    throw new CommandError(
      `unable to forward port because pod is not running. Current status=${phase}`,
    );
  }
  const addresses = addressesOf(options.addresses);
  const forwarder = await open(kubectl, `${path}/portforward`);
  await using scope = new Scope({ onFailure: () => {} });
  try {
    if (!(await listenAll(kubectl, network, { ports, addresses, forwarder, scope }))) {
      const shown = ports.map(({ local, remote }) => `{${local} ${remote}}`).join(" ");
      throw new CommandError(`unable to listen on any of the requested ports: [${shown}]`);
    }
    await Promise.race([aborted(forwarder.ended), aborted(kubectl.signal)]);
    if (!kubectl.signal.aborted) throw new CommandError("lost connection to pod");
  } finally {
    forwarder.close();
  }
}

async function open(kubectl: Kubectl, path: string): Promise<PortForwarder> {
  try {
    return await (await kubectl.connection()).openForwarder(path, kubectl.signal);
  } catch (error) {
    if (error instanceof StatusError) {
      throw new CommandError(`error upgrading connection: ${error.message}`, { cause: error });
    }
    throw during("error upgrading connection", error);
  }
}

/** Of "localhost", one of two is enough; all others have to be there. */
interface Address {
  readonly host: string;
  readonly isOptional: boolean;
}

function addressesOf(words: readonly string[]): readonly Address[] {
  const found = words.flatMap((word) => {
    if (word === "localhost") {
      return ["127.0.0.1", "::1"].map((host) => ({ host, isOptional: true }));
    }
    const isV4 = /^(\d{1,3}\.){3}\d{1,3}$/.test(word);
    const isV6 = word.includes(":") && /^[\da-fA-F:.]+$/.test(word);
    if (!isV4 && !isV6) throw new CommandError(`${word} is not a valid IP`);
    return [{ host: word, isOptional: false }];
  });
  const named = new Map<string, Address>();
  for (const address of found) {
    const before = named.get(address.host);
    if (!before || before.isOptional) named.set(address.host, address);
  }
  return [...named.values()];
}

interface Forwarding {
  readonly ports: readonly PortPair[];
  readonly addresses: readonly Address[];
  readonly forwarder: PortForwarder;
  readonly scope: Scope;
}

/** Whether there is any port to wait at. */
async function listenAll(
  kubectl: Kubectl,
  network: Network,
  forwarding: Forwarding,
): Promise<boolean> {
  let count = 0;
  for (const pair of forwarding.ports) {
    try {
      await listenAt(kubectl, network, pair, forwarding);
      count++;
    } catch (error) {
      kubectl.tell(`Unable to listen on port ${pair.local}: ${messageOf(error)}`);
    }
  }
  return count > 0;
}

async function listenAt(
  kubectl: Kubectl,
  network: Network,
  { local, remote }: PortPair,
  { addresses, forwarder, scope }: Forwarding,
): Promise<void> {
  let port = local;
  const errors: string[] = [];
  const failed = { optional: 0, needed: 0 };
  let optionals = 0;
  for (const { host, isOptional } of addresses) {
    const accept = (connection: Duplex) => {
      const pair = { local: port, remote };
      kubectl.printLine(`Handling connection for ${port}`);
      scope.run("connection", (signal) => carry(kubectl, connection, forwarder, pair, signal));
    };
    let listener: Listener;
    try {
      listener = await network.listen({ host, port }, accept);
    } catch (error) {
      errors.push(`unable to create listener: Error ${messageOf(error)}`);
      failed[isOptional ? "optional" : "needed"]++;
      continue;
    }
    scope.onClose(() => listener.close());
    if (isOptional) optionals++;
    // The other addresses take the same.
    port = listener.port;
    const shown = host.includes(":") ? `[${host}]` : host;
    kubectl.printLine(`Forwarding from ${shown}:${port} -> ${remote}`);
  }
  if (failed.needed > 0 || (optionals === 0 && failed.optional > 0)) {
    throw new Error(`Listeners failed to create with the following errors: [${errors.join(" ")}]`);
  }
}

/** One connection. What the pod's port says against it ends the forwarding, as upstream. */
async function carry(
  kubectl: Kubectl,
  connection: Duplex,
  forwarder: PortForwarder,
  { local, remote }: PortPair,
  signal: AbortSignal,
): Promise<void> {
  let failure: string | undefined;
  try {
    const forwarded = await forwarder.open(remote, signal);
    const end = () => {
      connection.close();
      forwarded.data.close();
    };
    signal.addEventListener("abort", end, { once: true });
    try {
      // Whoever hangs up early breaks its own connection only.
      await splice(connection, forwarded.data).catch(() => {});
      failure = await forwarded.failure();
    } finally {
      signal.removeEventListener("abort", end);
      end();
    }
  } catch (error) {
    failure = messageOf(error);
  }
  if (failure === undefined || signal.aborted || forwarder.ended.aborted) return;
  const time = new Date(kubectl.now()).toISOString();
  const text = `an error occurred forwarding ${local} -> ${remote}: ${failure}`;
  kubectl.tell(`${klogTime(time)} portforward.go:1] "Unhandled Error" err=${JSON.stringify(text)}`);
  forwarder.close(new Error(text));
}

/** "E1121 17:14:26.000000       1": the head of a line in the log, as Go's programs have it. */
function klogTime(time: string): string {
  const [, month = "", day = "", clock = ""] = /^\d+-(\d+)-(\d+)T([\d:.]+)Z$/.exec(time) ?? [];
  return `E${month}${day} ${clock}000       1`;
}
