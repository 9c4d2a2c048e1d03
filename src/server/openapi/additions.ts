// What documents say of types beyond what the definitions know: it matters to readers of
// documents alone, not to the server.

const api = (names: readonly string[]) => names.map((name) => `io.k8s.api.${name}`);
const meta = "io.k8s.apimachinery.pkg.apis.meta.v1";
const extensions = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1";

/** Messages that server-side apply takes as one value wherever they stand. */
export const atomicTypes: ReadonlySet<string> = new Set([
  ...api([
    "admissionregistration.v1.MatchResources",
    "admissionregistration.v1.NamedRuleWithOperations",
    "admissionregistration.v1.ParamKind",
    "admissionregistration.v1.ParamRef",
    "admissionregistration.v1.Variable",
    "autoscaling.v1.CrossVersionObjectReference",
    "core.v1.ConfigMapKeySelector",
    "core.v1.EndpointAddress",
    "core.v1.EndpointPort",
    "core.v1.FileKeySelector",
    "core.v1.LocalObjectReference",
    "core.v1.NodeSelector",
    "core.v1.NodeSelectorTerm",
    "core.v1.ObjectFieldSelector",
    "core.v1.ObjectReference",
    "core.v1.ResourceFieldSelector",
    "core.v1.ScopeSelector",
    "core.v1.SecretKeySelector",
    "core.v1.SecretReference",
    "core.v1.TopologySelectorTerm",
    "core.v1.TypedLocalObjectReference",
    "discovery.v1.EndpointPort",
    "networking.v1.ServiceBackendPort",
    "rbac.v1.RoleRef",
    "rbac.v1.Subject",
  ]),
  `${meta}.LabelSelector`,
  `${meta}.OwnerReference`,
]);

/** Versions of them that it takes field by field all the same. */
export const granularTypes: ReadonlySet<string> = new Set(
  api(["admissionregistration.v1alpha1.Variable"]),
);

/** Fields that documents call required although the server fills them in. */
export const requiredAnyway: ReadonlySet<string> = new Set(
  api([
    "apiserverinternal.v1alpha1.StorageVersion.metadata",
    "certificates.v1beta1.PodCertificateRequestSpec.stubPKCS10Request",
    "core.v1.Event.metadata",
    "core.v1.HTTPHeader.value",
    "core.v1.Sysctl.value",
    "events.v1.Event.eventTime",
    "events.v1.EventSeries.lastObservedTime",
    "resource.v1alpha3.ResourcePoolStatusRequest.metadata",
    "resource.v1alpha3.ResourcePoolStatusRequestStatus.poolCount",
  ]),
);

/** Fields that documents call optional although no valid object lacks them. */
export const optionalAnyway: ReadonlySet<string> = new Set([
  ...api([
    "apps.v1.DaemonSet.spec",
    "apps.v1.Deployment.spec",
    "apps.v1.ReplicaSet.spec",
    "apps.v1.StatefulSet.spec",
    "batch.v1.Job.spec",
    "core.v1.LimitRange.spec",
    "core.v1.Pod.spec",
    "flowcontrol.v1.FlowSchema.spec",
    "flowcontrol.v1.PriorityLevelConfiguration.spec",
    "resource.v1beta1.DeviceRequest.deviceClassName",
  ]),
  "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService.spec",
]);

/** Which field a discriminator's word chooses. */
export const unions: Readonly<Record<string, object>> = {
  "io.k8s.api.core.v1.AppArmorProfile": union("type", ["localhostProfile"]),
  "io.k8s.api.core.v1.PodSchedulingGroup": union(undefined, ["podGroupName"]),
  "io.k8s.api.core.v1.SeccompProfile": union("type", ["localhostProfile"]),
  "io.k8s.api.flowcontrol.v1.LimitResponse": union("type", ["queuing"]),
  "io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec": union("type", ["exempt", "limited"]),
  "io.k8s.api.flowcontrol.v1.Subject": union("kind", ["group", "serviceAccount", "user"]),
  "io.k8s.api.scheduling.v1alpha2.PodGroupSchedulingPolicy": union(undefined, ["basic", "gang"]),
  "io.k8s.api.scheduling.v1alpha2.PodGroupTemplateReference": union(undefined, ["workload"]),
};

function union(discriminator: string | undefined, fields: readonly string[]): object {
  const words = fields.map((field) => [field, `${field[0]?.toUpperCase()}${field.slice(1)}`]);
  return {
    ...(discriminator && { discriminator }),
    "fields-to-discriminateBy": Object.fromEntries(words),
  };
}

const granular = { "x-kubernetes-map-type": "granular" };

/** Extensions of single fields. */
export const fieldAdditions: Readonly<Record<string, object>> = {
  "io.k8s.api.core.v1.PersistentVolumeClaimStatus.allocatedResourceStatuses": granular,
  "io.k8s.api.core.v1.PersistentVolumeSpec.claimRef": granular,
  "io.k8s.api.policy.v1.PodDisruptionBudgetSpec.selector": {
    "x-kubernetes-patch-strategy": "replace",
  },
};

/** Free-form values have names of their own in a few places. */
export const jsonTypes: Readonly<Record<string, string>> = {
  [`${meta}.ManagedFieldsEntry.fieldsV1`]: `${meta}.FieldsV1`,
  [`${extensions}.JSONSchemaProps.additionalItems`]: `${extensions}.JSONSchemaPropsOrBool`,
  [`${extensions}.JSONSchemaProps.additionalProperties`]: `${extensions}.JSONSchemaPropsOrBool`,
  [`${extensions}.JSONSchemaProps.default`]: `${extensions}.JSON`,
  [`${extensions}.JSONSchemaProps.dependencies`]: `${extensions}.JSONSchemaPropsOrStringArray`,
  [`${extensions}.JSONSchemaProps.enum`]: `${extensions}.JSON`,
  [`${extensions}.JSONSchemaProps.example`]: `${extensions}.JSON`,
  [`${extensions}.JSONSchemaProps.items`]: `${extensions}.JSONSchemaPropsOrArray`,
};
