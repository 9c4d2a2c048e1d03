// The messages of the Container Runtime Interface, v1: the part of them that the kubelet speaks.
import {
  bool,
  bytes,
  double,
  int32,
  int64,
  list,
  map,
  object,
  string,
  uint32,
  uint64,
} from "#schema/field.ts";
import { message } from "#schema/message.ts";

/** Values of Protocol. */
export const protocol = { TCP: 0, UDP: 1, SCTP: 2 } as const;
/** Values of NamespaceMode. */
export const namespaceMode = { POD: 0, CONTAINER: 1, NODE: 2, TARGET: 3 } as const;
/** Values of SupplementalGroupsPolicy. */
export const supplementalGroupsPolicy = { Merge: 0, Strict: 1 } as const;
/** Values of SecurityProfile.ProfileType. */
export const securityProfileProfileType = {
  RuntimeDefault: 0,
  Unconfined: 1,
  Localhost: 2,
} as const;
/** Values of PodSandboxState. */
export const podSandboxState = { SANDBOX_READY: 0, SANDBOX_NOTREADY: 1 } as const;
/** Values of ContainerState. */
export const containerState = {
  CONTAINER_CREATED: 0,
  CONTAINER_RUNNING: 1,
  CONTAINER_EXITED: 2,
  CONTAINER_UNKNOWN: 3,
} as const;
/** Values of MountPropagation. */
export const mountPropagation = {
  PROPAGATION_PRIVATE: 0,
  PROPAGATION_HOST_TO_CONTAINER: 1,
  PROPAGATION_BIDIRECTIONAL: 2,
} as const;
/** Values of Signal. */
export const signal = {
  SIGNAL_RUNTIME_DEFAULT: 0,
  SIGNAL_SIGABRT: 1,
  SIGNAL_SIGALRM: 2,
  SIGNAL_SIGBUS: 3,
  SIGNAL_SIGCHLD: 4,
  SIGNAL_SIGCLD: 5,
  SIGNAL_SIGCONT: 6,
  SIGNAL_SIGFPE: 7,
  SIGNAL_SIGHUP: 8,
  SIGNAL_SIGILL: 9,
  SIGNAL_SIGINT: 10,
  SIGNAL_SIGIO: 11,
  SIGNAL_SIGIOT: 12,
  SIGNAL_SIGKILL: 13,
  SIGNAL_SIGPIPE: 14,
  SIGNAL_SIGPOLL: 15,
  SIGNAL_SIGPROF: 16,
  SIGNAL_SIGPWR: 17,
  SIGNAL_SIGQUIT: 18,
  SIGNAL_SIGSEGV: 19,
  SIGNAL_SIGSTKFLT: 20,
  SIGNAL_SIGSTOP: 21,
  SIGNAL_SIGSYS: 22,
  SIGNAL_SIGTERM: 23,
  SIGNAL_SIGTRAP: 24,
  SIGNAL_SIGTSTP: 25,
  SIGNAL_SIGTTIN: 26,
  SIGNAL_SIGTTOU: 27,
  SIGNAL_SIGURG: 28,
  SIGNAL_SIGUSR1: 29,
  SIGNAL_SIGUSR2: 30,
  SIGNAL_SIGVTALRM: 31,
  SIGNAL_SIGWINCH: 32,
  SIGNAL_SIGXCPU: 33,
  SIGNAL_SIGXFSZ: 34,
  SIGNAL_SIGRTMIN: 35,
  SIGNAL_SIGRTMINPLUS1: 36,
  SIGNAL_SIGRTMINPLUS2: 37,
  SIGNAL_SIGRTMINPLUS3: 38,
  SIGNAL_SIGRTMINPLUS4: 39,
  SIGNAL_SIGRTMINPLUS5: 40,
  SIGNAL_SIGRTMINPLUS6: 41,
  SIGNAL_SIGRTMINPLUS7: 42,
  SIGNAL_SIGRTMINPLUS8: 43,
  SIGNAL_SIGRTMINPLUS9: 44,
  SIGNAL_SIGRTMINPLUS10: 45,
  SIGNAL_SIGRTMINPLUS11: 46,
  SIGNAL_SIGRTMINPLUS12: 47,
  SIGNAL_SIGRTMINPLUS13: 48,
  SIGNAL_SIGRTMINPLUS14: 49,
  SIGNAL_SIGRTMINPLUS15: 50,
  SIGNAL_SIGRTMAXMINUS14: 51,
  SIGNAL_SIGRTMAXMINUS13: 52,
  SIGNAL_SIGRTMAXMINUS12: 53,
  SIGNAL_SIGRTMAXMINUS11: 54,
  SIGNAL_SIGRTMAXMINUS10: 55,
  SIGNAL_SIGRTMAXMINUS9: 56,
  SIGNAL_SIGRTMAXMINUS8: 57,
  SIGNAL_SIGRTMAXMINUS7: 58,
  SIGNAL_SIGRTMAXMINUS6: 59,
  SIGNAL_SIGRTMAXMINUS5: 60,
  SIGNAL_SIGRTMAXMINUS4: 61,
  SIGNAL_SIGRTMAXMINUS3: 62,
  SIGNAL_SIGRTMAXMINUS2: 63,
  SIGNAL_SIGRTMAXMINUS1: 64,
  SIGNAL_SIGRTMAX: 65,
} as const;
/** Values of ContainerEventType. */
export const containerEventType = {
  CONTAINER_CREATED_EVENT: 0,
  CONTAINER_STARTED_EVENT: 1,
  CONTAINER_STOPPED_EVENT: 2,
  CONTAINER_DELETED_EVENT: 3,
} as const;
/** Values of CgroupDriver. */
export const cgroupDriver = { SYSTEMD: 0, CGROUPFS: 1 } as const;

