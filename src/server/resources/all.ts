import type { ResourceDefinition } from "../registry/resource.ts";
import { mutatingAdmissionPolicies } from "./admissionregistration/mutatingadmissionpolicies/resource.ts";
import { mutatingAdmissionPolicyBindings } from "./admissionregistration/mutatingadmissionpolicybindings/resource.ts";
import { mutatingWebhookConfigurations } from "./admissionregistration/mutatingwebhookconfigurations/resource.ts";
import { validatingAdmissionPolicies } from "./admissionregistration/validatingadmissionpolicies/resource.ts";
import { validatingAdmissionPolicyBindings } from "./admissionregistration/validatingadmissionpolicybindings/resource.ts";
import { validatingWebhookConfigurations } from "./admissionregistration/validatingwebhookconfigurations/resource.ts";
import { storageVersions } from "./apiserverinternal/storageversions/resource.ts";
import { customResourceDefinitions } from "./apiextensions/customresourcedefinitions/resource.ts";
import { apiServices } from "./apiregistration/apiservices/resource.ts";
import { controllerRevisions } from "./apps/controllerrevisions.ts";
import { daemonSets } from "./apps/daemonsets.ts";
import { deployments } from "./apps/deployments/resource.ts";
import { replicaSets } from "./apps/replicasets/resource.ts";
import { statefulSets } from "./apps/statefulsets.ts";
import { selfSubjectReviews, tokenReviews } from "./authentication/resources.ts";
import {
  localSubjectAccessReviews,
  selfSubjectAccessReviews,
  selfSubjectRulesReviews,
  subjectAccessReviews,
} from "./authorization/resources.ts";
import {
  horizontalPodAutoscalers,
  horizontalPodAutoscalersV1,
} from "./autoscaling/horizontalpodautoscalers/resource.ts";
import { cronJobs, jobs } from "./batch/resources.ts";
import { certificateSigningRequests } from "./certificates/certificatesigningrequests/resource.ts";
import { clusterTrustBundles } from "./certificates/clustertrustbundles/resource.ts";
import { podCertificateRequests } from "./certificates/podcertificaterequests/resource.ts";
import { leaseCandidates } from "./coordination/leasecandidates/resource.ts";
import { leases } from "./coordination/leases/resource.ts";
import { bindings } from "./core/bindings/resource.ts";
import { componentStatuses } from "./core/componentstatuses/resource.ts";
import { configMaps } from "./core/configmaps/resource.ts";
import { endpoints } from "./core/endpoints/resource.ts";
import { events } from "./core/events/resource.ts";
import { limitRanges } from "./core/limitranges/resource.ts";
import { namespaces } from "./core/namespaces/resource.ts";
import { nodes } from "./core/nodes/resource.ts";
import { persistentVolumeClaims } from "./core/persistentvolumeclaims/resource.ts";
import { persistentVolumes } from "./core/persistentvolumes/resource.ts";
import { pods } from "./core/pods/resource.ts";
import { podTemplates } from "./core/podtemplates/resource.ts";
import { replicationControllers } from "./core/replicationcontrollers/resource.ts";
import { resourceQuotas } from "./core/resourcequotas/resource.ts";
import { secrets } from "./core/secrets/resource.ts";
import { serviceAccounts } from "./core/serviceaccounts/resource.ts";
import { services } from "./core/services/resource.ts";
import type { ResourceDependencies } from "./dependencies.ts";
import { tellDeprecated } from "./deprecation.ts";
import { withEarlierVersions } from "./earlier.ts";
import { parseRuntimeConfig } from "./runtime-config.ts";
import { endpointSlices } from "./discovery/endpointslices/resource.ts";
import { newEvents } from "./events/events/resource.ts";
import { flowSchemas } from "./flowcontrol/flowschemas/resource.ts";
import { priorityLevelConfigurations } from "./flowcontrol/prioritylevelconfigurations/resource.ts";
import { ipAddresses } from "./networking/ipaddresses/resource.ts";
import { ingressClasses, ingresses, networkPolicies } from "./networking/resources.ts";
import { serviceCidrs } from "./networking/servicecidrs/resource.ts";
import { runtimeClasses } from "./node/resources.ts";
import { podDisruptionBudgets } from "./policy/resources.ts";
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from "./rbac/resources.ts";
import { deviceClasses } from "./resource/deviceclasses/resource.ts";
import { deviceTaintRules } from "./resource/devicetaintrules/resource.ts";
import { resourceClaims } from "./resource/resourceclaims/resource.ts";
import { resourceClaimTemplates } from "./resource/resourceclaimtemplates/resource.ts";
import { resourcePoolStatusRequests } from "./resource/resourcepoolstatusrequests/resource.ts";
import { resourceSlices } from "./resource/resourceslices/resource.ts";
import { podGroups } from "./scheduling/podgroups/resource.ts";
import { priorityClasses } from "./scheduling/resources.ts";
import { workloads } from "./scheduling/workloads/resource.ts";
import {
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  storageClasses,
  volumeAttributesClasses,
} from "./storage/resources.ts";
import { volumeAttachments } from "./storage/volumeattachments/resource.ts";
import { storageVersionMigrations } from "./storagemigration/storageversionmigrations/resource.ts";

