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

/**
 * One or more containers that run together on one node and share a network address and volumes: the
 * smallest thing that is scheduled.
 */
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
    /** What is to run, as its author wants it. Most of it cannot be changed once the pod exists. */
    spec: object(2, () => PodSpec),
    /** What the cluster last saw of the pod. Written by the kubelet and the scheduler. */
    status: object(3, () => PodStatus).default({}),
  },
) {}

/** What a pod runs, and where and how. */
export abstract class PodSpec extends message("io.k8s.api.core.v1.PodSpec", {
  /** Directories that the pod's containers may mount. Each name is unique in the pod. */
  volumes: list(1, () => Volume)
    .mapBy("name")
    .mergeRetainingKeys("name")
    .optional(),
  /**
   * The containers that make up the pod, at least one. They start side by side. The list cannot be
   * changed.
   */
  containers: list(2, () => Container)
    .mapBy("name")
    .merge("name"),
  /**
   * What happens when a container ends:
   * - Always: it is started again, whatever its exit code. The default, and the only choice for
   *   Deployments and their like.
   * - OnFailure: it is started again after a non-zero exit code.
   * - Never: it is left as it is.
   *
   * Restarts back off from 10 seconds, doubling up to five minutes.
   */
  restartPolicy: oneOf(3, "Always", "OnFailure", "Never").default("Always"),
  /**
   * Seconds between asking the containers to stop (SIGTERM) and killing them (SIGKILL) when the pod
   * is deleted. The preStop hook runs within this time. 0 kills at once. Default 30.
   */
  terminationGracePeriodSeconds: int64(4).default(30),
  /**
   * Seconds that the pod may be active on its node, from status.startTime on; then it is killed and
   * marked Failed. At least 1. No limit when missing.
   */
  activeDeadlineSeconds: int64(5).optional(),
  /**
   * What the containers' /etc/resolv.conf says:
   * - ClusterFirst: the cluster's DNS. The default. Pods on the host's network get Default instead.
   * - ClusterFirstWithHostNet: the cluster's DNS, also on the host's network.
   * - Default: what the node itself uses.
   * - None: only what dnsConfig gives.
   */
  dnsPolicy: oneOf(6, "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None").default(
    "ClusterFirst",
  ),
  /** Labels that a node must have, all of them, for the pod to be placed there. */
  nodeSelector: map(7, string).atomic().optional(),
  /**
   * The ServiceAccount whose identity and permissions the pod has. It must exist in the pod's
   * namespace. Default: default.
   */
  serviceAccountName: string(8).optional(),
  /** Older name of serviceAccountName; both always hold the same value. Use serviceAccountName. */
  serviceAccount: string(9).optional(),
  /**
   * The node that the pod runs on. The scheduler fills it in. If you give it yourself, the
   * scheduler is passed by and that node's kubelet takes the pod at once.
   */
  nodeName: string(10).optional(),
  /**
   * Run in the node's network: its interfaces, addresses and ports. Every container port then takes
   * the same port of the node. Default false.
   */
  hostNetwork: bool(11).optional(),
  /** See and signal the node's processes. Default false. Excludes shareProcessNamespace. */
  hostPID: bool(12).optional(),
  /** Share the node's System V IPC and POSIX message queues. Default false. */
  hostIPC: bool(13).optional(),
  /**
   * Security settings for the whole pod. A container's own settings win over those that exist in
   * both.
   */
  securityContext: object(14, () => PodSecurityContext).default({}),
  /**
   * Secrets of the pod's namespace that hold credentials for pulling the images. They are tried
   * besides those of the node and of the ServiceAccount.
   */
  imagePullSecrets: list(15, () => LocalObjectReference)
    .mapBy("name")
    .merge("name")
    .optional(),
  /** The host name that the containers see: a DNS label. Default: the pod's name. */
  hostname: string(16).optional(),
  /**
   * With it the pod's full name is HOSTNAME.SUBDOMAIN.NAMESPACE.svc.DOMAIN. DNS answers for it
   * where a headless Service is named like the subdomain.
   */
  subdomain: string(17).optional(),
  /** Rules that draw the pod to nodes, or to and away from other pods. */
  affinity: object(18, () => Affinity).optional(),
  /** The scheduler that is to place the pod; others leave it alone. Default: default-scheduler. */
  schedulerName: string(19).default("default-scheduler"),
  /**
   * Containers that run one after the other, each to its successful end, before the others start.
   * One with restartPolicy Always is a sidecar: the next starts once it has started, and it runs
   * along until the pod ends. Its name differs from all other containers'.
   */
  initContainers: list(20, () => Container)
    .mapBy("name")
    .merge("name")
    .optional(),
  /**
   * Whether a token of the ServiceAccount is mounted at
   * /var/run/secrets/kubernetes.io/serviceaccount. When missing, the ServiceAccount decides; if it
   * does not say, true.
   */
  automountServiceAccountToken: bool(21).optional(),
  /** Taints that do not keep the pod off a node. They can only be added to, never taken away. */
  tolerations: list(22, () => Toleration).optional(),
  /** Lines to add to the containers' /etc/hosts. */
  hostAliases: list(23, () => HostAlias)
    .mapBy("ip")
    .merge("ip")
    .optional(),
  /**
   * The PriorityClass that says how important the pod is. Default: the class marked globalDefault;
   * without one the priority is 0.
   */
  priorityClassName: string(24).optional(),
  /**
   * The pod's importance as a number: the higher, the earlier it is scheduled. Admission computes
   * it from priorityClassName; a value of your own must agree with that.
   */
  priority: int32(25).optional(),
  /** Name servers, search domains and options that are added to what dnsPolicy brings. */
  dnsConfig: object(26, () => PodDNSConfig).optional(),
  /**
   * The pod's containers see each other's processes, and the first process of a container is not
   * number 1. Default false. Excludes hostPID.
   */
  shareProcessNamespace: bool(27).optional(),
  /**
   * Conditions that must be True, besides the containers being ready, for the pod to count as
   * Ready.
   */
  readinessGates: list(28, () => PodReadinessGate).optional(),
  /**
   * The RuntimeClass that says which container runtime configuration runs the pod. The pod is
   * refused where no such class exists. Default: the node's usual runtime.
   */
  runtimeClassName: string(29).optional(),
  /**
   * Give every container environment variables for each Service of the namespace, such as
   * REDIS_SERVICE_HOST. Default true.
   */
  enableServiceLinks: bool(30).optional(),
  /**
   * Whether this pod may push out pods of lower priority when no node has room:
   * PreemptLowerPriority (default) or Never. Set from the PriorityClass.
   */
  preemptionPolicy: oneOf(31, "PreemptLowerPriority", "Never").optional(),
  /**
   * Resources that running the pod takes beyond its containers, by resource name. Admission copies
   * it from the RuntimeClass; it counts for scheduling and quotas.
   */
  overhead: map(32, quantity).optional(),
  /**
   * How pods are to be spread over zones, nodes or other domains. All constraints must be satisfied
   * together.
   */
  topologySpreadConstraints: list(33, () => TopologySpreadConstraint)
    .mapBy("topologyKey", "whenUnsatisfiable")
    .merge("topologyKey")
    .optional(),
  /**
   * Containers for looking into a running pod, added by kubectl debug. They are added through the
   * ephemeralcontainers subresource only, never removed or restarted, and have no guaranteed
   * resources.
   */
  ephemeralContainers: list(34, () => EphemeralContainer)
    .mapBy("name")
    .merge("name")
    .optional(),
  /**
   * The containers' host name is the pod's full domain name rather than its first label. No effect
   * where the pod has no full name. Default false.
   */
  setHostnameAsFQDN: bool(35).optional(),
  /**
   * The operating system of the containers. Windows pods then may not set Linux fields, and the
   * reverse.
   */
  os: object(36, () => PodOS).optional(),
  /**
   * Run in the node's user namespace. false gives the pod one of its own, so that root in it is
   * nobody on the node. Default true.
   */
  hostUsers: bool(37).optional(),
  /**
   * While any is listed, the pod is not scheduled. They can be given at creation only, and then be
   * removed.
   */
  schedulingGates: list(38, () => PodSchedulingGate)
    .mapBy("name")
    .merge("name")
    .optional(),
  /**
   * Claims for devices that must be allocated before the pod starts. Containers name those that
   * they use. Cannot be changed.
   */
  resourceClaims: list(39, () => PodResourceClaim)
    .mapBy("name")
    .mergeRetainingKeys("name")
    .optional(),
  /**
   * Requests and limits for all containers together. cpu, memory and huge pages are possible.
   * Containers without limits of their own share it.
   */
  resources: object(40, () => ResourceRequirements).optional(),
  /**
   * The host name as it is, up to 64 characters, instead of hostname, subdomain and
   * setHostnameAsFQDN. Not allowed together with setHostnameAsFQDN, nor on the host's network.
   */
  hostnameOverride: string(41).optional(),
  /** The group of pods that this one is scheduled together with. Cannot be changed. */
  schedulingGroup: object(43, () => PodSchedulingGroup).optional(),
}) {}

