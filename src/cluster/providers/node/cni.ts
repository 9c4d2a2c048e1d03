import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cniNetworkName } from "./names.ts";

export interface CniOptions {
  readonly profile: string;
  readonly node: string;
  readonly podCidr: string;
  readonly mtu: number;
  /** Where the configuration goes: the node's own. */
  readonly confDir: string;
  /** Where `host-local` remembers the addresses in use: the node's own. */
  readonly dataDir: string;
}

/**
 * Writes the network configuration that the runtime gives to CNI plugins. Each pod has a veth pair
 * of its own that is routed, not bridged: two pods of one node then meet in the node's rules too,
 * and an answer to a Service finds its way back, with no need of the br_netfilter module. Nothing is
 * masqueraded here, so that addresses stay true inside of the cluster.
 */
export async function writeCniConfig(options: CniOptions): Promise<void> {
  await mkdir(options.confDir, { recursive: true });
  await mkdir(options.dataDir, { recursive: true });
  const config = JSON.stringify(cniConfig(options), undefined, 2);
  await writeFile(join(options.confDir, "10-kijabi.conflist"), `${config}\n`);
}

export function cniConfig(options: CniOptions): unknown {
  const { profile, node, podCidr, mtu, dataDir } = options;
  return {
    cniVersion: "0.4.0", // what every release of the plugins since 2019 speaks
    name: cniNetworkName(profile, node),
    plugins: [
      {
        type: "ptp",
        ipMasq: false,
        mtu,
        ipam: {
          type: "host-local",
          dataDir,
          ranges: [[{ subnet: podCidr }]],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
      { type: "portmap", snat: true, capabilities: { portMappings: true } },
    ],
  };
}

/**
 * Removes what the CNI library keeps in a folder of the whole machine: results by the network's
 * name, and by `cni-loopback`, which all nodes share, for the pod sandboxes given.
 */
export async function removeCniResults(options: {
  readonly profile: string;
  readonly node: string;
  readonly sandboxes: readonly string[];
}): Promise<void> {
  const folder = "/var/lib/cni/results";
  const prefix = `${cniNetworkName(options.profile, options.node)}-`;
  const loopback = options.sandboxes.map((id) => `cni-loopback-${id}-`);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  for (const name of names) {
    // The rest is `<container id>-<interface>`; a node's name may continue another's.
    const own = name.startsWith(prefix) && /^[0-9a-f]{64}-/.test(name.slice(prefix.length));
    if (!own && !loopback.some((start) => name.startsWith(start))) continue;
    await rm(join(folder, name), { force: true });
  }
}
