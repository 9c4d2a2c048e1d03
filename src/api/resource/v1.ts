import { bool, int64, json, list, map, object, quantity, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { NodeSelector } from "#api/core/v1/shared.ts";
import { Condition, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

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
    spec: object(2, () => DeviceClassSpec),
  },
) {}

export abstract class DeviceClassSpec extends message("io.k8s.api.resource.v1.DeviceClassSpec", {
  selectors: list(1, () => DeviceSelector).optional(),
  config: list(2, () => DeviceClassConfiguration).optional(),
  extendedResourceName: string(4).optional(),
}) {}

export abstract class DeviceClassConfiguration extends message(
  "io.k8s.api.resource.v1.DeviceClassConfiguration",
  {
    opaque: object(1, () => OpaqueDeviceConfiguration)
      .within(1)
      .optional(),
  },
) {}

export abstract class OpaqueDeviceConfiguration extends message(
  "io.k8s.api.resource.v1.OpaqueDeviceConfiguration",
  {
    driver: string(1),
    parameters: json(2),
  },
) {}

export abstract class DeviceSelector extends message("io.k8s.api.resource.v1.DeviceSelector", {
  cel: object(1, () => CELDeviceSelector).optional(),
}) {}

export abstract class CELDeviceSelector extends message(
  "io.k8s.api.resource.v1.CELDeviceSelector",
  {
    expression: string(1),
  },
) {}

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
    spec: object(2, () => ResourceClaimSpec),
    status: object(3, () => ResourceClaimStatus).default({}),
  },
) {}

export abstract class ResourceClaimSpec extends message(
  "io.k8s.api.resource.v1.ResourceClaimSpec",
  {
    devices: object(1, () => DeviceClaim).optional(),
  },
) {}

export abstract class DeviceClaim extends message("io.k8s.api.resource.v1.DeviceClaim", {
  requests: list(1, () => DeviceRequest).optional(),
  constraints: list(2, () => DeviceConstraint).optional(),
  config: list(3, () => DeviceClaimConfiguration).optional(),
}) {}

export abstract class DeviceClaimConfiguration extends message(
  "io.k8s.api.resource.v1.DeviceClaimConfiguration",
  {
    requests: list(1, string).optional(),
    opaque: object(1, () => OpaqueDeviceConfiguration)
      .within(2)
      .optional(),
  },
) {}

export abstract class DeviceConstraint extends message("io.k8s.api.resource.v1.DeviceConstraint", {
  requests: list(1, string).optional(),
  matchAttribute: string(2).optional(),
  distinctAttribute: string(3).optional(),
}) {}

export abstract class DeviceRequest extends message("io.k8s.api.resource.v1.DeviceRequest", {
  name: string(1),
  exactly: object(2, () => ExactDeviceRequest).optional(),
  firstAvailable: list(3, () => DeviceSubRequest).optional(),
}) {}

export abstract class DeviceSubRequest extends message("io.k8s.api.resource.v1.DeviceSubRequest", {
  name: string(1),
  deviceClassName: string(2),
  selectors: list(3, () => DeviceSelector).optional(),
  allocationMode: string(4).optional(),
  count: int64(5).optional(),
  tolerations: list(6, () => DeviceToleration).optional(),
  capacity: object(7, () => CapacityRequirements).optional(),
}) {}

export abstract class CapacityRequirements extends message(
  "io.k8s.api.resource.v1.CapacityRequirements",
  {
    requests: map(1, quantity).optional(),
  },
) {}

export abstract class DeviceToleration extends message("io.k8s.api.resource.v1.DeviceToleration", {
  key: string(1).optional(),
  operator: string(2).optional(),
  value: string(3).optional(),
  effect: string(4).optional(),
  tolerationSeconds: int64(5).optional(),
}) {}

export abstract class ExactDeviceRequest extends message(
  "io.k8s.api.resource.v1.ExactDeviceRequest",
  {
    deviceClassName: string(1),
    selectors: list(2, () => DeviceSelector).optional(),
    allocationMode: string(3).optional(),
    count: int64(4).optional(),
    adminAccess: bool(5).optional(),
    tolerations: list(6, () => DeviceToleration).optional(),
    capacity: object(7, () => CapacityRequirements).optional(),
  },
) {}

export abstract class ResourceClaimStatus extends message(
  "io.k8s.api.resource.v1.ResourceClaimStatus",
  {
    allocation: object(1, () => AllocationResult).optional(),
    reservedFor: list(2, () => ResourceClaimConsumerReference)
      .mapBy("uid")
      .merge("uid")
      .optional(),
    devices: list(4, () => AllocatedDeviceStatus)
      .mapBy("driver", "device", "pool", "shareID")
      .optional(),
  },
) {}

export abstract class AllocatedDeviceStatus extends message(
  "io.k8s.api.resource.v1.AllocatedDeviceStatus",
  {
    driver: string(1),
    pool: string(2),
    device: string(3),
    conditions: list(4, () => Condition)
      .mapBy("type")
      .optional(),
    data: json(5).optional(),
    networkData: object(6, () => NetworkDeviceData).optional(),
    shareID: string(7).optional(),
  },
) {}

export abstract class NetworkDeviceData extends message(
  "io.k8s.api.resource.v1.NetworkDeviceData",
  {
    interfaceName: string(1).optional(),
    ips: list(2, string).optional(),
    hardwareAddress: string(3).optional(),
  },
) {}

export abstract class AllocationResult extends message("io.k8s.api.resource.v1.AllocationResult", {
  devices: object(1, () => DeviceAllocationResult).optional(),
  nodeSelector: object(3, () => NodeSelector)
    .atomic()
    .optional(),
  allocationTimestamp: time(5).optional(),
}) {}

