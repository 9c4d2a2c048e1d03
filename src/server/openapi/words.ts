// Which words version 3 of documents lists for fields, where the definitions do not tell it.

const api = "io.k8s.api";

const accessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const disruptionModes = ["Pod", "PodGroup"];
const allocationModes = ["All", "ExactCount"];
const failurePolicies = ["Fail", "Ignore"];
const honorOrIgnore = ["Honor", "Ignore"];
const matchPolicies = ["Equivalent", "Exact"];
const operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
const profileTypes = ["Localhost", "RuntimeDefault", "Unconfined"];
const protocols = ["SCTP", "TCP", "UDP"];
const reinvocationPolicies = ["IfNeeded", "Never"];
const ruleScopes = ["*", "Cluster", "Namespaced"];
const sideEffects = ["None", "NoneOnDryRun", "Some", "Unknown"];
const taintEffects = ["NoExecute", "NoSchedule", "None"];
const quotaScopes = [
  "BestEffort",
  "CrossNamespacePodAffinity",
  "NotBestEffort",
  "NotTerminating",
  "PriorityClass",
  "Terminating",
  "VolumeAttributesClass",
];

const upTo = (count: number, name: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => name(index + 1));
const signals = [
  ..."ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT".split(" "),
  ..."SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ".split(
    " ",
  ),
  "RTMAX",
  "RTMIN",
  ...upTo(14, (index) => `RTMAX-${index}`),
  ...upTo(15, (index) => `RTMIN+${index}`),
]
  .map((name) => `SIG${name}`)
  .sort();

/**
 * Of fields that take any string in their definitions, because their rules depend on more than the
 * field. By type and field; of lists' items and maps' values, where the field is one.
 */
