import { bool, int32, int64, json, list, map, object, oneOf, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";

/** A group of the API and its versions, as discovery tells of it. */
export abstract class APIGroup extends kind(
  "io.k8s.apimachinery.pkg.apis.meta.v1.APIGroup",
  { group: "", version: "v1", kind: "APIGroup" },
  {
    /** The group's name, such as apps. */
    name: string(1),
    /** The versions that are served, the preferred first. */
    versions: list(2, () => GroupVersionForDiscovery),
    /** The version to use if you have no reason for another. */
    preferredVersion: object(3, () => GroupVersionForDiscovery)
      .implicit()
      .optional(),
    /** Which address of the server suits clients from which network. */
    serverAddressByClientCIDRs: list(4, () => ServerAddressByClientCIDR).optional(),
  },
) {}

/** A version of a group. */
export abstract class GroupVersionForDiscovery extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.GroupVersionForDiscovery",
  {
    /** GROUP/VERSION, or the version alone for the core group. */
    groupVersion: string(1),
    /** The version alone, such as v1. */
    version: string(2),
  },
) {}

/** An address of the server for clients from a network. */
export abstract class ServerAddressByClientCIDR extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.ServerAddressByClientCIDR",
  {
    /** The network from which the client comes. */
    clientCIDR: string(1),
    /** Host and port, or a host alone. */
    serverAddress: string(2),
  },
) {}

/** The versions of the core group. */
export abstract class APIVersions extends kind(
  "io.k8s.apimachinery.pkg.apis.meta.v1.APIVersions",
  { group: "", version: "v1", kind: "APIVersions" },
  {
    /** The versions that are served. */
    versions: list(1, string),
    /** Which address of the server suits clients from which network. */
    serverAddressByClientCIDRs: list(2, () => ServerAddressByClientCIDR),
  },
) {}

/** The outcome of a request that returns no object: mostly an error. */
export abstract class Status extends kind(
  "io.k8s.apimachinery.pkg.apis.meta.v1.Status",
  { group: "", version: "v1", kind: "Status" },
  {
    /** Usually empty. */
    metadata: object(1, () => ListMeta).default({}),
    /** Success or Failure. */
    status: oneOf(2, "Success", "Failure").optional(),
    /** What happened, for people. */
    message: string(3).optional(),
    /**
     * Why it failed, in a word for programs: NotFound, AlreadyExists, Conflict, Forbidden, Invalid
     * and others.
     */
    reason: string(4).optional(),
    /** More on the reason. Which fields are set depends on it. */
    details: object(5, () => StatusDetails).optional(),
    /** The HTTP status code. */
    code: int32(6).implicit().optional(),
  },
) {}

/** What all lists have. */
export abstract class ListMeta extends message("io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta", {
  /** No longer set. */
  selfLink: string(1).optional(),
  /** The state of the store that the list shows. A watch from here misses nothing. */
  resourceVersion: string(2).optional(),
  /**
   * Present if there are more objects: send it as the parameter continue for the next page. It
   * expires after some minutes.
   */
  continue: string(3).optional(),
  /**
   * How many objects come after this page. Missing for the last page and for lists with selectors.
   */
  remainingItemCount: int64(4).optional(),
  /**
   * Set if the list shows only a shard of all objects. Part of a feature that is off by default.
   */
  shardInfo: object(5, () => ShardInfo).optional(),
}) {}

/** The part of a collection that a list shows. */
export abstract class ShardInfo extends message("io.k8s.apimachinery.pkg.apis.meta.v1.ShardInfo", {
  /** The shard selector that was applied. */
  selector: string(1),
}) {}

/** More on why a request failed. */
export abstract class StatusDetails extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.StatusDetails",
  {
    /** The object that it was about. */
    name: string(1).optional(),
    /** The object's API group. */
    group: string(2).optional(),
    /** The object's kind; often its resource, such as pods. */
    kind: string(3).optional(),
    /** The single problems, where there are several. */
    causes: list(4, () => StatusCause).optional(),
    /** Seconds to wait before trying again. */
    retryAfterSeconds: int32(5).implicit().optional(),
    /** The object's unique id. */
    uid: string(6).optional(),
  },
) {}

