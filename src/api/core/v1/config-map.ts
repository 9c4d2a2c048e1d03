import { bool, bytes, list, map, object, string } from "#schema/field.ts";
import { kind } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/**
 * Settings for pods to read, as environment variables or files, so that the same image runs with
 * different ones. Not for secrets. At most 1 MiB in all.
 */
export abstract class ConfigMap extends kind(
  "io.k8s.api.core.v1.ConfigMap",
  {
    group: "",
    version: "v1",
    kind: "ConfigMap",
    resource: "configmaps",
    singular: "configmap",
    namespaced: true,
    shortNames: ["cm"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /**
     * Text by key. Keys consist of letters, digits, dashes, underscores and dots, and must not be
     * in binaryData too.
     */
    data: map(2, string).optional(),
    /** Bytes by key, in base64. For what is not UTF-8 text. Keys must not be in data too. */
    binaryData: map(3, bytes).optional(),
    /**
     * If true, data and binaryData can no longer be changed, nor can this be taken back. Kubelets
     * then stop watching the object. Default false.
     */
    immutable: bool(4).optional(),
  },
) {}

export abstract class ConfigMapList extends kind(
  "io.k8s.api.core.v1.ConfigMapList",
  { group: "", version: "v1", kind: "ConfigMapList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => ConfigMap),
  },
) {}
