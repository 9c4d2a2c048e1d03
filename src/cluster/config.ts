/** What a profile is made of; kept in its folder as cluster.json. */
export interface ClusterConfig {
  readonly profile: string;
  /** Of the bridge and the nodes. The first address is the host's. */
  readonly nodeSubnet: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly apiPort: number;
  readonly nodes: readonly NodeConfig[];
  /** Nodes whose pods only pretend to run. */
  readonly simulatedNodes: number;
  /** As kube-apiserver's flag: "api/beta=true,storage.k8s.io/v1beta1=false". */
  readonly runtimeConfig?: string;
  /** Which admission plugins run, and how. Upstream's defaults when missing. */
  readonly admission?: {
    readonly enable?: readonly string[];
    readonly disable?: readonly string[];
    readonly configurationFile?: string;
  };
  /** A KubeSchedulerConfiguration. Upstream's defaults when missing. */
  readonly scheduler?: { readonly configurationFile: string };
  /** What is written down of requests, and where. Nothing when missing. */
  readonly audit?: AuditConfig;
  /** Which objects are encrypted at rest. None when missing. */
  readonly encryption?: EncryptionConfig;
  /**
   * Who may come in and what he may do, as arguments of the server:
   * `--authentication-config=/etc/kijabi/authentication.yaml`.
   */
  readonly access?: readonly string[];
  /** Where the objects are kept, if not in the profile's own file. */
  readonly etcd?: EtcdConfig;
}

/** As kube-apiserver's flags of the same names. */
export interface AuditConfig {
  readonly policyFile: string;
  /** "-" for the server's own log; none when missing. */
  readonly logPath?: string;
  /** In megabytes. */
  readonly maxSize: number;
  readonly maxBackups: number;
  /** In days. */
  readonly maxAge: number;
  readonly webhook?: AuditWebhookConfig;
}

/** Another server that is sent what is written down. */
export interface AuditWebhookConfig {
  /** A kubeconfig. */
  readonly configFile: string;
  readonly mode: "batch" | "blocking" | "blocking-strict";
  readonly initialBackoffMs: number;
  readonly batch: {
    readonly bufferSize: number;
    readonly batchSizeMax: number;
    readonly batchWaitMs: number;
    readonly throttle?: { readonly perSecond: number; readonly burst: number };
  };
}

/** As kube-apiserver's `--encryption-provider-config`. */
export interface EncryptionConfig {
  readonly configurationFile: string;
  /** Whether the file is read again as it changes. */
  readonly automaticReload?: boolean;
}

/** An etcd cluster that servers share. */
export interface EtcdConfig {
  /** "https://10.0.0.1:2379", …: all of one cluster. */
  readonly servers: readonly string[];
  /** Files of PEM. */
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** "/registry" when missing. */
  readonly prefix?: string;
}

export interface NodeConfig {
  readonly name: string;
  readonly address: string;
  readonly podCidr: string;
}

/** Nodes whose pods only pretend to run are called simulated-0, simulated-1, … */
export const simulatedPrefix = "simulated-";

export function nodeNamesOf(config: ClusterConfig): string[] {
  const simulated = Array.from(
    { length: config.simulatedNodes },
    (_, index) => `${simulatedPrefix}${index}`,
  );
  return [...config.nodes.map(({ name }) => name), ...simulated];
}

export const clusterDomain = "cluster.local";
export const apiPortPreferred = 8443;
export const kubeletPort = 10250;

/** The networks of the n-th cluster on a machine. The first has the numbers of the textbooks. */
export function networksOf(
  index: number,
): Pick<ClusterConfig, "nodeSubnet" | "podCidr" | "serviceCidr"> {
  if (index < 0 || index > 40) throw new Error("there are too many clusters on this machine");
  return {
    nodeSubnet: `192.168.${49 + index}.0/24`,
    podCidr: index === 0 ? "10.244.0.0/16" : `10.${200 + index}.0.0/16`,
    serviceCidr: index === 0 ? "10.96.0.0/16" : `10.${110 + index}.0.0/16`,
  };
}

/** "kijabi" for the only node, as the profile is named; "kijabi", "kijabi-m02", … for several. */
export function nodesOf(
  profile: string,
  count: number,
  networks: { readonly nodeSubnet: string; readonly podCidr: string },
): NodeConfig[] {
  const nodePrefix = networks.nodeSubnet.split(".").slice(0, 3).join(".");
  const podPrefix = networks.podCidr.split(".").slice(0, 2).join(".");
  return Array.from({ length: count }, (_, index) => ({
    name: index === 0 ? profile : `${profile}-m${String(index + 1).padStart(2, "0")}`,
    address: `${nodePrefix}.${index + 2}`,
    podCidr: `${podPrefix}.${index}.0/24`,
  }));
}

/** Of the nodes' network, what load balancers are given: its upper half, but for nodes in it. */
export function balancerAddressesOf(
  config: Pick<ClusterConfig, "nodeSubnet" | "nodes">,
): readonly string[] {
  const prefix = config.nodeSubnet.split(".").slice(0, 3).join(".");
  const nodes = new Set(config.nodes.map(({ address }) => address));
  return Array.from({ length: 127 }, (_, index) => `${prefix}.${128 + index}`).filter(
    (address) => !nodes.has(address),
  );
}

/** The host's address on the bridge. */
export function gatewayOf(config: Pick<ClusterConfig, "nodeSubnet">): string {
  return `${config.nodeSubnet.split(".").slice(0, 3).join(".")}.1`;
}

/** Addresses with fixed places in the Service network. */
export function serviceAddress(
  config: Pick<ClusterConfig, "serviceCidr">,
  of: "kubernetes" | "kube-dns",
): string {
  const prefix = config.serviceCidr.split(".").slice(0, 3).join(".");
  return `${prefix}.${of === "kubernetes" ? 1 : 10}`;
}
