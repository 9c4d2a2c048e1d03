import { bool, bytes, list, map, object, string } from "#schema/field.ts";
import { kind } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/**
 * Passwords, tokens, keys. At most 1 MiB in all. Kept apart from ConfigMaps so that access to it
 * can be restricted.
 */
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
    /** Values by key, in base64. Keys consist of letters, digits, dashes, underscores and dots. */
    data: map(2, bytes).optional(),
    /**
     * What the data is for; some types require certain keys. kubernetes.io/tls has tls.crt and
     * tls.key, for one. Cannot be changed. Default: Opaque, which may hold anything.
     */
    type: string(3).default("Opaque"),
    /**
     * Values as plain text, for writing: they go into data, over keys of the same name. Never
     * returned.
     */
    stringData: map(4, string).optional(),
    /**
     * If true, the data can no longer be changed, nor can this be taken back. Kubelets then stop
     * watching the object. Default false.
     */
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
