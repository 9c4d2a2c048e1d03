import type { Host } from "./host.ts";

export interface ContainerdConfig {
  /** Images, snapshots, containers: what outlives a reboot. */
  readonly root: string;
  /** Mounts, sockets, processes: what does not. */
  readonly state: string;
  /** At most 107 bytes, as the kernel has it. */
  readonly socket: string;
  readonly sandboxImage: string;
  readonly cniBinDir: string;
  readonly cniConfDir: string;
  /** `<folder>/<registry host>/hosts.toml` says where a registry is found. */
  readonly registryDir: string;
  readonly snapshotter: "overlayfs" | "native";
  readonly host: Pick<Host, "hasSysResource" | "hasAppArmor">;
}

/**
 * The configuration in version 2, which containerd 1.6 and 1.7 read as it is and 2.x migrates. The
 * cgroup driver is cgroupfs: a node's pods live under a parent of their own, outside of systemd's.
 */
export function containerdConfig(config: ContainerdConfig): string {
  const { host } = config;
  const cri = '[plugins."io.containerd.grpc.v1.cri"';
  const value = (text: string) => JSON.stringify(text); // a TOML basic string, for paths and names
  return `version = 2
root = ${value(config.root)}
state = ${value(config.state)}
oom_score = ${host.hasSysResource ? -999 : 0}
disabled_plugins = [
${disabledPlugins(config.snapshotter)
  .map((name) => `  ${value(name)},`)
  .join("\n")}
]

[debug]
  level = "warn"

[grpc]
  address = ${value(config.socket)}

[plugins."io.containerd.gc.v1.scheduler"]
  startup_delay = "10s"

[plugins."io.containerd.monitor.v1.cgroups"]
  no_prometheus = true

${cri}]
  sandbox_image = ${value(config.sandboxImage)}
  restrict_oom_score_adj = ${!host.hasSysResource}
  disable_apparmor = ${!host.hasAppArmor}
  disable_tcp_service = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  netns_mounts_under_state_dir = true
  tolerate_missing_hugetlb_controller = true
  max_container_log_line_size = 16384

${cri}.cni]
  bin_dir = ${value(config.cniBinDir)}
  conf_dir = ${value(config.cniConfDir)}
  max_conf_num = 1

${cri}.containerd]
  snapshotter = ${value(config.snapshotter)}
  default_runtime_name = "runc"

${cri}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

${cri}.containerd.runtimes.runc.options]
  SystemdCgroup = false
  Root = ${value(`${config.state}/runc`)}

${cri}.registry]
  config_path = ${value(config.registryDir)}
`;
}

/** What a node does not use: less memory, and a faster start. Unknown names are no error. */
function disabledPlugins(snapshotter: ContainerdConfig["snapshotter"]): readonly string[] {
  const snapshotters = ["aufs", "blockfile", "btrfs", "devmapper", "erofs", "zfs"];
  return [
    ...snapshotters.map((name) => `io.containerd.snapshotter.v1.${name}`),
    ...(snapshotter === "native" ? [] : ["io.containerd.snapshotter.v1.native"]),
    "io.containerd.internal.v1.opt", // would make /opt/containerd
    "io.containerd.internal.v1.restart",
    "io.containerd.internal.v1.tracing",
    "io.containerd.tracing.processor.v1.otlp",
    "io.containerd.nri.v1.nri",
  ];
}
