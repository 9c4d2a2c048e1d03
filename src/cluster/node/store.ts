import { readFile } from "node:fs/promises";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import type { FlagSpecs, FlagValues } from "#base/flags.ts";
import type { EtcdTls } from "#storage/node/etcd/member.ts";
import type { RestorableStore } from "#storage/store.ts";
import type { ClusterConfig, EtcdConfig } from "../config.ts";
import type { ProfilePaths } from "./paths.ts";

/** As kube-apiserver names them. */
export const etcdFlags = {
  "etcd-servers": {
    type: "list",
    usage: "keep the cluster's objects in this etcd (http://HOST:PORT,…) instead of a file",
  },
  "etcd-cafile": { type: "string", usage: "who signed the certificates of etcd's members" },
  "etcd-certfile": { type: "string", usage: "the certificate to show to etcd" },
  "etcd-keyfile": { type: "string", usage: "the key of that certificate" },
  "etcd-prefix": { type: "string", usage: 'where in etcd the objects are (default "/registry")' },
} as const satisfies FlagSpecs;

/** Undefined when no etcd is named. Throws `TypeError` for flags that say only half. */
export function etcdOfFlags(values: Partial<FlagValues<typeof etcdFlags>>): EtcdConfig | undefined {
  const servers = (values["etcd-servers"] ?? []).filter(Boolean);
  const {
    "etcd-cafile": caFile,
    "etcd-certfile": certFile,
    "etcd-keyfile": keyFile,
    "etcd-prefix": prefix,
  } = values;
  const others = [caFile, certFile, keyFile, prefix].some((value) => value !== undefined);
  if (servers.length === 0) {
    if (others) throw new TypeError("--etcd-servers is missing: the other --etcd flags need it");
    return undefined;
  }
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new TypeError("--etcd-certfile and --etcd-keyfile belong together");
  }
  return {
    servers,
    ...(caFile !== undefined && { caFile }),
    ...(certFile !== undefined && keyFile !== undefined && { certFile, keyFile }),
    ...(prefix !== undefined && { prefix }),
  };
}

/** The profile's own file, or the etcd that it names. Loads only what it takes. */
export async function openStore(
  config: Pick<ClusterConfig, "etcd">,
  paths: Pick<ProfilePaths, "store">,
  environment: {
    readonly clock: Clock;
    readonly random: Random;
    readonly logger: Logger;
    /** What to do about a file that is damaged. */
    readonly adviceOnDamage?: () => Promise<string>;
  },
): Promise<RestorableStore> {
  const { etcd } = config;
  if (!etcd) {
    const { SqliteStore } = await import("#storage/node/sqlite/sqlite-store.ts");
    return await SqliteStore.open({ path: paths.store, ...environment });
  }
  const { EtcdStore } = await import("#storage/node/etcd/etcd-store.ts");
  const tls = await tlsOf(etcd);
  const { servers: endpoints, prefix } = etcd;
  return await EtcdStore.open({
    ...environment,
    endpoints,
    ...(tls && { tls }),
    ...(prefix !== undefined && { prefix }),
  });
}

async function tlsOf({ caFile, certFile, keyFile }: EtcdConfig): Promise<EtcdTls | undefined> {
  if (caFile === undefined && certFile === undefined) return undefined;
  const read = async (file: string | undefined) => file && (await readFile(file, "utf8"));
  const [certificateAuthority, certificate, key] = await Promise.all([
    read(caFile),
    read(certFile),
    read(keyFile),
  ]);
  return {
    ...(certificateAuthority && { certificateAuthority }),
    ...(certificate && key && { client: { certificate, key } }),
  };
}
