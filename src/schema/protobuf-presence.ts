import type { FieldSpec } from "./field.ts";
import type { MessageType } from "./message.ts";

/**
 * Upstream's encoder writes every field that is no pointer in Go, also where its value is zero,
 * and JSON then leaves it out. To read an object from protobuf as one reads it from JSON, one has
 * to know which zeros say something: those of pointers do ("replicas: 0"), the others do not.
 */
export function isAbsentWhenZero(type: MessageType, name: string, spec: FieldSpec): boolean {
  if (!spec.optional) return false;
  const field = `${type.schemaName.split(".").at(-1)}.${name}`;
  switch (spec.of.kind) {
    case "string":
    case "enum":
    case "bytes":
      return !pointerTexts.has(field);
    case "bool":
    case "int32":
    case "int64":
    case "uint32":
    case "uint64":
    case "double":
      return plainScalars.has(name) && !pointerScalars.has(field);
    case "intOrString":
      return field === "ServicePort.targetPort";
    default:
      return false;
  }
}

/** Texts for which "" is something other than missing. */
const pointerTexts = new Set([
  "PersistentVolumeClaimSpec.storageClassName",
  "PersistentVolumeClaimSpec.volumeAttributesClassName",
  "EndpointPort.name",
  "LeaseSpec.holderIdentity",
]);

/** Names of numbers and booleans that are no pointers, nearly wherever they occur. */
const plainScalars = new Set(
  `active allNodes authenticated availableReplicas bindsToNode chapAuthDiscovery chapAuthSession
  code count currentHealthy currentReplicas denied deprecated deprecatedCount desiredHealthy
  disruptionsAllowed exclusiveMaximum exclusiveMinimum expectedPods failed failureThreshold
  fullyLabeledReplicas generation globalDefault handSize healthCheckNodePort hostIPC hostNetwork
  hostPID hostPort initialDelaySeconds insecureSkipTLSVerify manualSelector matchingPrecedence
  minReadySeconds nodePort nullable numberAvailable numberUnavailable observedGeneration partition
  paused periodSeconds preserveUnknownFields priority publishNotReadyAddresses queueLengthLimit
  queues readOnly readyReplicas replicas retryAfterSeconds signal sizeBytes sslEnabled stdin
  stdinOnce succeeded successThreshold timeoutSeconds tty unavailableReplicas uniqueItems
  unschedulable updatedNumberScheduled updatedReplicas value x-kubernetes-embedded-resource
  x-kubernetes-int-or-string clusterScope`.split(/\s+/),
);

/** Those among them that are pointers. */
const pointerScalars = new Set([
  "AzureDiskVolumeSource.readOnly",
  "ClientIPConfig.timeoutSeconds",
  "DeploymentSpec.replicas",
  "HorizontalPodAutoscalerStatus.observedGeneration",
  "JobSpec.manualSelector",
  "MutatingWebhook.timeoutSeconds",
  "PodSpec.priority",
  "ReplicaSetSpec.replicas",
  "ReplicationControllerSpec.replicas",
  "ResourceSliceSpec.allNodes",
  "Device.allNodes",
  "Device.bindsToNode",
  "RollingUpdateStatefulSetStrategy.partition",
  "StatefulSetSpec.replicas",
  "ValidatingWebhook.timeoutSeconds",
  "VolumeNodeResources.count",
]);
