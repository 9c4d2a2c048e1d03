import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

export async function ip(...args: string[]): Promise<void> {
  await execute("ip", args);
}

/** What of a pod the network knows: a namespace that a node's is routed to, as CNI's ptp does it. */
export async function createPodNamespace(options: {
  readonly name: string;
  readonly nodeNamespace: string;
  readonly link: string;
  readonly address: string;
  readonly gateway: string;
}): Promise<void> {
  const { name, nodeNamespace, link, address, gateway } = options;
  await ip("netns", "add", name);
  await ip(
    ..."-n".split(" "),
    nodeNamespace,
    ...`link add ${link} type veth`.split(" "),
    "peer",
    "name",
    "eth0",
    "netns",
    name,
  );
  const onNode = [`address add ${gateway}/32 dev ${link}`, `link set ${link} up`];
  onNode.push(`route add ${address}/32 dev ${link}`);
  for (const command of onNode) await ip("-n", nodeNamespace, ...command.split(" "));
  for (const command of [
    "link set lo up",
    "link set eth0 up",
    `address add ${address}/32 dev eth0`,
    `route add ${gateway}/32 dev eth0`,
    `route add default via ${gateway} dev eth0`,
  ]) {
    await ip("-n", name, ...command.split(" "));
  }
}

export async function removePodNamespace(name: string): Promise<void> {
  await ip("netns", "delete", name);
}
