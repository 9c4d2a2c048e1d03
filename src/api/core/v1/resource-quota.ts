import { list, map, object, quantity, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ScopeSelector } from "./shared.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class ResourceQuota extends kind(
  "io.k8s.api.core.v1.ResourceQuota",
  {
    group: "",
    version: "v1",
    kind: "ResourceQuota",
    resource: "resourcequotas",
    singular: "resourcequota",
    namespaced: true,
    shortNames: ["quota"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => ResourceQuotaSpec).default({}),
    status: object(3, () => ResourceQuotaStatus).default({}),
  },
) {}

export abstract class ResourceQuotaSpec extends message("io.k8s.api.core.v1.ResourceQuotaSpec", {
  hard: map(1, quantity).optional(),
  scopes: list(2, string).optional(),
  scopeSelector: object(3, () => ScopeSelector)
    .atomic()
    .optional(),
}) {}

export abstract class ResourceQuotaStatus extends message(
  "io.k8s.api.core.v1.ResourceQuotaStatus",
  {
    hard: map(1, quantity).optional(),
    used: map(2, quantity).optional(),
  },
) {}

export abstract class ResourceQuotaList extends kind(
  "io.k8s.api.core.v1.ResourceQuotaList",
  { group: "", version: "v1", kind: "ResourceQuotaList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => ResourceQuota),
  },
) {}
