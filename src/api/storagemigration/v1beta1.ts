import { list, object, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { Condition, GroupResource, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** Asks that all objects of a resource be written again, in the version that is stored now. */
export abstract class StorageVersionMigration extends kind(
  "io.k8s.api.storagemigration.v1beta1.StorageVersionMigration",
  {
    group: "storagemigration.k8s.io",
    version: "v1beta1",
    kind: "StorageVersionMigration",
    resource: "storageversionmigrations",
    singular: "storageversionmigration",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** What is to be written again. Cannot be changed. */
    spec: object(2, () => StorageVersionMigrationSpec)
      .implicit()
      .optional(),
    /** How far it is. */
    status: object(3, () => StorageVersionMigrationStatus).default({}),
  },
) {}

/** What is to be written again. */
export abstract class StorageVersionMigrationSpec extends message(
  "io.k8s.api.storagemigration.v1beta1.StorageVersionMigrationSpec",
  {
    /** The resource. */
    resource: object(1, () => GroupResource),
  },
) {}

/** How far a migration is. */
export abstract class StorageVersionMigrationStatus extends message(
  "io.k8s.api.storagemigration.v1beta1.StorageVersionMigrationStatus",
  {
    /** Running, Succeeded or Failed. The last two are final. */
    conditions: list(1, () => Condition)
      .mapBy("type")
      .merge("type")
      .optional(),
    /**
     * The resource's version when the migration began: objects that were written later need not be
     * written again.
     */
    resourceVersion: string(2).optional(),
  },
) {}

export abstract class StorageVersionMigrationList extends kind(
  "io.k8s.api.storagemigration.v1beta1.StorageVersionMigrationList",
  { group: "storagemigration.k8s.io", version: "v1beta1", kind: "StorageVersionMigrationList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => StorageVersionMigration),
  },
) {}
