import { int32, int64, list, map, object, oneOf, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { PodTemplateSpec } from "./pod-template.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class ReplicationController extends kind(
  "io.k8s.api.core.v1.ReplicationController",
  {
    group: "",
    version: "v1",
    kind: "ReplicationController",
    resource: "replicationcontrollers",
    singular: "replicationcontroller",
    namespaced: true,
    shortNames: ["rc"],
    categories: ["all"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => ReplicationControllerSpec).default({}),
    status: object(3, () => ReplicationControllerStatus).optional(),
  },
) {}

export abstract class ReplicationControllerSpec extends message(
  "io.k8s.api.core.v1.ReplicationControllerSpec",
  {
    replicas: int32(1).default(1),
    selector: map(2, string).atomic().optional(),
    template: object(3, () => PodTemplateSpec).optional(),
    minReadySeconds: int32(4).optional(),
  },
) {}

export abstract class ReplicationControllerStatus extends message(
  "io.k8s.api.core.v1.ReplicationControllerStatus",
  {
    replicas: int32(1),
    fullyLabeledReplicas: int32(2).optional(),
    observedGeneration: int64(3).optional(),
    readyReplicas: int32(4).optional(),
    availableReplicas: int32(5).optional(),
    conditions: list(6, () => ReplicationControllerCondition)
      .mapBy("type")
      .merge("type")
      .optional(),
  },
) {}

export abstract class ReplicationControllerCondition extends message(
  "io.k8s.api.core.v1.ReplicationControllerCondition",
  {
    type: string(1),
    status: oneOf(2, "True", "False", "Unknown"),
    lastTransitionTime: time(3).optional(),
    reason: string(4).optional(),
    message: string(5).optional(),
  },
) {}

export abstract class ReplicationControllerList extends kind(
  "io.k8s.api.core.v1.ReplicationControllerList",
  { group: "", version: "v1", kind: "ReplicationControllerList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => ReplicationController),
  },
) {}
