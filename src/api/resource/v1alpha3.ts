import { int32, int64, list, object, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { Condition, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/**
 * Asks once how the pools of a driver are. It is done when its status is set; who wants to know
 * again deletes it and makes another.
 */
export abstract class ResourcePoolStatusRequest extends kind(
  "io.k8s.api.resource.v1alpha3.ResourcePoolStatusRequest",
  {
    group: "resource.k8s.io",
    version: "v1alpha3",
    kind: "ResourcePoolStatusRequest",
    resource: "resourcepoolstatusrequests",
    singular: "resourcepoolstatusrequest",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** Which pools. Cannot be changed. */
    spec: object(2, () => ResourcePoolStatusRequestSpec),
    /** How they are. Missing: nobody has looked yet. Final once it is set. */
    status: object(3, () => ResourcePoolStatusRequestStatus).optional(),
  },
) {}

/** Which pools are asked for. */
export abstract class ResourcePoolStatusRequestSpec extends message(
  "io.k8s.api.resource.v1alpha3.ResourcePoolStatusRequestSpec",
  {
    /** The driver of the pools. */
    driver: string(1),
    /** A single pool. Missing: all of the driver. */
    poolName: string(2).explicit().optional(),
    /** How many pools the status may list, from 1 to 1000. Default 100. */
    limit: int32(3).default(100),
  },
) {}

/** How pools are. */
export abstract class ResourcePoolStatusRequestStatus extends message(
  "io.k8s.api.resource.v1alpha3.ResourcePoolStatusRequestStatus",
  {
    /** How many pools there are, listed or not. */
    poolCount: int32(6).optional(),
    /** The first of them, by driver and name. */
    pools: list(2, () => PoolStatus).optional(),
    /** Complete or Failed. At most 10. */
    conditions: list(3, () => Condition)
      .mapBy("type")
      .merge("type")
      .optional(),
  },
) {}

/** How a pool is. The numbers may be missing where validationError is set. */
export abstract class PoolStatus extends message("io.k8s.api.resource.v1alpha3.PoolStatus", {
  /** The pool's driver. */
  driver: string(1),
  /** The pool's name. */
  poolName: string(2),
  /** The pool's newest generation. */
  generation: int64(9),
  /** How many slices the pool has. */
  resourceSliceCount: int32(8).optional(),
  /** How many devices the pool has. */
  totalDevices: int32(4).optional(),
  /** How many of them are allocated. */
  allocatedDevices: int32(5).optional(),
  /** How many of them could be allocated. */
  availableDevices: int32(6).optional(),
  /** How many of them are neither, because of taints for one. */
  unavailableDevices: int32(7).optional(),
  /** The node that the pool belongs to. Missing: none alone. */
  nodeName: string(3).explicit().optional(),
  /** What is wrong with the pool: slices that are missing, for one. At most 256 bytes. */
  validationError: string(10).explicit().optional(),
}) {}

export abstract class ResourcePoolStatusRequestList extends kind(
  "io.k8s.api.resource.v1alpha3.ResourcePoolStatusRequestList",
  { group: "resource.k8s.io", version: "v1alpha3", kind: "ResourcePoolStatusRequestList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => ResourcePoolStatusRequest),
  },
) {}