/** What a pod is drawn to and kept away from. */
export abstract class Affinity extends message("io.k8s.api.core.v1.Affinity", {
  /** Which nodes suit the pod, by their labels and fields. */
  nodeAffinity: object(1, () => NodeAffinity).optional(),
  /** Which other pods it should be near: same node, same zone. */
  podAffinity: object(2, () => PodAffinity).optional(),
  /** Which other pods it should be away from. */
  podAntiAffinity: object(3, () => PodAntiAffinity).optional(),
}) {}

/** Which nodes suit a pod. */
export abstract class NodeAffinity extends message("io.k8s.api.core.v1.NodeAffinity", {
  /**
   * What a node must have for the pod to be placed on it. A node that changes later keeps the pod.
   */
  requiredDuringSchedulingIgnoredDuringExecution: object(1, () => NodeSelector)
    .atomic()
    .optional(),
  /**
   * What makes a node better. The weights of the terms that a node fulfils are added up, and the
   * highest sum is preferred.
   */
  preferredDuringSchedulingIgnoredDuringExecution: list(
    2,
    () => PreferredSchedulingTerm,
  ).optional(),
}) {}

/** A wish about nodes, and how strong it is. */
export abstract class PreferredSchedulingTerm extends message(
  "io.k8s.api.core.v1.PreferredSchedulingTerm",
  {
    /** From 1 to 100. */
    weight: int32(1),
    /** The nodes that are meant. An empty one is fulfilled by none. */
    preference: object(2, () => NodeSelectorTerm).atomic(),
  },
) {}

