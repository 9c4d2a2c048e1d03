import {
  bool,
  int32,
  int64,
  list,
  map,
  object,
  oneOf,
  quantity,
  string,
  time,
} from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import {
  AppArmorProfile,
  Container,
  EphemeralContainer,
  SELinuxOptions,
  SeccompProfile,
  WindowsSecurityContextOptions,
} from "./container.ts";
import {
  LocalObjectReference,
  NodeSelector,
  NodeSelectorTerm,
  ResourceRequirements,
  Toleration,
} from "./shared.ts";
import { Volume } from "./volume.ts";
import { LabelSelector, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class Pod extends kind(
  "io.k8s.api.core.v1.Pod",
  {
    group: "",
    version: "v1",
    kind: "Pod",
    resource: "pods",
    singular: "pod",
    namespaced: true,
    shortNames: ["po"],
    categories: ["all"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => PodSpec),
    status: object(3, () => PodStatus).default({}),
  },
) {}

export abstract class PodSpec extends message("io.k8s.api.core.v1.PodSpec", {
  volumes: list(1, () => Volume)
    .mapBy("name")
    .mergeRetainingKeys("name")
    .optional(),
  containers: list(2, () => Container)
    .mapBy("name")
    .merge("name"),
  restartPolicy: oneOf(3, "Always", "OnFailure", "Never").default("Always"),
  terminationGracePeriodSeconds: int64(4).default(30),
  activeDeadlineSeconds: int64(5).optional(),
  dnsPolicy: oneOf(6, "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None").default(
    "ClusterFirst",
  ),
  nodeSelector: map(7, string).atomic().optional(),
  serviceAccountName: string(8).optional(),
  serviceAccount: string(9).optional(),
  nodeName: string(10).optional(),
  hostNetwork: bool(11).optional(),
  hostPID: bool(12).optional(),
  hostIPC: bool(13).optional(),
  securityContext: object(14, () => PodSecurityContext).default({}),
  imagePullSecrets: list(15, () => LocalObjectReference)
    .mapBy("name")
    .merge("name")
    .optional(),
  hostname: string(16).optional(),
  subdomain: string(17).optional(),
  affinity: object(18, () => Affinity).optional(),
  schedulerName: string(19).default("default-scheduler"),
  initContainers: list(20, () => Container)
    .mapBy("name")
    .merge("name")
    .optional(),
  automountServiceAccountToken: bool(21).optional(),
  tolerations: list(22, () => Toleration).optional(),
  hostAliases: list(23, () => HostAlias)
    .mapBy("ip")
    .merge("ip")
    .optional(),
  priorityClassName: string(24).optional(),
  priority: int32(25).optional(),
  dnsConfig: object(26, () => PodDNSConfig).optional(),
  shareProcessNamespace: bool(27).optional(),
  readinessGates: list(28, () => PodReadinessGate).optional(),
  runtimeClassName: string(29).optional(),
  enableServiceLinks: bool(30).optional(),
  preemptionPolicy: oneOf(31, "PreemptLowerPriority", "Never").optional(),
  overhead: map(32, quantity).optional(),
  topologySpreadConstraints: list(33, () => TopologySpreadConstraint)
    .mapBy("topologyKey", "whenUnsatisfiable")
    .merge("topologyKey")
    .optional(),
  ephemeralContainers: list(34, () => EphemeralContainer)
    .mapBy("name")
    .merge("name")
    .optional(),
  setHostnameAsFQDN: bool(35).optional(),
  os: object(36, () => PodOS).optional(),
  hostUsers: bool(37).optional(),
  schedulingGates: list(38, () => PodSchedulingGate)
    .mapBy("name")
    .merge("name")
    .optional(),
  resourceClaims: list(39, () => PodResourceClaim)
    .mapBy("name")
    .mergeRetainingKeys("name")
    .optional(),
  resources: object(40, () => ResourceRequirements).optional(),
  hostnameOverride: string(41).optional(),
  schedulingGroup: object(43, () => PodSchedulingGroup).optional(),
}) {}

export abstract class Affinity extends message("io.k8s.api.core.v1.Affinity", {
  nodeAffinity: object(1, () => NodeAffinity).optional(),
  podAffinity: object(2, () => PodAffinity).optional(),
  podAntiAffinity: object(3, () => PodAntiAffinity).optional(),
}) {}

export abstract class NodeAffinity extends message("io.k8s.api.core.v1.NodeAffinity", {
  requiredDuringSchedulingIgnoredDuringExecution: object(1, () => NodeSelector)
    .atomic()
    .optional(),
  preferredDuringSchedulingIgnoredDuringExecution: list(
    2,
    () => PreferredSchedulingTerm,
  ).optional(),
}) {}

export abstract class PreferredSchedulingTerm extends message(
  "io.k8s.api.core.v1.PreferredSchedulingTerm",
  {
    weight: int32(1),
    preference: object(2, () => NodeSelectorTerm).atomic(),
  },
) {}

export abstract class PodAffinity extends message("io.k8s.api.core.v1.PodAffinity", {
  requiredDuringSchedulingIgnoredDuringExecution: list(1, () => PodAffinityTerm).optional(),
  preferredDuringSchedulingIgnoredDuringExecution: list(
    2,
    () => WeightedPodAffinityTerm,
  ).optional(),
}) {}

export abstract class PodAffinityTerm extends message("io.k8s.api.core.v1.PodAffinityTerm", {
  labelSelector: object(1, () => LabelSelector)
    .atomic()
    .optional(),
  namespaces: list(2, string).optional(),
  topologyKey: string(3),
  namespaceSelector: object(4, () => LabelSelector)
    .atomic()
    .optional(),
  matchLabelKeys: list(5, string).optional(),
  mismatchLabelKeys: list(6, string).optional(),
}) {}

export abstract class WeightedPodAffinityTerm extends message(
  "io.k8s.api.core.v1.WeightedPodAffinityTerm",
  {
    weight: int32(1),
    podAffinityTerm: object(2, () => PodAffinityTerm),
  },
) {}

export abstract class PodAntiAffinity extends message("io.k8s.api.core.v1.PodAntiAffinity", {
  requiredDuringSchedulingIgnoredDuringExecution: list(1, () => PodAffinityTerm).optional(),
  preferredDuringSchedulingIgnoredDuringExecution: list(
    2,
    () => WeightedPodAffinityTerm,
  ).optional(),
}) {}

export abstract class HostAlias extends message("io.k8s.api.core.v1.HostAlias", {
  ip: string(1),
  hostnames: list(2, string).optional(),
}) {}

export abstract class PodDNSConfig extends message("io.k8s.api.core.v1.PodDNSConfig", {
  nameservers: list(1, string).optional(),
  searches: list(2, string).optional(),
  options: list(3, () => PodDNSConfigOption).optional(),
}) {}

export abstract class PodDNSConfigOption extends message("io.k8s.api.core.v1.PodDNSConfigOption", {
  name: string(1).optional(),
  value: string(2).optional(),
}) {}

export abstract class PodOS extends message("io.k8s.api.core.v1.PodOS", {
  name: string(1),
}) {}

export abstract class PodReadinessGate extends message("io.k8s.api.core.v1.PodReadinessGate", {
  conditionType: string(1),
}) {}

export abstract class PodResourceClaim extends message("io.k8s.api.core.v1.PodResourceClaim", {
  name: string(1),
  resourceClaimName: string(3).optional(),
  resourceClaimTemplateName: string(4).optional(),
}) {}

export abstract class PodSchedulingGate extends message("io.k8s.api.core.v1.PodSchedulingGate", {
  name: string(1),
}) {}

export abstract class PodSchedulingGroup extends message("io.k8s.api.core.v1.PodSchedulingGroup", {
  podGroupName: string(1).optional(),
}) {}

export abstract class PodSecurityContext extends message("io.k8s.api.core.v1.PodSecurityContext", {
  seLinuxOptions: object(1, () => SELinuxOptions).optional(),
  runAsUser: int64(2).optional(),
  runAsNonRoot: bool(3).optional(),
  supplementalGroups: list(4, int64).optional(),
  fsGroup: int64(5).optional(),
  runAsGroup: int64(6).optional(),
  sysctls: list(7, () => Sysctl).optional(),
  windowsOptions: object(8, () => WindowsSecurityContextOptions).optional(),
  fsGroupChangePolicy: string(9).optional(),
  seccompProfile: object(10, () => SeccompProfile).optional(),
  appArmorProfile: object(11, () => AppArmorProfile).optional(),
  supplementalGroupsPolicy: string(12).optional(),
  seLinuxChangePolicy: string(13).optional(),
}) {}

export abstract class Sysctl extends message("io.k8s.api.core.v1.Sysctl", {
  name: string(1),
  value: string(2).default(""),
}) {}

export abstract class TopologySpreadConstraint extends message(
  "io.k8s.api.core.v1.TopologySpreadConstraint",
  {
    maxSkew: int32(1),
    topologyKey: string(2),
    whenUnsatisfiable: oneOf(3, "DoNotSchedule", "ScheduleAnyway"),
    labelSelector: object(4, () => LabelSelector)
      .atomic()
      .optional(),
    minDomains: int32(5).optional(),
    nodeAffinityPolicy: string(6).optional(),
    nodeTaintsPolicy: string(7).optional(),
    matchLabelKeys: list(8, string).optional(),
  },
) {}

export abstract class PodStatus extends message("io.k8s.api.core.v1.PodStatus", {
  phase: oneOf(1, "Pending", "Running", "Succeeded", "Failed", "Unknown").optional(),
  conditions: list(2, () => PodCondition)
    .mapBy("type")
    .merge("type")
    .optional(),
  message: string(3).optional(),
  reason: string(4).optional(),
  hostIP: string(5).optional(),
  podIP: string(6).optional(),
  startTime: time(7).optional(),
  containerStatuses: list(8, () => ContainerStatus).optional(),
  qosClass: oneOf(9, "Guaranteed", "Burstable", "BestEffort").optional(),
  initContainerStatuses: list(10, () => ContainerStatus).optional(),
  nominatedNodeName: string(11).optional(),
  podIPs: list(12, () => PodIP)
    .mapBy("ip")
    .merge("ip")
    .optional(),
  ephemeralContainerStatuses: list(13, () => ContainerStatus).optional(),
  resize: string(14).optional(),
  resourceClaimStatuses: list(15, () => PodResourceClaimStatus)
    .mapBy("name")
    .mergeRetainingKeys("name")
    .optional(),
  hostIPs: list(16, () => HostIP)
    .merge("ip")
    .optional(),
  observedGeneration: int64(17).optional(),
  extendedResourceClaimStatus: object(18, () => PodExtendedResourceClaimStatus).optional(),
  allocatedResources: map(19, quantity).optional(),
  resources: object(20, () => ResourceRequirements).optional(),
  nodeAllocatableResourceClaimStatuses: list(
    21,
    () => NodeAllocatableResourceClaimStatus,
  ).optional(),
}) {}

export abstract class ContainerStatus extends message("io.k8s.api.core.v1.ContainerStatus", {
  name: string(1),
  state: object(2, () => ContainerState).default({}),
  lastState: object(3, () => ContainerState).default({}),
  ready: bool(4),
  restartCount: int32(5),
  image: string(6),
  imageID: string(7),
  containerID: string(8).optional(),
  started: bool(9).optional(),
  allocatedResources: map(10, quantity).optional(),
  resources: object(11, () => ResourceRequirements).optional(),
  volumeMounts: list(12, () => VolumeMountStatus)
    .mapBy("mountPath")
    .merge("mountPath")
    .optional(),
  user: object(13, () => ContainerUser).optional(),
  allocatedResourcesStatus: list(14, () => ResourceStatus)
    .mapBy("name")
    .merge("name")
    .optional(),
  stopSignal: string(15).optional(),
}) {}

export abstract class ContainerState extends message("io.k8s.api.core.v1.ContainerState", {
  waiting: object(1, () => ContainerStateWaiting).optional(),
  running: object(2, () => ContainerStateRunning).optional(),
  terminated: object(3, () => ContainerStateTerminated).optional(),
}) {}

export abstract class ContainerStateRunning extends message(
  "io.k8s.api.core.v1.ContainerStateRunning",
  {
    startedAt: time(1).optional(),
  },
) {}

export abstract class ContainerStateTerminated extends message(
  "io.k8s.api.core.v1.ContainerStateTerminated",
  {
    exitCode: int32(1),
    signal: int32(2).optional(),
    reason: string(3).optional(),
    message: string(4).optional(),
    startedAt: time(5).optional(),
    finishedAt: time(6).optional(),
    containerID: string(7).optional(),
  },
) {}

export abstract class ContainerStateWaiting extends message(
  "io.k8s.api.core.v1.ContainerStateWaiting",
  {
    reason: string(1).optional(),
    message: string(2).optional(),
  },
) {}

export abstract class ContainerUser extends message("io.k8s.api.core.v1.ContainerUser", {
  linux: object(1, () => LinuxContainerUser).optional(),
}) {}

export abstract class LinuxContainerUser extends message("io.k8s.api.core.v1.LinuxContainerUser", {
  uid: int64(1),
  gid: int64(2),
  supplementalGroups: list(3, int64).optional(),
}) {}

export abstract class ResourceStatus extends message("io.k8s.api.core.v1.ResourceStatus", {
  name: string(1),
  resources: list(2, () => ResourceHealth)
    .mapBy("resourceID")
    .optional(),
}) {}

export abstract class ResourceHealth extends message("io.k8s.api.core.v1.ResourceHealth", {
  resourceID: string(1),
  health: string(2).optional(),
  message: string(6).optional(),
}) {}

export abstract class VolumeMountStatus extends message("io.k8s.api.core.v1.VolumeMountStatus", {
  name: string(1),
  mountPath: string(2),
  readOnly: bool(3).optional(),
  recursiveReadOnly: string(4).optional(),
  volumeStatus: object(5, () => VolumeStatus).optional(),
}) {}

export abstract class VolumeStatus extends message("io.k8s.api.core.v1.VolumeStatus", {
  image: object(1, () => ImageVolumeStatus).optional(),
}) {}

export abstract class ImageVolumeStatus extends message("io.k8s.api.core.v1.ImageVolumeStatus", {
  imageRef: string(1),
}) {}

export abstract class HostIP extends message("io.k8s.api.core.v1.HostIP", {
  ip: string(1),
}) {}

export abstract class NodeAllocatableResourceClaimStatus extends message(
  "io.k8s.api.core.v1.NodeAllocatableResourceClaimStatus",
  {
    resources: map(0, quantity),
    resourceClaimName: string(1),
    containers: list(2, string).set().optional(),
  },
) {}

export abstract class PodCondition extends message("io.k8s.api.core.v1.PodCondition", {
  type: string(1),
  status: oneOf(2, "True", "False", "Unknown"),
  lastProbeTime: time(3).optional(),
  lastTransitionTime: time(4).optional(),
  reason: string(5).optional(),
  message: string(6).optional(),
  observedGeneration: int64(7).optional(),
}) {}

export abstract class PodExtendedResourceClaimStatus extends message(
  "io.k8s.api.core.v1.PodExtendedResourceClaimStatus",
  {
    requestMappings: list(1, () => ContainerExtendedResourceRequest),
    resourceClaimName: string(2),
  },
) {}

export abstract class ContainerExtendedResourceRequest extends message(
  "io.k8s.api.core.v1.ContainerExtendedResourceRequest",
  {
    containerName: string(1),
    resourceName: string(2),
    requestName: string(3),
  },
) {}

export abstract class PodIP extends message("io.k8s.api.core.v1.PodIP", {
  ip: string(1),
}) {}

export abstract class PodResourceClaimStatus extends message(
  "io.k8s.api.core.v1.PodResourceClaimStatus",
  {
    name: string(1),
    resourceClaimName: string(2).optional(),
  },
) {}

export abstract class PodList extends kind(
  "io.k8s.api.core.v1.PodList",
  { group: "", version: "v1", kind: "PodList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => Pod),
  },
) {}