/** One problem of several. */
export abstract class StatusCause extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.StatusCause",
  {
    /** What kind of problem it is, in a word: FieldValueInvalid, FieldValueRequired and others. */
    reason: string(1).optional(),
    /** What is wrong, for people. */
    message: string(2).optional(),
    /** The path of the field that it is about: spec.containers[0].image. */
    field: string(3).optional(),
  },
) {}

/** All groups of the API besides the core group. */
export abstract class APIGroupList extends kind(
  "io.k8s.apimachinery.pkg.apis.meta.v1.APIGroupList",
  { group: "", version: "v1", kind: "APIGroupList" },
  {
    /** The groups, each with its versions. */
    groups: list(1, () => APIGroup),
  },
) {}

/** The resources that a version of a group has. */
export abstract class APIResourceList extends kind(
  "io.k8s.apimachinery.pkg.apis.meta.v1.APIResourceList",
  { group: "", version: "v1", kind: "APIResourceList" },
  {
    /** The version that this is about: apps/v1. */
    groupVersion: string(1),
    /** Its resources and their subresources. */
    resources: list(2, () => APIResource),
  },
) {}

/** A resource of the API, or a subresource. */
export abstract class APIResource extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.APIResource",
  {
    /** Plural name as in paths, such as pods, or pods/log for a subresource. */
    name: string(1),
    /** Whether its objects live in namespaces. */
    namespaced: bool(2),
    /** The kind of its objects. */
    kind: string(3),
    /**
     * What can be done with it: create, delete, deletecollection, get, list, patch, update, watch.
     */
    verbs: list(4, string),
    /** Abbreviations for kubectl, such as po. */
    shortNames: list(5, string).optional(),
    /** Its name for one object, such as pod. */
    singularName: string(6),
    /** Names for several resources at once: all, for one. */
    categories: list(7, string).optional(),
    /** The group of its kind, where it is another than that of the list. */
    group: string(8).optional(),
    /** The version of its kind, where it is another than that of the list. */
    version: string(9).optional(),
    /** Tells by a change that objects are stored in another version. Its content has no meaning. */
    storageVersionHash: string(10).optional(),
  },
) {}

/** A statement about an object's state. */
export abstract class Condition extends message("io.k8s.apimachinery.pkg.apis.meta.v1.Condition", {
  /**
   * What it is about, in upper camel case, possibly with a domain before it. Unique in the list.
   */
  type: string(1),
  /** True, False or Unknown. */
  status: oneOf(2, "True", "False", "Unknown"),
  /**
   * The generation of the object that it was computed from. Lower than metadata.generation means
   * out of date.
   */
  observedGeneration: int64(3).implicit().optional(),
  /** When the status last changed, not when it was last looked at. */
  lastTransitionTime: time(4),
  /** Why it last changed, in one word in upper camel case. Not empty. */
  reason: string(5),
  /** The same for people. May be empty. */
  message: string(6),
}) {}

/** How to delete an object. */
export abstract class DeleteOptions extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions",
  {
    /** Version of the API in which these options are written. */
    apiVersion: string(0).optional(),
    /** Always DeleteOptions. */
    kind: string(0).optional(),
    /**
     * Seconds that the object gets to end. 0 deletes at once. Default: what the object's kind says.
     */
    gracePeriodSeconds: int64(1).optional(),
    /** The object is deleted only if these hold; otherwise the answer is 409 Conflict. */
    preconditions: object(2, () => Preconditions).optional(),
    /** Outdated form of propagationPolicy: true for Orphan. Not together with it. */
    orphanDependents: bool(3).optional(),
    /**
     * What becomes of objects that this one owns: Background deletes them afterwards, Foreground
     * before it, Orphan keeps them. The default depends on the kind, mostly Background.
     */
    propagationPolicy: string(4).explicit().optional(),
    /**
     * All checks that nothing is to be done: the request is judged but not carried out. The only
     * value.
     */
    dryRun: list(5, string).optional(),
    /**
     * Delete an object whose stored data cannot be read, without finalizers or other checks. May
     * break the cluster. Default false.
     */
    ignoreStoreReadErrorWithClusterBreakingPotential: bool(6).optional(),
  },
) {}