/** Which pods a pod should be near. */
export abstract class PodAffinity extends message("io.k8s.api.core.v1.PodAffinity", {
  /** Each term must hold for a node to take the pod. What changes later does not move the pod. */
  requiredDuringSchedulingIgnoredDuringExecution: list(1, () => PodAffinityTerm).optional(),
  /** Terms that make a node better, by the sum of their weights. */
  preferredDuringSchedulingIgnoredDuringExecution: list(
    2,
    () => WeightedPodAffinityTerm,
  ).optional(),
}) {}

/** A set of pods, and what being near them means. */
export abstract class PodAffinityTerm extends message("io.k8s.api.core.v1.PodAffinityTerm", {
  /** Which pods are meant, by label. Missing selects none. */
  labelSelector: object(1, () => LabelSelector)
    .atomic()
    .optional(),
  /**
   * Namespaces in which to look for pods, besides those of namespaceSelector. With both missing:
   * the pod's own.
   */
  namespaces: list(2, string).optional(),
  /**
   * The label of nodes whose equal value makes two nodes one place: kubernetes.io/hostname for the
   * node itself, topology.kubernetes.io/zone for its zone. Must not be empty.
   */
  topologyKey: string(3),
  /**
   * Namespaces in which to look for pods, by label. Empty selects all; missing selects none besides
   * namespaces.
   */
  namespaceSelector: object(4, () => LabelSelector)
    .atomic()
    .optional(),
  /**
   * Keys whose value is taken from the pod's own labels and added to labelSelector as KEY in
   * (VALUE). Keys that the pod lacks are ignored. With pod-template-hash only pods of the same
   * rollout count.
   */
  matchLabelKeys: list(5, string).optional(),
  /** Like matchLabelKeys, but added as KEY notin (VALUE): pods with the same value do not count. */
  mismatchLabelKeys: list(6, string).optional(),
}) {}

