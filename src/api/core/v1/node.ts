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
import { Taint } from "./shared.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** A machine that runs pods. */
export abstract class Node extends kind(
  "io.k8s.api.core.v1.Node",
  {
    group: "",
    version: "v1",
    kind: "Node",
    resource: "nodes",
    singular: "node",
    namespaced: false,
    shortNames: ["no"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** How the node is set up, and whether it takes pods. */
    spec: object(2, () => NodeSpec).default({}),
    /** What was last seen of the node. Mostly written by its kubelet. */
    status: object(3, () => NodeStatus).default({}),
  },
) {}

/** How a node is set up. */
export abstract class NodeSpec extends message("io.k8s.api.core.v1.NodeSpec", {
  /** Addresses that are given to the node's pods. Cannot be changed once set. */
  podCIDR: string(1).optional(),
  /** No longer used. */
  externalID: string(2).optional(),
  /** The machine's id at the provider: PROVIDER://ID. Cannot be changed once set. */
  providerID: string(3).optional(),
  /** If true, no pods are placed here anew; kubectl cordon sets it. Default false. */
  unschedulable: bool(4).implicit().optional(),
  /** What keeps pods away that do not tolerate it. */
  taints: list(5, () => Taint).optional(),
  /** No longer used. */
  configSource: object(6, () => NodeConfigSource).optional(),
  /** All ranges for pods' addresses, at most one of each IP family. The first equals podCIDR. */
  podCIDRs: list(7, string).set().merge().optional(),
}) {}

/** Where a kubelet took its configuration from, formerly. No longer used. */
export abstract class NodeConfigSource extends message("io.k8s.api.core.v1.NodeConfigSource", {
  /** The ConfigMap that held it. */
  configMap: object(2, () => ConfigMapNodeConfigSource).optional(),
}) {}

/** A ConfigMap with a kubelet's configuration. No longer used. */
export abstract class ConfigMapNodeConfigSource extends message(
  "io.k8s.api.core.v1.ConfigMapNodeConfigSource",
  {
    /** The ConfigMap's namespace. */
    namespace: string(1),
    /** The ConfigMap's own name. */
    name: string(2),
    /** The ConfigMap's unique id. Only in a status. */
    uid: string(3).optional(),
    /** The version that was read. Only in a status. */
    resourceVersion: string(4).optional(),
    /** The key under which the configuration is. */
    kubeletConfigKey: string(5),
  },
) {}

/** What was last seen of a node. */
export abstract class NodeStatus extends message("io.k8s.api.core.v1.NodeStatus", {
  /**
   * All that the machine has, by resource name: cpu, memory, ephemeral-storage, pods and others.
   */
  capacity: map(1, quantity).optional(),
  /** What is left of it for pods after what the system keeps. The scheduler counts with it. */
  allocatable: map(2, quantity).optional(),
  /** No longer used. */
  phase: string(3).optional(),
  /** How the node is: Ready, MemoryPressure, DiskPressure, PIDPressure, NetworkUnavailable. */
  conditions: list(4, () => NodeCondition)
    .mapBy("type")
    .merge("type")
    .optional(),
  /** Addresses and names under which the node is reached. */
  addresses: list(5, () => NodeAddress)
    .mapBy("type")
    .merge("type")
    .optional(),
  /** Ports of the programs that run the node. */
  daemonEndpoints: object(6, () => NodeDaemonEndpoints).default({}),
  /** Facts about the machine and its software. */
  nodeInfo: object(7, () => NodeSystemInfo)
    .implicit()
    .optional(),
  /** Images that the node has, the largest first. At most 50 by default. */
  images: list(8, () => ContainerImage).optional(),
  /** Attachable volumes that pods here use. They must not be detached. */
  volumesInUse: list(9, string).optional(),
  /** Volumes that the node has attached now. */
  volumesAttached: list(10, () => AttachedVolume).optional(),
  /** No longer used. */
  config: object(11, () => NodeConfigStatus).optional(),
  /** Handlers that the container runtime offers to RuntimeClasses. */
  runtimeHandlers: list(12, () => NodeRuntimeHandler).optional(),
  /** What the container runtime can do. */
  features: object(13, () => NodeFeatures).optional(),
  /**
   * Names of Kubernetes features that the kubelet declares, so that the scheduler can count on
   * them.
   */
  declaredFeatures: list(14, string).optional(),
}) {}

/** A volume that is attached to a node. */
export abstract class AttachedVolume extends message("io.k8s.api.core.v1.AttachedVolume", {
  /** The volume's name within the cluster. */
  name: string(1),
  /** Where the device is found on the node. */
  devicePath: string(2),
}) {}

/** An image that a node has. */
export abstract class ContainerImage extends message("io.k8s.api.core.v1.ContainerImage", {
  /** All its names, by tag and by digest. */
  names: list(1, string).always().optional(),
  /** Size of the image in bytes. */
  sizeBytes: int64(2).implicit().optional(),
}) {}

/** An address of a node. */
export abstract class NodeAddress extends message("io.k8s.api.core.v1.NodeAddress", {
  /** Hostname, InternalIP, ExternalIP, InternalDNS or ExternalDNS. */
  type: oneOf(1, "Hostname", "InternalIP", "ExternalIP", "InternalDNS", "ExternalDNS"),
  /** The address or the name, as the type says. */
  address: string(2),
}) {}

/** A statement about a node. */
export abstract class NodeCondition extends message("io.k8s.api.core.v1.NodeCondition", {
  /**
   * What it is about. The kubelet sets Ready, MemoryPressure, DiskPressure and PIDPressure; network
   * plugins may set NetworkUnavailable.
   */
  type: string(1),
  /** True, False or Unknown. Unknown usually means that the kubelet no longer reports. */
  status: oneOf(2, "True", "False", "Unknown"),
  /** When the kubelet last confirmed it. Its Lease tells sooner whether it lives. */
  lastHeartbeatTime: time(3).optional(),
  /** When the status last changed, not when it was last looked at. */
  lastTransitionTime: time(4).optional(),
  /** One word in upper camel case that says why, for programs. */
  reason: string(5).optional(),
  /** The same for people, in a sentence. */
  message: string(6).optional(),
}) {}

/** Which configuration a kubelet used, formerly. No longer used. */
export abstract class NodeConfigStatus extends message("io.k8s.api.core.v1.NodeConfigStatus", {
  /** The configuration that it was to use. */
  assigned: object(1, () => NodeConfigSource).optional(),
  /** The configuration that it used. */
  active: object(2, () => NodeConfigSource).optional(),
  /** The configuration to go back to on error. */
  lastKnownGood: object(3, () => NodeConfigSource).optional(),
  /** What was wrong with the assigned one. */
  error: string(4).optional(),
}) {}

/** Ports of the programs that run a node. */
export abstract class NodeDaemonEndpoints extends message(
  "io.k8s.api.core.v1.NodeDaemonEndpoints",
  {
    /** Where the kubelet listens for logs, exec and metrics. */
    kubeletEndpoint: object(1, () => DaemonEndpoint).default({ Port: 0 }),
  },
) {}

/** Where a program listens. */
export abstract class DaemonEndpoint extends message("io.k8s.api.core.v1.DaemonEndpoint", {
  /** Port number. The field's name begins with a capital letter. */
  Port: int32(1),
}) {}

/** What a node's container runtime can do. */
export abstract class NodeFeatures extends message("io.k8s.api.core.v1.NodeFeatures", {
  /** Whether it honours a pod's supplementalGroupsPolicy. */
  supplementalGroupsPolicy: bool(1).optional(),
}) {}

/** A way of running containers that a node offers. */
export abstract class NodeRuntimeHandler extends message("io.k8s.api.core.v1.NodeRuntimeHandler", {
  /** Name for RuntimeClass.handler. Empty for the default one. */
  name: string(1).always().optional(),
  /** Abilities that this handler has. */
  features: object(2, () => NodeRuntimeHandlerFeatures).optional(),
}) {}

/** What a runtime handler can do. */
export abstract class NodeRuntimeHandlerFeatures extends message(
  "io.k8s.api.core.v1.NodeRuntimeHandlerFeatures",
  {
    /** Whether it can make mounts below a read-only mount read-only too. */
    recursiveReadOnlyMounts: bool(1).optional(),
    /** Whether it can run pods in user namespaces of their own. */
    userNamespaces: bool(2).optional(),
  },
) {}

/** Facts about a node. */
export abstract class NodeSystemInfo extends message("io.k8s.api.core.v1.NodeSystemInfo", {
  /** From /etc/machine-id: unique to the installation. */
  machineID: string(1),
  /** From the firmware: unique to the machine. */
  systemUUID: string(2),
  /** Unique to each boot, from /proc/sys/kernel/random/boot_id. */
  bootID: string(3),
  /** Version of the kernel, as uname -r prints it. */
  kernelVersion: string(4),
  /** Name of the operating system's release, from /etc/os-release. */
  osImage: string(5),
  /** NAME://VERSION of the container runtime. */
  containerRuntimeVersion: string(6),
  /** Version of the kubelet, such as v1.36.0. */
  kubeletVersion: string(7),
  /** Deprecated and not to be relied on: the kubelet does not know it. */
  kubeProxyVersion: string(8),
  /** The operating system: linux or windows. */
  operatingSystem: string(9),
  /** The processor's architecture, such as amd64 or arm64. */
  architecture: string(10),
  /** Size of the swap space, where it is known. */
  swap: object(11, () => NodeSwapStatus).optional(),
}) {}

/** A node's swap space. */
export abstract class NodeSwapStatus extends message("io.k8s.api.core.v1.NodeSwapStatus", {
  /** Size of the swap space in bytes. */
  capacity: int64(1).optional(),
}) {}

export abstract class NodeList extends kind(
  "io.k8s.api.core.v1.NodeList",
  { group: "", version: "v1", kind: "NodeList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => Node),
  },
) {}