export abstract class VersionRequest extends message("runtime.v1.VersionRequest", {
  version: string(1).assigned(),
}) {}

export abstract class VersionResponse extends message("runtime.v1.VersionResponse", {
  version: string(1).assigned(),
  runtimeName: string(2).assigned(),
  runtimeVersion: string(3).assigned(),
  runtimeApiVersion: string(4).assigned(),
}) {}

export abstract class RunPodSandboxRequest extends message("runtime.v1.RunPodSandboxRequest", {
  config: object(1, () => PodSandboxConfig).optional(),
  runtimeHandler: string(2).assigned(),
}) {}

export abstract class PodSandboxConfig extends message("runtime.v1.PodSandboxConfig", {
  metadata: object(1, () => PodSandboxMetadata).optional(),
  hostname: string(2).assigned(),
  logDirectory: string(3).assigned(),
  dnsConfig: object(4, () => DNSConfig).optional(),
  portMappings: list(5, () => PortMapping).assigned(),
  labels: map(6, string).assigned(),
  annotations: map(7, string).assigned(),
  linux: object(8, () => LinuxPodSandboxConfig).optional(),
}) {}

export abstract class PodSandboxMetadata extends message("runtime.v1.PodSandboxMetadata", {
  name: string(1).assigned(),
  uid: string(2).assigned(),
  namespace: string(3).assigned(),
  attempt: uint32(4).assigned(),
}) {}

export abstract class DNSConfig extends message("runtime.v1.DNSConfig", {
  servers: list(1, string).assigned(),
  searches: list(2, string).assigned(),
  options: list(3, string).assigned(),
}) {}

export abstract class PortMapping extends message("runtime.v1.PortMapping", {
  protocol: int32(1).assigned(),
  containerPort: int32(2).assigned(),
  hostPort: int32(3).assigned(),
  hostIp: string(4).assigned(),
}) {}

export abstract class LinuxPodSandboxConfig extends message("runtime.v1.LinuxPodSandboxConfig", {
  cgroupParent: string(1).assigned(),
  securityContext: object(2, () => LinuxSandboxSecurityContext).optional(),
  sysctls: map(3, string).assigned(),
  overhead: object(4, () => LinuxContainerResources).optional(),
  resources: object(5, () => LinuxContainerResources).optional(),
}) {}

export abstract class LinuxSandboxSecurityContext extends message(
  "runtime.v1.LinuxSandboxSecurityContext",
  {
    namespaceOptions: object(1, () => NamespaceOption).optional(),
    selinuxOptions: object(2, () => SELinuxOption).optional(),
    runAsUser: object(3, () => Int64Value).optional(),
    runAsGroup: object(8, () => Int64Value).optional(),
    readonlyRootfs: bool(4).assigned(),
    supplementalGroups: list(5, int64).assigned(),
    supplementalGroupsPolicy: int32(11).assigned(),
    privileged: bool(6).assigned(),
    seccomp: object(9, () => SecurityProfile).optional(),
    apparmor: object(10, () => SecurityProfile).optional(),
    seccompProfilePath: string(7).assigned(),
  },
) {}

export abstract class NamespaceOption extends message("runtime.v1.NamespaceOption", {
  network: int32(1).assigned(),
  pid: int32(2).assigned(),
  ipc: int32(3).assigned(),
  targetId: string(4).assigned(),
  usernsOptions: object(5, () => UserNamespace).optional(),
}) {}

export abstract class UserNamespace extends message("runtime.v1.UserNamespace", {
  mode: int32(1).assigned(),
  uids: list(2, () => IDMapping).assigned(),
  gids: list(3, () => IDMapping).assigned(),
}) {}

export abstract class IDMapping extends message("runtime.v1.IDMapping", {
  hostId: uint32(1).assigned(),
  containerId: uint32(2).assigned(),
  length: uint32(3).assigned(),
}) {}

export abstract class SELinuxOption extends message("runtime.v1.SELinuxOption", {
  user: string(1).assigned(),
  role: string(2).assigned(),
  type: string(3).assigned(),
  level: string(4).assigned(),
}) {}

export abstract class Int64Value extends message("runtime.v1.Int64Value", {
  value: int64(1).assigned(),
}) {}

export abstract class SecurityProfile extends message("runtime.v1.SecurityProfile", {
  profileType: int32(1).assigned(),
  localhostRef: string(2).assigned(),
}) {}

export abstract class LinuxContainerResources extends message(
  "runtime.v1.LinuxContainerResources",
  {
    cpuPeriod: int64(1).assigned(),
    cpuQuota: int64(2).assigned(),
    cpuShares: int64(3).assigned(),
    memoryLimitInBytes: int64(4).assigned(),
    oomScoreAdj: int64(5).assigned(),
    cpusetCpus: string(6).assigned(),
    cpusetMems: string(7).assigned(),
    hugepageLimits: list(8, () => HugepageLimit).assigned(),
    unified: map(9, string).assigned(),
    memorySwapLimitInBytes: int64(10).assigned(),
  },
) {}

export abstract class HugepageLimit extends message("runtime.v1.HugepageLimit", {
  pageSize: string(1).assigned(),
  limit: uint64(2).assigned(),
}) {}

export abstract class RunPodSandboxResponse extends message("runtime.v1.RunPodSandboxResponse", {
  podSandboxId: string(1).assigned(),
}) {}

