import { NodeAffinity, TopologySpreadConstraint } from "#api/core/v1.ts";
import { bool, double, duration, int32, int64, json, list, object, string } from "#schema/field.ts";
import { message } from "#schema/message.ts";
import type { Value } from "#schema/message.ts";

const typeMeta = { apiVersion: string(1).optional(), kind: string(2).optional() };

abstract class PluginName extends message("config.v1.Plugin", {
  name: string(1),
  weight: int32(2).optional(),
}) {}

abstract class PluginSet extends message("config.v1.PluginSet", {
  enabled: list(1, () => PluginName).optional(),
  disabled: list(2, () => PluginName).optional(),
}) {}

abstract class Plugins extends message("config.v1.Plugins", {
  preEnqueue: object(1, () => PluginSet).optional(),
  queueSort: object(2, () => PluginSet).optional(),
  preFilter: object(3, () => PluginSet).optional(),
  filter: object(4, () => PluginSet).optional(),
  postFilter: object(5, () => PluginSet).optional(),
  preScore: object(6, () => PluginSet).optional(),
  score: object(7, () => PluginSet).optional(),
  reserve: object(8, () => PluginSet).optional(),
  permit: object(9, () => PluginSet).optional(),
  preBind: object(10, () => PluginSet).optional(),
  bind: object(11, () => PluginSet).optional(),
  postBind: object(12, () => PluginSet).optional(),
  multiPoint: object(13, () => PluginSet).optional(),
}) {}

abstract class PluginConfig extends message("config.v1.PluginConfig", {
  name: string(1),
  args: json(2).optional(),
}) {}

abstract class SchedulerProfile extends message("config.v1.KubeSchedulerProfile", {
  schedulerName: string(1).optional(),
  percentageOfNodesToScore: int32(2).optional(),
  plugins: object(3, () => Plugins).optional(),
  pluginConfig: list(4, () => PluginConfig).optional(),
}) {}

abstract class ManagedResource extends message("config.v1.ExtenderManagedResource", {
  name: string(1),
  ignoredByScheduler: bool(2).optional(),
}) {}

abstract class ExtenderTls extends message("config.v1.ExtenderTLSConfig", {
  insecure: bool(1).optional(),
  serverName: string(2).optional(),
  certFile: string(3).optional(),
  keyFile: string(4).optional(),
  caFile: string(5).optional(),
  certData: string(6).optional(),
  keyData: string(7).optional(),
  caData: string(8).optional(),
}) {}

abstract class Extender extends message("config.v1.Extender", {
  urlPrefix: string(1),
  filterVerb: string(2).optional(),
  preemptVerb: string(3).optional(),
  prioritizeVerb: string(4).optional(),
  weight: int64(5).optional(),
  bindVerb: string(6).optional(),
  enableHTTPS: bool(7).optional(),
  tlsConfig: object(8, () => ExtenderTls).optional(),
  httpTimeout: duration(9).optional(),
  nodeCacheCapable: bool(10).optional(),
  managedResources: list(11, () => ManagedResource).optional(),
  ignorable: bool(12).optional(),
}) {}

abstract class LeaderElection extends message("config.v1.LeaderElectionConfiguration", {
  leaderElect: bool(1).optional(),
  leaseDuration: duration(2).optional(),
  renewDeadline: duration(3).optional(),
  retryPeriod: duration(4).optional(),
  resourceLock: string(5).optional(),
  resourceName: string(6).optional(),
  resourceNamespace: string(7).optional(),
}) {}

abstract class ClientConnection extends message("config.v1.ClientConnectionConfiguration", {
  kubeconfig: string(1).optional(),
  acceptContentTypes: string(2).optional(),
  contentType: string(3).optional(),
  qps: double(4).optional(),
  burst: int32(5).optional(),
}) {}

/** The file, as upstream's kube-scheduler reads it. */
export abstract class KubeSchedulerConfiguration extends message(
  "config.v1.KubeSchedulerConfiguration",
  {
    ...typeMeta,
    parallelism: int32(3).optional(),
    leaderElection: object(4, () => LeaderElection).optional(),
    clientConnection: object(5, () => ClientConnection).optional(),
    enableProfiling: bool(6).optional(),
    enableContentionProfiling: bool(7).optional(),
    percentageOfNodesToScore: int32(8).optional(),
    podInitialBackoffSeconds: int64(9).optional(),
    podMaxBackoffSeconds: int64(10).optional(),
    profiles: list(11, () => SchedulerProfile).optional(),
    extenders: list(12, () => Extender).optional(),
    delayCacheUntilActive: bool(13).optional(),
  },
) {}

abstract class Resource extends message("config.v1.ResourceSpec", {
  name: string(1),
  weight: int64(2).optional(),
}) {}

abstract class ShapePoint extends message("config.v1.UtilizationShapePoint", {
  utilization: int32(1),
  score: int32(2),
}) {}

abstract class CapacityRatio extends message("config.v1.RequestedToCapacityRatioParam", {
  shape: list(1, () => ShapePoint).optional(),
}) {}

abstract class Strategy extends message("config.v1.ScoringStrategy", {
  type: string(1).optional(),
  resources: list(2, () => Resource).optional(),
  requestedToCapacityRatio: object(3, () => CapacityRatio).optional(),
}) {}

/** What each plugin may be told. */
export const argumentMessages = {
  DefaultPreemption: class extends message("config.v1.DefaultPreemptionArgs", {
    ...typeMeta,
    minCandidateNodesPercentage: int32(3).optional(),
    minCandidateNodesAbsolute: int32(4).optional(),
  }) {},
  InterPodAffinity: class extends message("config.v1.InterPodAffinityArgs", {
    ...typeMeta,
    hardPodAffinityWeight: int32(3).optional(),
    ignorePreferredTermsOfExistingPods: bool(4).optional(),
  }) {},
  NodeAffinity: class extends message("config.v1.NodeAffinityArgs", {
    ...typeMeta,
    addedAffinity: object(3, () => NodeAffinity).optional(),
  }) {},
  NodeResourcesBalancedAllocation: class extends message(
    "config.v1.NodeResourcesBalancedAllocationArgs",
    { ...typeMeta, resources: list(3, () => Resource).optional() },
  ) {},
  NodeResourcesFit: class extends message("config.v1.NodeResourcesFitArgs", {
    ...typeMeta,
    ignoredResources: list(3, string).optional(),
    ignoredResourceGroups: list(4, string).optional(),
    scoringStrategy: object(5, () => Strategy).optional(),
  }) {},
  PodTopologySpread: class extends message("config.v1.PodTopologySpreadArgs", {
    ...typeMeta,
    defaultConstraints: list(3, () => TopologySpreadConstraint).optional(),
    defaultingType: string(4).optional(),
  }) {},
};

export type GivenConfiguration = Value<typeof KubeSchedulerConfiguration>;
export type GivenProfile = Value<typeof SchedulerProfile>;
export type GivenExtender = Value<typeof Extender>;
export type GivenPluginSet = Value<typeof PluginSet>;
/** Where plugins take part, besides everywhere. */
export type Point = Exclude<keyof typeof Plugins.fields, "multiPoint">;
export type GivenArguments = {
  -readonly [Name in keyof typeof argumentMessages]?: Value<(typeof argumentMessages)[Name]>;
};
