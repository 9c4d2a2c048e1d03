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
    spec: object(2, () => NodeSpec).default({}),
    status: object(3, () => NodeStatus).default({}),
  },
) {}

export abstract class NodeSpec extends message("io.k8s.api.core.v1.NodeSpec", {
  podCIDR: string(1).optional(),
  externalID: string(2).optional(),
  providerID: string(3).optional(),
  unschedulable: bool(4).optional(),
  taints: list(5, () => Taint).optional(),
  configSource: object(6, () => NodeConfigSource).optional(),
  podCIDRs: list(7, string).set().merge().optional(),
}) {}

export abstract class NodeConfigSource extends message("io.k8s.api.core.v1.NodeConfigSource", {
  configMap: object(2, () => ConfigMapNodeConfigSource).optional(),
}) {}

export abstract class ConfigMapNodeConfigSource extends message(
  "io.k8s.api.core.v1.ConfigMapNodeConfigSource",
  {
    namespace: string(1),
    name: string(2),
    uid: string(3).optional(),
    resourceVersion: string(4).optional(),
    kubeletConfigKey: string(5),
  },
) {}

export abstract class NodeStatus extends message("io.k8s.api.core.v1.NodeStatus", {
  capacity: map(1, quantity).optional(),
  allocatable: map(2, quantity).optional(),
  phase: string(3).optional(),
  conditions: list(4, () => NodeCondition)
    .mapBy("type")
    .merge("type")
    .optional(),
  addresses: list(5, () => NodeAddress)
    .mapBy("type")
    .merge("type")
    .optional(),
  daemonEndpoints: object(6, () => NodeDaemonEndpoints).default({}),
  nodeInfo: object(7, () => NodeSystemInfo).optional(),
  images: list(8, () => ContainerImage).optional(),
  volumesInUse: list(9, string).optional(),
  volumesAttached: list(10, () => AttachedVolume).optional(),
  config: object(11, () => NodeConfigStatus).optional(),
  runtimeHandlers: list(12, () => NodeRuntimeHandler).optional(),
  features: object(13, () => NodeFeatures).optional(),
  declaredFeatures: list(14, string).optional(),
}) {}

export abstract class AttachedVolume extends message("io.k8s.api.core.v1.AttachedVolume", {
  name: string(1),
  devicePath: string(2),
}) {}

export abstract class ContainerImage extends message("io.k8s.api.core.v1.ContainerImage", {
  names: list(1, string).optional(),
  sizeBytes: int64(2).optional(),
}) {}

export abstract class NodeAddress extends message("io.k8s.api.core.v1.NodeAddress", {
  type: oneOf(1, "Hostname", "InternalIP", "ExternalIP", "InternalDNS", "ExternalDNS"),
  address: string(2),
}) {}

export abstract class NodeCondition extends message("io.k8s.api.core.v1.NodeCondition", {
  type: string(1),
  status: oneOf(2, "True", "False", "Unknown"),
  lastHeartbeatTime: time(3).optional(),
  lastTransitionTime: time(4).optional(),
  reason: string(5).optional(),
  message: string(6).optional(),
}) {}

export abstract class NodeConfigStatus extends message("io.k8s.api.core.v1.NodeConfigStatus", {
  assigned: object(1, () => NodeConfigSource).optional(),
  active: object(2, () => NodeConfigSource).optional(),
  lastKnownGood: object(3, () => NodeConfigSource).optional(),
  error: string(4).optional(),
}) {}

export abstract class NodeDaemonEndpoints extends message(
  "io.k8s.api.core.v1.NodeDaemonEndpoints",
  {
    kubeletEndpoint: object(1, () => DaemonEndpoint).default({ Port: 0 }),
  },
) {}

export abstract class DaemonEndpoint extends message("io.k8s.api.core.v1.DaemonEndpoint", {
  Port: int32(1),
}) {}

export abstract class NodeFeatures extends message("io.k8s.api.core.v1.NodeFeatures", {
  supplementalGroupsPolicy: bool(1).optional(),
}) {}

export abstract class NodeRuntimeHandler extends message("io.k8s.api.core.v1.NodeRuntimeHandler", {
  name: string(1).optional(),
  features: object(2, () => NodeRuntimeHandlerFeatures).optional(),
}) {}

export abstract class NodeRuntimeHandlerFeatures extends message(
  "io.k8s.api.core.v1.NodeRuntimeHandlerFeatures",
  {
    recursiveReadOnlyMounts: bool(1).optional(),
    userNamespaces: bool(2).optional(),
  },
) {}

export abstract class NodeSystemInfo extends message("io.k8s.api.core.v1.NodeSystemInfo", {
  machineID: string(1),
  systemUUID: string(2),
  bootID: string(3),
  kernelVersion: string(4),
  osImage: string(5),
  containerRuntimeVersion: string(6),
  kubeletVersion: string(7),
  kubeProxyVersion: string(8),
  operatingSystem: string(9),
  architecture: string(10),
  swap: object(11, () => NodeSwapStatus).optional(),
}) {}

export abstract class NodeSwapStatus extends message("io.k8s.api.core.v1.NodeSwapStatus", {
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