export abstract class StopPodSandboxRequest extends message("runtime.v1.StopPodSandboxRequest", {
  podSandboxId: string(1).assigned(),
}) {}

export abstract class StopPodSandboxResponse extends message(
  "runtime.v1.StopPodSandboxResponse",
  {},
) {}

export abstract class RemovePodSandboxRequest extends message(
  "runtime.v1.RemovePodSandboxRequest",
  {
    podSandboxId: string(1).assigned(),
  },
) {}

export abstract class RemovePodSandboxResponse extends message(
  "runtime.v1.RemovePodSandboxResponse",
  {},
) {}

export abstract class PodSandboxStatusRequest extends message(
  "runtime.v1.PodSandboxStatusRequest",
  {
    podSandboxId: string(1).assigned(),
    verbose: bool(2).assigned(),
  },
) {}

export abstract class PodSandboxStatusResponse extends message(
  "runtime.v1.PodSandboxStatusResponse",
  {
    status: object(1, () => PodSandboxStatus).optional(),
    info: map(2, string).assigned(),
    containersStatuses: list(3, () => ContainerStatus).assigned(),
    timestamp: int64(4).assigned(),
  },
) {}

export abstract class PodSandboxStatus extends message("runtime.v1.PodSandboxStatus", {
  id: string(1).assigned(),
  metadata: object(2, () => PodSandboxMetadata).optional(),
  state: int32(3).assigned(),
  createdAt: int64(4).assigned(),
  network: object(5, () => PodSandboxNetworkStatus).optional(),
  linux: object(6, () => LinuxPodSandboxStatus).optional(),
  labels: map(7, string).assigned(),
  annotations: map(8, string).assigned(),
  runtimeHandler: string(9).assigned(),
}) {}

export abstract class PodSandboxNetworkStatus extends message(
  "runtime.v1.PodSandboxNetworkStatus",
  {
    ip: string(1).assigned(),
    additionalIps: list(2, () => PodIP).assigned(),
  },
) {}

export abstract class PodIP extends message("runtime.v1.PodIP", {
  ip: string(1).assigned(),
}) {}

export abstract class LinuxPodSandboxStatus extends message("runtime.v1.LinuxPodSandboxStatus", {
  namespaces: object(1, () => Namespace).optional(),
}) {}

export abstract class Namespace extends message("runtime.v1.Namespace", {
  options: object(2, () => NamespaceOption).optional(),
}) {}

export abstract class ContainerStatus extends message("runtime.v1.ContainerStatus", {
  id: string(1).assigned(),
  metadata: object(2, () => ContainerMetadata).optional(),
  state: int32(3).assigned(),
  createdAt: int64(4).assigned(),
  startedAt: int64(5).assigned(),
  finishedAt: int64(6).assigned(),
  exitCode: int32(7).assigned(),
  image: object(8, () => ImageSpec).optional(),
  imageRef: string(9).assigned(),
  reason: string(10).assigned(),
  message: string(11).assigned(),
  labels: map(12, string).assigned(),
  annotations: map(13, string).assigned(),
  mounts: list(14, () => Mount).assigned(),
  logPath: string(15).assigned(),
  resources: object(16, () => ContainerResources).optional(),
  imageId: string(17).assigned(),
  user: object(18, () => ContainerUser).optional(),
  stopSignal: int32(19).assigned(),
}) {}

export abstract class ContainerMetadata extends message("runtime.v1.ContainerMetadata", {
  name: string(1).assigned(),
  attempt: uint32(2).assigned(),
}) {}

export abstract class ImageSpec extends message("runtime.v1.ImageSpec", {
  image: string(1).assigned(),
  annotations: map(2, string).assigned(),
  userSpecifiedImage: string(18).assigned(),
  runtimeHandler: string(19).assigned(),
  imageRef: string(20).assigned(),
}) {}

export abstract class Mount extends message("runtime.v1.Mount", {
  containerPath: string(1).assigned(),
  hostPath: string(2).assigned(),
  readonly: bool(3).assigned(),
  selinuxRelabel: bool(4).assigned(),
  propagation: int32(5).assigned(),
  uidMappings: list(6, () => IDMapping).assigned(),
  gidMappings: list(7, () => IDMapping).assigned(),
  recursiveReadOnly: bool(8).assigned(),
  image: object(9, () => ImageSpec).optional(),
  imageSubPath: string(10).assigned(),
  mountOptions: list(11, string).assigned(),
}) {}

export abstract class ContainerResources extends message("runtime.v1.ContainerResources", {
  linux: object(1, () => LinuxContainerResources).optional(),
}) {}

export abstract class ContainerUser extends message("runtime.v1.ContainerUser", {
  linux: object(1, () => LinuxContainerUser).optional(),
}) {}

export abstract class LinuxContainerUser extends message("runtime.v1.LinuxContainerUser", {
  uid: int64(1).assigned(),
  gid: int64(2).assigned(),
  supplementalGroups: list(3, int64).assigned(),
}) {}

export abstract class ListPodSandboxRequest extends message("runtime.v1.ListPodSandboxRequest", {
  filter: object(1, () => PodSandboxFilter).optional(),
}) {}

export abstract class PodSandboxFilter extends message("runtime.v1.PodSandboxFilter", {
  id: string(1).assigned(),
  state: object(2, () => PodSandboxStateValue).optional(),
  labelSelector: map(3, string).assigned(),
}) {}

