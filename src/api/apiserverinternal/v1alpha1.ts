import { int64, list, object, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** In which versions the API servers keep the objects of one resource. Named GROUP.RESOURCE. */
export abstract class StorageVersion extends kind(
  "io.k8s.api.apiserverinternal.v1alpha1.StorageVersion",
  {
    group: "internal.apiserver.k8s.io",
    version: "v1alpha1",
    kind: "StorageVersion",
    resource: "storageversions",
    singular: "storageversion",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** Nothing. It is here because objects have one. */
    spec: object(2, () => StorageVersionSpec).default({}),
    /** What the servers report. */
    status: object(3, () => StorageVersionStatus).default({}),
  },
) {}

/** Nothing to set: what servers do stands in the status. */
export abstract class StorageVersionSpec extends message(
  "io.k8s.api.apiserverinternal.v1alpha1.StorageVersionSpec",
  {},
) {}

/** What the servers report of their versions. */
export abstract class StorageVersionStatus extends message(
  "io.k8s.api.apiserverinternal.v1alpha1.StorageVersionStatus",
  {
    /** One entry for each server. */
    storageVersions: list(1, () => ServerStorageVersion)
      .mapBy("apiServerID")
      .optional(),
    /** The version in which all of them write. Missing where they differ. */
    commonEncodingVersion: string(2).explicit().optional(),
    /** AllEncodingVersionsEqual: whether all of them write in the same version. */
    conditions: list(3, () => StorageVersionCondition)
      .mapBy("type")
      .optional(),
  },
) {}

/** In which versions a server reads and writes the objects of a resource. */
export abstract class ServerStorageVersion extends message(
  "io.k8s.api.apiserverinternal.v1alpha1.ServerStorageVersion",
  {
    /** The server. */
    apiServerID: string(1),
    /** The version in which it writes: apps/v1. */
    encodingVersion: string(2),
    /** The versions that it can read, encodingVersion among them. */
    decodableVersions: list(3, string).set(),
    /** The versions that it serves, all of which it can read. */
    servedVersions: list(4, string).set().optional(),
  },
) {}

/** A statement about the versions of a resource. */
export abstract class StorageVersionCondition extends message(
  "io.k8s.api.apiserverinternal.v1alpha1.StorageVersionCondition",
  {
    /** What it is about: AllEncodingVersionsEqual. */
    type: string(1),
    /** True, False or Unknown. */
    status: string(2),
    /** The generation of the object that it was computed from. */
    observedGeneration: int64(3).implicit().optional(),
    /** When the status last changed. */
    lastTransitionTime: time(4).optional(),
    /** Why it last changed, in one word. */
    reason: string(5),
    /** The same for people. */
    message: string(6),
  },
) {}

export abstract class StorageVersionList extends kind(
  "io.k8s.api.apiserverinternal.v1alpha1.StorageVersionList",
  { group: "internal.apiserver.k8s.io", version: "v1alpha1", kind: "StorageVersionList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => StorageVersion),
  },
) {}