/** A wish about being near or away from pods, and how strong it is. */
export abstract class WeightedPodAffinityTerm extends message(
  "io.k8s.api.core.v1.WeightedPodAffinityTerm",
  {
    /** From 1 to 100. */
    weight: int32(1),
    /** Which pods, and what near means. */
    podAffinityTerm: object(2, () => PodAffinityTerm),
  },
) {}

/** Which pods a pod should be away from. */
export abstract class PodAntiAffinity extends message("io.k8s.api.core.v1.PodAntiAffinity", {
  /**
   * A node is out where any of these terms holds for it. What changes later does not move the pod.
   */
  requiredDuringSchedulingIgnoredDuringExecution: list(1, () => PodAffinityTerm).optional(),
  /** Terms that make a node worse, by the sum of their weights. */
  preferredDuringSchedulingIgnoredDuringExecution: list(
    2,
    () => WeightedPodAffinityTerm,
  ).optional(),
}) {}

/** A line of /etc/hosts. */
export abstract class HostAlias extends message("io.k8s.api.core.v1.HostAlias", {
  /** The address that the names stand for. */
  ip: string(1),
  /** Names for the address. */
  hostnames: list(2, string).optional(),
}) {}

/** Additions to a pod's /etc/resolv.conf. */
export abstract class PodDNSConfig extends message("io.k8s.api.core.v1.PodDNSConfig", {
  /**
   * Addresses of DNS servers, after those of dnsPolicy; duplicates are dropped. At most 3 in all.
   */
  nameservers: list(1, string).optional(),
  /**
   * Domains to try for short names, after those of dnsPolicy; duplicates are dropped. At most 32 in
   * all.
   */
  searches: list(2, string).optional(),
  /** Resolver options. One that dnsPolicy sets too gets the value given here. */
  options: list(3, () => PodDNSConfigOption).optional(),
}) {}

/** A resolver option, such as ndots:2. */
export abstract class PodDNSConfigOption extends message("io.k8s.api.core.v1.PodDNSConfigOption", {
  /** The option's name, such as ndots. */
  name: string(1).optional(),
  /** What stands after the colon. Missing for options that have no value. */
  value: string(2).optional(),
}) {}

/** The operating system of a pod's containers. */
export abstract class PodOS extends message("io.k8s.api.core.v1.PodOS", {
  /** linux or windows. Other values are kept, but no node runs them. */
  name: string(1),
}) {}

/** A condition that a pod must fulfil to be ready. */
export abstract class PodReadinessGate extends message("io.k8s.api.core.v1.PodReadinessGate", {
  /**
   * The type of the condition in status.conditions. Someone other than the kubelet sets it; missing
   * counts as False.
   */
  conditionType: string(1),
}) {}

/**
 * A claim for devices: an existing one, or a template to make one from. Exactly one of the two must
 * be given.
 */
export abstract class PodResourceClaim extends message("io.k8s.api.core.v1.PodResourceClaim", {
  /** DNS label by which containers name the claim, unique in the pod. */
  name: string(1),
  /** A ResourceClaim in the pod's namespace. Several pods may share it. */
  resourceClaimName: string(3).optional(),
  /**
   * A ResourceClaimTemplate in the pod's namespace. A claim is made from it for this pod, and
   * deleted with the pod.
   */
  resourceClaimTemplateName: string(4).optional(),
}) {}

/** Keeps a pod from being scheduled as long as it is there. */
export abstract class PodSchedulingGate extends message("io.k8s.api.core.v1.PodSchedulingGate", {
  /** Unique in the pod; a qualified name such as example.com/quota-check. */
  name: string(1),
}) {}

/** Names the group that a pod is scheduled with. */
export abstract class PodSchedulingGroup extends message("io.k8s.api.core.v1.PodSchedulingGroup", {
  /** The PodGroup in the pod's namespace. */
  podGroupName: string(1).optional(),
}) {}