export abstract class PodSandboxStateValue extends message("runtime.v1.PodSandboxStateValue", {
  state: int32(1).assigned(),
}) {}

export abstract class ListPodSandboxResponse extends message("runtime.v1.ListPodSandboxResponse", {
  items: list(1, () => PodSandbox).assigned(),
}) {}

export abstract class PodSandbox extends message("runtime.v1.PodSandbox", {
  id: string(1).assigned(),
  metadata: object(2, () => PodSandboxMetadata).optional(),
  state: int32(3).assigned(),
  createdAt: int64(4).assigned(),
  labels: map(5, string).assigned(),
  annotations: map(6, string).assigned(),
  runtimeHandler: string(7).assigned(),
}) {}

export abstract class CreateContainerRequest extends message("runtime.v1.CreateContainerRequest", {
  podSandboxId: string(1).assigned(),
  config: object(2, () => ContainerConfig).optional(),
  sandboxConfig: object(3, () => PodSandboxConfig).optional(),
}) {}

export abstract class ContainerConfig extends message("runtime.v1.ContainerConfig", {
  metadata: object(1, () => ContainerMetadata).optional(),
  image: object(2, () => ImageSpec).optional(),
  command: list(3, string).assigned(),
  args: list(4, string).assigned(),
  workingDir: string(5).assigned(),
  envs: list(6, () => KeyValue).assigned(),
  mounts: list(7, () => Mount).assigned(),
  devices: list(8, () => Device).assigned(),
  labels: map(9, string).assigned(),
  annotations: map(10, string).assigned(),
  logPath: string(11).assigned(),
  stdin: bool(12).assigned(),
  stdinOnce: bool(13).assigned(),
  tty: bool(14).assigned(),
  linux: object(15, () => LinuxContainerConfig).optional(),
  CDIDevices: list(17, () => CDIDevice).assigned(),
  stopSignal: int32(18).assigned(),
}) {}

export abstract class KeyValue extends message("runtime.v1.KeyValue", {
  key: string(1).assigned(),
  value: bytes(2).assigned(),
}) {}

export abstract class Device extends message("runtime.v1.Device", {
  containerPath: string(1).assigned(),
  hostPath: string(2).assigned(),
  permissions: string(3).assigned(),
}) {}

export abstract class LinuxContainerConfig extends message("runtime.v1.LinuxContainerConfig", {
  resources: object(1, () => LinuxContainerResources).optional(),
  securityContext: object(2, () => LinuxContainerSecurityContext).optional(),
}) {}

export abstract class LinuxContainerSecurityContext extends message(
  "runtime.v1.LinuxContainerSecurityContext",
  {
    capabilities: object(1, () => Capability).optional(),
    privileged: bool(2).assigned(),
    namespaceOptions: object(3, () => NamespaceOption).optional(),
    selinuxOptions: object(4, () => SELinuxOption).optional(),
    runAsUser: object(5, () => Int64Value).optional(),
    runAsGroup: object(12, () => Int64Value).optional(),
    runAsUsername: string(6).assigned(),
    readonlyRootfs: bool(7).assigned(),
    supplementalGroups: list(8, int64).assigned(),
    supplementalGroupsPolicy: int32(17).assigned(),
    noNewPrivs: bool(11).assigned(),
    maskedPaths: list(13, string).assigned(),
    readonlyPaths: list(14, string).assigned(),
    seccomp: object(15, () => SecurityProfile).optional(),
    apparmor: object(16, () => SecurityProfile).optional(),
    apparmorProfile: string(9).assigned(),
    seccompProfilePath: string(10).assigned(),
  },
) {}

export abstract class Capability extends message("runtime.v1.Capability", {
  addCapabilities: list(1, string).assigned(),
  dropCapabilities: list(2, string).assigned(),
  addAmbientCapabilities: list(3, string).assigned(),
}) {}

export abstract class CDIDevice extends message("runtime.v1.CDIDevice", {
  name: string(1).assigned(),
}) {}

export abstract class CreateContainerResponse extends message(
  "runtime.v1.CreateContainerResponse",
  {
    containerId: string(1).assigned(),
  },
) {}

export abstract class StartContainerRequest extends message("runtime.v1.StartContainerRequest", {
  containerId: string(1).assigned(),
}) {}

export abstract class StartContainerResponse extends message(
  "runtime.v1.StartContainerResponse",
  {},
) {}

export abstract class StopContainerRequest extends message("runtime.v1.StopContainerRequest", {
  containerId: string(1).assigned(),
  timeout: int64(2).assigned(),
}) {}

export abstract class StopContainerResponse extends message(
  "runtime.v1.StopContainerResponse",
  {},
) {}

export abstract class RemoveContainerRequest extends message("runtime.v1.RemoveContainerRequest", {
  containerId: string(1).assigned(),
}) {}

export abstract class RemoveContainerResponse extends message(
  "runtime.v1.RemoveContainerResponse",
  {},
) {}

export abstract class ListContainersRequest extends message("runtime.v1.ListContainersRequest", {
  filter: object(1, () => ContainerFilter).optional(),
}) {}

export abstract class ContainerFilter extends message("runtime.v1.ContainerFilter", {
  id: string(1).assigned(),
  state: object(2, () => ContainerStateValue).optional(),
  podSandboxId: string(3).assigned(),
  labelSelector: map(4, string).assigned(),
}) {}

export abstract class ContainerStateValue extends message("runtime.v1.ContainerStateValue", {
  state: int32(1).assigned(),
}) {}

export abstract class ListContainersResponse extends message("runtime.v1.ListContainersResponse", {
  containers: list(1, () => Container).assigned(),
}) {}

