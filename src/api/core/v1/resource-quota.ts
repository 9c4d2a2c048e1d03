import { list, map, object, quantity, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ScopeSelector } from "./shared.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** How much all objects of a namespace together may take. */
export abstract class ResourceQuota extends kind(
  "io.k8s.api.core.v1.ResourceQuota",
  {
    group: "",
    version: "v1",
    kind: "ResourceQuota",
    resource: "resourcequotas",
    singular: "resourcequota",
    namespaced: true,
    shortNames: ["quota"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** The limits that are wanted, and for which pods. */
    spec: object(2, () => ResourceQuotaSpec).default({}),
    /** The limits in force and what is used of them. */
    status: object(3, () => ResourceQuotaStatus).default({}),
  },
) {}

/** The limits of a quota. */
export abstract class ResourceQuotaSpec extends message("io.k8s.api.core.v1.ResourceQuotaSpec", {
  /**
   * The most there may be, by resource name: requests.cpu, limits.memory, pods,
   * count/deployments.apps and others. Where a compute resource is limited, pods that do not say
   * how much they need are refused.
   */
  hard: map(1, quantity).optional(),
  /**
   * Which pods count; all of these must fit: Terminating, NotTerminating, BestEffort,
   * NotBestEffort, PriorityClass, CrossNamespacePodAffinity, VolumeAttributesClass. Missing: all.
   * Cannot be changed.
   */
  scopes: list(2, string).optional(),
  /** Like scopes, with values: the pods of certain priority classes, for one. */
  scopeSelector: object(3, () => ScopeSelector)
    .atomic()
    .optional(),
}) {}

/** How a quota is used. */
export abstract class ResourceQuotaStatus extends message(
  "io.k8s.api.core.v1.ResourceQuotaStatus",
  {
    /** The limits in force, by resource name. */
    hard: map(1, quantity).optional(),
    /** What there is now, by resource name. */
    used: map(2, quantity).optional(),
  },
) {}

export abstract class ResourceQuotaList extends kind(
  "io.k8s.api.core.v1.ResourceQuotaList",
  { group: "", version: "v1", kind: "ResourceQuotaList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => ResourceQuota),
  },
) {}
