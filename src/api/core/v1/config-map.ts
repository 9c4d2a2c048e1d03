import { bool, bytes, list, map, object, string } from "#schema/field.ts";
import { kind } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

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
    data: map(2, string).optional(),
    binaryData: map(3, bytes).optional(),
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