/** Security settings of a whole pod. */
export abstract class PodSecurityContext extends message("io.k8s.api.core.v1.PodSecurityContext", {
  /**
   * SELinux label of all containers. When missing, the runtime gives each container a random one.
   * Not for Windows.
   */
  seLinuxOptions: object(1, () => SELinuxOptions).optional(),
  /** User number of the containers' processes. Default: what the image says. Not for Windows. */
  runAsUser: int64(2).optional(),
  /** Containers that would run as user 0 are not started. Default false. */
  runAsNonRoot: bool(3).optional(),
  /**
   * More groups of the first process in each container, besides its primary group, fsGroup and,
   * depending on supplementalGroupsPolicy, the image's own.
   */
  supplementalGroups: list(4, int64).optional(),
  /**
   * Group that owns the pod's volumes: files in volumes that support ownership get it, with read
   * and write permission, and new files inherit it. When missing, ownership is left alone. Not for
   * Windows.
   */
  fsGroup: int64(5).optional(),
  /**
   * Primary group number of the containers' processes. Default: what the runtime takes, often 0.
   * Not for Windows.
   */
  runAsGroup: int64(6).optional(),
  /**
   * Kernel parameters of the pod's namespaces. Those that the node does not allow keep the pod from
   * starting.
   */
  sysctls: list(7, () => Sysctl).optional(),
  /** Settings for Windows containers. Not for Linux. */
  windowsOptions: object(8, () => WindowsSecurityContextOptions).optional(),
  /**
   * When to adapt a volume's ownership to fsGroup: Always (default), or OnRootMismatch, only where
   * the top directory's owner and permissions do not fit, which is faster for large volumes.
   */
  fsGroupChangePolicy: string(9).optional(),
  /** Which system calls the containers may make. Not for Windows. */
  seccompProfile: object(10, () => SeccompProfile).optional(),
  /** AppArmor profile of the containers. Not for Windows. */
  appArmorProfile: object(11, () => AppArmorProfile).optional(),
  /**
   * Where supplementary groups come from: Merge (default) adds those that the image lists for the
   * user in /etc/group; Strict takes only fsGroup, supplementalGroups and runAsGroup.
   */
  supplementalGroupsPolicy: string(12).optional(),
  /**
   * How a volume gets the pod's SELinux label: MountOption (default where supported) by mounting
   * with it, which is fast; Recursive by relabelling each file, which lets pods of different labels
   * share a volume.
   */
  seLinuxChangePolicy: string(13).optional(),
}) {}

/** A kernel parameter. */
export abstract class Sysctl extends message("io.k8s.api.core.v1.Sysctl", {
  /** Name such as net.core.somaxconn. */
  name: string(1),
  /** Its value, as text. */
  value: string(2).default(""),
}) {}

/** How evenly pods are spread over places, such as zones or nodes. */
export abstract class TopologySpreadConstraint extends message(
  "io.k8s.api.core.v1.TopologySpreadConstraint",
  {
    /**
     * How many more pods a place may have than the one with the fewest. At least 1. With
     * ScheduleAnyway places that lower the difference are preferred.
     */
    maxSkew: int32(1),
    /**
     * The label of nodes that tells places apart: nodes with the same value are one place. Nodes
     * without it take no such pod.
     */
    topologyKey: string(2),
    /**
     * What to do when no node keeps maxSkew: DoNotSchedule leaves the pod pending, ScheduleAnyway
     * takes the node that is least uneven.
     */
    whenUnsatisfiable: oneOf(3, "DoNotSchedule", "ScheduleAnyway"),
    /** The pods that are counted in each place. Missing counts none. */
    labelSelector: object(4, () => LabelSelector)
      .atomic()
      .optional(),
    /**
     * Fewest places there should be. With fewer, the smallest count is taken as 0. At least 1, only
     * with DoNotSchedule. Default 1.
     */
    minDomains: int32(5).optional(),
    /**
     * Whether nodes that the pod's nodeSelector and affinity rule out are counted: Honor (default)
     * leaves them out, Ignore counts them.
     */
    nodeAffinityPolicy: string(6).optional(),
    /**
     * Whether nodes with taints that the pod does not tolerate are counted: Ignore (default) counts
     * them, Honor leaves them out.
     */
    nodeTaintsPolicy: string(7).optional(),
    /**
     * Keys whose value is taken from the pod's own labels to narrow labelSelector. With
     * pod-template-hash each rollout is spread by itself. A key may not be in labelSelector too.
     */
    matchLabelKeys: list(8, string).optional(),
  },
) {}

