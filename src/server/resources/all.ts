import type { ResourceDefinition } from "../registry/resource.ts";
import { customResourceDefinitions } from "./apiextensions/customresourcedefinitions/resource.ts";
import { controllerRevisions } from "./apps/controllerrevisions.ts";
import { deployments } from "./apps/deployments/resource.ts";
import { replicaSets } from "./apps/replicasets/resource.ts";
import { selfSubjectReviews, tokenReviews } from "./authentication/resources.ts";
import {
  localSubjectAccessReviews,
  selfSubjectAccessReviews,
  selfSubjectRulesReviews,
  subjectAccessReviews,
} from "./authorization/resources.ts";
import { leases } from "./coordination/leases/resource.ts";
import { bindings } from "./core/bindings/resource.ts";
import { configMaps } from "./core/configmaps/resource.ts";
import { endpoints } from "./core/endpoints/resource.ts";
import { events } from "./core/events/resource.ts";
import { limitRanges } from "./core/limitranges/resource.ts";
import { namespaces } from "./core/namespaces/resource.ts";
import { nodes } from "./core/nodes/resource.ts";
import { pods } from "./core/pods/resource.ts";
import { podTemplates } from "./core/podtemplates/resource.ts";
import { replicationControllers } from "./core/replicationcontrollers/resource.ts";
import { secrets } from "./core/secrets/resource.ts";
import { serviceAccounts } from "./core/serviceaccounts/resource.ts";
import { services } from "./core/services/resource.ts";
import type { ResourceDependencies } from "./dependencies.ts";
import { endpointSlices } from "./discovery/endpointslices/resource.ts";
import { newEvents } from "./events/events/resource.ts";
import { ingressClasses, ingresses, networkPolicies } from "./networking/resources.ts";
import { runtimeClasses } from "./node/resources.ts";
import { podDisruptionBudgets } from "./policy/resources.ts";
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from "./rbac/resources.ts";
import { priorityClasses } from "./scheduling/resources.ts";
import {
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  storageClasses,
  volumeAttributesClasses,
} from "./storage/resources.ts";

/**
 * Every resource that the server serves. A kind stands here once the rest of the system does what
 * the kind promises; until then the server does not know it, rather than store it to no effect.
 */
export function allResources(dependencies: ResourceDependencies): readonly ResourceDefinition[] {
  return [
    bindings(dependencies),
    configMaps,
    endpoints,
    events,
    limitRanges,
    namespaces,
    nodes(dependencies),
    pods(dependencies),
    podTemplates,
    replicationControllers,
    secrets,
    serviceAccounts(dependencies),
    services(dependencies),
    customResourceDefinitions(dependencies),
    controllerRevisions,
    deployments,
    replicaSets,
    selfSubjectReviews(dependencies),
    tokenReviews(dependencies),
    localSubjectAccessReviews(dependencies),
    selfSubjectAccessReviews(dependencies),
    selfSubjectRulesReviews(dependencies),
    subjectAccessReviews(dependencies),
    leases,
    endpointSlices,
    newEvents,
    ingressClasses,
    ingresses,
    networkPolicies,
    runtimeClasses,
    podDisruptionBudgets,
    clusterRoleBindings,
    clusterRoles,
    roleBindings,
    roles,
    priorityClasses,
    csiDrivers,
    csiNodes,
    csiStorageCapacities,
    storageClasses,
    volumeAttributesClasses,
  ];
}
