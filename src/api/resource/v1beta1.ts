import { bool, int64, list, map, object, string } from "#schema/field.ts";
import { message } from "#schema/message.ts";
import type { MessageType } from "#schema/message.ts";
import { DerivedVersion } from "#schema/version.ts";
import { NodeSelector } from "#api/core/v1/shared.ts";
import * as v1 from "./v1.ts";

/** What v1beta1 has in common with v1: all but the messages below, which it lays out otherwise. */
export const derivedFromV1 = new DerivedVersion("io.k8s.api.resource", {
  from: "v1",
  to: "v1beta1",
  instead: () => [
    [v1.Device, Device],
    [v1.DeviceRequest, DeviceRequest],
    [v1.DeviceSubRequest, DeviceSubRequest],
    [v1.ResourceSliceSpec, ResourceSliceSpec],
  ],
});

const same = <M extends MessageType>(type: M): M => derivedFromV1.message(type);

/**
 * A request for one device or several: what must be allocated, or alternatives in firstAvailable,
 * and then nothing else.
 */
export abstract class DeviceRequest extends message("io.k8s.api.resource.v1beta1.DeviceRequest", {
  /** DNS label, unique in the claim. Containers may name it. */
  name: string(1),
  /** The DeviceClass. Required without firstAvailable, and empty with it. */
  deviceClassName: string(2),
  /** What a device must fulfil, all of them, besides the class's own. At most 32. */
  selectors: list(3, () => same(v1.DeviceSelector)).optional(),
  /** ExactCount (default): as many as count says. All: all devices of a pool that fit. */
  allocationMode: string(4).optional(),
  /** How many devices. Only for ExactCount. Default 1. */
  count: int64(5).implicit().optional(),
  /**
   * If true, the devices may be in use already: for monitoring and repair. Only in namespaces with
   * the label resource.kubernetes.io/admin-access: true. Default false.
   */
  adminAccess: bool(6).optional(),
  /** Alternatives, the preferred first; the first that can be satisfied is taken. At most 8. */
  firstAvailable: list(7, () => DeviceSubRequest).optional(),
  /** Taints of devices that do not matter. At most 16. */
  tolerations: list(8, () => same(v1.DeviceToleration)).optional(),
  /** How much of a shared device is needed. */
  capacity: object(9, () => same(v1.CapacityRequirements)).optional(),
}) {}

/** One of several alternatives. */
export abstract class DeviceSubRequest extends message(
  "io.k8s.api.resource.v1beta1.DeviceSubRequest",
  {
    /** DNS label, unique in the request. It is called REQUEST/SUBREQUEST. */
    name: string(1),
    /** The DeviceClass. */
    deviceClassName: string(2),
    /** What a device must fulfil, all of them, besides the class's own. At most 32. */
    selectors: list(3, () => same(v1.DeviceSelector)).optional(),
    /** ExactCount (default): as many as count says. All: all devices of a pool that fit. */
    allocationMode: string(4).optional(),
    /** How many devices. Only for ExactCount. Default 1. */
    count: int64(5).implicit().optional(),
    /** Taints of devices that do not matter. At most 16. */
    tolerations: list(7, () => same(v1.DeviceToleration)).optional(),
    /** How much of a shared device is needed. */
    capacity: object(8, () => same(v1.CapacityRequirements)).optional(),
  },
) {}

/**
 * Devices that a driver offers. Exactly one of nodeName, nodeSelector, allNodes and
 * perDeviceNodeSelection says where.
 */
export abstract class ResourceSliceSpec extends message(
  "io.k8s.api.resource.v1beta1.ResourceSliceSpec",
  {
    /** The driver's name. Cannot be changed. */
    driver: string(1),
    /** The pool that the devices belong to. */
    pool: object(2, () => same(v1.ResourcePool)),
    /** The node that has the devices. Cannot be changed. */
    nodeName: string(3).optional(),
    /** The nodes from which the devices can be used: a single term. */
    nodeSelector: object(4, () => NodeSelector)
      .atomic()
      .optional(),
    /** Whether the devices can be used from all nodes. */
    allNodes: bool(5).implicit().optional(),
    /** The devices. At most 128, or 64 if they have taints or consume counters. */
    devices: list(6, () => Device).optional(),
    /** Whether each device says for itself from where it can be used. */
    perDeviceNodeSelection: bool(7).optional(),
    /** Amounts that several devices draw upon. At most 8. Not in a slice with devices. */
    sharedCounters: list(8, () => same(v1.CounterSet)).optional(),
  },
) {}

/** A device that a driver offers. */
export abstract class Device extends message("io.k8s.api.resource.v1beta1.Device", {
  /** DNS label, unique in the pool. */
  name: string(1),
  /** What the device is. Required. */
  basic: object(2, () => BasicDevice).optional(),
}) {}

/** What a device is. */
export abstract class BasicDevice extends message("io.k8s.api.resource.v1beta1.BasicDevice", {
  /**
   * Properties, by name. A name without a domain belongs to the driver. At most 32 together with
   * capacity.
   */
  attributes: map(1, () => same(v1.DeviceAttribute)).optional(),
  /** Amounts that the device has, by name. */
  capacity: map(2, () => same(v1.DeviceCapacity)).optional(),
  /** What the device takes from shared counters when it is allocated. At most 2. */
  consumesCounters: list(3, () => same(v1.DeviceCounterConsumption)).optional(),
  /** The node that has the device. Only with perDeviceNodeSelection. */
  nodeName: string(4).explicit().optional(),
  /** The nodes from which it can be used. Only with perDeviceNodeSelection. */
  nodeSelector: object(5, () => NodeSelector)
    .atomic()
    .optional(),
  /** Whether it can be used from all nodes. Only with perDeviceNodeSelection. */
  allNodes: bool(6).optional(),
  /** What keeps claims away that do not tolerate it. At most 16. */
  taints: list(7, () => same(v1.DeviceTaint)).optional(),
  /** Whether a claim with this device is bound to the node that was chosen. */
  bindsToNode: bool(8).optional(),
  /**
   * Conditions that must be True before a pod is bound to the node. Set by the driver in the
   * claim's status. At most 4.
   */
  bindingConditions: list(9, string).optional(),
  /** Conditions one of which, if True, makes the scheduler look for another device. At most 4. */
  bindingFailureConditions: list(10, string).optional(),
  /** Whether several requests may have it at once. Then they share its capacity. */
  allowMultipleAllocations: bool(11).optional(),
  /**
   * Resources of the node itself, such as cpu, that the device stands for, by resource name. Part
   * of a feature that is off by default.
   */
  nodeAllocatableResourceMappings: map(12, () =>
    same(v1.NodeAllocatableResourceMapping),
  ).optional(),
}) {}