/** What must hold for an operation to be carried out. */
export abstract class Preconditions extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions",
  {
    /** The object has this unique id. */
    uid: string(1).explicit().optional(),
    /** The object is still in this version. */
    resourceVersion: string(2).explicit().optional(),
  },
) {}

/** A test of a field. */
export abstract class FieldSelectorRequirement extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.FieldSelectorRequirement",
  {
    /** Path of the field. */
    key: string(1),
    /** In, NotIn, Exists or DoesNotExist. */
    operator: string(2),
    /** What to compare with: at least one for In and NotIn, none otherwise. */
    values: list(3, string).optional(),
  },
) {}

/** A resource, whatever its version. */
export abstract class GroupResource extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.GroupResource",
  {
    /** The API group. */
    group: string(1),
    /** The plural name. */
    resource: string(2),
  },
) {}

/** Objects, chosen by their labels. All tests must be passed. Empty chooses all. */
export abstract class LabelSelector extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector",
  {
    /** Labels and the values that they must have. */
    matchLabels: map(1, string).optional(),
    /** Further tests of labels. */
    matchExpressions: list(2, () => LabelSelectorRequirement).optional(),
  },
) {}

/** A test of a label. */
export abstract class LabelSelectorRequirement extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement",
  {
    /** The label's key. */
    key: string(1),
    /** In, NotIn, Exists or DoesNotExist. NotIn also fits objects without the label. */
    operator: oneOf(2, "In", "NotIn", "Exists", "DoesNotExist"),
    /** What to compare with: at least one for In and NotIn, none for Exists and DoesNotExist. */
    values: list(3, string).optional(),
  },
) {}

/** The fields of an object that one manager set. */
export abstract class ManagedFieldsEntry extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry",
  {
    /** Who set them, such as kubectl-client-side-apply. */
    manager: string(1).optional(),
    /** Apply or Update: how they were set. */
    operation: string(2).optional(),
    /** The version of the API in which the fields are named. */
    apiVersion: string(3).optional(),
    /** When the manager last changed which fields it owns, or a value of one. */
    time: time(4).explicit().optional(),
    /** FieldsV1, the only form of fieldsV1. */
    fieldsType: string(6).optional(),
    /** The fields, as a tree of keys. */
    fieldsV1: json(7).optional(),
    /** The subresource through which they were set, such as status. Empty for the object itself. */
    subresource: string(8).optional(),
  },
) {}

/** What all objects have. */
export abstract class ObjectMeta extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta",
  {
    /**
     * Unique among objects of the resource in the namespace. Mostly a DNS name in lower case.
     * Required unless generateName is given. Cannot be changed.
     */
    name: string(1).assigned(),
    /** A prefix: the server adds five characters to make a name, if none is given. */
    generateName: string(2).optional(),
    /**
     * The space within which the name is unique. Default: default. Empty for objects of the whole
     * cluster. Cannot be changed.
     */
    namespace: string(3).optional(),
    /** No longer set. */
    selfLink: string(4).optional(),
    /** Tells the object from all others, of all times. Set by the server. */
    uid: string(5).assigned(),
    /**
     * Changes with every write. Sent along with an update, it makes the update fail if someone else
     * wrote in between. Of two versions of the same resource the larger number is the newer.
     */
    resourceVersion: string(6).assigned(),
    /** Counts changes of what is wanted (the spec). Set by the server. */
    generation: int64(7).implicit().optional(),
    /** When the object was created. Set by the server. */
    creationTimestamp: time(8).assigned(),
    /**
     * When the object is to be gone. It is being deleted if this is set: that cannot be undone. It
     * goes once this time has passed and no finalizers are left.
     */
    deletionTimestamp: time(9).explicit().optional(),
    /**
     * Seconds that the object got to end. Can only be shortened. Set together with
     * deletionTimestamp.
     */
    deletionGracePeriodSeconds: int64(10).optional(),
    /**
     * Keys and values by which objects are chosen. A value has up to 63 letters, digits, dashes,
     * underscores and dots.
     */
    labels: map(11, string).optional(),
    /**
     * Keys and values for programs and people. Not for choosing objects. At most 256 KiB in all.
     */
    annotations: map(12, string).optional(),
    /**
     * Objects that this one depends on. When the last of them is gone, this one is deleted too. At
     * most one is marked as controller.
     */
    ownerReferences: list(13, () => OwnerReference)
      .mapBy("uid")
      .merge("uid")
      .optional(),
    /**
     * The object stays, once it is being deleted, until this list is empty. Whoever is named in it
     * cleans up and then takes its entry away.
     */
    finalizers: list(14, string).set().merge().optional(),
    /** Who set which fields. Kept by the server for server-side apply. */
    managedFields: list(17, () => ManagedFieldsEntry).optional(),
  },
) {}

