import { bool, int32, int64, list, map, object, oneOf, quantity, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { Affinity, TopologySpreadConstraint } from "./affinity.ts";
import {
  AppArmorProfile,
  Container,
  EphemeralContainer,
  SELinuxOptions,
  SeccompProfile,
  WindowsSecurityContextOptions,
} from "./container.ts";
import { PodStatus } from "./pod-status.ts";
import { LocalObjectReference, ResourceRequirements, Toleration } from "./shared.ts";
import { Volume } from "./volume.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

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
  hostNetwork: bool(11).implicit().optional(),
  /** See and signal the node's processes. Default false. Excludes shareProcessNamespace. */
  hostPID: bool(12).implicit().optional(),
  /** Share the node's System V IPC and POSIX message queues. Default false. */
  hostIPC: bool(13).implicit().optional(),
  /**
   * Security settings for the whole pod. A container's own settings win over those that exist in
   * both.
   */
  securityContext: object(14, () => PodSecurityContext)
    .explicit()
    .default({}),
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
  runtimeClassName: string(29).explicit().optional(),
  /**
   * Give every container environment variables for each Service of the namespace, such as
   * REDIS_SERVICE_HOST. Default true.
   */
  enableServiceLinks: bool(30).optional(),
  /**
   * Whether this pod may push out pods of lower priority when no node has room:
   * PreemptLowerPriority (default) or Never. Set from the PriorityClass.
   */
  preemptionPolicy: oneOf(31, "PreemptLowerPriority", "Never").explicit().optional(),
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
  hostnameOverride: string(41).explicit().optional(),
  /**
   * The group of pods that this one is scheduled together with. Cannot be changed. Part of a
   * feature that is off by default.
   */
  schedulingGroup: object(43, () => PodSchedulingGroup).optional(),
}) {}

/** A line of /etc/hosts. */
export abstract class HostAlias extends message("io.k8s.api.core.v1.HostAlias", {
  /** The address that the names stand for. */
  ip: string(1),
  /** Names that lead to the address. */
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
  /** The option's name, such as ndots. Required. */
  name: string(1).optional(),
  /** What stands after the colon. Missing for options that have no value. */
  value: string(2).explicit().optional(),
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
  resourceClaimName: string(3).explicit().optional(),
  /**
   * A ResourceClaimTemplate in the pod's namespace. A claim is made from it for this pod, and
   * deleted with the pod.
   */
  resourceClaimTemplateName: string(4).explicit().optional(),
}) {}

/** Keeps a pod from being scheduled as long as it is there. */
export abstract class PodSchedulingGate extends message("io.k8s.api.core.v1.PodSchedulingGate", {
  /** Unique in the pod; a qualified name such as example.com/quota-check. */
  name: string(1),
}) {}

/** Names the group that a pod is scheduled with. */
export abstract class PodSchedulingGroup extends message("io.k8s.api.core.v1.PodSchedulingGroup", {
  /** The PodGroup in the pod's namespace. */
  podGroupName: string(1).explicit().optional(),
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
  fsGroupChangePolicy: string(9).explicit().optional(),
  /** Which system calls the containers may make. Not for Windows. */
  seccompProfile: object(10, () => SeccompProfile).optional(),
  /** AppArmor profile of the containers. Not for Windows. */
  appArmorProfile: object(11, () => AppArmorProfile).optional(),
  /**
   * Where supplementary groups come from: Merge (default) adds those that the image lists for the
   * user in /etc/group; Strict takes only fsGroup, supplementalGroups and runAsGroup.
   */
  supplementalGroupsPolicy: string(12).explicit().optional(),
  /**
   * How a volume gets the pod's SELinux label: Recursive by relabelling each file, which lets pods
   * of different labels share a volume; MountOption by mounting with it, which is fast. Default:
   * MountOption where the cluster's settings and the volume's driver allow it.
   */
  seLinuxChangePolicy: string(13).explicit().optional(),
}) {}

/** A kernel parameter. */
export abstract class Sysctl extends message("io.k8s.api.core.v1.Sysctl", {
  /** Name such as net.core.somaxconn. */
  name: string(1),
  /** The parameter's value, as text. */
  value: string(2).always().default(""),
}) {}

export abstract class PodList extends kind(
  "io.k8s.api.core.v1.PodList",
  { group: "", version: "v1", kind: "PodList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => Pod),
  },
) {}
