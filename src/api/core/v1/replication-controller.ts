import { int32, int64, list, map, object, oneOf, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { PodTemplateSpec } from "./pod-template.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** Keeps a number of equal pods running. The forerunner of ReplicaSet; use a Deployment instead. */
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
    /** The pods that are wanted, and how many of them. */
    spec: object(2, () => ReplicationControllerSpec).default({}),
    /** The pods that there are. */
    status: object(3, () => ReplicationControllerStatus)
      .implicit()
      .optional(),
  },
) {}

/** How many pods, and which. */
export abstract class ReplicationControllerSpec extends message(
  "io.k8s.api.core.v1.ReplicationControllerSpec",
  {
    /** How many pods there are to be. Default 1. */
    replicas: int32(1).default(1),
    /** Labels that a pod must have to be counted. Default: the template's labels. */
    selector: map(2, string).atomic().optional(),
    /** The pods to be made. Its labels must fit the selector. */
    template: object(3, () => PodTemplateSpec).optional(),
    /** Seconds that a new pod must be ready, without a crash, to count as available. Default 0. */
    minReadySeconds: int32(4).implicit().optional(),
  },
) {}

/** What was last seen of the pods. */
export abstract class ReplicationControllerStatus extends message(
  "io.k8s.api.core.v1.ReplicationControllerStatus",
  {
    /** How many pods there are that fit the selector. */
    replicas: int32(1),
    /** Pods that have all labels of the template. */
    fullyLabeledReplicas: int32(2).implicit().optional(),
    /** The generation of the object that was last acted on. */
    observedGeneration: int64(3).implicit().optional(),
    /** How many of the pods are ready. */
    readyReplicas: int32(4).implicit().optional(),
    /** Pods that have been ready for minReadySeconds. */
    availableReplicas: int32(5).implicit().optional(),
    /** What keeps it from its number of pods, if anything does. */
    conditions: list(6, () => ReplicationControllerCondition)
      .mapBy("type")
      .merge("type")
      .optional(),
  },
) {}

/** Something about a ReplicationController. */
export abstract class ReplicationControllerCondition extends message(
  "io.k8s.api.core.v1.ReplicationControllerCondition",
  {
    /** ReplicaFailure: pods could not be created or deleted. */
    type: string(1),
    /** True, False or Unknown. */
    status: oneOf(2, "True", "False", "Unknown"),
    /** When the status last changed, not when it was last looked at. */
    lastTransitionTime: time(3).optional(),
    /** One word in upper camel case that says why, for programs. */
    reason: string(4).optional(),
    /** The same for people, in a sentence. */
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
