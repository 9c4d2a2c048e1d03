/** What a node's agent is told; a file, so that it shows in no process list. */
export interface AgentConfig {
  readonly profile: string;
  readonly node: string;
  readonly address: string;
  readonly podCidr: string;
  readonly clusterCidr: string;
  readonly serviceCidr: string;
  readonly dnsAddress: string;
  readonly clusterDomain: string;
  readonly kubeletPort: number;
  /** "https://192.168.49.1:8443" */
  readonly server: string;
  readonly authorityPem: string;
  /** The kubelet's own: `system:node:<name>`, for the API server and towards it. */
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  /** The proxy's: `system:kube-proxy`, which may follow Services and their endpoints. */
  readonly proxyCertificatePem: string;
  readonly proxyKeyPem: string;
  readonly containerdSocket: string;
  /** Pods' volumes and logs. */
  readonly root: string;
  /** Volumes that are made for claims: one folder for all nodes that the profile has here. */
  readonly volumes: string;
  readonly staticPods: string;
  /** Below which the pods' cgroups go. */
  readonly cgroup: string;
}