/** An object that another one depends on. It is in the same namespace, or in none. */
export abstract class OwnerReference extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference",
  {
    /** The owner's kind. */
    kind: string(1),
    /** The owner's name. */
    name: string(3),
    /** The owner's unique id. */
    uid: string(4),
    /** The owner's API version. */
    apiVersion: string(5),
    /** Whether the owner is the one that manages this object. Default false. */
    controller: bool(6).optional(),
    /**
     * Whether foreground deletion of the owner waits for this object. Setting it needs the right to
     * delete the owner. Default false.
     */
    blockOwnerDeletion: bool(7).optional(),
  },
) {}

/** One column of a table. */
export abstract class TableColumnDefinition extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.TableColumnDefinition",
  {
    /** Heading of the column. */
    name: string(1),
    /** Type of its cells, as in OpenAPI: string, integer, number, boolean or date. */
    type: string(2),
    /** How to show the cells. name marks the column that identifies the row. */
    format: string(3),
    /** What the column shows. */
    description: string(4),
    /** 0 is always shown; higher only with -o wide. */
    priority: int32(5),
  },
) {}

/** One row: a cell per column, and the object behind it. */
export abstract class TableRow extends message("io.k8s.apimachinery.pkg.apis.meta.v1.TableRow", {
  /** One value for each column, in their order. */
  cells: list(1, json),
  /** The object: nothing, its metadata or all of it, as the parameter includeObject asked. */
  object: json(3).optional(),
}) {}

/** A list or an object as the server lays it out for people. Travels as JSON only. */
export abstract class Table extends kind(
  "io.k8s.apimachinery.pkg.apis.meta.v1.Table",
  { group: "meta.k8s.io", version: "v1", kind: "Table" },
  {
    metadata: object(1, () => ListMeta).default({}),
    /** What the columns are, from left to right. */
    columnDefinitions: list(2, () => TableColumnDefinition),
    /** The rows, in the order of the list. */
    rows: list(3, () => TableRow),
  },
) {}

/** An object without its body. */
export abstract class PartialObjectMetadata extends kind(
  "io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata",
  { group: "meta.k8s.io", version: "v1", kind: "PartialObjectMetadata" },
  { metadata: object(1, () => ObjectMeta).default({}) },
) {}

/** Objects without their bodies, as one request lists them. */
export abstract class PartialObjectMetadataList extends kind(
  "io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadataList",
  { group: "meta.k8s.io", version: "v1", kind: "PartialObjectMetadataList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => PartialObjectMetadata),
  },
) {}

/** One message of a watch: what happened, and the object as it is then. */
export abstract class WatchEvent extends message(
  "io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent",
  {
    /** ADDED, MODIFIED, DELETED, BOOKMARK (only a version, no change) or ERROR (a Status). */
    type: string(1),
    /** The object after the change, or before it if it was deleted. */
    object: json(2),
  },
) {}

/** The body of a patch; its content type says which form it has. */
export abstract class Patch extends message("io.k8s.apimachinery.pkg.apis.meta.v1.Patch", {}) {}