export abstract class Container extends message("runtime.v1.Container", {
  id: string(1).assigned(),
  podSandboxId: string(2).assigned(),
  metadata: object(3, () => ContainerMetadata).optional(),
  image: object(4, () => ImageSpec).optional(),
  imageRef: string(5).assigned(),
  state: int32(6).assigned(),
  createdAt: int64(7).assigned(),
  labels: map(8, string).assigned(),
  annotations: map(9, string).assigned(),
  imageId: string(10).assigned(),
}) {}

export abstract class ContainerStatusRequest extends message("runtime.v1.ContainerStatusRequest", {
  containerId: string(1).assigned(),
  verbose: bool(2).assigned(),
}) {}

export abstract class ContainerStatusResponse extends message(
  "runtime.v1.ContainerStatusResponse",
  {
    status: object(1, () => ContainerStatus).optional(),
    info: map(2, string).assigned(),
  },
) {}

export abstract class UpdateContainerResourcesRequest extends message(
  "runtime.v1.UpdateContainerResourcesRequest",
  {
    containerId: string(1).assigned(),
    linux: object(2, () => LinuxContainerResources).optional(),
    annotations: map(4, string).assigned(),
  },
) {}

export abstract class UpdateContainerResourcesResponse extends message(
  "runtime.v1.UpdateContainerResourcesResponse",
  {},
) {}

export abstract class ReopenContainerLogRequest extends message(
  "runtime.v1.ReopenContainerLogRequest",
  {
    containerId: string(1).assigned(),
  },
) {}

export abstract class ReopenContainerLogResponse extends message(
  "runtime.v1.ReopenContainerLogResponse",
  {},
) {}

export abstract class ExecSyncRequest extends message("runtime.v1.ExecSyncRequest", {
  containerId: string(1).assigned(),
  cmd: list(2, string).assigned(),
  timeout: int64(3).assigned(),
}) {}

export abstract class ExecSyncResponse extends message("runtime.v1.ExecSyncResponse", {
  stdout: bytes(1).assigned(),
  stderr: bytes(2).assigned(),
  exitCode: int32(3).assigned(),
}) {}

export abstract class ExecRequest extends message("runtime.v1.ExecRequest", {
  containerId: string(1).assigned(),
  cmd: list(2, string).assigned(),
  tty: bool(3).assigned(),
  stdin: bool(4).assigned(),
  stdout: bool(5).assigned(),
  stderr: bool(6).assigned(),
}) {}

export abstract class ExecResponse extends message("runtime.v1.ExecResponse", {
  url: string(1).assigned(),
}) {}

export abstract class AttachRequest extends message("runtime.v1.AttachRequest", {
  containerId: string(1).assigned(),
  stdin: bool(2).assigned(),
  tty: bool(3).assigned(),
  stdout: bool(4).assigned(),
  stderr: bool(5).assigned(),
}) {}

export abstract class AttachResponse extends message("runtime.v1.AttachResponse", {
  url: string(1).assigned(),
}) {}

export abstract class PortForwardRequest extends message("runtime.v1.PortForwardRequest", {
  podSandboxId: string(1).assigned(),
  port: list(2, int32).assigned(),
}) {}

export abstract class PortForwardResponse extends message("runtime.v1.PortForwardResponse", {
  url: string(1).assigned(),
}) {}

export abstract class ContainerStatsRequest extends message("runtime.v1.ContainerStatsRequest", {
  containerId: string(1).assigned(),
}) {}

export abstract class ContainerStatsResponse extends message("runtime.v1.ContainerStatsResponse", {
  stats: object(1, () => ContainerStats).optional(),
}) {}

export abstract class ContainerStats extends message("runtime.v1.ContainerStats", {
  attributes: object(1, () => ContainerAttributes).optional(),
  cpu: object(2, () => CpuUsage).optional(),
  memory: object(3, () => MemoryUsage).optional(),
  writableLayer: object(4, () => FilesystemUsage).optional(),
  swap: object(5, () => SwapUsage).optional(),
  io: object(6, () => IoUsage).optional(),
}) {}

export abstract class ContainerAttributes extends message("runtime.v1.ContainerAttributes", {
  id: string(1).assigned(),
  metadata: object(2, () => ContainerMetadata).optional(),
  labels: map(3, string).assigned(),
  annotations: map(4, string).assigned(),
}) {}

export abstract class CpuUsage extends message("runtime.v1.CpuUsage", {
  timestamp: int64(1).assigned(),
  usageCoreNanoSeconds: object(2, () => UInt64Value).optional(),
  usageNanoCores: object(3, () => UInt64Value).optional(),
  psi: object(4, () => PsiStats).optional(),
}) {}

export abstract class UInt64Value extends message("runtime.v1.UInt64Value", {
  value: uint64(1).assigned(),
}) {}

export abstract class PsiStats extends message("runtime.v1.PsiStats", {
  Full: object(1, () => PsiData).optional(),
  Some: object(2, () => PsiData).optional(),
}) {}

export abstract class PsiData extends message("runtime.v1.PsiData", {
  Total: uint64(1).assigned(),
  Avg10: double(2).assigned(),
  Avg60: double(3).assigned(),
  Avg300: double(4).assigned(),
}) {}

