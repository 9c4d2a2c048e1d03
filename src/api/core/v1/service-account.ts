import { bool, list, object } from "#schema/field.ts";
import { kind } from "#schema/message.ts";
import { LocalObjectReference, ObjectReference } from "./shared.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class ServiceAccount extends kind(
  "io.k8s.api.core.v1.ServiceAccount",
  {
    group: "",
    version: "v1",
    kind: "ServiceAccount",
    resource: "serviceaccounts",
    singular: "serviceaccount",
    namespaced: true,
    shortNames: ["sa"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    secrets: list(2, () => ObjectReference)
      .mapBy("name")
      .merge("name")
      .optional(),
    imagePullSecrets: list(3, () => LocalObjectReference).optional(),
    automountServiceAccountToken: bool(4).optional(),
  },
) {}

export abstract class ServiceAccountList extends kind(
  "io.k8s.api.core.v1.ServiceAccountList",
  { group: "", version: "v1", kind: "ServiceAccountList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => ServiceAccount),
  },
) {}
