import { bool, int32, int64, json, list, map, object, oneOf, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";

export abstract class APIGroup extends kind(
  "io.k8s.apimachinery.pkg.apis.meta.v1.APIGroup",
  { group: "", version: "v1", kind: "APIGroup" },
  {
    name: string(1),
    versions: list(2, () => GroupVersionForDiscovery),
    preferredVersion: object(3, () => GroupVersionForDiscovery).optional(),
    serverAddressByClientCIDRs: list(4, () => ServerAddressByClientCIDR).optional(),
  },
) {}

export abstract class GroupVersionForDiscovery extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.GroupVersionForDiscovery",
  {
    groupVersion: string(1),
    version: string(2),
  },
) {}

export abstract class ServerAddressByClientCIDR extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.ServerAddressByClientCIDR",
  {
    clientCIDR: string(1),
    serverAddress: string(2),
  },
) {}

export abstract class APIVersions extends kind(
  "io.k8s.apimachinery.pkg.apis.meta.v1.APIVersions",
  { group: "", version: "v1", kind: "APIVersions" },
  {
    versions: list(1, string),
    serverAddressByClientCIDRs: list(2, () => ServerAddressByClientCIDR),
  },
) {}

export abstract class Status extends kind(
  "io.k8s.apimachinery.pkg.apis.meta.v1.Status",
  { group: "", version: "v1", kind: "Status" },
  {
    metadata: object(1, () => ListMeta).default({}),
    status: oneOf(2, "Success", "Failure").optional(),
    message: string(3).optional(),
    reason: string(4).optional(),
    details: object(5, () => StatusDetails).optional(),
    code: int32(6).optional(),
  },
) {}

export abstract class ListMeta extends message("io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta", {
  selfLink: string(1).optional(),
  resourceVersion: string(2).optional(),
  continue: string(3).optional(),
  remainingItemCount: int64(4).optional(),
  shardInfo: object(5, () => ShardInfo).optional(),
}) {}

export abstract class ShardInfo extends message("io.k8s.apimachinery.pkg.apis.meta.v1.ShardInfo", {
  selector: string(1),
}) {}

export abstract class StatusDetails extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.StatusDetails",
  {
    name: string(1).optional(),
    group: string(2).optional(),
    kind: string(3).optional(),
    causes: list(4, () => StatusCause).optional(),
    retryAfterSeconds: int32(5).optional(),
    uid: string(6).optional(),
  },
) {}

export abstract class StatusCause extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.StatusCause",
  {
    reason: string(1).optional(),
    message: string(2).optional(),
    field: string(3).optional(),
  },
) {}

export abstract class APIGroupList extends kind(
  "io.k8s.apimachinery.pkg.apis.meta.v1.APIGroupList",
  { group: "", version: "v1", kind: "APIGroupList" },
  {
    groups: list(1, () => APIGroup),
  },
) {}

export abstract class APIResourceList extends kind(
  "io.k8s.apimachinery.pkg.apis.meta.v1.APIResourceList",
  { group: "", version: "v1", kind: "APIResourceList" },
  {
    groupVersion: string(1),
    resources: list(2, () => APIResource),
  },
) {}

export abstract class APIResource extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.APIResource",
  {
    name: string(1),
    namespaced: bool(2),
    kind: string(3),
    verbs: list(4, string),
    shortNames: list(5, string).optional(),
    singularName: string(6),
    categories: list(7, string).optional(),
    group: string(8).optional(),
    version: string(9).optional(),
    storageVersionHash: string(10).optional(),
  },
) {}

export abstract class Condition extends message("io.k8s.apimachinery.pkg.apis.meta.v1.Condition", {
  type: string(1),
  status: oneOf(2, "True", "False", "Unknown"),
  observedGeneration: int64(3).optional(),
  lastTransitionTime: time(4),
  reason: string(5),
  message: string(6),
}) {}