export abstract class MemoryUsage extends message("runtime.v1.MemoryUsage", {
  timestamp: int64(1).assigned(),
  workingSetBytes: object(2, () => UInt64Value).optional(),
  availableBytes: object(3, () => UInt64Value).optional(),
  usageBytes: object(4, () => UInt64Value).optional(),
  rssBytes: object(5, () => UInt64Value).optional(),
  pageFaults: object(6, () => UInt64Value).optional(),
  majorPageFaults: object(7, () => UInt64Value).optional(),
  psi: object(8, () => PsiStats).optional(),
}) {}

export abstract class FilesystemUsage extends message("runtime.v1.FilesystemUsage", {
  timestamp: int64(1).assigned(),
  fsId: object(2, () => FilesystemIdentifier).optional(),
  usedBytes: object(3, () => UInt64Value).optional(),
  inodesUsed: object(4, () => UInt64Value).optional(),
}) {}

export abstract class FilesystemIdentifier extends message("runtime.v1.FilesystemIdentifier", {
  mountpoint: string(1).assigned(),
}) {}

export abstract class SwapUsage extends message("runtime.v1.SwapUsage", {
  timestamp: int64(1).assigned(),
  swapAvailableBytes: object(2, () => UInt64Value).optional(),
  swapUsageBytes: object(3, () => UInt64Value).optional(),
}) {}

export abstract class IoUsage extends message("runtime.v1.IoUsage", {
  timestamp: int64(1).assigned(),
  psi: object(2, () => PsiStats).optional(),
}) {}

export abstract class ListContainerStatsRequest extends message(
  "runtime.v1.ListContainerStatsRequest",
  {
    filter: object(1, () => ContainerStatsFilter).optional(),
  },
) {}

export abstract class ContainerStatsFilter extends message("runtime.v1.ContainerStatsFilter", {
  id: string(1).assigned(),
  podSandboxId: string(2).assigned(),
  labelSelector: map(3, string).assigned(),
}) {}

export abstract class ListContainerStatsResponse extends message(
  "runtime.v1.ListContainerStatsResponse",
  {
    stats: list(1, () => ContainerStats).assigned(),
  },
) {}

export abstract class PodSandboxStatsRequest extends message("runtime.v1.PodSandboxStatsRequest", {
  podSandboxId: string(1).assigned(),
}) {}

export abstract class PodSandboxStatsResponse extends message(
  "runtime.v1.PodSandboxStatsResponse",
  {
    stats: object(1, () => PodSandboxStats).optional(),
  },
) {}

export abstract class PodSandboxStats extends message("runtime.v1.PodSandboxStats", {
  attributes: object(1, () => PodSandboxAttributes).optional(),
  linux: object(2, () => LinuxPodSandboxStats).optional(),
}) {}

export abstract class PodSandboxAttributes extends message("runtime.v1.PodSandboxAttributes", {
  id: string(1).assigned(),
  metadata: object(2, () => PodSandboxMetadata).optional(),
  labels: map(3, string).assigned(),
  annotations: map(4, string).assigned(),
}) {}

export abstract class LinuxPodSandboxStats extends message("runtime.v1.LinuxPodSandboxStats", {
  cpu: object(1, () => CpuUsage).optional(),
  memory: object(2, () => MemoryUsage).optional(),
  network: object(3, () => NetworkUsage).optional(),
  process: object(4, () => ProcessUsage).optional(),
  containers: list(5, () => ContainerStats).assigned(),
  io: object(6, () => IoUsage).optional(),
}) {}

export abstract class NetworkUsage extends message("runtime.v1.NetworkUsage", {
  timestamp: int64(1).assigned(),
  defaultInterface: object(2, () => NetworkInterfaceUsage).optional(),
  interfaces: list(3, () => NetworkInterfaceUsage).assigned(),
}) {}

export abstract class NetworkInterfaceUsage extends message("runtime.v1.NetworkInterfaceUsage", {
  name: string(1).assigned(),
  rxBytes: object(2, () => UInt64Value).optional(),
  rxErrors: object(3, () => UInt64Value).optional(),
  txBytes: object(4, () => UInt64Value).optional(),
  txErrors: object(5, () => UInt64Value).optional(),
}) {}

export abstract class ProcessUsage extends message("runtime.v1.ProcessUsage", {
  timestamp: int64(1).assigned(),
  processCount: object(2, () => UInt64Value).optional(),
}) {}

export abstract class ListPodSandboxStatsRequest extends message(
  "runtime.v1.ListPodSandboxStatsRequest",
  {
    filter: object(1, () => PodSandboxStatsFilter).optional(),
  },
) {}

export abstract class PodSandboxStatsFilter extends message("runtime.v1.PodSandboxStatsFilter", {
  id: string(1).assigned(),
  labelSelector: map(2, string).assigned(),
}) {}

export abstract class ListPodSandboxStatsResponse extends message(
  "runtime.v1.ListPodSandboxStatsResponse",
  {
    stats: list(1, () => PodSandboxStats).assigned(),
  },
) {}

export abstract class UpdateRuntimeConfigRequest extends message(
  "runtime.v1.UpdateRuntimeConfigRequest",
  {
    runtimeConfig: object(1, () => RuntimeConfig).optional(),
  },
) {}

export abstract class RuntimeConfig extends message("runtime.v1.RuntimeConfig", {
  networkConfig: object(1, () => NetworkConfig).optional(),
}) {}

export abstract class NetworkConfig extends message("runtime.v1.NetworkConfig", {
  podCidr: string(1).assigned(),
}) {}

export abstract class UpdateRuntimeConfigResponse extends message(
  "runtime.v1.UpdateRuntimeConfigResponse",
  {},
) {}

export abstract class StatusRequest extends message("runtime.v1.StatusRequest", {
  verbose: bool(1).assigned(),
}) {}