const words: Readonly<Record<string, readonly string[]>> = {
  ...inGroup("admissionregistration.v1", {
    "MatchResources.matchPolicy": matchPolicies,
    "MutatingAdmissionPolicySpec.failurePolicy": failurePolicies,
    "MutatingAdmissionPolicySpec.reinvocationPolicy": reinvocationPolicies,
    "MutatingWebhook.failurePolicy": failurePolicies,
    "MutatingWebhook.matchPolicy": matchPolicies,
    "MutatingWebhook.reinvocationPolicy": reinvocationPolicies,
    "MutatingWebhook.sideEffects": sideEffects,
    "Mutation.patchType": ["ApplyConfiguration", "JSONPatch"],
    "NamedRuleWithOperations.operations": operations,
    "NamedRuleWithOperations.scope": ruleScopes,
    "RuleWithOperations.operations": operations,
    "RuleWithOperations.scope": ruleScopes,
    "ValidatingAdmissionPolicyBindingSpec.validationActions": ["Audit", "Deny", "Warn"],
    "ValidatingAdmissionPolicySpec.failurePolicy": failurePolicies,
    "ValidatingWebhook.failurePolicy": failurePolicies,
    "ValidatingWebhook.matchPolicy": matchPolicies,
    "ValidatingWebhook.sideEffects": sideEffects,
  }),
  ...inGroup("batch.v1", {
    "PodFailurePolicyOnExitCodesRequirement.operator": ["In", "NotIn"],
    "PodFailurePolicyRule.action": ["Count", "FailIndex", "FailJob", "Ignore"],
  }),
  ...inGroup("certificates.v1", {
    "CertificateSigningRequestSpec.usages": [
      "any",
      "cert sign",
      "client auth",
      "code signing",
      "content commitment",
      "crl sign",
      "data encipherment",
      "decipher only",
      "digital signature",
      "email protection",
      "encipher only",
      "ipsec end system",
      "ipsec tunnel",
      "ipsec user",
      "key agreement",
      "key encipherment",
      "microsoft sgc",
      "netscape sgc",
      "ocsp signing",
      "s/mime",
      "server auth",
      "signing",
      "timestamping",
    ],
  }),
  ...inGroup("core.v1", {
    "AppArmorProfile.type": profileTypes,
    "AzureDiskVolumeSource.cachingMode": ["None", "ReadOnly", "ReadWrite"],
    "AzureDiskVolumeSource.kind": ["Dedicated", "Managed", "Shared"],
    "ContainerStatus.stopSignal": signals,
    "HostPathVolumeSource.type": [
      "",
      "BlockDevice",
      "CharDevice",
      "Directory",
      "DirectoryOrCreate",
      "File",
      "FileOrCreate",
      "Socket",
    ],
    "ImageVolumeSource.pullPolicy": ["Always", "IfNotPresent", "Never"],
    "Lifecycle.stopSignal": signals,
    "ModifyVolumeStatus.status": ["InProgress", "Infeasible", "Pending"],
    "NodeStatus.phase": ["Pending", "Running", "Terminated"],
    "PersistentVolumeClaimSpec.accessModes": accessModes,
    "PersistentVolumeClaimStatus.accessModes": accessModes,
    "PersistentVolumeClaimStatus.allocatedResourceStatuses": [
      "ControllerResizeInProgress",
      "ControllerResizeInfeasible",
      "NodeResizeInProgress",
      "NodeResizeInfeasible",
      "NodeResizePending",
    ],
    "PersistentVolumeSpec.accessModes": accessModes,
    "PodSecurityContext.fsGroupChangePolicy": ["Always", "OnRootMismatch"],
    "PodSecurityContext.supplementalGroupsPolicy": ["Merge", "Strict"],
    "ResourceQuotaSpec.scopes": quotaScopes,
    "ScopedResourceSelectorRequirement.operator": ["DoesNotExist", "Exists", "In", "NotIn"],
    "ScopedResourceSelectorRequirement.scopeName": quotaScopes,
    "SeccompProfile.type": profileTypes,
    "SecurityContext.procMount": ["Default", "Unmasked"],
    "ServiceSpec.ipFamilies": ["", "IPv4", "IPv6"],
    "TopologySpreadConstraint.nodeAffinityPolicy": honorOrIgnore,
    "TopologySpreadConstraint.nodeTaintsPolicy": honorOrIgnore,
    "VolumeMount.mountPropagation": ["Bidirectional", "HostToContainer", "None"],
  }),
  ...inGroup("networking.v1", {
    "HTTPIngressPath.pathType": ["Exact", "ImplementationSpecific", "Prefix"],
    "IngressPortStatus.protocol": protocols,
    "NetworkPolicyPort.protocol": protocols,
    "NetworkPolicySpec.policyTypes": ["Egress", "Ingress"],
  }),
  ...inGroup("policy.v1", {
    "PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy": ["AlwaysAllow", "IfHealthyBudget"],
  }),
  ...inGroup("resource.v1", {
    "DeviceAllocationConfiguration.source": ["FromClaim", "FromClass"],
    "DeviceSubRequest.allocationMode": allocationModes,
    "DeviceTaint.effect": taintEffects,
    "DeviceToleration.effect": taintEffects,
    "DeviceToleration.operator": ["Equal", "Exists"],
    "ExactDeviceRequest.allocationMode": allocationModes,
  }),
  ...inGroup("resource.v1beta1", {
    "DeviceRequest.allocationMode": allocationModes,
    "DeviceSubRequest.allocationMode": allocationModes,
  }),
  ...inGroup("scheduling.v1alpha2", {
    "PodGroupSpec.disruptionMode": disruptionModes,
    "PodGroupTemplate.disruptionMode": disruptionModes,
  }),
  ...inGroup("scheduling.v1", {
    "PriorityClass.preemptionPolicy": ["Never", "PreemptLowerPriority"],
  }),
  ...inGroup("storage.v1", { "StorageClass.reclaimPolicy": ["Delete", "Recycle", "Retain"] }),
};

/** Documents leave these open, as more words may come. */
const open = new Set([
  `${api}.core.v1.NodeAddress.type`,
  "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement.operator",
  "io.k8s.apimachinery.pkg.apis.meta.v1.Status.status",
]);

/** The words to list for a field, sorted; `defined` are those of its definition. */
export function wordsOf(path: string, defined?: readonly string[]): string[] | undefined {
  if (open.has(path) || path.endsWith("Condition.status")) return undefined;
  return (defined ?? words[path])?.toSorted();
}

export const pathsWithWords: readonly string[] = Object.keys(words);

function inGroup(group: string, fields: Readonly<Record<string, readonly string[]>>) {
  return Object.fromEntries(
    Object.entries(fields).map(([field, values]) => [`${api}.${group}.${field}`, values]),
  );
}