/** What was last seen of a pod. */
export abstract class PodStatus extends message("io.k8s.api.core.v1.PodStatus", {
  /**
   * Where the pod stands in its life:
   * - Pending: accepted, but not all containers have been started.
   * - Running: on a node, and at least one container runs, starts or restarts.
   * - Succeeded: all containers ended well and will not start again.
   * - Failed: all containers ended, at least one of them badly.
   * - Unknown: its node does not answer.
   */
  phase: oneOf(1, "Pending", "Running", "Succeeded", "Failed", "Unknown").optional(),
  /**
   * Tests that the pod has passed or not, such as PodScheduled, Initialized, ContainersReady and
   * Ready.
   */
  conditions: list(2, () => PodCondition)
    .mapBy("type")
    .merge("type")
    .optional(),
  /** Why the pod is in this state, for people. */
  message: string(3).optional(),
  /** Why the pod is in this state, in a word: Evicted, for one. */
  reason: string(4).optional(),
  /** Address of the pod's node. Missing before the pod is scheduled. */
  hostIP: string(5).optional(),
  /** Address of the pod, reachable in the whole cluster. Missing until the pod has a network. */
  podIP: string(6).optional(),
  /** When the kubelet took the pod, before pulling images. */
  startTime: time(7).optional(),
  /** One entry for each of spec.containers. */
  containerStatuses: list(8, () => ContainerStatus).optional(),
  /**
   * How the pod is treated when the node runs short: Guaranteed (limits equal requests for cpu and
   * memory in every container), Burstable (some request or limit), BestEffort (none; stopped
   * first).
   */
  qosClass: oneOf(9, "Guaranteed", "Burstable", "BestEffort").optional(),
  /** One entry for each of spec.initContainers. The last that ran well has ready true. */
  initContainerStatuses: list(10, () => ContainerStatus).optional(),
  /**
   * A node where room is being made for this pod by pushing out others. The pod may still go
   * elsewhere.
   */
  nominatedNodeName: string(11).optional(),
  /** All addresses of the pod, at most one of each IP family. The first is podIP. */
  podIPs: list(12, () => PodIP)
    .mapBy("ip")
    .merge("ip")
    .optional(),
  /** One entry for each of spec.ephemeralContainers. */
  ephemeralContainerStatuses: list(13, () => ContainerStatus).optional(),
  /**
   * Older form of the conditions PodResizePending and PodResizeInProgress: Proposed, InProgress,
   * Deferred or Infeasible. No longer set.
   */
  resize: string(14).optional(),
  /** For each claim made from a template, the name it got. */
  resourceClaimStatuses: list(15, () => PodResourceClaimStatus)
    .mapBy("name")
    .mergeRetainingKeys("name")
    .optional(),
  /** All addresses of the pod's node, at most one of each IP family. The first is hostIP. */
  hostIPs: list(16, () => HostIP)
    .merge("ip")
    .optional(),
  /** The generation of the pod that the kubelet saw when it wrote this status. */
  observedGeneration: int64(17).optional(),
  /** The claim made by the scheduler for extended resources that devices provide. */
  extendedResourceClaimStatus: object(18, () => PodExtendedResourceClaimStatus).optional(),
  /** Resources that the node set aside for the pod as a whole. */
  allocatedResources: map(19, quantity).optional(),
  /** Requests and limits in force for the pod as a whole. */
  resources: object(20, () => ResourceRequirements).optional(),
  /** Shares of the node's own resources, such as cpu, that the pod's claims take up. */
  nodeAllocatableResourceClaimStatuses: list(
    21,
    () => NodeAllocatableResourceClaimStatus,
  ).optional(),
}) {}