export abstract class StatusResponse extends message("runtime.v1.StatusResponse", {
  status: object(1, () => RuntimeStatus).optional(),
  info: map(2, string).assigned(),
  runtimeHandlers: list(3, () => RuntimeHandler).assigned(),
  features: object(4, () => RuntimeFeatures).optional(),
}) {}

export abstract class RuntimeStatus extends message("runtime.v1.RuntimeStatus", {
  conditions: list(1, () => RuntimeCondition).assigned(),
}) {}

export abstract class RuntimeCondition extends message("runtime.v1.RuntimeCondition", {
  type: string(1).assigned(),
  status: bool(2).assigned(),
  reason: string(3).assigned(),
  message: string(4).assigned(),
}) {}

export abstract class RuntimeHandler extends message("runtime.v1.RuntimeHandler", {
  name: string(1).assigned(),
  features: object(2, () => RuntimeHandlerFeatures).optional(),
}) {}

export abstract class RuntimeHandlerFeatures extends message("runtime.v1.RuntimeHandlerFeatures", {
  recursiveReadOnlyMounts: bool(1).assigned(),
  userNamespaces: bool(2).assigned(),
}) {}

export abstract class RuntimeFeatures extends message("runtime.v1.RuntimeFeatures", {
  supplementalGroupsPolicy: bool(1).assigned(),
  userNamespacesHostNetwork: bool(2).assigned(),
  mountOptions: bool(3).assigned(),
}) {}

export abstract class GetEventsRequest extends message("runtime.v1.GetEventsRequest", {}) {}

export abstract class ContainerEventResponse extends message("runtime.v1.ContainerEventResponse", {
  containerId: string(1).assigned(),
  containerEventType: int32(2).assigned(),
  createdAt: int64(3).assigned(),
  podSandboxStatus: object(4, () => PodSandboxStatus).optional(),
  containersStatuses: list(5, () => ContainerStatus).assigned(),
}) {}

export abstract class RuntimeConfigRequest extends message("runtime.v1.RuntimeConfigRequest", {}) {}

export abstract class RuntimeConfigResponse extends message("runtime.v1.RuntimeConfigResponse", {
  linux: object(1, () => LinuxRuntimeConfiguration).optional(),
}) {}

export abstract class LinuxRuntimeConfiguration extends message(
  "runtime.v1.LinuxRuntimeConfiguration",
  {
    cgroupDriver: int32(1).assigned(),
  },
) {}

export abstract class ListImagesRequest extends message("runtime.v1.ListImagesRequest", {
  filter: object(1, () => ImageFilter).optional(),
}) {}

export abstract class ImageFilter extends message("runtime.v1.ImageFilter", {
  image: object(1, () => ImageSpec).optional(),
}) {}

export abstract class ListImagesResponse extends message("runtime.v1.ListImagesResponse", {
  images: list(1, () => Image).assigned(),
}) {}

export abstract class Image extends message("runtime.v1.Image", {
  id: string(1).assigned(),
  repoTags: list(2, string).assigned(),
  repoDigests: list(3, string).assigned(),
  size: uint64(4).assigned(),
  uid: object(5, () => Int64Value).optional(),
  username: string(6).assigned(),
  spec: object(7, () => ImageSpec).optional(),
  pinned: bool(8).assigned(),
}) {}

export abstract class ImageStatusRequest extends message("runtime.v1.ImageStatusRequest", {
  image: object(1, () => ImageSpec).optional(),
  verbose: bool(2).assigned(),
}) {}

export abstract class ImageStatusResponse extends message("runtime.v1.ImageStatusResponse", {
  image: object(1, () => Image).optional(),
  info: map(2, string).assigned(),
}) {}

export abstract class PullImageRequest extends message("runtime.v1.PullImageRequest", {
  image: object(1, () => ImageSpec).optional(),
  auth: object(2, () => AuthConfig).optional(),
  sandboxConfig: object(3, () => PodSandboxConfig).optional(),
}) {}

export abstract class AuthConfig extends message("runtime.v1.AuthConfig", {
  username: string(1).assigned(),
  password: string(2).assigned(),
  auth: string(3).assigned(),
  serverAddress: string(4).assigned(),
  identityToken: string(5).assigned(),
  registryToken: string(6).assigned(),
}) {}

export abstract class PullImageResponse extends message("runtime.v1.PullImageResponse", {
  imageRef: string(1).assigned(),
}) {}

export abstract class RemoveImageRequest extends message("runtime.v1.RemoveImageRequest", {
  image: object(1, () => ImageSpec).optional(),
}) {}

export abstract class RemoveImageResponse extends message("runtime.v1.RemoveImageResponse", {}) {}

export abstract class ImageFsInfoRequest extends message("runtime.v1.ImageFsInfoRequest", {}) {}

export abstract class ImageFsInfoResponse extends message("runtime.v1.ImageFsInfoResponse", {
  imageFilesystems: list(1, () => FilesystemUsage).assigned(),
  containerFilesystems: list(2, () => FilesystemUsage).assigned(),
}) {}

