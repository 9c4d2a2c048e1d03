import { fieldMapOf } from "#machinery/field-map.ts";
import type { FieldSpec } from "#schema/field.ts";
import type { MessageType } from "#schema/message.ts";

/** A type's fields as Go's types declare them, which is the order of JSON and mostly protobuf's. */
export function fieldsInDeclaredOrder(type: MessageType): (readonly [string, FieldSpec])[] {
  const fields = [...fieldMapOf(type)];
  const beginning = beginnings[type.schemaName]?.split(" ");
  if (!beginning) return fields;
  const first = beginning.flatMap((wanted) => fields.filter(([name]) => name === wanted));
  return [...first, ...fields.filter(([name]) => !beginning.includes(name))];
}

/** How the declarations begin whose order is another one. */
const beginnings: Readonly<Record<string, string>> = {
  "io.k8s.api.core.v1.Container":
    "name image command args workingDir ports envFrom env resources resizePolicy " +
    "restartPolicy restartPolicyRules volumeMounts volumeDevices livenessProbe " +
    "readinessProbe startupProbe lifecycle terminationMessagePath terminationMessagePolicy " +
    "imagePullPolicy securityContext stdin stdinOnce tty",
  "io.k8s.api.core.v1.EphemeralContainer":
    "name image command args workingDir ports envFrom env resources resizePolicy " +
    "restartPolicy restartPolicyRules volumeMounts volumeDevices livenessProbe " +
    "readinessProbe startupProbe lifecycle terminationMessagePath terminationMessagePolicy " +
    "imagePullPolicy securityContext stdin stdinOnce tty targetContainerName",
  "io.k8s.api.core.v1.PodSpec":
    "volumes initContainers containers ephemeralContainers restartPolicy " +
    "terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy nodeSelector " +
    "serviceAccountName serviceAccount automountServiceAccountToken nodeName hostNetwork " +
    "hostPID hostIPC shareProcessNamespace securityContext imagePullSecrets hostname " +
    "subdomain affinity schedulerName tolerations hostAliases priorityClassName priority " +
    "dnsConfig readinessGates runtimeClassName enableServiceLinks preemptionPolicy overhead " +
    "topologySpreadConstraints setHostnameAsFQDN os hostUsers schedulingGates " +
    "resourceClaims resources hostnameOverride schedulingGroup",
  "io.k8s.api.core.v1.PodStatus":
    "observedGeneration phase conditions message reason nominatedNodeName hostIP hostIPs " +
    "podIP podIPs startTime initContainerStatuses containerStatuses qosClass " +
    "ephemeralContainerStatuses resize resourceClaimStatuses extendedResourceClaimStatus " +
    "allocatedResources resources nodeAllocatableResourceClaimStatuses",
  "io.k8s.api.core.v1.VolumeMount":
    "name readOnly recursiveReadOnly mountPath subPath mountPropagation subPathExpr",
  "io.k8s.api.core.v1.SecurityContext":
    "capabilities privileged seLinuxOptions windowsOptions runAsUser runAsGroup " +
    "runAsNonRoot readOnlyRootFilesystem allowPrivilegeEscalation procMount seccompProfile " +
    "appArmorProfile",
  "io.k8s.api.core.v1.PodSecurityContext":
    "seLinuxOptions windowsOptions runAsUser runAsGroup runAsNonRoot supplementalGroups " +
    "supplementalGroupsPolicy fsGroup sysctls fsGroupChangePolicy seccompProfile " +
    "appArmorProfile seLinuxChangePolicy",
  "io.k8s.api.core.v1.ConfigMap": "metadata immutable data binaryData",
  "io.k8s.api.core.v1.Secret": "metadata immutable data stringData type",
  "io.k8s.api.core.v1.ServiceSpec":
    "ports selector clusterIP clusterIPs type externalIPs sessionAffinity loadBalancerIP " +
    "loadBalancerSourceRanges externalName externalTrafficPolicy healthCheckNodePort " +
    "publishNotReadyAddresses sessionAffinityConfig ipFamilies ipFamilyPolicy " +
    "allocateLoadBalancerNodePorts loadBalancerClass internalTrafficPolicy " +
    "trafficDistribution",
  "io.k8s.api.core.v1.ServicePort": "name protocol appProtocol port targetPort nodePort",
  "io.k8s.api.apps.v1.DeploymentStatus":
    "observedGeneration replicas updatedReplicas readyReplicas availableReplicas " +
    "unavailableReplicas terminatingReplicas conditions collisionCount",
  "io.k8s.api.apps.v1.DeploymentCondition":
    "type status lastUpdateTime lastTransitionTime reason message",
  "io.k8s.api.batch.v1.CronJobSpec":
    "schedule timeZone startingDeadlineSeconds concurrencyPolicy suspend jobTemplate " +
    "successfulJobsHistoryLimit failedJobsHistoryLimit",
  "io.k8s.api.batch.v1.JobSpec":
    "parallelism completions activeDeadlineSeconds podFailurePolicy successPolicy " +
    "backoffLimit backoffLimitPerIndex maxFailedIndexes selector manualSelector template " +
    "ttlSecondsAfterFinished completionMode suspend podReplacementPolicy managedBy",
  "io.k8s.api.batch.v1.JobStatus":
    "conditions startTime completionTime active succeeded failed terminating " +
    "completedIndexes failedIndexes uncountedTerminatedPods ready",
  "io.k8s.api.autoscaling.v2.MetricSpec": "type object pods resource containerResource external",
  "io.k8s.api.autoscaling.v2.HPAScalingRules":
    "stabilizationWindowSeconds selectPolicy policies tolerance",
  "io.k8s.api.authentication.v1.TokenRequestSpec": "audiences expirationSeconds boundObjectRef",
  "io.k8s.api.networking.v1.IngressSpec": "ingressClassName defaultBackend tls rules",
  "io.k8s.api.networking.v1.HTTPIngressPath": "path pathType backend",
  "io.k8s.api.core.v1.PodCondition":
    "type observedGeneration status lastProbeTime lastTransitionTime reason message",
  "io.k8s.api.autoscaling.v2.MetricStatus": "type object pods resource containerResource external",
  "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference":
    "apiVersion kind name uid controller blockOwnerDeletion",
  "io.k8s.api.core.v1.Volume":
    "name hostPath emptyDir gcePersistentDisk awsElasticBlockStore gitRepo secret nfs iscsi " +
    "glusterfs persistentVolumeClaim rbd flexVolume cinder cephfs flocker downwardAPI fc " +
    "azureFile configMap vsphereVolume quobyte azureDisk photonPersistentDisk projected " +
    "portworxVolume scaleIO",
  "io.k8s.api.core.v1.ISCSIVolumeSource":
    "targetPortal iqn lun iscsiInterface fsType readOnly portals chapAuthDiscovery " +
    "chapAuthSession secretRef",
  "io.k8s.api.core.v1.ClusterTrustBundleProjection": "name signerName labelSelector optional path",
  "io.k8s.api.core.v1.PersistentVolumeClaimSpec": "accessModes selector resources volumeName",
  "io.k8s.api.core.v1.NodeSpec":
    "podCIDR podCIDRs providerID unschedulable taints configSource externalID",
  "io.k8s.api.core.v1.ReplicationControllerSpec": "replicas minReadySeconds selector template",
  "io.k8s.api.core.v1.ReplicationControllerStatus":
    "replicas fullyLabeledReplicas readyReplicas availableReplicas observedGeneration",
  "io.k8s.api.apps.v1.ReplicaSetSpec": "replicas minReadySeconds selector template",
  "io.k8s.api.apps.v1.ReplicaSetStatus":
    "replicas fullyLabeledReplicas readyReplicas availableReplicas terminatingReplicas " +
    "observedGeneration conditions",
};