/** What was last seen of one container. */
export abstract class ContainerStatus extends message("io.k8s.api.core.v1.ContainerStatus", {
  /** The container's name in the pod. */
  name: string(1),
  /** What the container does now: waiting, running or terminated. */
  state: object(2, () => ContainerState).default({}),
  /** How its previous run ended, where there was one. */
  lastState: object(3, () => ContainerState).default({}),
  /** Whether it passes its readiness probe. Without a probe: true once it has started. */
  ready: bool(4),
  /**
   * How often it was started again. Counted from what the runtime still knows, so cleaning up dead
   * containers may lower it.
   */
  restartCount: int32(5),
  /** The image that runs. May be written otherwise than in the spec. */
  image: string(6),
  /** The image by its content: a digest. */
  imageID: string(7),
  /** RUNTIME://ID, as the runtime names the container. */
  containerID: string(8).optional(),
  /**
   * Whether the postStart hook ended and the startup probe succeeded. Null before the kubelet
   * knows; false again after a restart.
   */
  started: bool(9).optional(),
  /** Requests that the node set aside for this container. */
  allocatedResources: map(10, quantity).optional(),
  /** Requests and limits that are in force in the running container. */
  resources: object(11, () => ResourceRequirements).optional(),
  /** How volumes are really mounted. */
  volumeMounts: list(12, () => VolumeMountStatus)
    .mapBy("mountPath")
    .merge("mountPath")
    .optional(),
  /** The identity that the container's first process was given. */
  user: object(13, () => ContainerUser).optional(),
  /** Health of devices that the container was given. */
  allocatedResourcesStatus: list(14, () => ResourceStatus)
    .mapBy("name")
    .merge("name")
    .optional(),
  /** The signal that asks this container to end. */
  stopSignal: string(15).optional(),
}) {}

/** What a container does: one of the fields is set. None means waiting. */
export abstract class ContainerState extends message("io.k8s.api.core.v1.ContainerState", {
  /** Set while it cannot run yet, such as during a pull. */
  waiting: object(1, () => ContainerStateWaiting).optional(),
  /** Set while it runs. */
  running: object(2, () => ContainerStateRunning).optional(),
  /** Set when it has ended. */
  terminated: object(3, () => ContainerStateTerminated).optional(),
}) {}

/** A container that runs. */
export abstract class ContainerStateRunning extends message(
  "io.k8s.api.core.v1.ContainerStateRunning",
  {
    /** When this run began. */
    startedAt: time(1).optional(),
  },
) {}

/** A container that has ended. */
export abstract class ContainerStateTerminated extends message(
  "io.k8s.api.core.v1.ContainerStateTerminated",
  {
    /** What its first process returned. 0 is success; 128 + N means ended by signal N. */
    exitCode: int32(1),
    /** The signal that ended it, where one did. */
    signal: int32(2).optional(),
    /** Why it ended, in a word: Completed, Error, OOMKilled. */
    reason: string(3).optional(),
    /** What it left behind as its termination message. */
    message: string(4).optional(),
    /** When that run began. */
    startedAt: time(5).optional(),
    /** When it ended. */
    finishedAt: time(6).optional(),
    /** RUNTIME://ID of the ended container. */
    containerID: string(7).optional(),
  },
) {}

/** A container that does not run yet. */
export abstract class ContainerStateWaiting extends message(
  "io.k8s.api.core.v1.ContainerStateWaiting",
  {
    /** What it waits for, in a word: ContainerCreating, ImagePullBackOff, CrashLoopBackOff. */
    reason: string(1).optional(),
    /** The same with details, for people. */
    message: string(2).optional(),
  },
) {}

/** The identity of a container's first process. */
export abstract class ContainerUser extends message("io.k8s.api.core.v1.ContainerUser", {
  /** User and groups on Linux. */
  linux: object(1, () => LinuxContainerUser).optional(),
}) {}

/**
 * The identity that a Linux container began with. A process with the privilege may change it later.
 */
export abstract class LinuxContainerUser extends message("io.k8s.api.core.v1.LinuxContainerUser", {
  /** User number. */
  uid: int64(1),
  /** Primary group number. */
  gid: int64(2),
  /** Other group numbers. */
  supplementalGroups: list(3, int64).optional(),
}) {}

/** Health of what a container got of one resource. */
export abstract class ResourceStatus extends message("io.k8s.api.core.v1.ResourceStatus", {
  /** The resource's name, or claim:CLAIM/REQUEST for devices of a claim. */
  name: string(1),
  /** One entry for each device. */
  resources: list(2, () => ResourceHealth)
    .mapBy("resourceID")
    .optional(),
}) {}

/** Health of one device. */
export abstract class ResourceHealth extends message("io.k8s.api.core.v1.ResourceHealth", {
  /** Identifies the device on its node. */
  resourceID: string(1),
  /** Healthy, Unhealthy, or Unknown where nobody reports on it. */
  health: string(2).optional(),
  /** Details on the health, for people. */
  message: string(6).optional(),
}) {}

