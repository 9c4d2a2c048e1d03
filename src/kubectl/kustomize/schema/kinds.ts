/**
 * What is known of built-in kinds while customizing. The set is of the Kubernetes version whose
 * schema kustomize carries (1.21): newer kinds are to it as custom resources are, and the output is
 * to be the same.
 */
const clusterScoped: Readonly<Record<string, readonly string[]>> = {
  v1: ["ComponentStatus", "Namespace", "Node", "NodeProxyOptions", "PersistentVolume"],
  "admissionregistration.k8s.io/v1": [
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
  ],
  "admissionregistration.k8s.io/v1beta1": [
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
  ],
  "apiextensions.k8s.io/v1": ["CustomResourceDefinition"],
  "apiextensions.k8s.io/v1beta1": ["CustomResourceDefinition"],
  "apiregistration.k8s.io/v1": ["APIService"],
  "apiregistration.k8s.io/v1beta1": ["APIService"],
  "certificates.k8s.io/v1": ["CertificateSigningRequest"],
  "certificates.k8s.io/v1beta1": ["CertificateSigningRequest"],
  "flowcontrol.apiserver.k8s.io/v1beta1": ["FlowSchema", "PriorityLevelConfiguration"],
  "networking.k8s.io/v1": ["IngressClass"],
  "networking.k8s.io/v1beta1": ["IngressClass"],
  "node.k8s.io/v1": ["RuntimeClass"],
  "node.k8s.io/v1beta1": ["RuntimeClass"],
  "policy/v1beta1": ["PodSecurityPolicy"],
  "rbac.authorization.k8s.io/v1": ["ClusterRole", "ClusterRoleBinding"],
  "rbac.authorization.k8s.io/v1beta1": ["ClusterRole", "ClusterRoleBinding"],
  "scheduling.k8s.io/v1": ["PriorityClass"],
  "scheduling.k8s.io/v1beta1": ["PriorityClass"],
  "storage.k8s.io/v1": ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"],
  "storage.k8s.io/v1beta1": ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"],
};

const namespaced: Readonly<Record<string, readonly string[]>> = {
  v1: [
    "Binding",
    "ConfigMap",
    "Endpoints",
    "Event",
    "LimitRange",
    "PersistentVolumeClaim",
    "Pod",
    "PodTemplate",
    "ReplicationController",
    "ResourceQuota",
    "Secret",
    "Service",
    "ServiceAccount",
  ],
  "apps/v1": ["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"],
  "autoscaling/v1": ["HorizontalPodAutoscaler", "Scale"],
  "autoscaling/v2beta1": ["HorizontalPodAutoscaler"],
  "autoscaling/v2beta2": ["HorizontalPodAutoscaler"],
  "batch/v1": ["CronJob", "Job"],
  "batch/v1beta1": ["CronJob"],
  "coordination.k8s.io/v1": ["Lease"],
  "coordination.k8s.io/v1beta1": ["Lease"],
  "discovery.k8s.io/v1": ["EndpointSlice"],
  "discovery.k8s.io/v1beta1": ["EndpointSlice"],
  "events.k8s.io/v1": ["Event"],
  "events.k8s.io/v1beta1": ["Event"],
  "extensions/v1beta1": ["Ingress"],
  "networking.k8s.io/v1": ["Ingress", "NetworkPolicy"],
  "networking.k8s.io/v1beta1": ["Ingress"],
  "policy/v1": ["PodDisruptionBudget"],
  "policy/v1beta1": ["Eviction", "PodDisruptionBudget"],
  "rbac.authorization.k8s.io/v1": ["Role", "RoleBinding"],
  "rbac.authorization.k8s.io/v1beta1": ["Role", "RoleBinding"],
  "storage.k8s.io/v1beta1": ["CSIStorageCapacity"],
};

/** Which kinds have no namespaces. */
export interface Scopes {
  isClusterScoped(apiVersion: string, kind: string): boolean;
}

/** False where nothing is known, too: then an object has a namespace. */
export function isClusterScoped(apiVersion: string, kind: string): boolean {
  return clusterScoped[apiVersion]?.includes(kind) ?? false;
}

export function isKnownKind(apiVersion: string, kind: string): boolean {
  return isClusterScoped(apiVersion, kind) || (namespaced[apiVersion]?.includes(kind) ?? false);
}

export const builtInScopes: Scopes = { isClusterScoped };