export abstract class DeleteOptions extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions",
  {
    apiVersion: string(0).optional(),
    kind: string(0).optional(),
    gracePeriodSeconds: int64(1).optional(),
    preconditions: object(2, () => Preconditions).optional(),
    orphanDependents: bool(3).optional(),
    propagationPolicy: string(4).optional(),
    dryRun: list(5, string).optional(),
    ignoreStoreReadErrorWithClusterBreakingPotential: bool(6).optional(),
  },
) {}

export abstract class Preconditions extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions",
  {
    uid: string(1).optional(),
    resourceVersion: string(2).optional(),
  },
) {}

export abstract class FieldSelectorRequirement extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.FieldSelectorRequirement",
  {
    key: string(1),
    operator: string(2),
    values: list(3, string).optional(),
  },
) {}

export abstract class GroupResource extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.GroupResource",
  {
    group: string(1),
    resource: string(2),
  },
) {}

export abstract class LabelSelector extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector",
  {
    matchLabels: map(1, string).optional(),
    matchExpressions: list(2, () => LabelSelectorRequirement).optional(),
  },
) {}

export abstract class LabelSelectorRequirement extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement",
  {
    key: string(1),
    operator: oneOf(2, "In", "NotIn", "Exists", "DoesNotExist"),
    values: list(3, string).optional(),
  },
) {}

export abstract class ManagedFieldsEntry extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry",
  {
    manager: string(1).optional(),
    operation: string(2).optional(),
    apiVersion: string(3).optional(),
    time: time(4).optional(),
    fieldsType: string(6).optional(),
    fieldsV1: json(7).optional(),
    subresource: string(8).optional(),
  },
) {}

export abstract class ObjectMeta extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta",
  {
    name: string(1).assigned(),
    generateName: string(2).optional(),
    namespace: string(3).optional(),
    selfLink: string(4).optional(),
    uid: string(5).assigned(),
    resourceVersion: string(6).assigned(),
    generation: int64(7).optional(),
    creationTimestamp: time(8).assigned(),
    deletionTimestamp: time(9).optional(),
    deletionGracePeriodSeconds: int64(10).optional(),
    labels: map(11, string).optional(),
    annotations: map(12, string).optional(),
    ownerReferences: list(13, () => OwnerReference)
      .mapBy("uid")
      .merge("uid")
      .optional(),
    finalizers: list(14, string).set().merge().optional(),
    managedFields: list(17, () => ManagedFieldsEntry).optional(),
  },
) {}

export abstract class OwnerReference extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference",
  {
    kind: string(1),
    name: string(3),
    uid: string(4),
    apiVersion: string(5),
    controller: bool(6).optional(),
    blockOwnerDeletion: bool(7).optional(),
  },
) {}

/** One column of a table. */
export abstract class TableColumnDefinition extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.TableColumnDefinition",
  {
    name: string(1),
    type: string(2),
    /** "name" marks the column that identifies the row. */
    format: string(3),
    description: string(4),
    /** 0 is always shown; higher only with `-o wide`. */
    priority: int32(5),
  },
) {}

/** One row: a cell per column, and the object behind it. */
export abstract class TableRow extends message("io.k8s.apimachinery.pkg.apis.meta.v1.TableRow", {
  cells: list(1, json),
  object: json(3).optional(),
}) {}

/** A list as the server lays it out for people. Travels as JSON only. */
export abstract class Table extends kind(
  "io.k8s.apimachinery.pkg.apis.meta.v1.Table",
  { group: "meta.k8s.io", version: "v1", kind: "Table" },
  {
    metadata: object(1, () => ListMeta).default({}),
    columnDefinitions: list(2, () => TableColumnDefinition),
    rows: list(3, () => TableRow),
  },
) {}

/** An object without its body. */
export abstract class PartialObjectMetadata extends kind(
  "io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata",
  { group: "meta.k8s.io", version: "v1", kind: "PartialObjectMetadata" },
  { metadata: object(1, () => ObjectMeta).default({}) },
) {}

/** A list of objects without their bodies. */
export abstract class PartialObjectMetadataList extends kind(
  "io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadataList",
  { group: "meta.k8s.io", version: "v1", kind: "PartialObjectMetadataList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => PartialObjectMetadata),
  },
) {}