/** How a volume is mounted in a container. */
export abstract class VolumeMountStatus extends message("io.k8s.api.core.v1.VolumeMountStatus", {
  /** Name of the volume in the pod. */
  name: string(1),
  /** Where it is mounted. */
  mountPath: string(2),
  /** Whether it is mounted read-only. */
  readOnly: bool(3).optional(),
  /**
   * Whether mounts below it are read-only too: Disabled or Enabled. Set only for read-only mounts.
   */
  recursiveReadOnly: string(4).optional(),
  /** What is known of the volume itself. */
  volumeStatus: object(5, () => VolumeStatus).optional(),
}) {}

/** What is known of a volume, by its kind. */
export abstract class VolumeStatus extends message("io.k8s.api.core.v1.VolumeStatus", {
  /** Set for image volumes. */
  image: object(1, () => ImageVolumeStatus).optional(),
}) {}

/** The image behind an image volume. */
export abstract class ImageVolumeStatus extends message("io.k8s.api.core.v1.ImageVolumeStatus", {
  /** The image by its digest. */
  imageRef: string(1),
}) {}

/** An address of a node. */
export abstract class HostIP extends message("io.k8s.api.core.v1.HostIP", {
  /** IPv4 or IPv6. */
  ip: string(1),
}) {}

/** What one claim takes of a node's own resources. */
export abstract class NodeAllocatableResourceClaimStatus extends message(
  "io.k8s.api.core.v1.NodeAllocatableResourceClaimStatus",
  {
    /** How much, by resource name. */
    resources: map(0, quantity),
    /** The ResourceClaim in the pod's namespace. */
    resourceClaimName: string(1),
    /** The containers that use the claim. */
    containers: list(2, string).set().optional(),
  },
) {}

/** A test that a pod has passed or not. */
export abstract class PodCondition extends message("io.k8s.api.core.v1.PodCondition", {
  /**
   * What is tested. Known ones: PodScheduled, PodReadyToStartContainers, Initialized,
   * ContainersReady, Ready, DisruptionTarget, PodResizePending, PodResizeInProgress. Others may add
   * their own.
   */
  type: string(1),
  /** True, False or Unknown. */
  status: oneOf(2, "True", "False", "Unknown"),
  /** When it was last tested. Usually null. */
  lastProbeTime: time(3).optional(),
  /** When the status last changed, not when it was last looked at. */
  lastTransitionTime: time(4).optional(),
  /** One word in upper camel case that says why, for programs. */
  reason: string(5).optional(),
  /** The same for people, in a sentence. */
  message: string(6).optional(),
  /** The generation of the pod that the condition was computed from. */
  observedGeneration: int64(7).optional(),
}) {}

/** The claim behind a pod's extended resources, where devices provide them. */
export abstract class PodExtendedResourceClaimStatus extends message(
  "io.k8s.api.core.v1.PodExtendedResourceClaimStatus",
  {
    /** Which request of the claim serves which resource of which container. */
    requestMappings: list(1, () => ContainerExtendedResourceRequest),
    /** The ResourceClaim that was made, in the pod's namespace. */
    resourceClaimName: string(2),
  },
) {}

/** Ties a container's extended resource to a request of a claim. */
export abstract class ContainerExtendedResourceRequest extends message(
  "io.k8s.api.core.v1.ContainerExtendedResourceRequest",
  {
    /** The container. */
    containerName: string(1),
    /** The extended resource that it asks for, such as example.com/gpu. */
    resourceName: string(2),
    /** The request in the claim that provides it. */
    requestName: string(3),
  },
) {}

/** An address of a pod. */
export abstract class PodIP extends message("io.k8s.api.core.v1.PodIP", {
  /** IPv4 or IPv6. */
  ip: string(1),
}) {}

/** The claim that was made from a template for a pod. */
export abstract class PodResourceClaimStatus extends message(
  "io.k8s.api.core.v1.PodResourceClaimStatus",
  {
    /** Name of the claim in the pod's spec. */
    name: string(1),
    /** The ResourceClaim in the pod's namespace. Missing means that none was needed. */
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
