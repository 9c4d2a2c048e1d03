import { bool, int64, json, list, map, object, quantity, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { NodeSelector } from "#api/core/v1/shared.ts";
import { Condition, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** A kind of device that claims can ask for by name, such as gpu.example.com. */
export abstract class DeviceClass extends kind(
  "io.k8s.api.resource.v1.DeviceClass",
  {
    group: "resource.k8s.io",
    version: "v1",
    kind: "DeviceClass",
    resource: "deviceclasses",
    singular: "deviceclass",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /**
     * Which devices, with which settings. May be changed; claims that are allocated are not
     * affected.
     */
    spec: object(2, () => DeviceClassSpec),
  },
) {}

/** Which devices belong to a class, and how they are set up. */
export abstract class DeviceClassSpec extends message("io.k8s.api.resource.v1.DeviceClassSpec", {
  /** What a device must fulfil, all of them. At most 32. */
  selectors: list(1, () => DeviceSelector).optional(),
  /** Settings that are passed to the drivers of the devices. At most 32. */
  config: list(2, () => DeviceClassConfiguration).optional(),
  /**
   * A resource name, such as example.com/gpu, by which pods can ask for these devices without a
   * claim. Default: deviceclass.resource.kubernetes.io/NAME.
   */
  extendedResourceName: string(4).explicit().optional(),
}) {}

/** Settings for the devices of a class. */
export abstract class DeviceClassConfiguration extends message(
  "io.k8s.api.resource.v1.DeviceClassConfiguration",
  {
    /** Settings in a driver's own terms. */
    opaque: object(1, () => OpaqueDeviceConfiguration)
      .within(1)
      .optional(),
  },
) {}

/** Settings that only a driver understands. */
export abstract class OpaqueDeviceConfiguration extends message(
  "io.k8s.api.resource.v1.OpaqueDeviceConfiguration",
  {
    /** The driver, which decides by it whether the settings are for it. */
    driver: string(1),
    /** The settings: an object with apiVersion and kind of the driver's own. At most 10 KiB. */
    parameters: json(2),
  },
) {}

/** A condition that a device must fulfil. */
export abstract class DeviceSelector extends message("io.k8s.api.resource.v1.DeviceSelector", {
  /** The condition, in CEL. */
  cel: object(1, () => CELDeviceSelector).optional(),
}) {}

/** A condition in CEL. */
export abstract class CELDeviceSelector extends message(
  "io.k8s.api.resource.v1.CELDeviceSelector",
  {
    /**
     * Expression that returns true for devices that fit. device has driver, attributes, capacity
     * and allowMultipleAllocations: device.attributes["example.com"].model == "a". At most 10 KiB.
     */
    expression: string(1),
  },
) {}

/** Asks for devices, and holds what was allocated. Pods refer to it. */
export abstract class ResourceClaim extends kind(
  "io.k8s.api.resource.v1.ResourceClaim",
  {
    group: "resource.k8s.io",
    version: "v1",
    kind: "ResourceClaim",
    resource: "resourceclaims",
    singular: "resourceclaim",
    namespaced: true,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** What is asked for. Cannot be changed. */
    spec: object(2, () => ResourceClaimSpec),
    /** What was allocated, and who uses it. */
    status: object(3, () => ResourceClaimStatus).default({}),
  },
) {}

/** What is asked for. */
export abstract class ResourceClaimSpec extends message(
  "io.k8s.api.resource.v1.ResourceClaimSpec",
  {
    /** Devices that are asked for. */
    devices: object(1, () => DeviceClaim)
      .implicit()
      .optional(),
  },
) {}

/** Devices that are asked for. */
export abstract class DeviceClaim extends message("io.k8s.api.resource.v1.DeviceClaim", {
  /** One entry for each kind of device. All must be satisfied. At most 32. */
  requests: list(1, () => DeviceRequest)
    .always()
    .optional(),
  /** What must hold among the devices. At most 32. */
  constraints: list(2, () => DeviceConstraint).optional(),
  /** Settings for the drivers. At most 32. */
  config: list(3, () => DeviceClaimConfiguration).optional(),
}) {}

/** Settings for some devices of a claim. */
export abstract class DeviceClaimConfiguration extends message(
  "io.k8s.api.resource.v1.DeviceClaimConfiguration",
  {
    /** The requests that they are for; REQUEST/SUBREQUEST for one alternative. Empty: all. */
    requests: list(1, string).optional(),
    /** Settings in a driver's own terms. */
    opaque: object(1, () => OpaqueDeviceConfiguration)
      .within(2)
      .optional(),
  },
) {}

/** What must hold among devices. Exactly one attribute must be given. */
export abstract class DeviceConstraint extends message("io.k8s.api.resource.v1.DeviceConstraint", {
  /** The requests whose devices are meant; REQUEST/SUBREQUEST for one alternative. Empty: all. */
  requests: list(1, string).optional(),
  /**
   * An attribute that must have the same value in all of the devices, as DOMAIN/NAME. A device
   * without it does not fit.
   */
  matchAttribute: string(2).explicit().optional(),
  /** An attribute that must have different values in all of the devices, as DOMAIN/NAME. */
  distinctAttribute: string(3).explicit().optional(),
}) {}

/** A request for one device or several. Exactly one of exactly and firstAvailable. */
export abstract class DeviceRequest extends message("io.k8s.api.resource.v1.DeviceRequest", {
  /** DNS label, unique in the claim. Containers may name it. */
  name: string(1),
  /** What must be allocated. */
  exactly: object(2, () => ExactDeviceRequest).optional(),
  /** Alternatives, the preferred first; the first that can be satisfied is taken. At most 8. */
  firstAvailable: list(3, () => DeviceSubRequest).optional(),
}) {}

/** One of several alternatives. */
export abstract class DeviceSubRequest extends message("io.k8s.api.resource.v1.DeviceSubRequest", {
  /** DNS label, unique in the request. It is called REQUEST/SUBREQUEST. */
  name: string(1),
  /** The DeviceClass. */
  deviceClassName: string(2),
  /** What a device must fulfil, all of them, besides the class's own. At most 32. */
  selectors: list(3, () => DeviceSelector).optional(),
  /** ExactCount (default): as many as count says. All: all devices of a pool that fit. */
  allocationMode: string(4).optional(),
  /** How many devices. Only for ExactCount. Default 1. */
  count: int64(5).implicit().optional(),
  /** Taints of devices that do not matter. At most 16. */
  tolerations: list(6, () => DeviceToleration).optional(),
  /** How much of a shared device is needed. */
  capacity: object(7, () => CapacityRequirements).optional(),
}) {}

/** How much of a device is needed. */
export abstract class CapacityRequirements extends message(
  "io.k8s.api.resource.v1.CapacityRequirements",
  {
    /**
     * The amount, by name of the capacity. Missing ones: the device's default, or all of it.
     * Rounded up to what the device's policy allows.
     */
    requests: map(1, quantity).optional(),
  },
) {}

/** Lets a request use devices with a taint. */
export abstract class DeviceToleration extends message("io.k8s.api.resource.v1.DeviceToleration", {
  /** The taint's key. Empty with operator Exists tolerates every taint. */
  key: string(1).optional(),
  /** Equal (default): the values are equal. Exists: any value. */
  operator: string(2).optional(),
  /** The taint's value. Must be empty with Exists. */
  value: string(3).optional(),
  /** The taint's effect: NoSchedule or NoExecute. Empty means any. */
  effect: string(4).optional(),
  /**
   * With NoExecute, seconds for which pods may stay once the device is tainted. 0 or less evicts
   * them at once. Default: for ever.
   */
  tolerationSeconds: int64(5).optional(),
}) {}

/** What must be allocated. */
export abstract class ExactDeviceRequest extends message(
  "io.k8s.api.resource.v1.ExactDeviceRequest",
  {
    /** The DeviceClass. Required. */
    deviceClassName: string(1),
    /** What a device must fulfil, all of them, besides the class's own. At most 32. */
    selectors: list(2, () => DeviceSelector).optional(),
    /** ExactCount (default): as many as count says. All: all devices of a pool that fit. */
    allocationMode: string(3).optional(),
    /** How many devices. Only for ExactCount. Default 1. */
    count: int64(4).implicit().optional(),
    /**
     * If true, the devices may be in use already: for monitoring and repair. Only in namespaces
     * with the label resource.kubernetes.io/admin-access: true. Default false.
     */
    adminAccess: bool(5).optional(),
    /** Taints of devices that do not matter. At most 16. */
    tolerations: list(6, () => DeviceToleration).optional(),
    /** How much of a shared device is needed. */
    capacity: object(7, () => CapacityRequirements).optional(),
  },
) {}

/** What was allocated to a claim, and who uses it. */
export abstract class ResourceClaimStatus extends message(
  "io.k8s.api.resource.v1.ResourceClaimStatus",
  {
    /** What was allocated. Missing: nothing yet. */
    allocation: object(1, () => AllocationResult).optional(),
    /**
     * Who may use the claim now, mostly pods. At most 256. The claim is not freed before this is
     * empty.
     */
    reservedFor: list(2, () => ResourceClaimConsumerReference)
      .mapBy("uid")
      .merge("uid")
      .optional(),
    /** What drivers say about the devices. */
    devices: list(4, () => AllocatedDeviceStatus)
      .mapBy("driver", "device", "pool", "shareID")
      .optional(),
  },
) {}

/** What a driver says about a device that was allocated. */
export abstract class AllocatedDeviceStatus extends message(
  "io.k8s.api.resource.v1.AllocatedDeviceStatus",
  {
    /** The driver's name. */
    driver: string(1),
    /** The device's pool. */
    pool: string(2),
    /** The device's name in the pool. */
    device: string(3),
    /** How the device is, in the driver's terms. At most 8. */
    conditions: list(4, () => Condition)
      .always()
      .mapBy("type")
      .optional(),
    /** Anything else, in the driver's terms. At most 10 KiB. */
    data: json(5).optional(),
    /** Facts about a network device. */
    networkData: object(6, () => NetworkDeviceData).optional(),
    /** Which share of the device it is, where it is shared. */
    shareID: string(7).explicit().optional(),
  },
) {}

/** Facts about a network device. */
export abstract class NetworkDeviceData extends message(
  "io.k8s.api.resource.v1.NetworkDeviceData",
  {
    /** Name of the interface in the pod. */
    interfaceName: string(1).optional(),
    /** Addresses of the interface, with the length of the prefix: 192.0.2.5/24. At most 16. */
    ips: list(2, string).optional(),
    /** Hardware (MAC) address of the interface. */
    hardwareAddress: string(3).optional(),
  },
) {}

/** What was allocated to a claim. */
export abstract class AllocationResult extends message("io.k8s.api.resource.v1.AllocationResult", {
  /** The devices, and the settings for them. */
  devices: object(1, () => DeviceAllocationResult)
    .implicit()
    .optional(),
  /** The nodes from which the devices can be used. Missing: all. */
  nodeSelector: object(3, () => NodeSelector)
    .atomic()
    .optional(),
  /** When it was allocated. */
  allocationTimestamp: time(5).explicit().optional(),
}) {}

/** Devices that were allocated. */
export abstract class DeviceAllocationResult extends message(
  "io.k8s.api.resource.v1.DeviceAllocationResult",
  {
    /** One entry for each device. */
    results: list(1, () => DeviceRequestAllocationResult).optional(),
    /** Settings for them: those of the classes, then those of the claim. */
    config: list(2, () => DeviceAllocationConfiguration).optional(),
  },
) {}

/** Settings for allocated devices. */
export abstract class DeviceAllocationConfiguration extends message(
  "io.k8s.api.resource.v1.DeviceAllocationConfiguration",
  {
    /** FromClass or FromClaim: where the settings come from. */
    source: string(1),
    /** The requests that they are for; REQUEST/SUBREQUEST for one alternative. Empty: all. */
    requests: list(2, string).optional(),
    /** Settings in a driver's own terms. */
    opaque: object(1, () => OpaqueDeviceConfiguration)
      .within(3)
      .optional(),
  },
) {}

/** A device that was allocated. */
export abstract class DeviceRequestAllocationResult extends message(
  "io.k8s.api.resource.v1.DeviceRequestAllocationResult",
  {
    /** The request that it satisfies; REQUEST/SUBREQUEST for one alternative. */
    request: string(1),
    /** The driver's name. */
    driver: string(2),
    /** The device's pool. Driver, pool and device together are unique. */
    pool: string(3),
    /** The device's name in the pool. */
    device: string(4),
    /** Whether it was allocated for administration, and so may be in use elsewhere. */
    adminAccess: bool(5).optional(),
    /** The request's tolerations at the time of allocation. At most 16. */
    tolerations: list(6, () => DeviceToleration).optional(),
    /** Conditions of the device that must be True before a pod is bound to the node. */
    bindingConditions: list(7, string).optional(),
    /** Conditions of the device one of which, if True, makes the scheduler look for another one. */
    bindingFailureConditions: list(8, string).optional(),
    /** Which share of the device it is, where it is shared. */
    shareID: string(9).explicit().optional(),
    /** How much of the device it takes, where it is shared, by name of the capacity. */
    consumedCapacity: map(10, quantity).optional(),
  },
) {}

/** Who uses a claim, in the same namespace. */
export abstract class ResourceClaimConsumerReference extends message(
  "io.k8s.api.resource.v1.ResourceClaimConsumerReference",
  {
    /** The user's API group. Empty means the core group. */
    apiGroup: string(1).optional(),
    /** The user's resource, such as pods. */
    resource: string(3),
    /** The user's name. */
    name: string(4),
    /** The user's unique id. */
    uid: string(5),
  },
) {}

/** From which claims are made for pods. */
export abstract class ResourceClaimTemplate extends kind(
  "io.k8s.api.resource.v1.ResourceClaimTemplate",
  {
    group: "resource.k8s.io",
    version: "v1",
    kind: "ResourceClaimTemplate",
    resource: "resourceclaimtemplates",
    singular: "resourceclaimtemplate",
    namespaced: true,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** What the claims look like. Cannot be changed. */
    spec: object(2, () => ResourceClaimTemplateSpec),
  },
) {}

/** What claims made from it look like. */
export abstract class ResourceClaimTemplateSpec extends message(
  "io.k8s.api.resource.v1.ResourceClaimTemplateSpec",
  {
    /** Labels and annotations for the claims. Other fields are refused. */
    metadata: object(1, () => ObjectMeta).default({}),
    /** What is asked for. */
    spec: object(2, () => ResourceClaimSpec),
  },
) {}

/** Devices that a driver offers. Written by drivers. A pool of devices may take several slices. */
export abstract class ResourceSlice extends kind(
  "io.k8s.api.resource.v1.ResourceSlice",
  {
    group: "resource.k8s.io",
    version: "v1",
    kind: "ResourceSlice",
    resource: "resourceslices",
    singular: "resourceslice",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** The devices, and from where they can be used. */
    spec: object(2, () => ResourceSliceSpec),
  },
) {}

/**
 * Devices that a driver offers. Exactly one of nodeName, nodeSelector, allNodes and
 * perDeviceNodeSelection says where.
 */
export abstract class ResourceSliceSpec extends message(
  "io.k8s.api.resource.v1.ResourceSliceSpec",
  {
    /** The driver's name. Cannot be changed. */
    driver: string(1),
    /** The pool that the devices belong to. */
    pool: object(2, () => ResourcePool),
    /** The node that has the devices. Cannot be changed. */
    nodeName: string(3).explicit().optional(),
    /** The nodes from which the devices can be used: a single term. */
    nodeSelector: object(4, () => NodeSelector)
      .atomic()
      .optional(),
    /** Whether the devices can be used from all nodes. */
    allNodes: bool(5).optional(),
    /** The devices. At most 128, or 64 if they have taints or consume counters. */
    devices: list(6, () => Device).optional(),
    /** Whether each device says for itself from where it can be used. */
    perDeviceNodeSelection: bool(7).optional(),
    /** Amounts that several devices draw upon. At most 8. Not in a slice with devices. */
    sharedCounters: list(8, () => CounterSet).optional(),
  },
) {}

/** Amounts that several devices draw upon, such as the memory of a chip that can be divided. */
export abstract class CounterSet extends message("io.k8s.api.resource.v1.CounterSet", {
  /** DNS label, unique in the pool. */
  name: string(1),
  /** The amounts, by name. At most 32. */
  counters: map(2, () => Counter),
}) {}

/** An amount. */
export abstract class Counter extends message("io.k8s.api.resource.v1.Counter", {
  /** How much there is. */
  value: quantity(1),
}) {}

/** A device that a driver offers. */
export abstract class Device extends message("io.k8s.api.resource.v1.Device", {
  /**
   * Resources of the node itself, such as cpu, that the device stands for, by resource name. Part
   * of a feature that is off by default.
   */
  nodeAllocatableResourceMappings: map(13, () => NodeAllocatableResourceMapping).optional(),
  /** DNS label, unique in the pool. */
  name: string(1),
  /**
   * Properties, by name. A name without a domain belongs to the driver. At most 32 together with
   * capacity.
   */
  attributes: map(2, () => DeviceAttribute).optional(),
  /** Amounts that the device has, by name. */
  capacity: map(3, () => DeviceCapacity).optional(),
  /** What the device takes from shared counters when it is allocated. At most 2. */
  consumesCounters: list(4, () => DeviceCounterConsumption).optional(),
  /** The node that has the device. Only with perDeviceNodeSelection. */
  nodeName: string(5).explicit().optional(),
  /** The nodes from which it can be used. Only with perDeviceNodeSelection. */
  nodeSelector: object(6, () => NodeSelector)
    .atomic()
    .optional(),
  /** Whether it can be used from all nodes. Only with perDeviceNodeSelection. */
  allNodes: bool(7).optional(),
  /** What keeps claims away that do not tolerate it. At most 16. */
  taints: list(8, () => DeviceTaint).optional(),
  /** Whether a claim with this device is bound to the node that was chosen. */
  bindsToNode: bool(9).optional(),
  /**
   * Conditions that must be True before a pod is bound to the node. Set by the driver in the
   * claim's status. At most 4.
   */
  bindingConditions: list(10, string).optional(),
  /** Conditions one of which, if True, makes the scheduler look for another device. At most 4. */
  bindingFailureConditions: list(11, string).optional(),
  /** Whether several requests may have it at once. Then they share its capacity. */
  allowMultipleAllocations: bool(12).optional(),
}) {}

/** A property of a device. Exactly one field is set. */
export abstract class DeviceAttribute extends message("io.k8s.api.resource.v1.DeviceAttribute", {
  /** A whole number. */
  int: int64(2).optional(),
  /** True or false, as a value. */
  bool: bool(3).optional(),
  /** A text of at most 64 characters. */
  string: string(4).explicit().optional(),
  /** A version as semver.org has it, of at most 64 characters. */
  version: string(5).explicit().optional(),
  /** A list of whole numbers. Part of a feature that is off by default. */
  ints: list(6, int64).optional(),
  /** A list of true and false. Part of a feature that is off by default. */
  bools: list(7, bool).optional(),
  /** A list of texts of at most 64 characters each. Part of a feature that is off by default. */
  strings: list(8, string).optional(),
  /**
   * A list of versions as semver.org has them, of at most 64 characters each. Part of a feature
   * that is off by default.
   */
  versions: list(9, string).optional(),
}) {}

/** An amount that a device has. */
export abstract class DeviceCapacity extends message("io.k8s.api.resource.v1.DeviceCapacity", {
  /** How much there is. */
  value: quantity(1),
  /**
   * What amounts may be taken of it, where the device is shared. Missing: any; who asks for none
   * gets all.
   */
  requestPolicy: object(2, () => CapacityRequestPolicy).optional(),
}) {}

/** What amounts may be taken of a capacity. At most one of validValues and validRange. */
export abstract class CapacityRequestPolicy extends message(
  "io.k8s.api.resource.v1.CapacityRequestPolicy",
  {
    /** What those get who do not ask for an amount. Required with the others. */
    default: quantity(1).optional(),
    /** The amounts that may be taken, ascending. Others are rounded up. At most 10. */
    validValues: list(3, quantity).optional(),
    /** The range of amounts that may be taken. */
    validRange: object(4, () => CapacityRequestPolicyRange).optional(),
  },
) {}

/** A range of amounts. */
export abstract class CapacityRequestPolicyRange extends message(
  "io.k8s.api.resource.v1.CapacityRequestPolicyRange",
  {
    /** The smallest. Less is rounded up to it. */
    min: quantity(1).explicit(),
    /** The largest. Missing: what there is. */
    max: quantity(2).optional(),
    /** Amounts are min plus a multiple of this. Others are rounded up. */
    step: quantity(3).optional(),
  },
) {}

/** What a device takes from a set of counters. */
export abstract class DeviceCounterConsumption extends message(
  "io.k8s.api.resource.v1.DeviceCounterConsumption",
  {
    /** The set's name. */
    counterSet: string(1),
    /** How much it takes, by name of the counter. At most 32. */
    counters: map(2, () => Counter),
  },
) {}

/** Keeps claims away from a device that do not tolerate it. */
export abstract class DeviceTaint extends message("io.k8s.api.resource.v1.DeviceTaint", {
  /** The taint's key: a label key. */
  key: string(1),
  /** The taint's value: a label value. */
  value: string(2).optional(),
  /**
   * What it does to those that do not tolerate it: NoSchedule (not allocated anew), NoExecute (pods
   * that use it are evicted too) or None (nothing; for information).
   */
  effect: string(3),
  /** When the taint was added. */
  timeAdded: time(4).explicit().optional(),
}) {}

/** How a device counts towards a resource of its node. */
export abstract class NodeAllocatableResourceMapping extends message(
  "io.k8s.api.resource.v1.NodeAllocatableResourceMapping",
  {
    /**
     * How much of the resource each device, or each unit of the capacity, stands for. Default 1.
     */
    allocationMultiplier: quantity(2).optional(),
    /** The capacity of the device that is counted. Missing: the device counts as one. */
    capacityKey: string(1).explicit().optional(),
  },
) {}

/** A pool of devices and its version. */
export abstract class ResourcePool extends message("io.k8s.api.resource.v1.ResourcePool", {
  /** The pool's name: often that of the node. Cannot be changed. */
  name: string(1),
  /** Rises whenever the pool changes. Slices of older generations do not count. */
  generation: int64(2),
  /**
   * How many slices the pool has in this generation. As long as some are missing, it is incomplete.
   */
  resourceSliceCount: int64(3),
}) {}

export abstract class DeviceClassList extends kind(
  "io.k8s.api.resource.v1.DeviceClassList",
  { group: "resource.k8s.io", version: "v1", kind: "DeviceClassList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => DeviceClass),
  },
) {}

export abstract class ResourceClaimList extends kind(
  "io.k8s.api.resource.v1.ResourceClaimList",
  { group: "resource.k8s.io", version: "v1", kind: "ResourceClaimList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => ResourceClaim),
  },
) {}

export abstract class ResourceClaimTemplateList extends kind(
  "io.k8s.api.resource.v1.ResourceClaimTemplateList",
  { group: "resource.k8s.io", version: "v1", kind: "ResourceClaimTemplateList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => ResourceClaimTemplate),
  },
) {}

export abstract class ResourceSliceList extends kind(
  "io.k8s.api.resource.v1.ResourceSliceList",
  { group: "resource.k8s.io", version: "v1", kind: "ResourceSliceList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => ResourceSlice),
  },
) {}