/** The calls that the kubelet makes: service, request and response. */
export const criCalls = {
  version: {
    path: "/runtime.v1.RuntimeService/Version",
    request: VersionRequest,
    response: VersionResponse,
    stream: false,
  },
  runPodSandbox: {
    path: "/runtime.v1.RuntimeService/RunPodSandbox",
    request: RunPodSandboxRequest,
    response: RunPodSandboxResponse,
    stream: false,
  },
  stopPodSandbox: {
    path: "/runtime.v1.RuntimeService/StopPodSandbox",
    request: StopPodSandboxRequest,
    response: StopPodSandboxResponse,
    stream: false,
  },
  removePodSandbox: {
    path: "/runtime.v1.RuntimeService/RemovePodSandbox",
    request: RemovePodSandboxRequest,
    response: RemovePodSandboxResponse,
    stream: false,
  },
  podSandboxStatus: {
    path: "/runtime.v1.RuntimeService/PodSandboxStatus",
    request: PodSandboxStatusRequest,
    response: PodSandboxStatusResponse,
    stream: false,
  },
  listPodSandbox: {
    path: "/runtime.v1.RuntimeService/ListPodSandbox",
    request: ListPodSandboxRequest,
    response: ListPodSandboxResponse,
    stream: false,
  },
  createContainer: {
    path: "/runtime.v1.RuntimeService/CreateContainer",
    request: CreateContainerRequest,
    response: CreateContainerResponse,
    stream: false,
  },
  startContainer: {
    path: "/runtime.v1.RuntimeService/StartContainer",
    request: StartContainerRequest,
    response: StartContainerResponse,
    stream: false,
  },
  stopContainer: {
    path: "/runtime.v1.RuntimeService/StopContainer",
    request: StopContainerRequest,
    response: StopContainerResponse,
    stream: false,
  },
  removeContainer: {
    path: "/runtime.v1.RuntimeService/RemoveContainer",
    request: RemoveContainerRequest,
    response: RemoveContainerResponse,
    stream: false,
  },
  listContainers: {
    path: "/runtime.v1.RuntimeService/ListContainers",
    request: ListContainersRequest,
    response: ListContainersResponse,
    stream: false,
  },
  containerStatus: {
    path: "/runtime.v1.RuntimeService/ContainerStatus",
    request: ContainerStatusRequest,
    response: ContainerStatusResponse,
    stream: false,
  },
  updateContainerResources: {
    path: "/runtime.v1.RuntimeService/UpdateContainerResources",
    request: UpdateContainerResourcesRequest,
    response: UpdateContainerResourcesResponse,
    stream: false,
  },
  reopenContainerLog: {
    path: "/runtime.v1.RuntimeService/ReopenContainerLog",
    request: ReopenContainerLogRequest,
    response: ReopenContainerLogResponse,
    stream: false,
  },
  execSync: {
    path: "/runtime.v1.RuntimeService/ExecSync",
    request: ExecSyncRequest,
    response: ExecSyncResponse,
    stream: false,
  },
  exec: {
    path: "/runtime.v1.RuntimeService/Exec",
    request: ExecRequest,
    response: ExecResponse,
    stream: false,
  },
  attach: {
    path: "/runtime.v1.RuntimeService/Attach",
    request: AttachRequest,
    response: AttachResponse,
    stream: false,
  },
  portForward: {
    path: "/runtime.v1.RuntimeService/PortForward",
    request: PortForwardRequest,
    response: PortForwardResponse,
    stream: false,
  },
  containerStats: {
    path: "/runtime.v1.RuntimeService/ContainerStats",
    request: ContainerStatsRequest,
    response: ContainerStatsResponse,
    stream: false,
  },
  listContainerStats: {
    path: "/runtime.v1.RuntimeService/ListContainerStats",
    request: ListContainerStatsRequest,
    response: ListContainerStatsResponse,
    stream: false,
  },
  podSandboxStats: {
    path: "/runtime.v1.RuntimeService/PodSandboxStats",
    request: PodSandboxStatsRequest,
    response: PodSandboxStatsResponse,
    stream: false,
  },
  listPodSandboxStats: {
    path: "/runtime.v1.RuntimeService/ListPodSandboxStats",
    request: ListPodSandboxStatsRequest,
    response: ListPodSandboxStatsResponse,
    stream: false,
  },
  updateRuntimeConfig: {
    path: "/runtime.v1.RuntimeService/UpdateRuntimeConfig",
    request: UpdateRuntimeConfigRequest,
    response: UpdateRuntimeConfigResponse,
    stream: false,
  },
  status: {
    path: "/runtime.v1.RuntimeService/Status",
    request: StatusRequest,
    response: StatusResponse,
    stream: false,
  },
  getContainerEvents: {
    path: "/runtime.v1.RuntimeService/GetContainerEvents",
    request: GetEventsRequest,
    response: ContainerEventResponse,
    stream: true,
  },
  runtimeConfig: {
    path: "/runtime.v1.RuntimeService/RuntimeConfig",
    request: RuntimeConfigRequest,
    response: RuntimeConfigResponse,
    stream: false,
  },
  listImages: {
    path: "/runtime.v1.ImageService/ListImages",
    request: ListImagesRequest,
    response: ListImagesResponse,
    stream: false,
  },
  imageStatus: {
    path: "/runtime.v1.ImageService/ImageStatus",
    request: ImageStatusRequest,
    response: ImageStatusResponse,
    stream: false,
  },
  pullImage: {
    path: "/runtime.v1.ImageService/PullImage",
    request: PullImageRequest,
    response: PullImageResponse,
    stream: false,
  },
  removeImage: {
    path: "/runtime.v1.ImageService/RemoveImage",
    request: RemoveImageRequest,
    response: RemoveImageResponse,
    stream: false,
  },
  imageFsInfo: {
    path: "/runtime.v1.ImageService/ImageFsInfo",
    request: ImageFsInfoRequest,
    response: ImageFsInfoResponse,
    stream: false,
  },
} as const;
