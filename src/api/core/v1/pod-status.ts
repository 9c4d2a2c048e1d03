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
import { message } from "#schema/message.ts";
import { ResourceRequirements } from "./shared.ts";

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
  /** Why the pod is as it is, for people. */
  message: string(3).optional(),
  /** Why the pod is as it is, in a word: Evicted, for one. */
  reason: string(4).optional(),
  /** Address of the pod's node. Missing before the pod is scheduled. */
  hostIP: string(5).optional(),
  /** Address of the pod, reachable in the whole cluster. Missing until the pod has a network. */
  podIP: string(6).optional(),
  /** When the kubelet took the pod, before pulling images. */
  startTime: time(7).explicit().optional(),
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
  observedGeneration: int64(17).implicit().optional(),
  /** The claim made by the scheduler for extended resources that devices provide. */
  extendedResourceClaimStatus: object(18, () => PodExtendedResourceClaimStatus).optional(),
  /** Resources that the node set aside for the pod as a whole. */
  allocatedResources: map(19, quantity).optional(),
  /** Requests and limits in force for the pod as a whole. */
  resources: object(20, () => ResourceRequirements).optional(),
  /**
   * Shares of the node's own resources, such as cpu, that the pod's claims take up. Part of a
   * feature that is off by default.
   */
  nodeAllocatableResourceClaimStatuses: list(
    21,
    () => NodeAllocatableResourceClaimStatus,
  ).optional(),
}) {}

/** What was last seen of one container. */
export abstract class ContainerStatus extends message("io.k8s.api.core.v1.ContainerStatus", {
  /** Name of the container in the pod's spec. */
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
  /** How volumes are mounted in the running container. */
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
  stopSignal: string(15).explicit().optional(),
}) {}

/** What a container does: one of the fields is set. None means waiting. */
export abstract class ContainerState extends message("io.k8s.api.core.v1.ContainerState", {
  /** Set while it cannot run yet, such as during a pull. */
  waiting: object(1, () => ContainerStateWaiting).optional(),
  /** Set while it runs, since startedAt. */
  running: object(2, () => ContainerStateRunning).optional(),
  /** Set when it has ended, with its exit code. */
  terminated: object(3, () => ContainerStateTerminated).optional(),
}) {}

/** A container that runs. */
export abstract class ContainerStateRunning extends message(
  "io.k8s.api.core.v1.ContainerStateRunning",
  {
    /** When this run of the container began. */
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
    signal: int32(2).implicit().optional(),
    /** Why it ended, in a word: Completed, Error, OOMKilled. */
    reason: string(3).optional(),
    /** What it left behind as its termination message. */
    message: string(4).optional(),
    /** When that run of the container began. */
    startedAt: time(5).optional(),
    /** When that run of the container ended. */
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
  /** User and groups. Set for Linux containers. */
  linux: object(1, () => LinuxContainerUser).optional(),
}) {}

/**
 * The identity that a Linux container began with. A process with the privilege may change it later.
 */
export abstract class LinuxContainerUser extends message("io.k8s.api.core.v1.LinuxContainerUser", {
  /** User number of the first process. */
  uid: int64(1),
  /** Primary group number of the first process. */
  gid: int64(2),
  /** Further group numbers of the first process. */
  supplementalGroups: list(3, int64).optional(),
}) {}

/** Health of what a container got of one resource. */
export abstract class ResourceStatus extends message("io.k8s.api.core.v1.ResourceStatus", {
  /** The resource's name, or claim:CLAIM/REQUEST for devices of a claim. */
  name: string(1),
  /** Health of the devices, one entry for each. */
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
  message: string(6).explicit().optional(),
}) {}

/** How a volume is mounted in a container. */
export abstract class VolumeMountStatus extends message("io.k8s.api.core.v1.VolumeMountStatus", {
  /** Name of the volume in the pod's spec. */
  name: string(1),
  /** Where it is mounted in the container. */
  mountPath: string(2),
  /** Whether it is mounted read-only. */
  readOnly: bool(3).implicit().optional(),
  /**
   * Whether mounts below it are read-only too: Disabled or Enabled. Set only for read-only mounts.
   */
  recursiveReadOnly: string(4).explicit().optional(),
  /** What is known of the volume itself. */
  volumeStatus: object(5, () => VolumeStatus).optional(),
}) {}

/** What is known of a volume, by its kind. */
export abstract class VolumeStatus extends message("io.k8s.api.core.v1.VolumeStatus", {
  /** Which image the files come from. Set for image volumes. */
  image: object(1, () => ImageVolumeStatus).optional(),
}) {}

/** The image behind an image volume. */
export abstract class ImageVolumeStatus extends message("io.k8s.api.core.v1.ImageVolumeStatus", {
  /** The image, by its digest. */
  imageRef: string(1),
}) {}

/** An address of a node. */
export abstract class HostIP extends message("io.k8s.api.core.v1.HostIP", {
  /** The address, IPv4 or IPv6. */
  ip: string(1),
}) {}

/** What one claim takes of a node's own resources. */
export abstract class NodeAllocatableResourceClaimStatus extends message(
  "io.k8s.api.core.v1.NodeAllocatableResourceClaimStatus",
  {
    /** How much of the node's resources it takes, by resource name. */
    resources: map(3, quantity),
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
  observedGeneration: int64(7).implicit().optional(),
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
    /** Name of the container in the pod. */
    containerName: string(1),
    /** The extended resource that it asks for, such as example.com/gpu. */
    resourceName: string(2),
    /** The request in the claim that provides it. */
    requestName: string(3),
  },
) {}

/** An address of a pod. */
export abstract class PodIP extends message("io.k8s.api.core.v1.PodIP", {
  /** The address, IPv4 or IPv6. */
  ip: string(1),
}) {}

/** The claim that was made from a template for a pod. */
export abstract class PodResourceClaimStatus extends message(
  "io.k8s.api.core.v1.PodResourceClaimStatus",
  {
    /** Name of the claim in the pod's spec. */
    name: string(1),
    /** The ResourceClaim in the pod's namespace. Missing means that none was needed. */
    resourceClaimName: string(2).explicit().optional(),
  },
) {}
