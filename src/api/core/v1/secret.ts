import { bool, bytes, list, map, object, string } from "#schema/field.ts";
import { kind } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class Secret extends kind(
  "io.k8s.api.core.v1.Secret",
  {
    group: "",
    version: "v1",
    kind: "Secret",
    resource: "secrets",
    singular: "secret",
    namespaced: true,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    data: map(2, bytes).optional(),
    type: string(3).default("Opaque"),
    stringData: map(4, string).optional(),
    immutable: bool(5).optional(),
  },
) {}

export abstract class SecretList extends kind(
  "io.k8s.api.core.v1.SecretList",
  { group: "", version: "v1", kind: "SecretList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => Secret),
  },
) {}