/**
 * Every built-in resource that the server serves: those of stable versions, unless the
 * configuration says otherwise. Throws a `RuntimeConfigError` for one that cannot be followed.
 */
export function allResources(
  dependencies: ResourceDependencies,
  runtimeConfig = "",
): readonly ResourceDefinition[] {
  const all = withEarlierVersions([
    ...stableResources(dependencies),
    ...unstableResources(dependencies),
  ]);
  const config = parseRuntimeConfig(
    runtimeConfig,
    all.map(({ type }) => type.info),
  );
  return all.filter(({ type }) => config.serves(type.info)).map(tellDeprecated);
}

function stableResources(dependencies: ResourceDependencies): readonly ResourceDefinition[] {
  return [
    bindings(dependencies),
    componentStatuses(dependencies),
    configMaps,
    endpoints,
    events,
    limitRanges,
    namespaces,
    nodes(dependencies),
    persistentVolumeClaims,
    persistentVolumes(dependencies),
    pods(dependencies),
    podTemplates,
    replicationControllers,
    resourceQuotas,
    secrets,
    serviceAccounts(dependencies),
    services(dependencies),
    mutatingAdmissionPolicies(dependencies),
    mutatingAdmissionPolicyBindings,
    mutatingWebhookConfigurations(dependencies),
    validatingAdmissionPolicies(dependencies),
    validatingAdmissionPolicyBindings,
    validatingWebhookConfigurations(dependencies),
    customResourceDefinitions(dependencies),
    apiServices(dependencies),
    controllerRevisions,
    daemonSets,
    deployments,
    replicaSets,
    statefulSets,
    selfSubjectReviews(dependencies),
    tokenReviews(dependencies),
    localSubjectAccessReviews(dependencies),
    selfSubjectAccessReviews(dependencies),
    selfSubjectRulesReviews(dependencies),
    subjectAccessReviews(dependencies),
    horizontalPodAutoscalers,
    horizontalPodAutoscalersV1,
    cronJobs,
    jobs,
    certificateSigningRequests(dependencies),
    leases,
    endpointSlices,
    newEvents,
    flowSchemas,
    priorityLevelConfigurations,
    ingressClasses,
    ingresses,
    ipAddresses,
    networkPolicies,
    serviceCidrs,
    runtimeClasses,
    podDisruptionBudgets,
    clusterRoleBindings,
    clusterRoles,
    roleBindings,
    roles,
    deviceClasses(dependencies),
    resourceClaims(dependencies),
    resourceClaimTemplates(dependencies),
    resourceSlices(dependencies),
    priorityClasses,
    csiDrivers,
    csiNodes,
    csiStorageCapacities,
    storageClasses,
    volumeAttachments,
    volumeAttributesClasses,
  ];
}

/** Those of kinds that have no stable version, each in the latest version that it has. */
function unstableResources(dependencies: ResourceDependencies): readonly ResourceDefinition[] {
  return [
    clusterTrustBundles,
    podCertificateRequests(dependencies),
    leaseCandidates,
    storageVersions,
    deviceTaintRules(dependencies),
    resourcePoolStatusRequests,
    podGroups,
    workloads,
    storageVersionMigrations,
  ];
}
