import { bool, int64, list, map, oneOf, quantity, string, time } from "#schema/field.ts";
import { message } from "#schema/message.ts";

export abstract class ConfigMapKeySelector extends message(
  "io.k8s.api.core.v1.ConfigMapKeySelector",
  {
    name: string(1).within(1).optional(),
    key: string(2),
    optional: bool(3).optional(),
  },
) {}

export abstract class LocalObjectReference extends message(
  "io.k8s.api.core.v1.LocalObjectReference",
  {
    name: string(1).optional(),
  },
) {}

export abstract class NodeSelector extends message("io.k8s.api.core.v1.NodeSelector", {
  nodeSelectorTerms: list(1, () => NodeSelectorTerm),
}) {}

export abstract class NodeSelectorTerm extends message("io.k8s.api.core.v1.NodeSelectorTerm", {
  matchExpressions: list(1, () => NodeSelectorRequirement).optional(),
  matchFields: list(2, () => NodeSelectorRequirement).optional(),
}) {}

export abstract class NodeSelectorRequirement extends message(
  "io.k8s.api.core.v1.NodeSelectorRequirement",
  {
    key: string(1),
    operator: oneOf(2, "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"),
    values: list(3, string).optional(),
  },
) {}

export abstract class ObjectFieldSelector extends message(
  "io.k8s.api.core.v1.ObjectFieldSelector",
  {
    apiVersion: string(1).default("v1"),
    fieldPath: string(2),
  },
) {}

export abstract class ObjectReference extends message("io.k8s.api.core.v1.ObjectReference", {
  kind: string(1).optional(),
  namespace: string(2).optional(),
  name: string(3).optional(),
  uid: string(4).optional(),
  apiVersion: string(5).optional(),
  resourceVersion: string(6).optional(),
  fieldPath: string(7).optional(),
}) {}

export abstract class ResourceClaim extends message("io.k8s.api.core.v1.ResourceClaim", {
  name: string(1),
  request: string(2).optional(),
}) {}

export abstract class ResourceFieldSelector extends message(
  "io.k8s.api.core.v1.ResourceFieldSelector",
  {
    containerName: string(1).optional(),
    resource: string(2),
    divisor: quantity(3).default("0"),
  },
) {}

export abstract class ResourceRequirements extends message(
  "io.k8s.api.core.v1.ResourceRequirements",
  {
    limits: map(1, quantity).optional(),
    requests: map(2, quantity).optional(),
    claims: list(3, () => ResourceClaim)
      .mapBy("name")
      .optional(),
  },
) {}

export abstract class ScopeSelector extends message("io.k8s.api.core.v1.ScopeSelector", {
  matchExpressions: list(1, () => ScopedResourceSelectorRequirement).optional(),
}) {}

export abstract class ScopedResourceSelectorRequirement extends message(
  "io.k8s.api.core.v1.ScopedResourceSelectorRequirement",
  {
    scopeName: string(1),
    operator: string(2),
    values: list(3, string).optional(),
  },
) {}

export abstract class SecretKeySelector extends message("io.k8s.api.core.v1.SecretKeySelector", {
  name: string(1).within(1).optional(),
  key: string(2),
  optional: bool(3).optional(),
}) {}

export abstract class SecretReference extends message("io.k8s.api.core.v1.SecretReference", {
  name: string(1).optional(),
  namespace: string(2).optional(),
}) {}

export abstract class Taint extends message("io.k8s.api.core.v1.Taint", {
  key: string(1),
  value: string(2).optional(),
  effect: oneOf(3, "NoSchedule", "PreferNoSchedule", "NoExecute"),
  timeAdded: time(4).optional(),
}) {}

export abstract class Toleration extends message("io.k8s.api.core.v1.Toleration", {
  key: string(1).optional(),
  operator: oneOf(2, "Exists", "Equal", "Lt", "Gt").optional(),
  value: string(3).optional(),
  effect: oneOf(4, "NoSchedule", "PreferNoSchedule", "NoExecute").optional(),
  tolerationSeconds: int64(5).optional(),
}) {}

export abstract class TopologySelectorLabelRequirement extends message(
  "io.k8s.api.core.v1.TopologySelectorLabelRequirement",
  {
    key: string(1),
    values: list(2, string),
  },
) {}

export abstract class TopologySelectorTerm extends message(
  "io.k8s.api.core.v1.TopologySelectorTerm",
  {
    matchLabelExpressions: list(1, () => TopologySelectorLabelRequirement).optional(),
  },
) {}

export abstract class TypedLocalObjectReference extends message(
  "io.k8s.api.core.v1.TypedLocalObjectReference",
  {
    apiGroup: string(1).optional(),
    kind: string(2),
    name: string(3),
  },
) {}

export abstract class TypedObjectReference extends message(
  "io.k8s.api.core.v1.TypedObjectReference",
  {
    apiGroup: string(1).optional(),
    kind: string(2),
    name: string(3),
    namespace: string(4).optional(),
  },
) {}

export abstract class VolumeResourceRequirements extends message(
  "io.k8s.api.core.v1.VolumeResourceRequirements",
  {
    limits: map(1, quantity).optional(),
    requests: map(2, quantity).optional(),
  },
) {}
