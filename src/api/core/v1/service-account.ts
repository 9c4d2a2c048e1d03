import { bool, list, object } from "#schema/field.ts";
import { kind } from "#schema/message.ts";
import { LocalObjectReference, ObjectReference } from "./shared.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** An identity for programs in pods. Its user name is system:serviceaccount:NAMESPACE:NAME. */
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
    /**
     * Secrets that pods with this account may mount. Only enforced where the annotation
     * kubernetes.io/enforce-mountable-secrets is true. Rarely needed: tokens no longer come from
     * here.
     */
    secrets: list(2, () => ObjectReference)
      .mapBy("name")
      .merge("name")
      .optional(),
    /**
     * Secrets with registry credentials that pods with this account get when they list none of
     * their own.
     */
    imagePullSecrets: list(3, () => LocalObjectReference).optional(),
    /**
     * Whether pods with this account get a token mounted, unless they say otherwise. Default true.
     */
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