export abstract class DeviceAllocationResult extends message(
  "io.k8s.api.resource.v1.DeviceAllocationResult",
  {
    results: list(1, () => DeviceRequestAllocationResult).optional(),
    config: list(2, () => DeviceAllocationConfiguration).optional(),
  },
) {}

export abstract class DeviceAllocationConfiguration extends message(
  "io.k8s.api.resource.v1.DeviceAllocationConfiguration",
  {
    source: string(1),
    requests: list(2, string).optional(),
    opaque: object(1, () => OpaqueDeviceConfiguration)
      .within(3)
      .optional(),
  },
) {}

export abstract class DeviceRequestAllocationResult extends message(
  "io.k8s.api.resource.v1.DeviceRequestAllocationResult",
  {
    request: string(1),
    driver: string(2),
    pool: string(3),
    device: string(4),
    adminAccess: bool(5).optional(),
    tolerations: list(6, () => DeviceToleration).optional(),
    bindingConditions: list(7, string).optional(),
    bindingFailureConditions: list(8, string).optional(),
    shareID: string(9).optional(),
    consumedCapacity: map(10, quantity).optional(),
  },
) {}

export abstract class ResourceClaimConsumerReference extends message(
  "io.k8s.api.resource.v1.ResourceClaimConsumerReference",
  {
    apiGroup: string(1).optional(),
    resource: string(3),
    name: string(4),
    uid: string(5),
  },
) {}

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
    spec: object(2, () => ResourceClaimTemplateSpec),
  },
) {}

export abstract class ResourceClaimTemplateSpec extends message(
  "io.k8s.api.resource.v1.ResourceClaimTemplateSpec",
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => ResourceClaimSpec),
  },
) {}

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
    spec: object(2, () => ResourceSliceSpec),
  },
) {}

export abstract class ResourceSliceSpec extends message(
  "io.k8s.api.resource.v1.ResourceSliceSpec",
  {
    driver: string(1),
    pool: object(2, () => ResourcePool),
    nodeName: string(3).optional(),
    nodeSelector: object(4, () => NodeSelector)
      .atomic()
      .optional(),
    allNodes: bool(5).optional(),
    devices: list(6, () => Device).optional(),
    perDeviceNodeSelection: bool(7).optional(),
    sharedCounters: list(8, () => CounterSet).optional(),
  },
) {}

export abstract class CounterSet extends message("io.k8s.api.resource.v1.CounterSet", {
  name: string(1),
  counters: map(2, () => Counter),
}) {}

export abstract class Counter extends message("io.k8s.api.resource.v1.Counter", {
  value: quantity(1),
}) {}

export abstract class Device extends message("io.k8s.api.resource.v1.Device", {
  nodeAllocatableResourceMappings: map(0, () => NodeAllocatableResourceMapping).optional(),
  name: string(1),
  attributes: map(2, () => DeviceAttribute).optional(),
  capacity: map(3, () => DeviceCapacity).optional(),
  consumesCounters: list(4, () => DeviceCounterConsumption).optional(),
  nodeName: string(5).optional(),
  nodeSelector: object(6, () => NodeSelector)
    .atomic()
    .optional(),
  allNodes: bool(7).optional(),
  taints: list(8, () => DeviceTaint).optional(),
  bindsToNode: bool(9).optional(),
  bindingConditions: list(10, string).optional(),
  bindingFailureConditions: list(11, string).optional(),
  allowMultipleAllocations: bool(12).optional(),
}) {}

export abstract class DeviceAttribute extends message("io.k8s.api.resource.v1.DeviceAttribute", {
  int: int64(2).optional(),
  bool: bool(3).optional(),
  string: string(4).optional(),
  version: string(5).optional(),
  ints: list(6, int64).optional(),
  bools: list(7, bool).optional(),
  strings: list(8, string).optional(),
  versions: list(9, string).optional(),
}) {}

export abstract class DeviceCapacity extends message("io.k8s.api.resource.v1.DeviceCapacity", {
  value: quantity(1),
  requestPolicy: object(2, () => CapacityRequestPolicy).optional(),
}) {}

export abstract class CapacityRequestPolicy extends message(
  "io.k8s.api.resource.v1.CapacityRequestPolicy",
  {
    default: quantity(1).optional(),
    validValues: list(3, quantity).optional(),
    validRange: object(4, () => CapacityRequestPolicyRange).optional(),
  },
) {}

export abstract class CapacityRequestPolicyRange extends message(
  "io.k8s.api.resource.v1.CapacityRequestPolicyRange",
  {
    min: quantity(1),
    max: quantity(2).optional(),
    step: quantity(3).optional(),
  },
) {}

export abstract class DeviceCounterConsumption extends message(
  "io.k8s.api.resource.v1.DeviceCounterConsumption",
  {
    counterSet: string(1),
    counters: map(2, () => Counter),
  },
) {}

export abstract class DeviceTaint extends message("io.k8s.api.resource.v1.DeviceTaint", {
  key: string(1),
  value: string(2).optional(),
  effect: string(3),
  timeAdded: time(4).optional(),
}) {}

export abstract class NodeAllocatableResourceMapping extends message(
  "io.k8s.api.resource.v1.NodeAllocatableResourceMapping",
  {
    allocationMultiplier: quantity(0).optional(),
    capacityKey: string(0).optional(),
  },
) {}

export abstract class ResourcePool extends message("io.k8s.api.resource.v1.ResourcePool", {
  name: string(1),
  generation: int64(2),
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
