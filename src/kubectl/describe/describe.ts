import type { Client, ObjectReference } from "#client/client.ts";
import type { KindInfo } from "#schema/message.ts";
import type { KindDescriber } from "./context.ts";
import { DescribeWriter } from "./writer.ts";

export interface DescribeOptions {
  readonly client: Client;
  /** Milliseconds since the epoch: what ages count from. */
  readonly now: number;
  readonly showEvents: boolean;
  /** How many objects to ask for at once where many are read; 0 for all. */
  readonly chunkSize: number;
}

/** The text that `kubectl describe` shows of an object. Throws what the client throws. */
export async function describeObject(
  info: KindInfo,
  reference: ObjectReference,
  options: DescribeOptions,
): Promise<string> {
  const writer = new DescribeWriter();
  const describer = (await describerOf(info.group, info.kind)) ?? (await genericDescriber(info));
  await describer.describe(reference, { ...options, writer });
  return writer.toString();
}

/** The describer of a kind that has one of its own. Its code is loaded now. */
export async function describerOf(group: string, kind: string): Promise<KindDescriber | undefined> {
  return await describers[`${kind}.${group}`]?.();
}

/** The describer of a kind that has none of its own: it shows all fields as they are. */
export async function genericDescriber(info: KindInfo): Promise<KindDescriber> {
  return (await import("./generic.ts")).genericDescriber(info);
}

const rbac = "rbac.authorization.k8s.io";
const network = "networking.k8s.io";
const storage = "storage.k8s.io";

/** By kind and group. Each loads what it needs and no more: most commands describe nothing. */
const describers: Readonly<Record<string, () => Promise<KindDescriber>>> = {
  "ConfigMap.": async () => (await import("./kinds/configuration.ts")).configMap,
  "Endpoints.": async () => (await import("./kinds/endpoints.ts")).endpoints,
  "LimitRange.": async () => (await import("./kinds/limits.ts")).limitRange,
  "Namespace.": async () => (await import("./kinds/limits.ts")).namespace,
  "Node.": async () => (await import("./kinds/node.ts")).node,
  "PersistentVolume.": async () => (await import("./kinds/persistent-volume.ts")).persistentVolume,
  "PersistentVolumeClaim.": async () =>
    (await import("./kinds/persistent-volume-claim.ts")).persistentVolumeClaim,
  "Pod.": async () => (await import("./kinds/pod.ts")).pod,
  "ReplicationController.": async () =>
    (await import("./kinds/replication-controller.ts")).replicationController,
  "ResourceQuota.": async () => (await import("./kinds/limits.ts")).resourceQuota,
  "Secret.": async () => (await import("./kinds/configuration.ts")).secret,
  "Service.": async () => (await import("./kinds/service.ts")).service,
  "ServiceAccount.": async () => (await import("./kinds/service-account.ts")).serviceAccount,
  "DaemonSet.apps": async () => (await import("./kinds/daemon-set.ts")).daemonSet,
  "Deployment.apps": async () => (await import("./kinds/deployment.ts")).deployment,
  "ReplicaSet.apps": async () => (await import("./kinds/replica-set.ts")).replicaSet,
  "StatefulSet.apps": async () => (await import("./kinds/stateful-set.ts")).statefulSet,
  "HorizontalPodAutoscaler.autoscaling": async () =>
    (await import("./kinds/horizontal-pod-autoscaler.ts")).horizontalPodAutoscaler,
  "CronJob.batch": async () => (await import("./kinds/cron-job.ts")).cronJob,
  "Job.batch": async () => (await import("./kinds/job.ts")).job,
  "CertificateSigningRequest.certificates.k8s.io": async () =>
    (await import("./kinds/certificate-signing-request.ts")).certificateSigningRequest,
  "EndpointSlice.discovery.k8s.io": async () =>
    (await import("./kinds/endpoint-slice.ts")).endpointSlice,
  [`IPAddress.${network}`]: async () => (await import("./kinds/service-addresses.ts")).ipAddress,
  [`Ingress.${network}`]: async () => (await import("./kinds/ingress.ts")).ingress,
  [`IngressClass.${network}`]: async () => (await import("./kinds/ingress.ts")).ingressClass,
  [`NetworkPolicy.${network}`]: async () =>
    (await import("./kinds/network-policy.ts")).networkPolicy,
  [`ServiceCIDR.${network}`]: async () =>
    (await import("./kinds/service-addresses.ts")).serviceCidr,
  "PodDisruptionBudget.policy": async () =>
    (await import("./kinds/pod-disruption-budget.ts")).podDisruptionBudget,
  [`ClusterRole.${rbac}`]: async () => (await import("./kinds/rbac.ts")).clusterRole,
  [`ClusterRoleBinding.${rbac}`]: async () => (await import("./kinds/rbac.ts")).clusterRoleBinding,
  [`Role.${rbac}`]: async () => (await import("./kinds/rbac.ts")).role,
  [`RoleBinding.${rbac}`]: async () => (await import("./kinds/rbac.ts")).roleBinding,
  "PriorityClass.scheduling.k8s.io": async () =>
    (await import("./kinds/priority-class.ts")).priorityClass,
  [`CSINode.${storage}`]: async () => (await import("./kinds/storage.ts")).csiNode,
  [`StorageClass.${storage}`]: async () => (await import("./kinds/storage.ts")).storageClass,
  [`VolumeAttributesClass.${storage}`]: async () =>
    (await import("./kinds/storage.ts")).volumeAttributesClass,
};
