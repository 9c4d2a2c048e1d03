/** How several candidates agree on who leads. Upstream's defaults. */
export interface LeaderElectionConfig {
  readonly leaderElect: boolean;
  readonly leaseDurationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryPeriodMs: number;
  readonly resourceName: string;
  readonly resourceNamespace: string;
}

export const defaultLeaderElection = (resourceName: string): LeaderElectionConfig => ({
  leaderElect: true,
  leaseDurationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryPeriodMs: 2_000,
  resourceName,
  resourceNamespace: "kube-system",
});

/** What every component that runs by itself can be told. */
export interface ComponentConfig {
  /** Path of a kubeconfig; the pod's service account when missing. */
  readonly kubeconfig?: string;
  readonly leaderElection: LeaderElectionConfig;
  /** Where /healthz and /metrics are served. */
  readonly bindAddress: string;
  readonly securePort: number;
  readonly logLevel: "debug" | "info" | "warn" | "error";
}
